import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { compare, mergeStudies } from "../../../src/index.js";
import { lineText } from "../../../src/study/cell-lines.js";
import { bands, smallModel } from "../../small-task.js";
import { type DamagedFile, damage, damaged } from "../byte-edits.js";
import type { Target } from "../target.js";
import { type DamagedValue, damagedValues, damageValue } from "../value-edits.js";
import { TemporaryFolder } from "./temporary-folder.js";

type Input = { readonly action: "continue" | "merge" } & (
  | { readonly bytes: DamagedFile }
  | { readonly lines: DamagedValue; readonly isSealed: boolean }
);

/** The folder of a tuned study: its cells, those of its trials, and their studies. */
export async function studyFolder(): Promise<Target<Input>> {
  const dataset = await bands(30);
  const good = mkdtempSync(join(tmpdir(), "optimbench-"));
  const ask = (folder: string) =>
    compare({
      dataset,
      model: { layers: smallModel.layers.slice(-2) },
      optimizers: ["sgd"],
      question: "tuned",
      tuning: { trials: 2, seeds: 1 },
      seeds: 1,
      epochs: 1,
      untimedSteps: false,
      folder,
    });
  await ask(good);
  const names = readdirSync(good, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(good, name)).isFile() && !name.includes("figures"))
    .sort();
  const files = names.map((name) => readFileSync(join(good, name)));
  const cells = names.flatMap((name, file) => (name.endsWith("cells.jsonl") ? [{ name, file }] : []));
  const lines = cells.map(({ file }) =>
    files[file]!.toString()
      .trimEnd()
      .split("\n")
      .map((line) => {
        const { sha256: _, ...rest } = JSON.parse(line);
        return rest;
      }),
  );
  const folder = new TemporaryFolder();
  const [study, merged] = [join(folder.path, "study"), join(folder.path, "merged")];
  return {
    name: "study folders",
    quick: 60,
    inputs: fc
      .record({ action: fc.constantFrom("continue" as const, "merge" as const) })
      .chain(({ action }) =>
        fc.oneof(
          fc.record({
            action: fc.constant(action),
            bytes: damaged(files.length, ["\n", '"sha256":"', "{", "question"]),
          }),
          fc.record({
            action: fc.constant(action),
            lines: damagedValues(lines.length, ["completed", "cancelled", "diverged"]),
            isSealed: fc.boolean(),
          }),
        ),
      ),
    read: async (input) => {
      rmSync(folder.path, { recursive: true, force: true });
      cpSync(good, study, { recursive: true });
      if ("bytes" in input) folder.write(join("study", names[input.bytes.file]!), damage(files, input.bytes));
      else {
        const content = damageValue(lines, input.lines);
        const text = Array.isArray(content)
          ? content.map((line) => (input.isSealed ? lineText(line) : `${JSON.stringify(line)}\n`)).join("")
          : JSON.stringify(content);
        folder.write(join("study", cells[input.lines.value]!.name), text);
      }
      if (input.action === "continue") await ask(study);
      else await mergeStudies([study], merged);
    },
    codes: ["FILE", "CONFIG"],
    names: ({ message, path }) => message.includes(folder.path) || path !== undefined,
    close: () => {
      folder.remove();
      rmSync(good, { recursive: true });
    },
  };
}
