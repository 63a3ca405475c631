import { z } from "zod";
import { configError } from "../errors.js";
import { MODEL_NAMES } from "../models/models.js";
import { SCHEDULE_NAMES, SCHEDULES } from "../schedules/schedules.js";
import { didYouMean } from "../validation/nearest.js";
import { isWholeNumber, schemaAt } from "../validation/number-range.js";
import { ARM_KEYS, type ArmKey } from "./arm-config.js";
import { keysOf } from "./config-path.js";
import { trainConfigSchema } from "./train-config.js";
import { allAloneText, allSchema, MOST_VALUES, rangeValues, valueRangeSchema } from "./value-range.js";

export const varySchema = z
  .record(
    z.string().max(200),
    z.union([
      allSchema("a list, a range"),
      z
        .array(z.unknown().meta({ tsType: "unknown" }))
        .min(1)
        .max(MOST_VALUES)
        .readonly(),
      valueRangeSchema,
    ]),
  )
  .describe(
    'values by their path in a run\'s config: a list, a range of numbers, or "all" models or schedules',
  );

export type Vary = z.output<typeof varySchema>;

/** A path of a run's config, the values to compare there, and where the study's config lists each. */
export interface VariedPath {
  readonly path: string;
  readonly key: ArmKey;
  /** The keys within the value at `key`. */
  readonly inner: readonly (string | number)[];
  readonly values: readonly { readonly value: unknown; readonly given: string }[];
}

/** The keys of a study's config that vary a key of a run's config. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  optimizer: "optimizers",
  loss: "losses",
  semantics: "semantics",
  seed: "seeds",
};

/** @throws OptimbenchError (CONFIG) if a path is not one in which arms may differ */
export const variedPaths = (vary: Vary): VariedPath[] =>
  Object.entries(vary).map(([path, values]) => {
    const given = `vary.${path}`;
    const [key, ...inner] = keysOf(path);
    const elsewhere = Object.hasOwn(ELSEWHERE, path) ? ELSEWHERE[path] : undefined;
    if (elsewhere !== undefined)
      throw configError(`Give a list in \`${elsewhere}\` instead of \`${given}\`.`, given);
    if (!(ARM_KEYS as unknown[]).includes(key)) throw wrongPath(path, String(key));
    const isWhole = isWholeNumber(schemaAt(trainConfigSchema, keysOf(path)));
    const at = Array.isArray(values) && Object.hasOwn(ALL, path) ? values.indexOf("all") : -1;
    if (at >= 0)
      throw configError(
        `\`${given}[${at}]\` is "all", ${allAloneText(`vary: { ${path}: "all" }`)}`,
        `${given}[${at}]`,
      );
    const list = values === "all" ? allOf(path) : values;
    const listed =
      "from" in list
        ? rangeValues(list, isWhole).map((value) => ({ value, given }))
        : list.map((value, i) => ({ value, given: `${given}[${i}]` }));
    return { path, key: key as ArmKey, inner, values: listed };
  });

/** Why a key of a run's config cannot vary. */
const FIXED: Readonly<Record<string, string>> = {
  device: "because neither times nor numbers of two devices are comparable. Run one study per device",
  threads: "because times with other threads are not comparable and the numbers are the same",
  untimedSteps: "because times without these steps are not comparable and the numbers are the same",
  dataDir: "because it says where data is, not which. Give each folder as a `dataset` instead",
};

function wrongPath(path: string, key: string) {
  const given = `vary.${path}`;
  if (Object.hasOwn(trainConfigSchema.unwrap().shape, key))
    return configError(
      `\`${given}\` cannot vary: all runs of a study have the same \`${key}\`, ${FIXED[key] ?? "so that they are comparable"}.`,
      given,
    );
  const paths = [...ARM_KEYS, "optimizers", "losses"];
  const meant = didYouMean(key, paths).replace('"optimizers"', '"optimizer"').replace('"losses"', '"loss"');
  return configError(
    `\`${given}\` is not a path in a run's config.${meant} A path starts with one of ${ARM_KEYS.join(", ")}, such as "batchSize" or "optimizer.momentum".`,
    given,
  );
}

/** What "all" stands for. Schedules that need settings are not among them. */
const ALL: Readonly<Record<string, readonly string[]>> = {
  model: MODEL_NAMES,
  schedule: SCHEDULE_NAMES.filter((name) => SCHEDULES[name].safeParse({ name }).success),
};

function allOf(path: string): readonly string[] {
  if (Object.hasOwn(ALL, path)) return ALL[path]!;
  const given = `vary.${path}`;
  throw configError(
    `\`${given}\` is "all", which stands for the values of ${Object.keys(ALL).join(" or ")} only. Give a list or a range.`,
    given,
  );
}
