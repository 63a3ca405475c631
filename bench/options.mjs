import { parseArgs } from "node:util";

/**
 * The values of a script's options. `--help` prints the usage. Unknown options end the script with exit code 2.
 *
 * @param {string} usage
 * @param {object} options as node:util's parseArgs takes them
 */
export function readOptions(usage, options) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: "boolean", default: false } } });
    if (!values.help) return values;
  } catch (error) {
    fail(`${error.message}\n${usage}`);
  }
  console.log(usage);
  process.exit();
}

/** `values[option]` as a whole number of at least 1. */
export const count = (values, option, most = Number.MAX_SAFE_INTEGER) => wholeNumber(values, option, 1, most);

/** `values[option]` as a whole number in a range. */
export function wholeNumber(values, option, least, most = Number.MAX_SAFE_INTEGER) {
  const value = values[option].trim() === "" ? Number.NaN : Number(values[option]);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return fail(`--${option} takes a whole number ${range}; got "${values[option]}".`);
}

/** `values[option]` as a list of whole numbers of at least 1. */
export const counts = (values, option, most) =>
  values[option].split(",").map((value) => count({ [option]: value }, option, most));

/** `values[option]` as a number above 0. */
export function positive(values, option, most = Number.MAX_VALUE) {
  const value = Number(values[option]);
  if (value > 0 && value <= most) return value;
  return fail(
    `--${option} takes a number above 0${most === Number.MAX_VALUE ? "" : ` and at most ${most}`}; got "${values[option]}".`,
  );
}

/** `values[option]` as a list of some of these names. */
export function list(values, option, names) {
  const chosen = values[option].split(",");
  const unknown = chosen.find((name) => !names.includes(name));
  return unknown === undefined ? chosen : fail(`--${option} takes ${names.join(", ")}; got "${unknown}".`);
}

export function fail(message, code = 2) {
  console.error(message);
  process.exit(code);
}
