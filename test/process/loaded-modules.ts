import { execFileSync } from "node:child_process";
import { packageRoot } from "../../src/system/package-root.js";

const url = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;

/** Logs each loaded module, from the thread that loads it. */
const HOOKS = url(`
  import { writeSync } from "node:fs";
  export async function load(url, context, next) {
    writeSync(1, "loaded " + url + "\\n");
    return next(url, context);
  }`);
const REGISTER = url(`import { register } from "node:module"; register(${JSON.stringify(HOOKS)});`);

/** The modules of this package that a Node.js process loads, such as "cli/main.js", in their order. */
export function loadedModules(...args: string[]): string[] {
  const stdout = execFileSync(process.execPath, ["--import", REGISTER, ...args], {
    cwd: packageRoot,
    encoding: "utf8",
  });
  return [...stdout.matchAll(/^loaded file:.*\/dist\/(.+)$/gm)].map(([, module]) => module!);
}
