/** What is shown of backbones: in the editor's picker, on the command line, in the model-analysis picture. */

/** A place at which a backbone can be cut for fine-tuning. */
export interface BackboneLayer {
  /** As in the configuration: `pool`, or `conv:K` (the last K convolutions are trained). */
  boundary: string;
  /** In the field's words: "pooled features", "after block4_pool". */
  title: string;
  tensor: string;
  /** Of the tensor that is cached, without the batch. */
  dims: number[];
  /** Numbers that are trained behind it, without the head. */
  trained: number;
}

/** What the values of the pixels become before the first layer. */
export const PREPROCESSINGS = {
  torchvision: 'RGB, 0 to 1, ImageNet mean and deviation (PyTorch, MXNet, the ONNX Model Zoo)',
  caffe: 'BGR, 0 to 255, ImageNet mean subtracted (VGG and ResNet of Keras, Caffe)',
  tf: 'RGB, −1 to 1 (MobileNet and Inception of Keras)',
  'tf-lite': 'RGB, (x − 127) / 128 (EfficientNet-Lite)',
  unit: 'RGB, 0 to 1',
  none: 'RGB, 0 to 255: the model prepares the pixels itself',
} as const;

export type Preprocessing = keyof typeof PREPROCESSINGS;

export const isPreprocessing = (text: string): text is Preprocessing => Object.hasOwn(PREPROCESSINGS, text);

export interface BackboneEntry {
  name: string;
  title: string;
  /** `available`: in the catalogue, not yet downloaded. */
  state: 'embedded' | 'installed' | 'available';
  source: 'embedded' | 'downloaded' | 'imported' | 'catalogue';
  /** Of the file here, or to be downloaded. */
  bytes: number;
  sha256: string;
  license: string;
  /** Published accuracy on ImageNet's validation images, 0..1. */
  imagenetTop1?: number;
  parameters?: number;
  /** 10⁹ operations for one image; a multiply-add is two. */
  gflops?: number;
  /** Of the last extraction on this machine. */
  imagesPerSecond?: number;
  /** Only frozen features: its layers cannot be trained. */
  frozenOnly: boolean;
  /** What to know before taking it. */
  note?: string;
  /** Empty while the file is not here. */
  layers: BackboneLayer[];
}
