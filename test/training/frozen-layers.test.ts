import { describe, expect, it } from "vitest";
import { planRun } from "../../src/config/run-plan.js";
import { parseTrainConfig } from "../../src/config/train-config.js";
import { train } from "../../src/index.js";
import { openSession, sessionSpec } from "../../src/native/session.js";
import { OPTIMIZER_NAMES } from "../../src/optimizers/optimizers.js";
import { bands } from "../small-task.js";

const dataset = await bands();
const model = {
  layers: [
    { type: "conv2d", filters: 4, kernelSize: 3, padding: "same" },
    { type: "batchNorm2d" },
    {
      type: "residual",
      layers: [{ type: "conv2d", filters: 4, kernelSize: 3, padding: "same", activation: "relu" }],
    },
    { type: "maxPool2d" },
    { type: "flatten" },
    { type: "dense", units: 6, activation: "tanh" },
    { type: "dense", units: 3 },
  ],
} as const;
const task = { dataset, model, batchSize: 16, epochs: 1, untimedSteps: false } as const;
type Config = Parameters<typeof train>[0];

async function tensorsAfter(config: Config) {
  const run = await train({ ...task, ...config });
  const tensors = await run.model.parameters();
  run.model.dispose();
  return { run, tensors: new Map(tensors.map(({ name, values }) => [name, values])) };
}

const frozen = ["conv2d_0", "batchNorm2d_0", "residual_0", "dense_0"] as const;
const isFrozen = (name: string) => frozen.some((layer) => name.startsWith(`${layer}.`));
const initial = (await tensorsAfter({ epochs: 0 })).tensors;

describe("frozen layers", () => {
  it.each(OPTIMIZER_NAMES)("are not changed by %s, which changes all others", async (name) => {
    const { tensors } = await tensorsAfter({ optimizer: name, frozen });
    expect([...tensors.keys()]).toEqual([...initial.keys()]);
    for (const [name, values] of tensors)
      if (isFrozen(name)) expect([name, values]).toEqual([name, initial.get(name)]);
      else expect([name, values.every((value, i) => value === initial.get(name)![i])]).toEqual([name, false]);
  });

  it.each<Config>([
    {
      optimizer: {
        name: "sgd",
        decoupledWeightDecay: 0.1,
        globalClipNorm: 1,
        weightAverage: 0.9,
      } as never,
    },
    {
      optimizer: { name: "adam", l2: 0.1, clipValue: 0.1, clipNorm: 1 } as never,
      earlyStopping: { patience: 1 },
    },
    { gradientAccumulation: 2, schedule: { name: "cosine" } as never, augmentation: { shift: 1 } },
  ])("are not changed with %o", async (config) => {
    const { tensors } = await tensorsAfter({ ...config, frozen });
    for (const [name, values] of tensors)
      if (isFrozen(name)) expect([name, values]).toEqual([name, initial.get(name)]);
  });

  it("have neither gradients nor optimizer states", async () => {
    const plan = planRun(
      parseTrainConfig({ model, frozen: ["conv2d_0", "residual_0"], batchSize: 16 }),
      dataset,
    );
    const session = await openSession(sessionSpec({ ...plan, config: { ...plan.config, device: "cpu" } }));
    const count = (isWanted: boolean) =>
      plan.parameters
        .filter(({ name }) => /^(conv2d_0|residual_0)\./.test(name) === isWanted)
        .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
    expect(session.frozenCount).toBe(count(true));
    expect(session.parameterCount).toBe(count(false));
    for (const { name, type, length } of session.vectors())
      if (type === "float32" && name !== "statistics") expect([name, length]).toEqual([name, count(false)]);
    await session.dispose();
  });

  it("start from the weights that they have without freezing, and count in the model", async () => {
    const [{ run }, { run: all }] = [await tensorsAfter({ frozen }), await tensorsAfter({})];
    expect(run.parametersSha256.initial).toBe(all.parametersSha256.initial);
    expect(run.parametersSha256.final).not.toBe(all.parametersSha256.final);
    expect(run.config.frozen).toEqual(frozen);
  });

  it("give the same bits with any number of threads", async () => {
    const [one, three] = [
      await tensorsAfter({ frozen, threads: 1 }),
      await tensorsAfter({ frozen, threads: 3 }),
    ];
    expect(three.tensors).toEqual(one.tensors);
  });

  it("are planned by their place in the whole model: Muon's hidden weights stay hidden", () => {
    const planned = (frozen?: readonly string[]) =>
      planRun(
        parseTrainConfig({ model, optimizer: "muon", ...(frozen && { frozen }) }),
        dataset,
      ).update.blocks.map(({ on, parts }) => [on, parts.map(({ parameter }) => parameter)]);
    const blocks = planned(["conv2d_0"]);
    expect(blocks).toEqual(planned().map(([on, parts]) => [on, (parts as number[]).filter((i) => i > 1)]));
  });
});

describe("names of frozen layers are refused", () => {
  const refused = (frozen: unknown) => expect(train({ ...task, frozen } as Config)).rejects;

  it("if the model has no such layer, or it has no parameters", async () => {
    await refused(["dense_0", "conv_0"]).toMatchObject({
      code: "CONFIG",
      path: "frozen[1]",
      message: expect.stringContaining(
        'Did you mean "conv2d_0"? Its layers are conv2d_0, batchNorm2d_0, residual_0.conv2d_0, dense_0, dense_1.',
      ),
    });
    await refused(["maxPool2d_0"]).toMatchObject({ code: "CONFIG", path: "frozen[0]" });
  });

  it("if nothing is left to train", () =>
    refused(["conv2d_0", "batchNorm2d_0", "residual_0", "dense_0", "dense_1"]).toMatchObject({
      code: "CONFIG",
      message: expect.stringContaining("Leave at least one to train"),
    }));
});
