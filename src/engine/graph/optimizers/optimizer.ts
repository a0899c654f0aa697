import type { GraphBuilder } from '../builder.ts';
import { factorsOf, productOf, squaredNorm } from '../factors.ts';
import { sizeOf } from '../tensors.ts';
import { createAdam, type AdamOptions } from './adam.ts';
import { createSgd, type SgdOptions } from './sgd.ts';

/** One trained tensor with its gradient. */
export interface Update {
  name: string;
  gradient: string;
  group: string;
  /** Whether weight decay applies to it. */
  decays: boolean;
}

/** A tensor that goes in under `name` and comes out under `next`; the caller swaps the two after each step. */
export interface StateTensor {
  name: string;
  next: string;
  dims: readonly number[];
  /** `parameter` and `statistic` belong to the model; `optimizer` starts as zeros. */
  role: 'parameter' | 'statistic' | 'optimizer';
}

export interface Optimizer {
  /** Emits the update nodes of one tensor; output `<name>_next`, plus the optimizer's own state. */
  update: (b: GraphBuilder, update: Update) => StateTensor[];
  /** Values of the scalar inputs it declared, for a step counted from 1 and a learning rate per group. */
  scalars: (step: number, learningRates: Readonly<Record<string, number>>) => Record<string, number>;
}

/** `gradients` updates nothing: the step gives `<name>_gradient` for a caller that has its own optimizer. */
export type OptimizerOptions = (SgdOptions | AdamOptions | { kind: 'gradients' }) & {
  /** Scales all gradients down together where their joint L2 norm is larger, as PyTorch's clip_grad_norm_. */
  clipNorm?: number;
};

export function createOptimizer(options: OptimizerOptions, l2: number): Optimizer {
  switch (options.kind) {
    case 'sgd':
      return createSgd(options, l2);
    case 'adam':
    case 'adamw':
      return createAdam(options, l2);
    case 'gradients':
      return { update: (b, { gradient, name }) => passThrough(b, gradient, name), scalars: () => ({}) };
  }
}

function passThrough(b: GraphBuilder, gradient: string, name: string): StateTensor[] {
  b.output(b.add('Identity', [gradient], {}, { outputs: [`${name}_gradient`] }));
  return [];
}

/** A state input of the shape of `name`, zero at the start, and its `_next` output made by `emit`. */
export function optimizerState(
  b: GraphBuilder,
  name: string,
  kind: string,
  emit: (old: string, next: string) => void,
): StateTensor {
  const dims = b.dims(name);
  const state = b.input(`${name}/${kind}`, 'float32', dims);
  const next = `${state}_next`;
  emit(state, next);
  b.output(next);
  return { name: state, next, dims, role: 'optimizer' };
}

/** A scalar input, declared once. */
export function scalarInput(b: GraphBuilder, name: string): string {
  return b.table.type(name) ? name : b.input(name, 'float32', []);
}

/** From this size on a gradient's norm is taken, and the gradient scaled, by its factors. */
const LARGE = 2 ** 16;

/**
 * Multiplies gradients by min(1, limit / (norm + 1e-6)). Gives the new gradients and the norm before clipping.
 */
export function clipByGlobalNorm(
  b: GraphBuilder,
  updates: readonly Update[],
  limit: number,
): { updates: Update[]; norm: string } {
  const known = updates.map(({ gradient }) => (sizeOf(b.dims(gradient)) >= LARGE ? factorsOf(b, gradient) : undefined));
  const squares = updates.map(({ gradient }, i) =>
    known[i] ? squaredNorm(b, known[i]) : b.add('ReduceSumSquare', [gradient], { keepdims: 0 }),
  );
  const norm = b.add('Sqrt', [squares.reduce((x, y) => b.add('Add', [x, y]))], {}, { outputs: ['gradient_norm'] });
  const ratio = b.add('Div', [b.constant(limit), b.add('Add', [norm, b.constant(1e-6)])]);
  const factor = b.add('Min', [ratio, b.constant(1)]);
  const scaled = (x: string): string => b.add('Mul', [x, factor]);
  return {
    updates: updates.map((update, i) => {
      const { dz, x } = known[i] ?? {};
      const gradient =
        dz !== undefined && x !== undefined ? productOf(b, { dz: scaled(dz), x }) : scaled(update.gradient);
      return { ...update, gradient };
    }),
    norm,
  };
}

/** g + λ·w where the tensor decays. */
export function withL2(b: GraphBuilder, update: Update, lambda: number): string {
  if (lambda === 0 || !update.decays) return update.gradient;
  return b.add('Add', [update.gradient, b.add('Mul', [update.name, b.constant(lambda)])]);
}
