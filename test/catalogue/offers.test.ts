import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Definition } from "../../src/catalogue/definition.js";
import { SEMANTICS, type Semantics } from "../../src/catalogue/semantics.js";
import { LOSSES, resolveLoss } from "../../src/losses/losses.js";
import { OPTIMIZERS, resolveOptimizer } from "../../src/optimizers/optimizers.js";

/** The result of test/golden/offers.py: what the frameworks contain. */
type Offers = Record<Semantics, { version: string; optimizers: string[]; losses: string[] }>;
const offers: Offers = JSON.parse(readFileSync(new URL("../golden/offers.json", import.meta.url), "utf8"));

/** Our names for each class of a framework, or why there is none. */
type Mapping = Readonly<Record<string, readonly string[] | string>>;

const WRAPPER = "wraps another optimizer";
const optimizers: Mapping = {
  Adadelta: ["adadelta"],
  Adafactor: ["adafactor"],
  Adagrad: ["adagrad"],
  Adam: ["adam", "amsgrad"],
  AdamW: ["adamw"],
  Adamax: ["adamax"],
  Ftrl: ["ftrl"],
  Lamb: ["lamb"],
  Lion: ["lion"],
  Muon: ["muon"],
  NAdam: ["nadam"],
  Nadam: ["nadam"],
  RAdam: ["radam"],
  RMSprop: ["rmsprop"],
  SGD: ["sgd"],
  ScheduleFreeAdamW: ["scheduleFreeAdamw"],
  LossScaleOptimizer: WRAPPER,
  MultiOptimizer: WRAPPER,
  ASGD: "not offered",
  Rprop: "not offered: for whole data sets, not for batches",
  LBFGS: "evaluates the loss several times per step",
  SparseAdam: "Adam for sparse gradients",
};

const OTHER_TASK = "not for samples that each belong to one class";
const losses: Mapping = {
  BCEWithLogitsLoss: ["binaryCrossentropy"],
  BinaryCrossentropy: ["binaryCrossentropy"],
  CategoricalCrossentropy: ["categoricalCrossentropy"],
  CategoricalFocalCrossentropy: ["categoricalFocalCrossentropy"],
  CategoricalGeneralizedCrossEntropy: ["generalisedCrossentropy"],
  CategoricalHinge: ["categoricalHinge"],
  CosineEmbeddingLoss: ["cosineSimilarity"],
  CosineSimilarity: ["cosineSimilarity"],
  CrossEntropyLoss: ["categoricalCrossentropy", "sparseCategoricalCrossentropy"],
  Hinge: ["hinge"],
  Huber: ["huber"],
  HuberLoss: ["huber"],
  KLDivLoss: ["klDivergence"],
  KLDivergence: ["klDivergence"],
  L1Loss: ["meanAbsoluteError"],
  LogCosh: ["logCosh"],
  MSELoss: ["meanSquaredError"],
  MeanAbsoluteError: ["meanAbsoluteError"],
  MeanSquaredError: ["meanSquaredError"],
  MultiMarginLoss: ["multiMargin"],
  Poisson: ["poisson"],
  PoissonNLLLoss: ["poisson"],
  SparseCategoricalCrossentropy: ["sparseCategoricalCrossentropy"],
  SquaredHinge: ["squaredHinge"],
  BCELoss: "BCEWithLogitsLoss after a sigmoid",
  NLLLoss: "CrossEntropyLoss after a logSoftmax",
  NLLLoss2d: "NLLLoss by an older name",
  LinearCrossEntropyLoss: "CrossEntropyLoss together with the last layer",
  SmoothL1Loss: "HuberLoss over its delta",
  BinaryFocalCrossentropy: OTHER_TASK,
  MultiLabelMarginLoss: OTHER_TASK,
  MultiLabelSoftMarginLoss: OTHER_TASK,
  SoftMarginLoss: OTHER_TASK,
  CTC: OTHER_TASK,
  CTCLoss: OTHER_TASK,
  Circle: OTHER_TASK,
  Dice: OTHER_TASK,
  Tversky: OTHER_TASK,
  MeanAbsolutePercentageError: OTHER_TASK,
  MeanSquaredLogarithmicError: OTHER_TASK,
  AdaptiveLogSoftmaxWithLoss: OTHER_TASK,
  GaussianNLLLoss: OTHER_TASK,
  HingeEmbeddingLoss: OTHER_TASK,
  MarginRankingLoss: OTHER_TASK,
  TripletMarginLoss: OTHER_TASK,
  TripletMarginWithDistanceLoss: OTHER_TASK,
};

const catalogues = [
  {
    what: "optimizers",
    mapping: optimizers,
    definitions: OPTIMIZERS as Readonly<Record<string, Definition>>,
    resolve: (name: string, semantics: Semantics) => resolveOptimizer(name as "adam", semantics),
  },
  {
    what: "losses",
    mapping: losses,
    definitions: LOSSES as Readonly<Record<string, Definition>>,
    resolve: (name: string, semantics: Semantics) => resolveLoss(name as "huber", semantics),
  },
] as const;

describe.each(catalogues)("the frameworks' $what", ({ what, mapping, definitions, resolve }) => {
  it("are all covered, and no others", () => {
    const offered = new Set(SEMANTICS.flatMap((source) => offers[source][what]));
    expect([...offered].sort()).toEqual(Object.keys(mapping).sort());
  });

  it.each(SEMANTICS)("have a separate definition in %s if that framework has one", (source) => {
    const names = offers[source][what].flatMap((each) =>
      typeof mapping[each] === "string" ? [] : (mapping[each] ?? []),
    );
    const defined = Object.values(definitions).filter(({ defaults }) => Object.hasOwn(defaults, source));
    expect([...new Set(names)].sort()).toEqual(defined.map(({ name }) => name).sort());
    for (const name of names) expect(resolve(name, source).semantics).toBe(source);
  });
});
