import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { loadModel, train } from "../../../src/index.js";
import { CHECKSUM } from "../../../src/safetensors/write-safetensors.js";
import { openCheckpoint } from "../../../src/training/checkpoint/checkpoint-file.js";
import { bands, smallModel } from "../../small-task.js";
import { type DamagedFile, damage, damaged } from "../byte-edits.js";
import type { Target } from "../target.js";
import { type DamagedValue, damagedValues, damageValue } from "../value-edits.js";
import { TemporaryFolder } from "./temporary-folder.js";

/** A model and a checkpoint of a small run. */
async function examples(): Promise<readonly Buffer[]> {
  const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
  const [model, checkpoint] = [join(folder, "model"), join(folder, "checkpoint")];
  const task = { dataset: await bands(), model: smallModel, batchSize: 16, epochs: 1, standardise: true };
  const run = await train({ ...task, checkpoint: { path: checkpoint } });
  await run.model.save(model);
  run.model.dispose();
  const files = [model, checkpoint].map((path) => readFileSync(path));
  rmSync(folder, { recursive: true });
  return files;
}

/** The header and the numbers of a file. JSON texts in the metadata are parsed, so that they can be damaged too. */
function parts(file: Buffer): { readonly header: unknown; readonly numbers: Buffer } {
  const length = Number(file.readBigUInt64LE());
  const { __metadata__, ...tensors } = JSON.parse(file.toString("utf8", 8, 8 + length));
  const texts = Object.entries(__metadata__ as Record<string, string>).map(([key, text]) => [
    key,
    /^[[{]/.test(text) ? JSON.parse(text) : text,
  ]);
  return {
    header: { __metadata__: Object.fromEntries(texts), ...tensors },
    numbers: file.subarray(8 + length),
  };
}

/** The inverse, with a checksum that fits. */
function whole(header: unknown, numbers: Buffer): Buffer {
  const { __metadata__: metadata, ...tensors } = (header ?? {}) as Record<string, unknown>;
  const texts =
    typeof metadata === "object" && metadata !== null
      ? Object.fromEntries(
          Object.entries(metadata).map(([key, value]) => [
            key,
            typeof value === "object" ? JSON.stringify(value) : value,
          ]),
        )
      : metadata;
  const json = Buffer.from(JSON.stringify({ __metadata__: texts, ...tensors }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return withChecksum(Buffer.concat([length, json, numbers]));
}

function withChecksum(file: Buffer): Buffer {
  if (file.length < CHECKSUM.from + CHECKSUM.length) return file;
  file.fill("0", CHECKSUM.from, CHECKSUM.from + CHECKSUM.length);
  file.write(createHash("sha256").update(file).digest("hex"), CHECKSUM.from);
  return file;
}

type Input = { readonly bytes: DamagedFile; readonly isSealed: boolean } | { readonly header: DamagedValue };

/** Models and checkpoints, damaged with and without a fitting checksum. */
export async function tensors(): Promise<Target<Input>> {
  const files = await examples();
  const split = files.map(parts);
  const headers = split.map(({ header }) => header);
  const folder = new TemporaryFolder();
  const path = join(folder.path, "a.safetensors");
  const isModel = (input: Input) => ("bytes" in input ? input.bytes.file : input.header.value) === 0;
  return {
    name: "models and checkpoints",
    quick: 800,
    inputs: fc.oneof(
      fc.record({
        bytes: damaged(files.length, [
          '"F32"',
          '"shape":[',
          "9007199254740993",
          "-1",
          "__metadata__",
          "{",
          "]",
        ]),
        isSealed: fc.boolean(),
      }),
      fc.record({ header: damagedValues(files.length, ["F32", "F64", "I64", "dense", "conv2d", "relu"]) }),
    ),
    read: async (input) => {
      const file =
        "bytes" in input
          ? damage(files, input.bytes)
          : whole(damageValue(headers, input.header), split[input.header.value]!.numbers);
      folder.write("a.safetensors", "isSealed" in input && input.isSealed ? withChecksum(file) : file);
      if (isModel(input)) (await loadModel(path, { threads: 1 })).dispose();
      else await (await openCheckpoint(path)).close();
    },
    codes: ["FILE", "MEMORY"],
    names: ({ message }) => message.includes(path),
    close: folder.remove,
  };
}
