import type { PairVerdict } from "../../../verdicts/pair.js";
import { pointsNumber } from "../../../verdicts/texts.js";
import type { Html } from "../html.js";
import { type TableColumn, table } from "../parts/table.js";

type Column = TableColumn<PairVerdict>;

/** What the verdicts on some pairs rest on. */
export function pairNumbers(pairs: readonly PairVerdict[]): Html {
  const isSequential = pairs.some(({ sequential }) => sequential !== null);
  return table<PairVerdict>({
    caption: "What the verdicts rest on: differences and intervals in points of accuracy",
    className: "main",
    columns: [
      { title: "pair", isHead: true, cell: ({ a, b }) => `${a} over ${b}` },
      { title: "verdict", cell: ({ verdict }) => verdict },
      number("difference", ({ difference }) => difference, pointsNumber),
      interval("95% interval (t)", ({ interval }) => interval),
      interval("95% interval (bootstrap)", ({ bootstrap }) => bootstrap),
      ...(isSequential ? SEQUENTIAL : P_VALUES),
      number("p of equivalence", ({ equivalenceP }) => equivalenceP, shareText),
      number("a run scores more", ({ superiority }) => superiority, percentage),
      number(
        "correlation",
        ({ correlation }) => correlation,
        (value) => value.toFixed(2),
      ),
    ],
    rows: pairs,
  });
}

const shareText = (value: number) => String(Number(value.toPrecision(2)));
const percentage = (share: number) => `${Math.round(100 * share)}%`;

const number = (
  title: string,
  of: (pair: PairVerdict) => number | null,
  text: (value: number) => string,
): Column => ({
  title,
  isNumber: true,
  cell: (pair) => {
    const value = of(pair);
    return value === null ? "–" : text(value);
  },
  sortBy: (pair) => of(pair) ?? Number.MAX_VALUE,
});

const interval = (title: string, of: (pair: PairVerdict) => PairVerdict["interval"]): Column => ({
  title,
  isNumber: true,
  cell: (pair) => {
    const ends = of(pair);
    return ends === null ? "–" : `${pointsNumber(ends.low)} to ${pointsNumber(ends.high)}`;
  },
  sortBy: (pair) => of(pair)?.low ?? Number.MAX_VALUE,
});

const P_VALUES: readonly Column[] = [
  number("p", ({ p }) => p, shareText),
  number("corrected p", ({ correctedP }) => correctedP, shareText),
];

const SEQUENTIAL: readonly Column[] = [
  number("round", ({ sequential }) => sequential?.round ?? null, String),
  number("boundary", ({ sequential }) => sequential?.boundary ?? null, pointsNumber),
];
