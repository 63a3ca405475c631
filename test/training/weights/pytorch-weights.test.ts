import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { type TrainConfig, train } from "../../../src/index.js";
import type { Layer } from "../../../src/models/layers.js";

/** What test/golden/pytorch_models.py wrote: PyTorch's modules, their state dicts and their logits. */
interface Golden {
  readonly layers: readonly Layer[];
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly names: Readonly<Record<string, string>>;
  readonly pixels: readonly number[];
  readonly logits: readonly number[];
}

const CLASSES = 10;
const pathOf = (name: string) =>
  fileURLToPath(new URL(`../../golden/pytorch_models/${name}`, import.meta.url));
const goldenOf = (name: string): Golden => JSON.parse(readFileSync(pathOf(`${name}.json`), "utf8"));

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
afterAll(() => rmSync(folder, { recursive: true }));

function load(golden: Golden, initialWeights: TrainConfig["initialWeights"]) {
  const { layers, shape } = golden;
  const [height, width, channels] = shape;
  const images = Uint8Array.from(golden.pixels);
  const labels = Uint8Array.from(
    { length: images.length / (height * width * channels) },
    (_, i) => i % CLASSES,
  );
  return train({
    dataset: { images, labels, height, width, channels, classes: CLASSES },
    split: { train: 10, validation: 2 },
    model: { layers },
    semantics: "pytorch",
    epochs: 0,
    initialWeights,
  });
}

describe("a state dict of PyTorch", () => {
  it.each(["paper_cnn", "depthwise", "residual"])("gives PyTorch's logits: %s", async (name) => {
    const golden = goldenOf(name);
    const { names, pixels, logits } = golden;
    const from = pathOf(`${name}.safetensors`);
    const { model } = await load(golden, Object.keys(names).length === 0 ? from : { from, names });
    const probabilities = await model.predict(Uint8Array.from(pixels));
    model.dispose();
    // Softmax loses what all logits of an image have in common.
    const centred = (values: ArrayLike<number>, i: number) => {
      const row = Array.from({ length: CLASSES }, (_, k) => values[i - (i % CLASSES) + k]!);
      return values[i]! - row.reduce((sum, each) => sum + each) / CLASSES;
    };
    const found = Float64Array.from(probabilities, Math.log);
    expect(found).toHaveLength(logits.length);
    const errors = logits.map((_, i) => Math.abs(centred(found, i) - centred(logits, i)));
    expect(Math.max(...errors)).toBeLessThan(1e-5);
  });

  it("has layers in the order of their numbers, not of their names", async () => {
    const { model } = await load(goldenOf("paper_cnn"), pathOf("paper_cnn.safetensors"));
    const shapes = new Map((await model.parameters()).map(({ name, shape }) => [name, shape]));
    expect(shapes.get("dense_0.weight")).toEqual([16, 12]); // number 13, which sorts before 3 as text
    model.dispose();
  });

  it("can be loaded without its last layer", async () => {
    const golden = goldenOf("depthwise");
    const from = pathOf("depthwise.safetensors");
    const whole = await load(golden, from);
    const part = await load(golden, { from, except: ["dense_0"] });
    const [before, after] = [await whole.model.parameters(), await part.model.parameters()];
    for (const [i, { name, values }] of before.entries())
      expect([name, Buffer.from(values.buffer).equals(Buffer.from(after[i]!.values.buffer))]).toEqual([
        name,
        !name.startsWith("dense_0"),
      ]);
    whole.model.dispose();
    part.model.dispose();
  });

  it("is refused if its names say nothing, with all names and shapes", () =>
    expect(load(goldenOf("residual"), pathOf("residual.safetensors"))).rejects.toMatchObject({
      code: "CONFIG",
      path: "initialWeights",
      message: expect.stringMatching(
        /`initialWeights.names`.*"conv2d_0": .*residual_0\.shortcut\.conv2d_0 \[6, 4, 1, 1\].*downsample \[6, 4, 1, 1\]/s,
      ),
    }));

  it("is refused if it has another number of modules, with the numbers", () => {
    const golden = goldenOf("paper_cnn");
    const layers = golden.layers.filter((layer) => layer.type !== "dense" || layer.units !== 12);
    return expect(load({ ...golden, layers }, pathOf("paper_cnn.safetensors"))).rejects.toMatchObject({
      code: "CONFIG",
      message: expect.stringContaining("7 modules (0, 3, 6, 9, 13, 15, 17) and 6 layers"),
    });
  });

  it("is refused with an unknown layer in `names`", () =>
    expect(
      load(goldenOf("paper_cnn"), { from: pathOf("paper_cnn.safetensors"), names: { conv_0: "0" } }),
    ).rejects.toMatchObject({
      code: "CONFIG",
      message: expect.stringContaining(
        'contains "conv_0", but the model has no such layer with weights. Did you mean "conv2d_0"?',
      ),
    }));

  it.each([
    [
      "as torch.save writes it",
      Buffer.from(
        "PK\x03\x04\0\0\x08\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0digits/data.pkl FB",
        "latin1",
      ),
    ],
    [
      "as older versions wrote it",
      Buffer.from("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.", "latin1"),
    ],
  ])("is refused as a pickle %s, with the conversion", async (_, bytes) => {
    const path = join(folder, "digits.pt");
    writeFileSync(path, bytes);
    await expect(load(goldenOf("depthwise"), path)).rejects.toMatchObject({
      code: "FILE",
      path,
      message: expect.stringMatching(
        /is a pickle of PyTorch, which can run code .*import torch, safetensors\.torch\n.*save_file\(torch\.load\(.*digits\.pt", map_location="cpu", weights_only=True\), /s,
      ),
    });
  });
});
