/** What a file is by its first bytes, whatever its name says. */

export const IMAGE_FORMATS = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];
/** `other`: known, but not a picture that can be decoded; `name` completes "is ...". */
export type Sniffed = { format: ImageFormat } | { other: string };

/** File name endings of pictures, lower case. Some of them cannot be decoded and become problems rather than being passed over. */
const EXTENSIONS = /\.(?:jpe?g|jpe|jfif|png|webp|gif|tiff?|avif|bmp|heic|heif)$/i;

export const isImageName = (name: string): boolean => EXTENSIONS.test(name);

export function sniff(bytes: Uint8Array): Sniffed {
  const starts = (text: string, at = 0): boolean => latin1(bytes, at, text.length) === text;
  if (starts('\xff\xd8\xff')) return { format: 'jpeg' };
  if (starts('\x89PNG\r\n\x1a\n')) return { format: 'png' };
  if (starts('RIFF') && starts('WEBP', 8)) return { format: 'webp' };
  if (starts('GIF87a') || starts('GIF89a')) return { format: 'gif' };
  if (starts('II*\0') || starts('MM\0*') || starts('II+\0') || starts('MM\0+')) return { format: 'tiff' };
  if (starts('ftyp', 4)) return sniffIsoMedia(bytes);
  if (starts('BM')) return { other: 'a BMP picture' };
  if (starts('%PDF')) return { other: 'a PDF document' };
  if (starts('8BPS')) return { other: 'a Photoshop document' };
  if (starts('PK\x03\x04')) return { other: 'a ZIP archive' };
  return { other: textKind(bytes) };
}

function sniffIsoMedia(bytes: Uint8Array): Sniffed {
  const brands = latin1(bytes, 8, 40);
  if (/avif|avis/.test(brands)) return { format: 'avif' };
  if (/hei[cxms]|hevc|mif1/.test(brands)) return { other: 'a HEIC picture' };
  return { other: 'a video' };
}

function textKind(bytes: Uint8Array): string {
  const head = bytes.subarray(0, 512);
  const control = head.filter(byte => byte < 9 || (byte > 13 && byte < 32)).length;
  if (control > 0) return 'not a picture of any known kind';
  const text = new TextDecoder().decode(head).trimStart().toLowerCase();
  if (text.includes('<svg')) return 'an SVG drawing';
  if (text.startsWith('<!doctype html') || text.startsWith('<html')) return 'a web page';
  if (text.startsWith('version https://git-lfs')) return 'a Git LFS pointer (run "git lfs pull")';
  return 'text';
}

function latin1(bytes: Uint8Array, start: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', start, start + length);
}

/** Whether the file ends as its format demands. `false` may only mean bytes after the end: a full decode tells. TIFF and AVIF: unknown. */
export function hasEnd(bytes: Uint8Array, format: ImageFormat): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (format) {
    case 'jpeg':
      return buffer.length > 4 && buffer.readUInt16BE(buffer.length - 2) === 0xffd9;
    case 'png':
      return buffer.length > 12 && buffer.toString('latin1', buffer.length - 8, buffer.length - 4) === 'IEND';
    case 'gif':
      return buffer.at(-1) === 0x3b;
    case 'webp':
      return buffer.length >= 12 && buffer.readUInt32LE(4) + 8 <= buffer.length;
    case 'tiff':
    case 'avif':
      return false;
  }
}

/** The end is known for the format and not there. */
export function lacksEnd(bytes: Uint8Array, format: ImageFormat): boolean {
  return format !== 'tiff' && format !== 'avif' && !hasEnd(bytes, format);
}
