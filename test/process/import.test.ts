import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import * as library from "../../src/index.js";
import { packageRoot } from "../../src/package-root.js";

function run(program: string, ...options: string[]): string[] {
  const args = [...options, "--input-type=module", "-e", program];
  return execFileSync(process.execPath, args, { cwd: packageRoot, encoding: "utf8" }).trim().split("\n");
}

it("loads nothing with the package but its door", () => {
  // Says each module that is loaded, from the thread that loads them.
  const hooks = `
    import { writeSync } from "node:fs";
    export async function load(url, context, next) {
      writeSync(1, url + "\\n");
      return next(url, context);
    }`;
  const url = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;
  const register = url(`import { register } from "node:module"; register(${JSON.stringify(url(hooks))});`);
  const loaded = run('await import("optimbench");', "--import", register);
  expect(loaded.filter((each) => each.startsWith("file:")).map((each) => each.split("/dist/")[1])).toEqual([
    "entry.js",
    "errors.js",
  ]);
});

it("finds all that the library exports in its modules", () => {
  const [said] = run(`
    import * as door from "optimbench";
    const outcomes = {};
    for (const [name, call] of Object.entries(door)) {
      if (name === "OptimbenchError") continue;
      try {
        await call({ name: "no such name", optimizers: 7 }, 7);
        outcomes[name] = "done";
      } catch (error) {
        outcomes[name] = error instanceof door.OptimbenchError ? "refused" : error.message;
      }
    }
    console.log(JSON.stringify(outcomes));`);
  const { OptimbenchError: _, ...functions } = library;
  expect(JSON.parse(said!)).toEqual(
    Object.fromEntries(Object.keys(functions).map((name) => [name, "refused"])),
  );
});
