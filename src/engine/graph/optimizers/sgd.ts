import { optimizerState, scalarInput, withL2, type Optimizer, type StateTensor } from './optimizer.ts';

export interface SgdOptions {
  kind: 'sgd';
  /** 0 to < 1; default 0.9. */
  momentum?: number;
  /** Default true where there is momentum. */
  nesterov?: boolean;
  /** Added to the gradient as λ·w. */
  weightDecay?: number;
}

/**
 * torch.optim.SGD (dampening 0): g ← g + λ·w; buf ← μ·buf + g; g ← g + μ·buf with Nesterov, else buf; w ← w − lr·g.
 * A buffer of zeros gives PyTorch's first step, buf = g.
 */
export function createSgd(options: SgdOptions, l2: number): Optimizer {
  const { momentum = 0.9, nesterov = momentum > 0, weightDecay = 0 } = options;
  const rateOf = (group: string): string => `learning_rate/${group}`;
  return {
    update(b, update) {
      const gradient = withL2(b, update, weightDecay + l2);
      const states: StateTensor[] = [];
      let direction = gradient;
      if (momentum > 0) {
        const state = optimizerState(b, update.name, 'momentum', (old, next) => {
          b.add('Add', [b.add('Mul', [old, b.constant(momentum)]), gradient], {}, { outputs: [next] });
        });
        states.push(state);
        direction = nesterov ? b.add('Add', [gradient, b.add('Mul', [state.next, b.constant(momentum)])]) : state.next;
      }
      const step = b.add('Mul', [direction, scalarInput(b, rateOf(update.group))]);
      b.output(b.add('Sub', [update.name, step], {}, { outputs: [`${update.name}_next`] }));
      return states;
    },
    scalars: (_, learningRates) =>
      Object.fromEntries(Object.entries(learningRates).map(([group, rate]) => [rateOf(group), rate])),
  };
}
