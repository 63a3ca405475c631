/** The parts of a dataset. */
export const PARTS = ["train", "validation", "test"] as const;
export type Part = (typeof PARTS)[number];

/** What an array is for. */
export interface Role {
  readonly part: Part;
  readonly what: "images" | "labels";
}

const PART_WORDS: Readonly<Record<string, Part>> = {
  train: "train",
  training: "train",
  val: "validation",
  valid: "validation",
  validation: "validation",
  test: "test",
  testing: "test",
};
const IMAGES = new Set(["x", "image", "images", "img", "imgs", "data"]);
const LABELS = new Set(["y", "label", "labels", "target", "targets"]);

/**
 * What an array is for, from its name: "x_train", "y_test", "train_images", "val-labels", "kmnist-train-imgs", or "images" and
 * "labels" alone. Undefined if it does not say.
 */
export function roleOf(name: string): Role | undefined {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  const has = (set: ReadonlySet<string>) => words.some((word) => set.has(word));
  const isImages = has(IMAGES);
  if (isImages === has(LABELS)) return undefined;
  const part = words
    .map((word) => (Object.hasOwn(PART_WORDS, word) ? PART_WORDS[word] : undefined))
    .find(Boolean);
  return { part: part ?? "train", what: isImages ? "images" : "labels" };
}
