/** Heads and networks in pure-JS TensorFlow.js, the second opinion on our gradients. Layouts are converted at the edges. */
import * as tf from '@tensorflow/tfjs';

export type Weights = Map<string, tf.Variable>;

/** Our weights as variables: dense [out, in] and convolutions [M, C, h, w] keep our layout and are turned where they are used. */
export function variables(
  values: ReadonlyMap<string, Float32Array>,
  dims: (name: string) => readonly number[],
): Weights {
  return new Map([...values].map(([name, v]) => [name, tf.variable(tf.tensor(Float32Array.from(v), [...dims(name)]))]));
}

export const dense = (x: tf.Tensor, w: tf.Tensor, bias?: tf.Tensor): tf.Tensor => {
  const y = tf.matMul(x, w, false, true);
  return bias ? y.add(bias) : y;
};

/** Batch statistics over all axes but the channel, which is last here. */
export function batchNorm(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, x.shape.map((_, i) => i).slice(0, -1));
  return x.sub(mean).div(variance.add(1e-5).sqrt()).mul(scale).add(shift);
}

/** NHWC input, [M, C, h, w] weight. */
export function conv(x: tf.Tensor, w: tf.Tensor, stride: number, pad: [number, number], bias?: tf.Tensor): tf.Tensor {
  const padded = tf.pad(x, [[0, 0], pad, pad, [0, 0]]);
  const y = tf.conv2d(padded as tf.Tensor4D, tf.transpose(w, [2, 3, 1, 0]) as unknown as tf.Tensor4D, stride, 'valid');
  return bias ? y.add(bias) : y;
}

/** NHWC input, [C, 1, h, w] weight. */
export function depthwise(x: tf.Tensor, w: tf.Tensor, stride: number, pad: [number, number]): tf.Tensor {
  const padded = tf.pad(x, [[0, 0], pad, pad, [0, 0]]);
  return tf.depthwiseConv2d(
    padded as tf.Tensor4D,
    tf.transpose(w, [2, 3, 0, 1]) as unknown as tf.Tensor4D,
    stride,
    'valid',
  );
}

/** Losses of `steps` optimizer steps on one batch. */
export function losses(
  optimizer: tf.Optimizer,
  weights: Weights,
  forward: () => tf.Tensor,
  target: tf.Tensor,
  steps: number,
): number[] {
  const list = [...weights.values()];
  const loss = (): tf.Scalar => tf.losses.softmaxCrossEntropy(target, forward());
  return Array.from({ length: steps }, () => {
    const value = optimizer.minimize(loss, true, list)!;
    return value.dataSync()[0]!;
  });
}
