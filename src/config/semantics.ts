/** Whose definition a name has: formulas, defaults and initial weights as in Keras 3 or as in PyTorch. */
export const SEMANTICS = ["keras3", "pytorch"] as const;
export type Semantics = (typeof SEMANTICS)[number];
