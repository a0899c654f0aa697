import { optimizerState, scalarInput, withL2, type Optimizer } from './optimizer.ts';

export interface AdamOptions {
  /** `adamw` decays weights apart from the gradient (Loshchilov and Hutter 2019), `adam` through it. */
  kind: 'adam' | 'adamw';
  /** Default 0.9. */
  beta1?: number;
  /** Default 0.999. */
  beta2?: number;
  /** Default 1e-8. */
  epsilon?: number;
  weightDecay?: number;
}

export interface AdamConstants {
  beta1: number;
  beta2: number;
  /** Added to the gradient of weights as coupled·w. */
  coupled: number;
}

export const adamConstants = (options: AdamOptions, l2: number): AdamConstants => ({
  beta1: options.beta1 ?? 0.9,
  beta2: options.beta2 ?? 0.999,
  coupled: l2 + (options.kind === 'adam' ? (options.weightDecay ?? 0) : 0),
});

/**
 * torch.optim.Adam / AdamW: w ← w − lr·m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
 *
 * Each pass over a large weight costs memory bandwidth, so the moments are kept unscaled, M = m / (1 − β₁) and V = v / (1 − β₂):
 * M ← β₁·M + g, V ← β₂·V + g². With c = √((1 − β₂) / (1 − β₂ᵗ)) the same update reads w ← w − a·M / (√V + e), where
 * a = lr·(1 − β₁) / ((1 − β₁ᵗ)·c) and e = ε / c are scalar inputs. Ten element-wise passes instead of twelve.
 */
export function createAdam(options: AdamOptions, l2: number): Optimizer {
  const { kind, epsilon = 1e-8, weightDecay = 0 } = options;
  const decoupled = kind === 'adamw' ? weightDecay : 0;
  const { beta1, beta2, coupled } = adamConstants(options, l2);
  return {
    update(b, update) {
      const gradient = withL2(b, update, coupled);
      const m = optimizerState(b, update.name, 'm', (old, next) => {
        b.add('Add', [b.add('Mul', [old, b.constant(beta1)]), gradient], {}, { outputs: [next] });
      });
      const v = optimizerState(b, update.name, 'v', (old, next) => {
        const square = b.add('Mul', [gradient, gradient]);
        b.add('Add', [b.add('Mul', [old, b.constant(beta2)]), square], {}, { outputs: [next] });
      });
      const deviation = b.add('Add', [b.add('Sqrt', [v.next]), scalarInput(b, 'adam_epsilon')]);
      const size = scalarInput(b, `step_size/${update.group}`);
      const step = b.add('Mul', [b.add('Div', [m.next, deviation]), size]);
      const old =
        decoupled > 0 && update.decays
          ? b.add('Mul', [update.name, scalarInput(b, `decay/${update.group}`)])
          : update.name;
      b.output(b.add('Sub', [old, step], {}, { outputs: [`${update.name}_next`] }));
      return [m, v];
    },
    scalars(step, learningRates) {
      const c = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
      const values: Record<string, number> = { adam_epsilon: epsilon / c };
      for (const [group, rate] of Object.entries(learningRates)) {
        values[`step_size/${group}`] = (rate * (1 - beta1)) / ((1 - beta1 ** step) * c);
        if (decoupled > 0) values[`decay/${group}`] = 1 - rate * decoupled;
      }
      return values;
    },
  };
}
