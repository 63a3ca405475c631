/** Sizes along the axes, outermost first; [] is a single number. */
export type Shape = readonly number[];

/** How the shape of a function's result follows from its arguments. */
export interface ShapeRule {
  /** What the function needs, for messages. */
  readonly needs: string;
  /** The shape of the result; undefined if the arguments do not match. */
  readonly result: (...args: readonly Shape[]) => Shape | undefined;
}

/** Broadcasting as in NumPy: axes are aligned from the last, and an axis of size 1 is repeated. */
export const broadcast: ShapeRule = {
  needs: "equal shapes, or a number, a row or a column for one of them",
  result: (...args) => args.reduce<Shape | undefined>((a, b) => a && broadcastTwo(a, b), []),
};

/** Reduces several numbers to one. */
export const reduced: ShapeRule = {
  needs: "several numbers",
  result: ({ length }) => (length === 0 ? undefined : []),
};

/** Maps one number per class to one number per class. */
export const perClass: ShapeRule = {
  needs: "one number per class",
  result: (shape) => (shape.length === 0 ? undefined : shape),
};

const MATRIX = "rows and columns (call it in a block such as `matrices: { ... }`)";

/** A rule for matrices: columns are the last axis, rows the one before. */
export const ofMatrix = (
  result: (outer: Shape, rows: number, columns: number, shape: Shape) => Shape,
): ShapeRule => ({
  needs: MATRIX,
  result: (shape) =>
    shape.length < 2 ? undefined : result(shape.slice(0, -2), shape.at(-2)!, shape.at(-1)!, shape),
});

export const product: ShapeRule = {
  needs: "matrices, with as many columns on its left as rows on its right",
  result: (a, b) => {
    if (a.length < 2 || b.length < 2 || a.at(-1) !== b.at(-2)) return undefined;
    const outer = broadcastTwo(a.slice(0, -2), b.slice(0, -2));
    return outer && [...outer, a.at(-2)!, b.at(-1)!];
  },
};

export const reshaped: ShapeRule = {
  needs: "as many numbers in both",
  result: (shape, like) => (sizeOf(shape) === sizeOf(like) ? like : undefined),
};

/** The number of values. */
export const sizeOf = (shape: Shape): number => shape.reduce((size, each) => size * each, 1);

export const isSame = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** "3 x 144". */
export const shapeText = (shape: Shape): string => (shape.length === 0 ? "a number" : shape.join(" x "));

function broadcastTwo(a: Shape, b: Shape): Shape | undefined {
  const [long, short] = a.length < b.length ? [b, a] : [a, b];
  const missing = long.length - short.length;
  const sizes = long.map((size, axis) => {
    const other = axis < missing ? 1 : short[axis - missing]!;
    return size === other || other === 1 ? size : size === 1 ? other : undefined;
  });
  return sizes.some((size) => size === undefined) ? undefined : (sizes as number[]);
}
