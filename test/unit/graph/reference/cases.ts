/** Builds one-operator cases for the gradient checks. */
import fc from 'fast-check';
import { createBuilder, type AddOptions, type GraphBuilder } from '../../../../src/engine/graph/builder.ts';
import { createRandom, type Random } from '../../../../src/engine/train/random.ts';
import { checkGradients, rounded } from './gradients.ts';
import { size, type Tensor64 } from './tensor.ts';

export type Kind = 'normal' | 'positive' | 'distinct';

/** `distinct` values keep a distance from each other, so no maximum is decided by less than a finite-difference step. */
function values(random: Random, dims: readonly number[], kind: Kind): Tensor64 {
  const n = size(dims);
  if (kind === 'normal') return rounded(Array.from({ length: n }, () => random.normal()), dims); // prettier-ignore
  if (kind === 'positive') return rounded(Array.from({ length: n }, () => 0.4 + 1.6 * random.next()), dims); // prettier-ignore
  const grid = random.shuffle(Array.from({ length: n }, (_, i) => i));
  return rounded(grid.map(i => ((i - n / 2 + 0.31) * 4) / Math.max(n, 8)), dims); // prettier-ignore
}

/** Collects inputs with their values while a graph is built. */
export class CaseBuilder {
  readonly b: GraphBuilder;
  readonly feeds = new Map<string, Tensor64>();
  readonly random: Random;

  constructor(seed: number, opset?: number) {
    this.b = createBuilder('case', opset);
    this.random = createRandom(seed);
  }

  input(dims: readonly number[], kind: Kind = 'normal'): string {
    const name = this.b.input(`x${this.feeds.size}`, 'float32', dims);
    this.feeds.set(name, values(this.random, dims, kind));
    return name;
  }

  async check(...outputs: string[]): Promise<void> {
    await checkGradients({ graph: this.b.output(...outputs).build(), feeds: this.feeds });
  }
}

export type Attributes = Parameters<GraphBuilder['add']>[2];

/** Checks one operator on inputs of the given shapes. */
export async function checkOperator(
  opType: string,
  inputs: readonly (readonly number[])[],
  attributes: Attributes = {},
  options: { kind?: Kind; seed?: number; opset?: number; add?: AddOptions } = {},
): Promise<void> {
  const c = new CaseBuilder(options.seed ?? 1, options.opset);
  const names = inputs.map(dims => c.input(dims, options.kind));
  await c.check(c.b.add(opType, names, attributes, options.add));
}

/** Runs a property with a fixed seed, so a failure can be repeated. */
export async function forAll<T>(
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => Promise<void>,
  runs = 15,
): Promise<void> {
  await fc.assert(fc.asyncProperty(arbitrary, check), { numRuns: runs, seed: 20260101 });
}

export const sizes = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** A shape of rank 1 to 4 with small sizes. */
export const shapes = (minRank = 1, maxRank = 4): fc.Arbitrary<number[]> =>
  fc.array(sizes(1, 4), { minLength: minRank, maxLength: maxRank });

/** A shape and another that broadcasts to it: axes dropped at the front or set to 1. */
export const broadcastPair = (): fc.Arbitrary<[number[], number[]]> =>
  shapes().chain(dims =>
    fc
      .tuple(fc.integer({ min: 0, max: dims.length }), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
      .map(([drop, ones]): [number[], number[]] => [dims, dims.map((n, i) => (ones[i] ? 1 : n)).slice(drop)]),
  );
