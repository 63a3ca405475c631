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

const RANK: Record<Kind, number> = { number: 0, reduced: 1, vector: 2 };

/** Collects nodes; equal ones are shared, and arithmetic of constants is done at once. */
export class GraphBuilder {
  readonly nodes: Node[] = [];
  readonly #places = new Map<string, number>();

  constant(value: number): Term {
    return {
      node: this.#place({ op: "constant", value }, Object.is(value, -0) ? "-0" : String(value)),
      kind: "number",
    };
  }

  input(name: string, kind: Kind): Term {
    return { node: this.#place({ op: "input", name }, name), kind };
  }

  /** An elementwise operation: its kind is that of its highest argument. */
  elementwise(op: Operation, args: readonly Term[], fold?: (...numbers: number[]) => number): Term {
    const values = args.map(({ node }) => this.#constantAt(node));
    if (fold !== undefined && values.every((value) => value !== undefined))
      return this.constant(fold(...values));
    const kind = args.reduce<Kind>(
      (highest, { kind }) => (RANK[kind] > RANK[highest] ? kind : highest),
      "number",
    );
    return this.operation(op, args, kind);
  }

  operation(op: Operation, args: readonly Term[], kind: Kind): Term {
    const nodes = args.map(({ node }) => node);
    return { node: this.#place({ op, args: nodes }, nodes.join()), kind };
  }

  #constantAt(place: number): number | undefined {
    const node = this.nodes[place]!;
    return node.op === "constant" ? node.value : undefined;
  }

  #place(node: Node, key: string): number {
    const full = `${node.op} ${key}`;
    const found = this.#places.get(full) ?? this.nodes.push(node) - 1;
    this.#places.set(full, found);
    return found;
  }
}
