import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { addExportCommand } from "../../../src/cli/commands/export.js";
import { loadModel, train } from "../../../src/index.js";
import { bands, smallModel } from "../../small-task.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-cli-export-"));
afterAll(() => rmSync(folder, { recursive: true }));
const place = (name: string) => join(folder, name);
const model = place("bands.safetensors");
const { model: trained } = await train({ dataset: await bands(), model: smallModel, epochs: 0 });
await trained.save(model);
trained.dispose();

let exported: string;
let files = 0;
beforeEach(() => {
  exported = place(`${++files}.onnx`);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The standard output of `optimbench export ...`. */
async function run(...line: string[]): Promise<string> {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const program = new Command().exitOverride();
  addExportCommand(program);
  await program.parseAsync(["export", ...line], { from: "user" });
  return write.mock.calls.map(([text]) => text).join("");
}

test("writes what exportOnnx() writes, and says what the file takes and gives", async () => {
  expect(await run(model, "--onnx", exported)).toBe(
    `${exported}: opset 18\n  takes images: uint8 [batch, 12, 12, 1]\n  gives probabilities: float32 [batch, 3], logits: float32 [batch, 3]\n`,
  );
  using loaded = await loadModel(model);
  const other = place("other.onnx");
  await loaded.exportOnnx(other);
  expect(readFileSync(exported)).toEqual(readFileSync(other));
});

test("prints nothing with --quiet, and only the document with --json", async () => {
  expect(await run(model, "--onnx", exported, "--quiet")).toBe("");
  expect(existsSync(exported)).toBe(true);
  const notices = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const { result } = JSON.parse(await run(model, "--onnx", place("new.onnx"), "--json", "--quiet"));
  expect(result).toMatchObject({ file: place("new.onnx"), opset: 18, inputs: [{ name: "images" }] });
  expect(notices).not.toHaveBeenCalled();
});

test("replaces a file only with --overwrite, and never the model", async () => {
  copyFileSync(model, exported);
  const before = readFileSync(model);
  await expect(run(model, "--onnx", exported)).rejects.toThrow("already exists");
  expect(readFileSync(exported)).toEqual(before);
  await run(model, "--onnx", exported, "--overwrite");
  expect(readFileSync(exported)).not.toEqual(before);
  await expect(run(model, "--onnx", model, "--overwrite")).rejects.toThrow("--onnx names the model itself");
  expect(readFileSync(model)).toEqual(before);
});

test("names what is missing", async () => {
  await expect(run(place("none"), "--onnx", exported)).rejects.toThrow("no such file or folder");
  expect(existsSync(exported)).toBe(false);
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await expect(run(model)).rejects.toThrow("--onnx <file.onnx>");
});

test("refuses paths that are too long", async () => {
  const long = place("n".repeat(256));
  await expect(run(model, "--onnx", long)).rejects.toMatchObject({
    code: "FILE",
    message: `Cannot write ${long}: its name is too long. Choose another file with --onnx.`,
  });
  await expect(run(long, "--onnx", exported)).rejects.toMatchObject({
    code: "FILE",
    message: `Cannot read ${long}: its name is too long.`,
  });
});
