/** Heads as the user names them. */
import { HeadwayError } from './errors.ts';

export type HeadSpec =
  | { kind: 'probe' }
  | { kind: 'dense'; layers: number[]; batchNorm?: boolean }
  /** BatchNormalization, dropout, 512, ReLU, BatchNormalization, dropout, classes; meant for average and max pooling together. */
  | { kind: 'fastai' };

/**
 * Named heads. The reference talk gives no layer sizes for "Simpler" and "MSimpler": Headway takes one dense layer of 256 for the one
 * and one of 64 for the other, and says so where they are shown.
 */
export const HEAD_PRESETS: Readonly<Record<string, HeadSpec>> = {
  probe: { kind: 'probe' },
  '512-64': { kind: 'dense', layers: [512, 64] },
  simpler: { kind: 'dense', layers: [256] },
  'm-simpler': { kind: 'dense', layers: [64] },
  'm-simpler-bn': { kind: 'dense', layers: [64], batchNorm: true },
  fastai: { kind: 'fastai' },
  none: { kind: 'dense', layers: [] },
};

/**
 * `probe`, a preset's name, `none` (logits directly) or hidden layer widths from first to last such as `512-64`.
 * Throws HeadwayError('invalid').
 */
export function parseHead(text: string): HeadSpec {
  const preset = Object.hasOwn(HEAD_PRESETS, text) ? HEAD_PRESETS[text] : undefined;
  if (preset) return preset;
  if (!/^\d+(-\d+)*$/.test(text))
    throw new HeadwayError(
      'invalid',
      `"${text}" is not a head: give ${Object.keys(HEAD_PRESETS).join(', ')} or layer widths such as 512-64.`,
    );
  const layers = text.split('-').map(Number);
  if (layers.some(width => width < 1 || width > 16384) || layers.length > 8)
    throw new HeadwayError('invalid', `Head "${text}": at most 8 layers of 1 to 16384 units each.`);
  return { kind: 'dense', layers };
}
