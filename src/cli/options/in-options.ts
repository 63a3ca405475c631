import { type Command, Option } from "commander";
import { OptimbenchError } from "../../errors.js";
import type { ConfigOption } from "./config-options.js";
import { defineOption } from "./definitions.js";

type Place = Pick<ConfigOption, "flags" | "path">;

/** The options that define formulas. */
const DEFINITIONS: readonly Place[] = (["optimizer", "loss"] as const).map((path) => ({
  flags: defineOption(path).flags,
  path,
}));

/** Runs a command. Errors about a value that an option set name the option. */
export async function inOptions<Result>(
  command: Command,
  options: readonly Place[],
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const given = [...options, ...DEFINITIONS].filter(
    ({ flags }) => command.getOptionValueSource(new Option(flags).attributeName()) === "cli",
  );
  return renaming((message) => withOptions(message, given), work);
}

/** Does work and rewrites the messages of its errors. */
export async function renaming<Result>(
  change: (message: string) => string,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof OptimbenchError)) throw cause;
    throw new OptimbenchError(cause.code, change(cause.message), { cause, path: cause.path });
  }
}

/** `epochs` becomes `--epochs`; a line about `optimizers[1].momentum` gets the prefix `--optimizers`. */
const withOptions = (message: string, options: readonly Place[]): string =>
  message
    .split("\n")
    .map((line) => {
      const named = new Set<string>();
      return line.replaceAll(/`([A-Za-z][\w.[\]]*)`/g, (quoted, place: string) => {
        const option = options.findLast((each) => isWithin(place, each));
        if (option === undefined) return quoted;
        const flag = `\`${option.flags.split(" ", 1)[0]}\``;
        const isNamed = named.has(flag);
        named.add(flag);
        if (place === option.path) return flag;
        return isNamed ? quoted : `${quoted} of ${flag}`;
      });
    })
    .join("\n");

function isWithin(place: string, option: Place): boolean {
  const { path } = option;
  if (DEFINITIONS.includes(option)) return place.startsWith(path.slice(0, 4)) && place.endsWith(".formula");
  return place === path || place.startsWith(`${path}.`) || place.startsWith(`${path}[`);
}
