/** The framework that defines formulas, defaults and initial weights: Keras 3, Keras 2 or PyTorch. */
export const SEMANTICS = ["keras3", "keras2", "pytorch"] as const;
/** The framework whose formulas, defaults and initial weights a name stands for. */
export type Semantics = (typeof SEMANTICS)[number];

/** The source of a formula: a framework or, if the framework lacks it, the authors' paper or code. */
export type Source = Semantics | "author";
