/** Whose definition a name has: formulas, defaults and initial weights as in Keras 3, Keras 2 or PyTorch. */
export const SEMANTICS = ["keras3", "keras2", "pytorch"] as const;
/**
 * The framework whose formulas, defaults and initial weights a name stands for.
 *
 * @useDeclaredType
 */
export type Semantics = (typeof SEMANTICS)[number];

/** Where a formula comes from: a framework, or, where a framework lacks it, the authors' paper or code. */
export type Source = Semantics | "author";
