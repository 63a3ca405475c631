import type { Node, Operation } from "./graph.js";

/**
 * What an expression is: a plain number, one number computed from vectors, or a vector.
 * In updates vectors have theta's length; in losses they are the classes of each sample, and "reduced" is one number a sample.
 */
export type Kind = "number" | "reduced" | "vector";

/** An expression's place in the graph. */
export interface Term {
  readonly node: number;
  readonly kind: Kind;
}

type Fold = (...numbers: number[]) => number;

const RANK: Record<Kind, number> = { number: 0, reduced: 1, vector: 2 };

/** Collects nodes; equal ones are shared, and arithmetic of constants is done at once, in double precision. */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #places = new Map<string, number>();

  constant(value: number): Term {
    const key = Object.is(value, -0) ? "-0" : String(value);
    return { node: this.#place({ op: "constant", value }, key), kind: "number" };
  }

  row(values: readonly number[]): Term {
    return { node: this.#place({ op: "row", values }, values.join()), kind: "vector" };
  }

  input(name: string, kind: Kind): Term {
    return { node: this.#place({ op: "input", name }, name), kind };
  }

  /** An elementwise operation: its kind is that of its highest argument. */
  elementwise(op: Operation, args: readonly Term[], fold: Fold): Term {
    const values = args.map(({ node }) => this.#constantAt(node)).filter((value) => value !== undefined);
    if (values.length === args.length) return this.constant(fold(...values));
    const kinds = args.map(({ kind }) => kind).sort((a, b) => RANK[b] - RANK[a]);
    return this.operation(op, args, kinds[0]!);
  }

  operation(op: Operation, args: readonly Term[], kind: Kind): Term {
    const nodes = args.map(({ node }) => node);
    return { node: this.#place({ op, args: nodes }, nodes.join()), kind };
  }

  /** The nodes that the results are computed from, without those that folding has left over, and the results' places. */
  finish(results: readonly Term[]): { readonly nodes: readonly Node[]; readonly results: readonly number[] } {
    const needed = new Set(results.map(({ node }) => node));
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
    return { nodes, results: results.map(({ node }) => place.get(node)!) };
  }

  #constantAt(place: number): number | undefined {
    const node = this.#nodes[place]!;
    return node.op === "constant" ? node.value : undefined;
  }

  #place(node: Node, key: string): number {
    const full = `${node.op} ${key}`;
    const found = this.#places.get(full) ?? this.#nodes.push(node) - 1;
    this.#places.set(full, found);
    return found;
  }
}
