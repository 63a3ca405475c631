import { rmSync } from "node:fs";
import { join } from "node:path";
import { OptimbenchError } from "../errors.js";
import { makeFolder } from "../system/make-folder.js";
import { runProgram } from "../system/run-program.js";
import { pipArguments, pipEnvironment } from "./python.js";
import type { Setup } from "./setup-context.js";

const QUIET = ["--disable-pip-version-check", "--no-cache-dir", "--no-input"];

/**
 * Runs a pip command with the user's index, proxies and certificates.
 *
 * @param temporary a folder for temporary files, on the same disk as the result
 * @param what the purpose, for messages: "download torch 2.15.0"
 */
export async function runPip(
  python: string,
  args: readonly string[],
  temporary: string,
  what: string,
  { log, quiet, lock }: Setup,
): Promise<void> {
  makeFolder(join(temporary, "tmp"));
  const onTerminal = process.stderr.isTTY === true && !quiet;
  const said: string[] = [];
  const status = await runProgram(
    python,
    pipArguments([...args, ...QUIET, ...(onTerminal ? [] : ["--progress-bar", "off"])]),
    {
      onStart: lock?.adopt,
      env: pipEnvironment(join(temporary, "tmp")),
      onLine: onTerminal
        ? undefined
        : (line) => {
            said.push(line);
            if (line.includes("Downloading")) log(`  ${line.trim()}`);
          },
    },
  );
  rmSync(join(temporary, "tmp"), { recursive: true, force: true });
  if (status === 0) return;
  const errors = said.filter((line) => /error/i.test(line)).slice(-4);
  throw new OptimbenchError(
    "LIBTORCH",
    [
      `pip could not ${what}${onTerminal ? " (its messages are above)" : ""}.`,
      ...(errors.length > 0 ? errors : said.slice(-4)).map((line) => `  ${line.trim()}`),
      "Check the network, HTTPS_PROXY and pip's index (`pip config list`), then run setup again.",
      "Without a network: make a bundle elsewhere (`npx optimbench setup --bundle FOLDER`) and run setup with --from FOLDER,",
      "or set OPTIMBENCH_LIBTORCH to an unpacked libtorch.",
    ].join("\n"),
  );
}
