import path from 'node:path';
import type { BackboneLayer, Preprocessing } from '../../shared/backbone.ts';
import { HeadwayError } from '../../shared/errors.ts';
import type { ImageRecipe } from '../images/decode.ts';

/** A tensor at which the backbone can be cut: what comes before it is frozen. */
export interface BackboneBoundary {
  name: string;
  tensor: string;
  /** Without the batch. */
  dims: number[];
}

/** A pre-trained network and all that is needed to use it. The descriptor lies beside its file, as JSON. */
export interface Backbone {
  name: string;
  title: string;
  /** Absolute path of the ONNX file. Read it through `readBackboneModel`, which checks it. */
  file: string;
  /** SHA-256 of the file, hex. */
  sha256: string;
  license: string;
  /** Published accuracy on the 50,000 ImageNet validation images, 0..1. */
  imagenetTop1?: number;
  /** uint8 RGB [batch, height, width, 3]. */
  input: { name: string; height: number; width: number };
  recipe: ImageRecipe;
  boundaries: BackboneBoundary[];
  /** The last feature map, [batch, C, H, W]. */
  featureMap: string;
  /** Tensor of the class scores [batch, classes]; absent when the network came without its classifier. */
  logits?: string;
  /** Number of those scores. */
  classes?: number;
  /** Quantised: features only, its layers cannot be trained. */
  frozenOnly?: boolean;
  /** Counted in the graph. */
  parameters: number;
  /** Operations for one image, a multiply-add counting as two. */
  flops: number;
  layers: BackboneLayer[];
  /** The file it was made from; absent for the embedded ones. */
  origin?: { kind: 'downloaded' | 'imported'; file: string; sha256: string; preprocessing: Preprocessing };
  note?: string;
}

/** Where downloaded and imported backbones live. */
export const backbonesFolder = (cacheDirectory: string): string => path.join(cacheDirectory, 'backbones');

/** Throws HeadwayError('invalid') for what cannot be a folder's name everywhere. */
export function checkBackboneName(name: string): void {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name) || name.endsWith('.'))
    throw new HeadwayError(
      'invalid',
      `"${name}" cannot be the name of a backbone; use up to 64 small letters, digits, dots, hyphens.`,
    );
}
