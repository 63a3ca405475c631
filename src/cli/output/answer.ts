import { constants } from "node:os";
import { type Command, CommanderError } from "commander";
import { OptimbenchError } from "../../errors.js";
import { fileProblem, isFileProblem } from "../../system/file-problem.js";
import { print, printNotice } from "../../system/terminal.js";

/** What a command prints: text or, with --json, one document (schemas/output.schema.json). */
export class Answer {
  readonly isJson: boolean;
  readonly #isQuiet: boolean;
  #result: unknown;

  constructor({ json = false, quiet = false }: { readonly json?: boolean; readonly quiet?: boolean }) {
    this.isJson = json;
    this.#isQuiet = quiet;
  }

  /** The result so far: plain data. */
  get result(): unknown {
    return this.#result;
  }

  /** Gives the result, as data and as text. Without a text, it is printed otherwise. The last result counts. */
  give(result: unknown, text?: () => string): void {
    this.#result = result;
    if (text !== undefined) this.print(text);
  }

  /** Prints a part of the result as text, which is omitted if stdout is for JSON. */
  print(text: () => string): void {
    if (!this.isJson) print(text());
  }

  /** Prints a remark, such as where files are: to stdout or, if stdout is for JSON, to stderr unless --quiet is given. */
  remark(text: string): void {
    if (!this.isJson) print(text);
    else if (!this.#isQuiet) printNotice(text);
  }
}

/** Errors that are in a JSON document already. */
const answered = new WeakSet<object>();

/** Adds the option --json and the action of a command, whose options are the argument before the last. */
export const addAction = <Args extends unknown[]>(
  command: Command,
  work: (answer: Answer, ...args: Args) => unknown,
): Command =>
  command
    .option("--json", "print one JSON document to stdout instead of text")
    .action(async (...args: unknown[]) => {
      const answer = new Answer(command.opts());
      try {
        await work(answer, ...(args as Args));
      } catch (error) {
        if (answer.isJson && typeof error === "object" && error !== null) {
          answered.add(error);
          printDocument(command, { error: errorData(error), result: answer.result });
        }
        throw error;
      }
      if (!answer.isJson) return;
      const signal = Number(process.exitCode ?? 0) - SIGNAL;
      printDocument(command, {
        ...(signal > 0 && { error: { code: "ABORTED", message: `Ended by ${signalName(signal)}.` } }),
        result: answer.result,
      });
    });

/** Prints the document of an error that occurred before the action of a command, such as an unknown option. */
export function answerError(program: Command, words: readonly string[], error: unknown): void {
  const isHelp = error instanceof CommanderError && error.exitCode === 0;
  if (!words.includes("--json") || isHelp || (typeof error === "object" && error && answered.has(error)))
    return;
  printDocument(named(program, words), { error: errorData(error) });
}

const SIGNAL = 128;
const signalName = (number: number) =>
  Object.entries(constants.signals).find(([, each]) => each === number)?.[0] ?? `signal ${number}`;

interface Content {
  readonly error?: object;
  readonly result?: unknown;
}

function printDocument(command: Command, { error, result }: Content): void {
  const head = { schemaVersion: 1, command: pathOf(command), ok: error === undefined };
  print(
    JSON.stringify({ ...head, ...(error && { error }), ...(result !== undefined && { result }) }, null, 2),
  );
}

/** "data fetch" */
function pathOf(command: Command): string {
  return command.parent === null ? "" : `${pathOf(command.parent)} ${command.name()}`.trim();
}

/** The command that the first words name. */
function named(command: Command, words: readonly string[]): Command {
  const found = command.commands.find((each) => each.name() === words[0]);
  return found === undefined ? command : named(found, words.slice(1));
}

function errorData(error: unknown): object {
  if (error instanceof OptimbenchError) {
    const { name: _, ...data } = error.toJSON();
    return data;
  }
  if (error instanceof CommanderError)
    return { code: "CONFIG", message: error.message.replace(/^error: /, "") };
  if (isFileProblem(error)) {
    const path = error.path ?? error.syscall;
    return { code: "FILE", message: `${path}: ${fileProblem(error)}.`, path };
  }
  return { code: "BUG", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
