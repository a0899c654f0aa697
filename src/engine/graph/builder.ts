import { HeadwayError } from '../../shared/errors.ts';
import { isStatic } from './dims.ts';
import {
  DEFAULT_OPSET,
  emptyGraph,
  type Attribute,
  type Dim,
  type ElementType,
  type Graph,
  type Node,
  type Shape,
  type Tensor,
  type TensorType,
  type ValueInfo,
} from './ir.ts';
import { TypeTable } from './shapes.ts';
import { boolTensor, floatTensor, intTensor } from './tensors.ts';

type AttributeValue = number | string | readonly number[] | Attribute;

/** Attributes that are floats even when their value is whole. */
const FLOATS = new Set(['alpha', 'beta', 'gamma', 'epsilon', 'momentum', 'bias', 'lambd', 'value_float', 'ratio']);

function attributeOf(name: string, value: AttributeValue): Attribute {
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'number') return { kind: FLOATS.has(name) ? 'float' : 'int', value };
  if ('kind' in value) return value;
  return { kind: 'ints', value };
}

export interface AddOptions {
  /** Names of the outputs; fresh ones where not given. '' leaves an optional output out. */
  outputs?: readonly string[];
  /** Node name, also the stem of fresh output names. Default: the operator's name. */
  name?: string;
  domain?: string;
}

/**
 * Builds or extends a graph: fresh names, constants shared by value, types known at once. `add` appends a node and gives the name
 * of its first output, so calls nest: `b.add('Relu', [b.add('Gemm', [x, w, c])])`.
 */
export class GraphBuilder {
  readonly #base: Graph;
  readonly #nodes: Node[];
  readonly #initializers: Map<string, Tensor>;
  readonly #inputs: ValueInfo[];
  readonly #outputs: string[];
  readonly #used = new Set<string>();
  readonly #nodeNames = new Set<string>();
  readonly #counters = new Map<string, number>();
  readonly #constants = new Map<string, string>();
  readonly #table: TypeTable;

  constructor(graph: Graph = emptyGraph('headway')) {
    this.#base = graph;
    this.#nodes = [...graph.nodes];
    this.#initializers = new Map(graph.initializers);
    this.#inputs = [...graph.inputs];
    this.#outputs = graph.outputs.map(value => value.name);
    this.#table = new TypeTable(graph);
    for (const value of graph.inputs) this.#used.add(value.name);
    for (const name of graph.initializers.keys()) this.#used.add(name);
    for (const node of graph.nodes) {
      this.#nodeNames.add(node.name);
      for (const name of node.outputs) this.#used.add(name);
    }
  }

  get opset(): number {
    return this.#base.opset;
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  get initializers(): ReadonlyMap<string, Tensor> {
    return this.#initializers;
  }

  get table(): TypeTable {
    return this.#table;
  }

  /** A tensor name not yet used, equal to `stem` if that is free. */
  fresh(stem: string): string {
    if (!this.#used.has(stem)) {
      this.#used.add(stem);
      return stem;
    }
    for (;;) {
      const n = (this.#counters.get(stem) ?? 0) + 1;
      this.#counters.set(stem, n);
      const name = `${stem}_${n}`;
      if (!this.#used.has(name)) {
        this.#used.add(name);
        return name;
      }
    }
  }

  input(name: string, type: ElementType, shape: Shape): string {
    this.#claim(name);
    this.#inputs.push({ name, type, shape });
    this.#table.types.set(name, { type, shape });
    return name;
  }

  /** Declares tensors as graph outputs, in this order after those already declared. */
  output(...names: string[]): this {
    for (const name of names) {
      this.type(name);
      if (!this.#outputs.includes(name)) this.#outputs.push(name);
    }
    return this;
  }

  initializer(name: string, tensor: Tensor): string {
    this.#claim(name);
    this.#initializers.set(name, tensor);
    this.#table.addConstant(name, tensor);
    return name;
  }

  /** A float32 constant; equal ones are shared. A number without dims is a scalar. */
  constant(values: number | readonly number[], dims?: readonly number[]): string {
    const list = typeof values === 'number' ? [values] : values;
    const shape = dims ?? (typeof values === 'number' ? [] : [list.length]);
    return this.#shared(`f|${shape.join()}|${list.join()}`, 'constant', () => floatTensor(list, shape));
  }

  /** An int64 constant: a vector, or a scalar for a plain number. */
  ints(values: number | readonly number[], dims?: readonly number[]): string {
    const list = typeof values === 'number' ? [values] : values;
    const shape = dims ?? (typeof values === 'number' ? [] : [list.length]);
    return this.#shared(`i|${shape.join()}|${list.join()}`, 'ints', () => intTensor(list, shape));
  }

  bool(value: boolean): string {
    return this.#shared(`b|${value}`, 'flag', () => boolTensor([value], []));
  }

  /** Appends a node; gives the name of its first output. */
  add(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    options: AddOptions = {},
  ): string {
    return this.addMany(opType, inputs, attributes, { outputs: [''], ...options, fill: true })[0]!;
  }

  /** Appends a node with the given outputs (each fresh where `fill` is set and the name is ''). */
  addMany(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
    options: AddOptions & { outputs: readonly string[]; fill?: boolean },
  ): string[] {
    const stem = options.name ?? opType.toLowerCase();
    const outputs = options.outputs.map(name => {
      if (name === '') return options.fill === true ? this.fresh(stem) : '';
      this.#claim(name);
      return name;
    });
    const node: Node = {
      name: this.#nodeName(options.name ?? outputs[0]!),
      opType,
      domain: options.domain ?? '',
      inputs,
      outputs,
      attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attributeOf(key, value)])),
    };
    this.#nodes.push(node);
    this.#table.addNode(node);
    return outputs;
  }

  /** Keeps names from being given out by `fresh`, for a graph that is rebuilt node by node. */
  reserve(names: Iterable<string>): this {
    for (const name of names) this.#used.add(name);
    return this;
  }

  /** Appends a finished node; its output names may have been reserved. */
  append(node: Node): void {
    this.#nodeNames.add(node.name);
    for (const name of node.outputs) this.#used.add(name);
    this.#nodes.push(node);
    this.#table.addNode(node);
  }

  /**
   * Gives a node of the graph further outputs, named after the stems where it has none yet (optional outputs such as the indices of
   * MaxPool). Gives all its outputs.
   */
  extendOutputs(node: Node, stems: readonly string[]): readonly string[] {
    const at = this.#nodes.findIndex(n => n.outputs[0] === node.outputs[0]);
    const old = this.#nodes[at]!;
    const more = stems.map((stem, i) => old.outputs[i + 1] || this.fresh(`${old.outputs[0]}/${stem}`));
    const extended: Node = { ...old, outputs: [old.outputs[0]!, ...more] };
    this.#nodes[at] = extended;
    this.#table.addNode(extended);
    return extended.outputs;
  }

  /** Type of a tensor; throws `invalid` where it cannot be inferred. */
  type(name: string): TensorType {
    const type = this.#table.type(name);
    if (!type) throw new HeadwayError('invalid', `The shape of tensor "${name}" cannot be inferred.`);
    return type;
  }

  shape(name: string): Shape {
    return this.type(name).shape;
  }

  rank(name: string): number {
    return this.type(name).shape.length;
  }

  /** Sizes of a tensor all of whose dimensions are numbers. */
  dims(name: string): readonly number[] {
    const shape = this.shape(name);
    if (!isStatic(shape))
      throw new HeadwayError(
        'invalid',
        `Tensor "${name}" has an open dimension [${shape.join(', ')}]; give it a size first.`,
      );
    return shape;
  }

  dim(name: string, axis: number): Dim {
    return this.shape(name).at(axis)!;
  }

  build(name = this.#base.name): Graph {
    return {
      ...this.#base,
      name,
      nodes: [...this.#nodes],
      initializers: new Map(this.#initializers),
      inputs: [...this.#inputs],
      outputs: this.#outputs.map(output => ({ name: output, ...this.type(output) })),
    };
  }

  #claim(name: string): void {
    if (this.#used.has(name)) throw new HeadwayError('invalid', `The graph already has a tensor named "${name}".`);
    this.#used.add(name);
  }

  #nodeName(stem: string): string {
    let name = stem;
    for (let i = 1; this.#nodeNames.has(name); i++) name = `${stem}_${i}`;
    this.#nodeNames.add(name);
    return name;
  }

  #shared(key: string, stem: string, make: () => Tensor): string {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.fresh(stem);
    this.#constants.set(key, name);
    const tensor = make();
    this.#initializers.set(name, tensor);
    this.#table.addConstant(name, tensor);
    return name;
  }
}

/** An empty builder at an operator-set version. */
export const createBuilder = (name: string, opset: number = DEFAULT_OPSET): GraphBuilder =>
  new GraphBuilder({ ...emptyGraph(name), opset });
