import type { Fold } from "./functions.js";
import type { Node, Operation } from "./graph.js";

/** The value of an expression: the index of its node in the graph. */
export type Term = number;

/** Collects the nodes of a graph. Shares equal nodes and folds arithmetic of constants, in double precision. */
export class NodeTable {
  readonly #nodes: Node[] = [];
  /** The position of each node's first occurrence in the formula's text. */
  readonly #offsets: number[] = [];
  readonly #terms = new Map<string, Term>();

  /** @param nodes those of a finished graph, which keep their indices */
  constructor(nodes: readonly Node[] = []) {
    for (const node of nodes) this.#add(node, 0);
  }

  constant(value: number): Term {
    return this.#add({ op: "constant", value }, 0);
  }

  /** The value of a constant; undefined for other nodes. */
  constantAt(term: Term): number | undefined {
    const node = this.#nodes[term]!;
    return node.op === "constant" ? node.value : undefined;
  }

  row(values: readonly number[]): Term {
    return this.#add({ op: "row", values }, 0);
  }

  input(name: string): Term {
    return this.#add({ op: "input", name }, 0);
  }

  /** @param fold folds the operation if all arguments are constants */
  operation(op: Operation, args: readonly Term[], offset: number, fold?: Fold): Term {
    const values = args.map((term) => this.constantAt(term)).filter((value) => value !== undefined);
    if (fold !== undefined && values.length === args.length) return this.constant(fold(...values));
    return this.#add({ op, args }, offset);
  }

  /** The nodes that the results depend on, without those that folding made unused, and the indices of the results. */
  finish(results: readonly Term[]): {
    readonly nodes: readonly Node[];
    readonly offsets: readonly number[];
    readonly results: readonly number[];
  } {
    const needed = new Set(results);
    for (let i = this.#nodes.length - 1; i >= 0; i--) {
      const node = this.#nodes[i]!;
      if (needed.has(i) && "args" in node) for (const argument of node.args) needed.add(argument);
    }
    const kept = [...needed].sort((a, b) => a - b);
    const place = new Map(kept.map((old, index) => [old, index]));
    const nodes = kept.map((old) => {
      const node = this.#nodes[old]!;
      return "args" in node ? { ...node, args: node.args.map((argument) => place.get(argument)!) } : node;
    });
    return {
      nodes,
      offsets: kept.map((old) => this.#offsets[old]!),
      results: results.map((term) => place.get(term)!),
    };
  }

  #add(node: Node, offset: number): Term {
    const key = keyOf(node);
    const found = this.#terms.get(key);
    if (found !== undefined) return found;
    this.#terms.set(key, this.#nodes.length);
    this.#offsets.push(offset);
    return this.#nodes.push(node) - 1;
  }
}

/** Equal for equal nodes only. */
function keyOf(node: Node): string {
  if (node.op === "constant") return `constant ${Object.is(node.value, -0) ? "-0" : node.value}`;
  if (node.op === "row") return `row ${node.values.join()}`;
  return `${node.op} ${"args" in node ? node.args.join() : node.name}`;
}
