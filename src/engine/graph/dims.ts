import type { Dim, Shape } from './ir.ts';

/** A product of a number and named open dimensions, written `49*batch`. */
interface Monomial {
  factor: number;
  symbols: string[];
}

function parse(dim: Dim): Monomial {
  if (typeof dim === 'number') return { factor: dim, symbols: [] };
  const result: Monomial = { factor: 1, symbols: [] };
  for (const part of dim.split('*')) {
    if (/^\d+$/.test(part)) result.factor *= Number(part);
    else result.symbols.push(part);
  }
  return result;
}

function format({ factor, symbols }: Monomial): Dim {
  if (symbols.length === 0 || factor === 0) return factor;
  const names = symbols.toSorted();
  return factor === 1 ? names.join('*') : [String(factor), ...names].join('*');
}

export function multiplyDims(dims: Shape): Dim {
  const parts = dims.map(parse);
  return format({ factor: parts.reduce((a, p) => a * p.factor, 1), symbols: parts.flatMap(p => p.symbols) });
}

/** a / b where that is a whole number of whole symbols, else undefined. */
export function divideDims(a: Dim, b: Dim): Dim | undefined {
  const x = parse(a);
  const y = parse(b);
  if (y.factor === 0 || x.factor % y.factor !== 0) return undefined;
  const symbols = [...x.symbols];
  for (const symbol of y.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) return undefined;
    symbols.splice(at, 1);
  }
  return format({ factor: x.factor / y.factor, symbols });
}

export const isStatic = (shape: Shape): shape is readonly number[] => shape.every(dim => typeof dim === 'number');

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i]);

/** `axis` of a tensor of that rank, negative ones counted from the end. */
export const normalAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/**
 * Multidirectional (NumPy) broadcasting. An open dimension against a number other than 1 is taken to be that number.
 * Returns undefined where the shapes cannot be broadcast.
 */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const out: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x === y || y === 1) out.push(x);
    else if (x === 1) out.push(y);
    else if (typeof x === 'string') out.push(y);
    else if (typeof y === 'string') out.push(x);
    else return undefined;
  }
  return out;
}

/** Replaces named dimensions by sizes or other names, also within products. */
export function bindDim(dim: Dim, sizes: ReadonlyMap<string, Dim>): Dim {
  if (typeof dim === 'number') return dim;
  return multiplyDims(dim.split('*').map(part => sizes.get(part) ?? (/^\d+$/.test(part) ? Number(part) : part)));
}

export const bindShape = (shape: Shape, sizes: ReadonlyMap<string, Dim>): Shape =>
  shape.map(dim => bindDim(dim, sizes));
