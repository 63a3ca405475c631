import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";

const folder = join(packageRoot, "examples");

let workingFolder: string;
beforeAll(() => {
  workingFolder = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterAll(() => rmSync(workingFolder, { recursive: true }));

async function run(name: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(folder, name)], {
    cwd: workingFolder,
  });
  expect(stderr).toBe("");
  return stdout;
}

/** The expected output of each example. */
const EXAMPLES: Record<string, (output: string) => void> = {
  "train-and-predict.mjs": (output) => {
    expect(output).toMatch(/epoch 2: 9\d\.\d% of the validation images classified correctly/);
    expect(output.match(/label (\d): predicted \1 /g)!.length).toBeGreaterThanOrEqual(8);
    expect(existsSync(join(workingFolder, "digits.safetensors"))).toBe(true);
  },
  "compare-and-report.mjs": (output) => {
    expect(output).toContain("run 3 of 3, epoch 2: accuracy 0.");
    expect(existsSync(join(workingFolder, "sgd-and-adam", "index.html"))).toBe(true);
  },
  "custom-optimizer.mjs": (output) => {
    expect(output).toContain("name: 'signDescent'");
    expect(Number(/validation: [^}]*accuracy: ([\d.]+)/.exec(output)![1])).toBeGreaterThan(0.5);
  },
  "abort.mjs": (output) => {
    expect(output).toMatch(/^cancelled after epoch \d+\n$/);
  },
};

describe("examples", () => {
  it("all have a test, and are short", () => {
    const names = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
    expect(names.sort()).toEqual(Object.keys(EXAMPLES).sort());
    for (const name of names)
      expect(readFileSync(join(folder, name), "utf8").split("\n").length).toBeLessThan(40);
  });

  it.each(Object.entries(EXAMPLES))("%s works", async (name, check) => check(await run(name)));
});
