import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { types } from "node:util";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { benchConfigSchema } from "../../src/bench/bench-config.js";
import { armConfigSchema } from "../../src/config/arm-config.js";
import { compareConfigSchema } from "../../src/config/compare-config.js";
import { trainConfigSchema } from "../../src/config/train-config.js";
import * as api from "../../src/index.js";
import { INPUTS } from "./every-config.js";
import { HOSTILE, patientProxy, thrower } from "./hostile-values.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "study.json");

type Input = Record<string, unknown>;
type Name = keyof typeof INPUTS;
type Call = (input: never) => unknown;

/** The function that accepts the input of each name. */
const CALLS: Readonly<Record<string, { readonly input: Name; readonly call: Call }>> = {
  train: { input: "train", call: api.train as Call },
  "train with formulas": { input: "trainOwn", call: api.train as Call },
  compare: { input: "compare", call: api.compare as Call },
  "compare arms": { input: "compareArms", call: api.compare as Call },
  bench: { input: "bench", call: api.bench as Call },
  loadDataset: { input: "dataset", call: api.loadDataset as Call },
  "loadDataset's options": {
    input: "loadOptions",
    call: (options: never) => api.loadDataset(INPUTS.dataset() as never, options),
  },
  explain: { input: "optimizer", call: api.explain as Call },
  "explain a formula": { input: "customOptimizer", call: api.explain as Call },
  "explain a loss": { input: "customLoss", call: api.explain as Call },
  checkLossGradient: { input: "loss", call: (loss: never) => api.checkLossGradient(loss, { classes: 3 }) },
  "checkLossGradient's options": {
    input: "gradientOptions",
    call: (options: never) => api.checkLossGradient("huber", options),
  },
  scheduleRates: { input: "schedule", call: (schedule: never) => api.scheduleRates(schedule, { epochs: 1 }) },
  scheduleMomenta: { input: "length", call: (length: never) => api.scheduleMomenta("oneCycle", length) },
  writeStudy: { input: "study", call: (study: never) => api.writeStudy(study, file) },
  "writeReport's options": {
    input: "reportOptions",
    call: (options: never) => api.writeReport({ ...INPUTS.study(), runs: [] } as never, folder, options),
  },
};

/** Values that start a long training if they replace a whole config. */
const MEANS_DEFAULTS = new Set(["undefined", "an empty object", "an object without a prototype"]);

/** Functions that train, measure or write if they accept an input. */
const SLOW = new Set(["compare", "compare arms", "bench", "writeStudy", "writeReport's options"]);

/** The paths of all fields, at every level. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const isInner = typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
  if (!isInner || value instanceof AbortSignal) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

const at = (input: unknown, path: readonly string[]) =>
  path.reduce((value, key) => (value as Input)[key], input) as Input;

/** Ways to insert a hostile value at a path. */
const WAYS: Readonly<Record<string, (parent: Input, key: string, hostile: () => unknown) => void>> = {
  "as it is": (parent, key, hostile) => {
    parent[key] = hostile();
  },
  "behind a getter": (parent, key, hostile) =>
    Object.defineProperty(parent, key, { enumerable: true, configurable: true, get: hostile }),
  "thrown by a getter": (parent, key, hostile) =>
    Object.defineProperty(parent, key, {
      enumerable: true,
      configurable: true,
      get: () => thrower(hostile())(),
    }),
  "beside it, under a new key": (parent, key, hostile) => {
    parent[`${key}x`] = hostile();
  },
  "as a key": (parent, _, hostile) => {
    const name = hostile();
    if (typeof name === "string" && name !== "__proto__") parent[name] = 1;
  },
};

/** The state of an input without running getters or proxies: its objects, their properties, and which are frozen. */
function outsideOf(input: unknown): unknown[] {
  const seen = new Set<object>();
  const states: unknown[] = [];
  const look = (value: unknown) => {
    if (typeof value !== "object" || value === null || types.isProxy(value) || seen.has(value)) return;
    if (ArrayBuffer.isView(value) || value === globalThis || seen.size > 500) return;
    seen.add(value);
    states.push(value, Object.isFrozen(value), Object.isExtensible(value));
    for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(value)).slice(0, 100)) {
      states.push(key, property.value, property.get, property.writable, property.configurable);
      look(property.value);
    }
  };
  look(input);
  return states;
}

/** Compares by identity, because a deep comparison would run getters. */
const isSame = (before: readonly unknown[], after: readonly unknown[]) =>
  before.length === after.length && before.every((each, i) => Object.is(each, after[i]));

async function checked(call: () => unknown): Promise<string> {
  try {
    const result = await call();
    (result as { model?: api.TrainedModel } | undefined)?.model?.dispose();
    return "accepted";
  } catch (error) {
    expect(error).toBeInstanceOf(api.OptimbenchError);
    const { code, message } = error as api.OptimbenchError;
    expect(["CONFIG", "FORMULA", "DATA", "FILE"]).toContain(code);
    expect(message.length).toBeLessThan(11_000);
    return code;
  }
}

describe.each(Object.entries(CALLS))("%s", (name, { input: kind, call }) => {
  const paths = places(INPUTS[kind]()).filter((path) => path.length > 0);
  const runs = SLOW.has(name) ? 20 : 80;

  it("accepts its input and does not change it", async () => {
    const input = INPUTS[kind]();
    const before = outsideOf(input);
    expect(await checked(() => call(input as never))).toBe("accepted");
    expect(isSame(before, outsideOf(input))).toBe(true);
  });

  it("rejects hostile values in every field with an OptimbenchError, and never changes the caller's objects", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.constantFrom(...Object.keys(HOSTILE)),
        fc.constantFrom(...Object.keys(WAYS)),
        async (path, hostile, way) => {
          const input = INPUTS[kind]();
          WAYS[way]!(at(input, path.slice(0, -1)), path.at(-1)!, HOSTILE[hostile]!);
          const before = outsideOf(input);
          await checked(() => call(input as never));
          expect(isSame(before, outsideOf(input))).toBe(true);
        },
      ),
      { numRuns: runs },
    );
  });

  it("survives proxies that throw late", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom([] as readonly string[], ...paths),
        fc.nat(80),
        async (path, questions) => {
          const input = { input: INPUTS[kind]() };
          const place = at(input, ["input", ...path.slice(0, -1)]);
          const value = path.length === 0 ? undefined : place[path.at(-1)!];
          if (path.length === 0) await checked(() => call(patientProxy(input.input, questions) as never));
          if (typeof value !== "object" || value === null) return;
          place[path.at(-1)!] = patientProxy(value, questions);
          await checked(() => call(input.input as never));
        },
      ),
      { numRuns: runs / 4 },
    );
  });

  const inPlace = Object.entries(HOSTILE).filter(([what]) => !MEANS_DEFAULTS.has(what));
  it.each(inPlace)("accepts or rejects %s in its place", async (_, hostile) => {
    await checked(() => call(hostile() as never));
  });
});

it("puts something into every field of the three large configs", () => {
  const fields = (schema: { readonly shape: object }) => Object.keys(schema.shape);
  expect(Object.keys(INPUTS.train())).toEqual(expect.arrayContaining(fields(trainConfigSchema.unwrap())));
  const compared = [...Object.keys(INPUTS.compare()), ...Object.keys(INPUTS.compareArms())];
  expect(compared).toEqual(expect.arrayContaining(fields(compareConfigSchema.unwrap())));
  const [arm] = INPUTS.compareArms().arms;
  expect(Object.keys(arm!)).toEqual(expect.arrayContaining(fields(armConfigSchema.unwrap())));
  expect(Object.keys(INPUTS.bench())).toEqual(expect.arrayContaining(fields(benchConfigSchema.unwrap())));
});

describe("paths and images", () => {
  it.each(Object.entries(HOSTILE))("%s", async (_, hostile) => {
    const value = () => hostile() as never;
    const study = INPUTS.study() as never;
    await checked(() => api.readStudy(value()));
    if (typeof hostile() !== "string") {
      await checked(() => api.writeStudy(study, value()));
      await checked(() => api.writeReport(study, value()));
    }
    const { model } = await trained;
    await checked(() => model.predict(value()));
    if (typeof hostile() !== "string") await checked(() => model.save(value()));
  });

  const trained = api.train({ ...INPUTS.train(), seed: 2 } as never);
  afterAll(async () => (await trained).model.dispose());
});

it("rejects a typed array for the accuracies to reach, which are not data as the targets of images are", async () => {
  for (const call of [api.train, api.compare] as Call[])
    await expect(call({ targets: new Float32Array([0.9]) } as never)).rejects.toMatchObject({
      code: "CONFIG",
      path: "targets",
      message: expect.stringContaining("`targets` is a Float32Array, not plain data."),
    });
});

it("reports the use of a disposed model", async () => {
  const { model } = await api.train(INPUTS.train() as never);
  model.dispose();
  await expect(model.predict(new Uint8Array(64))).rejects.toMatchObject({ code: "DISPOSED" });
  await expect(model.parameters()).rejects.toMatchObject({ code: "DISPOSED" });
});

it("reports that a dataset's memory was transferred", async () => {
  for (const part of ["images", "targets"] as const) {
    const dataset = await api.loadDataset(INPUTS.dataset() as never);
    structuredClone(0, { transfer: [dataset[part]!.buffer as ArrayBuffer] });
    await expect(api.train({ ...INPUTS.train(), dataset } as never)).rejects.toMatchObject({
      code: "DATA",
      message: expect.stringContaining("were transferred"),
    });
  }
});

it("rejects an input that grows endlessly while it is read", async () => {
  let value: unknown = {};
  for (let i = 0; i < 40; i++) value = { a: value, b: value };
  await expect(api.explain(value as never)).rejects.toThrow(
    /contains more than 65,536 values, or repeats endlessly/,
  );
});
