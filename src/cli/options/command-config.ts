import { type Command, Option } from "commander";
import type { Study } from "../../study/study.js";
import { readConfigFile } from "./config-file.js";
import type { ConfigOption } from "./config-options.js";

type Config = Record<string, unknown>;

/**
 * The config that a command line says: that of its --config file, with its options in place.
 *
 * @param fromStudy what to take where the file is a study.json
 */
export function configFromCommand(
  command: Command,
  options: readonly ConfigOption[],
  fromStudy: (study: Study) => unknown,
): Config {
  const { config: file } = command.opts<{ config?: string }>();
  return options.reduce<Config>(
    (config, { flags, path }) => {
      const name = new Option(flags).attributeName();
      return command.getOptionValueSource(name) === "cli"
        ? set(config, path, command.getOptionValue(name))
        : config;
    },
    file === undefined ? {} : readConfigFile(file, fromStudy),
  );
}

/** `path` is a key, or a key and a key in its value, such as "split.train". */
function set(config: Config, path: string, value: unknown): Config {
  const [key, inner] = path.split(".") as [string, string?];
  return {
    ...config,
    [key]: inner === undefined ? value : { ...(config[key] as Config | undefined), [inner]: value },
  };
}
