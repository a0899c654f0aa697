import type { GraphBuilder } from '../builder.ts';
import type { Node } from '../ir.ts';

/** What a rule sees of the node it differentiates. */
export interface RuleContext {
  readonly node: Node;
  readonly b: GraphBuilder;
  /** Name of input `i`; '' where it is absent. */
  readonly input: (i: number) => string;
  /** Name of output `i`. */
  readonly output: (i: number) => string;
  /** Whether the gradient of input `i` is wanted. */
  readonly needs: (i: number) => boolean;
  /** Gradient of output `i` (same shape as the output). Absent where nothing flows back through it. */
  readonly gradients: readonly (string | undefined)[];
  /** Gradient of output 0. */
  readonly dy: string;
  /** The error to throw where the node's attributes are not supported. */
  readonly unsupported: (reason: string) => Error;
}

/** Emits the backward nodes of one node; gives a gradient per input, undefined where none is needed or there is none. */
export type Rule = (context: RuleContext) => readonly (string | undefined)[];

/** A rule of an operator with one input that matters: `emit` gives its gradient. */
export const unary =
  (emit: (b: GraphBuilder, context: RuleContext) => string): Rule =>
  context => [context.needs(0) ? emit(context.b, context) : undefined];
