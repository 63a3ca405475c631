import fc from "fast-check";
import type { OptimbenchError } from "../../../src/errors.js";
import { explain } from "../../../src/explain/explain.js";
import { LOSSES, resolveLoss } from "../../../src/losses/losses.js";
import { OPTIMIZERS, type OptimizerName, resolveOptimizer } from "../../../src/optimizers/optimizers.js";
import { scheduleRates } from "../../../src/schedules/schedule-rates.js";
import type { Target } from "../target.js";

type Use = "optimizer" | "loss" | "schedule";

interface Known {
  readonly use: Use;
  readonly formula: string;
  readonly hyperparameters: Readonly<Record<string, unknown>>;
}

/** What is done with a formula. */
const USES: Readonly<Record<Use, (given: Omit<Known, "use">) => unknown>> = {
  optimizer: (given) => explain({ name: "mine", ...given } as never),
  loss: (given) => explain({ name: "mine", ...given } as never),
  schedule: (given) => scheduleRates({ name: "mine", ...given } as never, { epochs: 2, trainSize: 320 }),
};

const knownOf = (
  use: Use,
  {
    name: _,
    semantics: __,
    label: ___,
    learningRate: ____,
    formula,
    state: _____,
    ...rest
  }: Record<string, unknown>,
): Known => ({ use, formula: formula as string, hyperparameters: rest });

const KNOWN: readonly Known[] = [
  ...Object.keys(OPTIMIZERS).map((name) =>
    knownOf("optimizer", resolveOptimizer(name as OptimizerName, "keras3") as never),
  ),
  ...Object.keys(LOSSES).map((name) => knownOf("loss", resolveLoss(name as never, "keras3", 3) as never)),
  { use: "schedule", formula: "learningRate / (1 + a * step)", hyperparameters: { a: 1 } },
];

const TOKENS = [
  ..."+-*/%()[]{},;=<>!&|?:.\"'`\\\n\t#@^~$_",
  ...[
    "**",
    "==",
    "<=",
    ">=",
    "&&",
    "||",
    "=>",
    "??",
    "...",
    "//",
    "/*",
    "*/",
    "${",
    "0x",
    "1e",
    "1e999",
    "1_0",
  ],
  ...[
    "theta",
    "g",
    "t",
    "learningRate",
    "a",
    "w",
    "z",
    "y",
    "m",
    "v",
    "step",
    "epoch",
    "pi",
    "Infinity",
    "NaN",
  ],
  ...[
    "where",
    "sum",
    "mean",
    "max",
    "exp",
    "log",
    "softmax",
    "sqrt",
    "clip",
    "norm",
    "row",
    "matmul",
    "sign",
  ],
  ...[
    "constructor",
    "__proto__",
    "toString",
    "this",
    "import(",
    "eval(",
    "function",
    "new ",
    "await ",
    "async",
  ],
  ...[
    "perParameter",
    "shapes",
    "state",
    "theta = ",
    "m = a * m + g; ",
    "for (;;)",
    "(() => 0)()",
    "\u2028",
    "é",
  ],
];

const token = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TOKENS) },
  { weight: 1, arbitrary: fc.integer().map(String) },
  { weight: 1, arbitrary: fc.double().map(String) },
  { weight: 1, arbitrary: fc.string({ maxLength: 4, unit: "binary" }) },
);

interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly added: readonly string[];
}

interface Formula {
  readonly use: Use;
  /** A known formula, which is edited; undefined for none. */
  readonly known: number | undefined;
  readonly edits: readonly Edit[];
  /** How often the text is wrapped in calls and parentheses. */
  readonly depth: number;
}

function given({ use, known, edits, depth }: Formula): Known {
  const base = known === undefined ? undefined : KNOWN[known]!;
  let text = base?.formula ?? "";
  for (const { at, removed, added } of edits) {
    const place = at % (text.length + 1);
    text = text.slice(0, place) + added.join("") + text.slice(place + removed);
  }
  const formula = depth === 0 ? text : `${"exp(-(".repeat(depth)}${text}${"))".repeat(depth)}`;
  const all = { a: 0.9, w: [1, 2, 3], ...base?.hyperparameters };
  // One that the formula does not use is an error of its own.
  const used = Object.entries(all).filter(([name]) => new RegExp(`\\b${name}\\b`).test(formula));
  return { use: base?.use ?? use, formula, hyperparameters: Object.fromEntries(used) };
}

/** The formulas of optimizers, losses and schedules. */
export const formulas = (): Target<Formula> => ({
  name: "formulas",
  quick: 800,
  inputs: fc.record({
    use: fc.constantFrom(...(Object.keys(USES) as Use[])),
    known: fc.option(fc.nat(KNOWN.length - 1), { nil: undefined, freq: 8 }),
    edits: fc.array(
      fc.record({
        at: fc.nat(2000),
        removed: fc.oneof(fc.constant(0), fc.nat(30)),
        added: fc.array(token, { maxLength: 8 }),
      }),
      { maxLength: 3 },
    ),
    depth: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, fc.nat(10), fc.nat(5000)),
  }),
  read: (input) => {
    const { use, ...formula } = given(input);
    return USES[use](formula);
  },
  codes: ["FORMULA", "CONFIG"],
  names: ({ path, message }: OptimbenchError) => path !== undefined || /formula|line \d+/i.test(message),
});
