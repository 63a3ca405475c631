import { type Command, Option } from "commander";
import type { Study } from "../../study/study.js";
import { readConfigFile } from "./config-file.js";
import type { ConfigOption } from "./config-options.js";

type Config = Record<string, unknown>;

/**
 * The config that a command line describes: the --config file with the other options applied to it.
 *
 * @param fromStudy extracts the config if the file is a study.json
 */
export function configFromCommand(
  command: Command,
  options: readonly ConfigOption[],
  fromStudy: (study: Study) => unknown,
): Config {
  const { config: file } = command.opts<{ config?: string }>();
  return withOptions(command, options, file === undefined ? {} : readConfigFile(file, fromStudy));
}

/** A config with the options that the command line has. */
export const withOptions = (
  command: Command,
  options: readonly ConfigOption[],
  config: Config = {},
): Config =>
  options.reduce<Config>((before, { flags, path }) => {
    const name = new Option(flags).attributeName();
    return command.getOptionValueSource(name) === "cli"
      ? set(before, path, command.getOptionValue(name))
      : before;
  }, config);

/** @param path a key, or two keys such as "split.train" */
function set(config: Config, path: string, value: unknown): Config {
  const [key, inner] = path.split(".") as [string, string?];
  return {
    ...config,
    [key]: inner === undefined ? value : { ...(config[key] as Config | undefined), [inner]: value },
  };
}
