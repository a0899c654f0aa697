import type { Dim, ElementType, Node, Shape, TensorType } from '../ir.ts';

/** What is known while the types of one node are worked out. */
export interface TypeContext {
  readonly opset: number;
  type(name: string): TensorType | undefined;
  /** Values of a small integer tensor (a shape, axes), as far as they follow from shapes and constants. */
  known(name: string): readonly Dim[] | undefined;
}

export interface Inferred {
  readonly type: ElementType;
  readonly shape: Shape;
  /** Values, for small integer tensors. */
  readonly value?: readonly Dim[] | undefined;
}

/** Types of a node's outputs in order; undefined where they cannot be known. */
export type Infer = (node: Node, context: TypeContext) => readonly (Inferred | undefined)[];

/** Numbers of an integer input, undefined when it is absent or not constant. */
export function knownInts(context: TypeContext, name: string | undefined): readonly number[] | undefined {
  if (name === undefined || name === '') return undefined;
  const value = context.known(name);
  return value?.every(v => typeof v === 'number') === true ? value : undefined;
}
