import type { ProblemKind } from '../../shared/dataset.ts';
import { messageOf } from '../../shared/errors.ts';
import type { ImageFacts } from '../store/store.ts';
import { openImage, PIXEL_LIMIT, readHeader, type Header } from './sharp.ts';
import { hasEnd, lacksEnd, sniff } from './sniff.ts';

/**
 * What the header says, or why the picture cannot be used. `message` of a problem continues a sentence that begins with the file's
 * name, e.g. "is empty (0 bytes)". Pixels are only decoded when the end of the file looks wrong. Never throws for a bad file.
 */
export async function inspectImage(bytes: Uint8Array): Promise<ImageFacts> {
  if (bytes.length === 0) return problem('empty-file', 'is empty (0 bytes)');
  const kind = sniff(bytes);
  if ('other' in kind) {
    const known = kind.other.endsWith('picture') || kind.other.endsWith('drawing');
    const advice = known ? '; save it as JPEG, PNG or WebP' : '';
    return problem('unreadable', `is ${kind.other}, which cannot be read as an image${advice}`);
  }
  let header: Header;
  try {
    header = await readHeader(bytes);
  } catch (error) {
    return lacksEnd(bytes, kind.format) ? truncated() : problemOf(error);
  }
  const pixels = header.width * header.height;
  if (pixels > PIXEL_LIMIT) return problem('too-large', tooLarge(header));
  if (!hasEnd(bytes, kind.format)) {
    try {
      await decodeWhole(bytes);
    } catch (error) {
      return lacksEnd(bytes, kind.format) ? truncated() : problemOf(error);
    }
  }
  return { ...header, format: kind.format };
}

/** The problem behind an error of the decoder. libvips collects its texts per process, so damaged files read at once may swap theirs. */
export function problemOf(error: unknown): { problem: ProblemKind; message: string } {
  const text = decoderText(error);
  if (/pixel limit/i.test(text)) return problem('too-large', 'has more pixels than can be decoded; make it smaller');
  if (/premature end|truncat|end of (?:file|stream|data)|unexpected end|not enough|read error|EOF/i.test(text))
    return truncated();
  return problem('unreadable', `cannot be decoded (${text})`);
}

/** Decodes every row into almost nothing. Shrinking at load would still read the whole stream. */
async function decodeWhole(bytes: Uint8Array): Promise<void> {
  await openImage(bytes).resize(16, 16, { fit: 'fill' }).raw().toBuffer();
}

function truncated(): { problem: ProblemKind; message: string } {
  return problem('truncated', 'is cut off before its end; copy it again from its origin');
}

function tooLarge({ width, height }: Header): string {
  const millions = (n: number): string => String(Math.round(n / 1e6));
  return `has ${width} x ${height} = ${millions(width * height)} million pixels, more than the limit of ${millions(PIXEL_LIMIT)} million; make it smaller`;
}

function problem(kind: ProblemKind, message: string): { problem: ProblemKind; message: string } {
  return { problem: kind, message };
}

/** First line of libvips' text, which may be several. */
function decoderText(error: unknown): string {
  return messageOf(error).split('\n')[0]!.trim();
}
