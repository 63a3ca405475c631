/** The texts on the line of a study's bar. */
export interface BarTexts {
  /** "run 1/4" */
  readonly head: string;
  readonly label: string;
  /** "epoch 2/5" */
  readonly epoch: string;
  /** "accuracy 0.9731" */
  readonly accuracy: string;
  /** "12 s left"; undefined if unknown */
  readonly left: string | undefined;
}

const BAR = { widest: 24, narrowest: 8 } as const;
/** So many letters of a label are worth more than accuracy and epoch. */
const TELLING = 12;

/** One line that fits a terminal: on a narrow one, texts are shortened and omitted, but not the remaining time. */
export function barLine(progress: number, texts: BarTexts, columns: number): string {
  const { head, label, epoch, accuracy, left = "" } = texts;
  const tails = [[epoch, accuracy, left], [epoch, left], left === "" ? [epoch] : [left]].map((parts) =>
    parts.filter((part) => part !== "").join(", "),
  );
  const roomBeside = (tail: string) => columns - head.length - tail.length - 4; // three spaces, and the last column, after which terminals wrap
  const least = BAR.narrowest + Math.min(TELLING, label.length);
  const tail = tails.find((each) => roomBeside(each) >= least) ?? tails.at(-1)!;
  const room = roomBeside(tail);
  const width = Math.max(BAR.narrowest, Math.min(BAR.widest, room - label.length));
  const done = Math.round(progress * width);
  const bar = "=".repeat(done) + "-".repeat(width - done);
  const letters = room - width;
  const name = label.length > letters ? `${label.slice(0, Math.max(0, letters - 1))}…` : label;
  return [head, ...(letters < 4 ? [] : [name]), ...(room < BAR.narrowest ? [] : [bar]), tail].join(" ");
}
