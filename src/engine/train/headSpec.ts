import type { Activation, TrainConfig } from '../../shared/experiment.ts';
import { parseHead } from '../../shared/head.ts';

export interface HeadLayout {
  layers: number[];
  activation: Activation;
  batchNorm: 'before' | 'after' | undefined;
  dropout: number | number[];
  inputBatchNorm: boolean;
  inputDropout: number;
}

/** The layers of a dense head. fastai's rates are its own: half of 0.5 before the hidden layer, 0.5 after it. */
export function headLayout({ head, activation, batchNorm, dropout }: TrainConfig): HeadLayout {
  const spec = parseHead(head);
  if (spec.kind === 'fastai')
    return {
      layers: [512],
      activation: 'relu',
      batchNorm: 'after',
      dropout: 0.5,
      inputBatchNorm: true,
      inputDropout: 0.25,
    };
  return {
    layers: spec.kind === 'dense' ? spec.layers : [],
    activation,
    batchNorm: batchNorm || (spec.kind === 'dense' && spec.batchNorm === true) ? 'before' : undefined,
    dropout,
    inputBatchNorm: false,
    inputDropout: 0,
  };
}
