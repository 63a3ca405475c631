import { readFileSync } from "node:fs";
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

/** Runs a command. Errors about a value name the option or the --config file that set it. */
export async function inOptions<Result>(
  command: Command,
  options: readonly Place[],
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const given = [...options, ...DEFINITIONS].filter(
    ({ flags }) => command.getOptionValueSource(new Option(flags).attributeName()) === "cli",
  );
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof OptimbenchError)) throw cause;
    const { code, message, path } = cause;
    const { config } = command.opts<{ config?: string }>();
    const file = config === undefined || code === "FILE" ? undefined : configFile(config);
    const places = { options: given, ...(file && { file }) };
    const named = withOptions(message, places);
    const isNamed = path === undefined || named !== message || !isInFile(path, places);
    throw new OptimbenchError(code, isNamed ? named : `In ${config}: ${message}`, { cause, path });
  }
}

interface Places {
  readonly options: readonly Place[];
  readonly file?: ConfigFile;
}

interface ConfigFile {
  readonly name: string;
  readonly text: string;
}

/** The file, unless it cannot be read: the error then says so itself. */
function configFile(name: string): ConfigFile | undefined {
  try {
    return { name, text: readFileSync(name, "utf8") };
  } catch {
    return undefined;
  }
}

/** Whether the file has a value at `place` that no option has replaced. */
const isInFile = (place: string, { options, file }: Places): boolean =>
  file?.text.includes(JSON.stringify(place.split(/[.[]/, 1)[0])) === true &&
  !options.some((option) => isWithin(place, option));

/** Does work and rewrites the places in its errors. */
export async function renaming<Result>(
  change: (message: string) => string,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof OptimbenchError)) throw cause;
    const { code, message, path } = cause;
    const changed = path === undefined ? path : change(`\`${path}\``).slice(1, -1);
    throw new OptimbenchError(code, change(message), { cause, path: changed });
  }
}

/**
 * `epochs` becomes `--epochs`, `split` becomes the option that set a part of it, `optimizers[1].momentum` becomes "`optimizers[1].momentum` of `--optimizers`", and what the file
 * set becomes "`epochs` of config.json".
 */
const withOptions = (message: string, places: Places): string =>
  message
    .split("\n")
    .map((line) => {
      const named = new Set<string>();
      return line.replaceAll(/`([A-Za-z][\w.[\]]*)`/g, (quoted, place: string) => {
        const option =
          places.options.findLast((each) => isWithin(place, each)) ??
          places.options.find(({ path }) => path.startsWith(`${place}.`));
        if (option === undefined) {
          if (named.size > 0 || !isInFile(place, places)) return quoted;
          named.add("file");
          return `${quoted} of ${places.file!.name}`;
        }
        const flag = `\`${option.flags.split(" ", 1)[0]}\``;
        const isNamed = named.has(flag);
        named.add(flag);
        if (option.path.startsWith(place)) return flag;
        return isNamed ? quoted : `${quoted} of ${flag}`;
      });
    })
    .join("\n");

function isWithin(place: string, option: Place): boolean {
  const { path } = option;
  if (DEFINITIONS.includes(option)) return place.startsWith(path.slice(0, 4)) && place.endsWith(".formula");
  return place === path || place.startsWith(`${path}.`) || place.startsWith(`${path}[`);
}
