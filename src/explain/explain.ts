import type { Definition } from "../catalogue/definition.js";
import type { Source } from "../catalogue/semantics.js";
import { configError, OptimbenchError } from "../errors.js";
import { blocks } from "../formula/statements.js";
import { LOSSES, type LossConfig, lossGraph, resolveLoss } from "../losses/losses.js";
import { loadNative } from "../native/addon.js";
import { GRADIENT_TRANSFORMS } from "../optimizers/gradient-transforms.js";
import { OPTIMIZERS, type OptimizerConfig, resolveOptimizer, updateGraph } from "../optimizers/optimizers.js";
import { describe } from "../validation/describe.js";
import { didYouMean } from "../validation/nearest.js";
import { keyText } from "../validation/path-text.js";
import { plainData } from "../validation/plain-data.js";
import { differencesBetween } from "./differences.js";
import type {
  Explanation,
  HyperparameterExplanation,
  LossDefinition,
  LossExplanation,
  OptimizerDefinition,
  OptimizerExplanation,
} from "./explanation.js";
import { firstStep } from "./first-step.js";
import { hyperparameterTexts } from "./range-text.js";
import { stateBytes, statesOf } from "./states.js";

/** Example logits: one sample of three classes, classified correctly. Extended if a hyperparameter has more classes. */
const LOGITS = [2, -1, 0.5];

type Given = { readonly name: string; readonly [setting: string]: unknown };

/**
 * Explains an optimizer or a loss: formula, defaults, states and first step for each source that defines it, and the
 * differences between the sources.
 *
 * @param what a name, such as "adagrad"; a name with settings, which selects the sources that have them; or a custom formula,
 *   `{ name, formula, hyperparameters }`
 * @throws OptimbenchError (CONFIG, FORMULA; LIBTORCH if libtorch is missing, since examples are computed natively)
 * @example explain("adagrad").differences
 */
export function explain(what: string | OptimizerConfig | LossConfig): Explanation {
  const plain = plainData(what, "explanation");
  const given = (typeof plain === "string" ? { name: plain } : plain) as Given;
  if (typeof given?.name !== "string") {
    throw configError(
      `Expected the name of an optimizer or a loss, or an object with a \`name\`, got ${describe(plain)}.`,
    );
  }
  if (Object.hasOwn(OPTIMIZERS, given.name)) return builtInOptimizer(given);
  if (Object.hasOwn(LOSSES, given.name)) return builtInLoss(given);
  if (typeof given.formula === "string") return explainCustom(given, given.formula);
  throw unknownName(given.name);
}

function unknownName(name: string) {
  const [optimizers, losses] = [Object.keys(OPTIMIZERS), Object.keys(LOSSES)];
  const hint = didYouMean(name, [...optimizers, ...losses]);
  return configError(
    `There is no optimizer or loss "${keyText(name)}".${hint} Optimizers: ${optimizers.join(", ")}. Losses: ${losses.join(", ")}.`,
  );
}

function builtInOptimizer(given: Given): OptimizerExplanation {
  const definition: Definition = OPTIMIZERS[given.name as keyof typeof OPTIMIZERS];
  const resolve = (settings: Given) => resolveOptimizer(settings as OptimizerConfig, "keras3");
  const definitions = sourcesThatKnow(definition, given, GRADIENT_TRANSFORMS).map((source) =>
    optimizerDefinition(source, resolve({ ...given, semantics: source }) as never),
  );
  return { kind: "optimizer", ...described(definition, given, definitions, resolve) };
}

function builtInLoss(given: Given): LossExplanation {
  const definition: Definition = LOSSES[given.name as keyof typeof LOSSES];
  const resolve = (settings: Given) => resolveLoss(settings as LossConfig, "keras3");
  const definitions = sourcesThatKnow(definition, given).map((source) =>
    lossDefinition(source, resolve({ ...given, semantics: source }) as never),
  );
  return { kind: "loss", ...described(definition, given, definitions, resolve) };
}

function described<Each extends OptimizerDefinition | LossDefinition>(
  definition: Definition,
  given: Given,
  definitions: readonly Each[],
  resolve: (settings: Given) => { readonly formula: string },
) {
  const { name, title, sources, note, defaults } = definition;
  return {
    name,
    title,
    sources,
    ...(note !== undefined && { note }),
    hyperparameters: hyperparametersOf(definition),
    definitions,
    differences: differencesBetween(definitions, defaults, (source, settings) =>
      formulaOrNone(() => resolve({ ...given, ...settings, name, semantics: source })),
    ),
  };
}

/** The sources that have every given setting. If there are none, resolving throws the reason. */
function sourcesThatKnow({ defaults }: Definition, given: Given, besides: object = {}): Source[] {
  const { name: _, label: __, formula: ___, semantics, ...settings } = given;
  const sources = Object.keys(defaults) as Source[];
  if (semantics !== undefined) return [semantics as Source];
  const knows = (source: Source) =>
    Object.keys(settings).every(
      (key) => Object.hasOwn(defaults[source]!, key) || Object.hasOwn(besides, key),
    );
  const known = sources.filter(knows);
  return known.length > 0 ? known : [sources[0]!];
}

function hyperparametersOf({ hyperparameters, defaults }: Definition): HyperparameterExplanation[] {
  return hyperparameterTexts(hyperparameters).map((text) => ({
    ...text,
    defaults: Object.fromEntries(
      Object.entries(defaults as Record<string, Record<string, unknown>>).flatMap(([source, values]) =>
        Object.hasOwn(values, text.name) ? [[source, values[text.name]]] : [],
      ),
    ),
  }));
}

function explainCustom(given: Given, formula: string): Explanation {
  const isUpdate = blocks(formula).some(({ statements }) =>
    statements.some(({ target }) => target?.name === "theta"),
  );
  const numbers = Object.entries((given.hyperparameters ?? {}) as object);
  const shared = { name: given.name, title: given.name, sources: [], differences: [] };
  const hyperparameters = [
    ...(isUpdate ? [["learningRate", given.learningRate ?? 0.001] as const] : []),
    ...numbers,
  ].map(([name, value]) => ({ name, meaning: "", range: "", defaults: { custom: value } }));
  if (!isUpdate) {
    const loss = resolveLoss(given as unknown as LossConfig, "keras3");
    return { kind: "loss", ...shared, hyperparameters, definitions: [lossDefinition("custom", loss)] };
  }
  const optimizer = resolveOptimizer(given as unknown as OptimizerConfig, "keras3");
  return {
    kind: "optimizer",
    ...shared,
    hyperparameters,
    definitions: [optimizerDefinition("custom", optimizer)],
  };
}

function optimizerDefinition(
  source: Source | "custom",
  optimizer: ReturnType<typeof resolveOptimizer>,
): OptimizerDefinition {
  const update = updateGraph(optimizer);
  const states = statesOf(update);
  return {
    source,
    formula: optimizer.formula,
    states,
    stateBytes: stateBytes(update, states),
    ...firstStep(update, optimizer.learningRate),
  };
}

function lossDefinition(source: Source | "custom", loss: ReturnType<typeof resolveLoss>): LossDefinition {
  const settings: object = loss.semantics === "custom" ? loss.hyperparameters : loss;
  const rows = Object.values(settings).filter((each) => Array.isArray(each) && each.length > 0);
  const logits = Array.from(
    { length: rows[0]?.length ?? LOGITS.length },
    (_, i) => LOGITS[i % LOGITS.length]!,
  );
  const target = logits.map((_, i) => (i === 0 ? 1 : 0));
  const graph = lossGraph(loss);
  const [z, y] = [Float64Array.from(logits), Float64Array.from(target)];
  const { values, gradient } = loadNative().runLoss(graph, z, y, logits.length);
  const example = { logits, target, value: values[0]!, gradient: [...gradient] };
  return { source, formula: loss.formula, example };
}

function formulaOrNone(resolve: () => { readonly formula: string }): string | undefined {
  try {
    return resolve().formula;
  } catch (error) {
    if (error instanceof OptimbenchError) return undefined; // such as conflicting settings
    throw error;
  }
}
