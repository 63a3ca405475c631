import { describe, expect, it } from "vitest";
import { planRun } from "../../src/config/run-plan.js";
import { parseTrainConfig } from "../../src/config/train-config.js";
import { PUBLISHED } from "../../src/data/named/published.js";
import { train } from "../../src/index.js";
import { MODEL_NAMES } from "../../src/models/models.js";

/** The shapes and classes of all named datasets. */
const NAMED = [
  { name: "mnist-10k", side: 28, channels: 1, classes: 10 },
  { name: "fashion-mnist-10k", side: 28, channels: 1, classes: 10 },
  { name: "digits", side: 8, channels: 1, classes: 10 },
  { name: "mnist", side: 28, channels: 1, classes: 10 },
  { name: "fashion-mnist", side: 28, channels: 1, classes: 10 },
  { name: "kmnist", side: 28, channels: 1, classes: 10 },
  { name: "emnist-digits", side: 28, channels: 1, classes: 10 },
  { name: "emnist-letters", side: 28, channels: 1, classes: 26 },
  { name: "cifar-10", side: 32, channels: 3, classes: 10 },
] as const;

const plan = (
  model: (typeof MODEL_NAMES)[number],
  { name, side, channels, classes }: (typeof NAMED)[number],
) => planRun(parseTrainConfig({ model }), { name, count: 100, height: side, width: side, channels, classes });

it("lists every published dataset", () => {
  expect(NAMED.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(PUBLISHED)));
});

describe.each(NAMED.filter(({ side }) => side > 8))("$name", (dataset) => {
  it.each(MODEL_NAMES)("fits %s", (model) => {
    const { layers } = plan(model, dataset);
    expect(layers.at(-1)!.output).toEqual([dataset.classes, 1, 1]);
  });
});

describe("digits", () => {
  const fitting = MODEL_NAMES.filter((name) => !["paper-cnn", "lenet-5", "mnist-99"].includes(name));

  it.each(fitting)("fits %s", (model) => {
    expect(plan(model, NAMED[2]).layers.at(-1)!.output).toEqual([10, 1, 1]);
  });

  it("is too small for the default model, and the error says what fits", async () => {
    await expect(train({ dataset: "digits" })).rejects.toMatchObject({
      code: "CONFIG",
      path: "model",
      message:
        '`model` is "paper-cnn", whose windows are too large for images of 8 x 8. Use "mlp" (--model mlp), a list of layers or larger images (--resize 16).',
    });
  });

  it.each(MODEL_NAMES)(
    "fits %s after the resizing that the error advises, and not with a pixel less",
    (model) => {
      const problem = (side: number) => {
        try {
          plan(model, { ...NAMED[2], side } as never);
          return "";
        } catch (error) {
          return (error as Error).message;
        }
      };
      const side = Number(/--resize (\d+)/.exec(problem(8))?.[1] ?? 8);
      expect(problem(side)).toBe("");
      if (side > 8) expect(problem(side - 1)).toContain(`\`model\` is "${model}", whose windows`);
    },
  );
});

it("a preset whose size is the problem, not its windows, keeps its error", () => {
  const huge = { name: "huge", count: 10, height: 65_536, width: 65_536, channels: 1, classes: 2 };
  expect(() => planRun(parseTrainConfig({ model: "mlp" }), huge)).toThrow("parameters; at most");
});
