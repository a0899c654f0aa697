/** What the training benchmark trains, with the ratios to reach against PyTorch. */

export interface Work {
  name: string;
  /** Dimensions of one feature row. */
  dims: readonly number[];
  /** 3×3 convolutions with ReLU in front of the head, then 2×2 max pooling; 0: a head on feature vectors. */
  convolutions: number;
  /** Widths of the dense layers, from the input of the first to the classes. */
  sizes: readonly [number, ...number[]];
  batch: number;
  /** Rows of the feature matrix. */
  rows: number;
  /** Ratio to reach against each of PyTorch's optimizers. */
  target: { eager: number; fused?: number };
}

export const WORKS: readonly Work[] = [
  head('head 1280-64-10', [1280, 64, 10], 2048, { eager: 1.5 }),
  head('head 1280-512-10', [1280, 512, 10], 2048, { eager: 1, fused: 1 }),
  head('head 25088-512-10', [25088, 512, 10], 256, { eager: 1, fused: 1 }),
  tail('VGG16 last convolution + head', 1),
  tail('VGG16 last three convolutions + head', 3),
];

function head(name: string, sizes: [number, ...number[]], rows: number, target: Work['target']): Work {
  return { name, dims: [sizes[0]], convolutions: 0, sizes, batch: 32, rows, target };
}

/** The feature map [512, 14, 14] that VGG16's last block of convolutions gets at 224 × 224. */
function tail(name: string, convolutions: number): Work {
  return {
    name,
    dims: [512, 14, 14],
    convolutions,
    sizes: [25088, 512, 10],
    batch: 16,
    rows: 64,
    target: { eager: 0.65 },
  };
}
