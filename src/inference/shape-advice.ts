import type { ImageShape } from "../data/image-shape.js";

/** What to do about images that do not have the shape that a model takes: " Resize them with `resize` (--resize)." */
export function shapeAdvice(got: ImageShape, wanted: ImageShape): string {
  const steps = [
    ...(got.height === wanted.height && got.width === wanted.width
      ? []
      : ["resize them with `resize` (--resize)"]),
    ...(got.channels === 3 && wanted.channels === 1 ? ["convert them with `greyscale` (--greyscale)"] : []),
  ];
  const text = steps.join(", and ");
  return text === "" ? "" : ` ${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
