import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { dense, flat, images, input, native, spec, updateOf } from "./tiny-session.js";

describe("a session at work", () => {
  const large = {
    ...spec,
    layers: [flat, { ...dense, units: 4096, output: [4096, 1, 1] }, dense],
  } as const;
  const data = new native.Dataset(images);
  const pass = {
    order: Uint32Array.of(0, 1, 2),
    batchSize: 2,
    learningRates: Float64Array.of(0.1, 0.1),
    epoch: 1,
  };

  it("survives being disposed by a getter of its own arguments", () => {
    const one = new native.Session(spec);
    const hostile = { ...pass };
    Object.defineProperty(hostile, "epoch", {
      get: () => {
        one.dispose();
        return 1;
      },
    });
    expect(() => one.train(data, hostile)).toThrow("The session is disposed");
  });

  it("refuses images that are not there, other objects, and steps of no size", async () => {
    const one = new native.Session(spec);
    await expect(one.train(data, { ...pass, order: Uint32Array.of(0, 1, 3) })).rejects.toThrow(
      "order names image 3, but there are 3 images",
    );
    expect(() => one.train({} as never, pass)).toThrow("Expected a Dataset");
    expect(() => one.train(one as never, pass)).toThrow("Expected a Dataset");
    expect(() => one.train(data, { ...pass, batchSize: 0 })).toThrow(/`pass.batchSize`/);
    expect(() => one.train(data, { ...pass, learningRates: Float64Array.of(0.1) })).toThrow(
      "Expected a rate for each of the 2 updates for `pass.learningRates`",
    );
    expect(() => one.train(data, { ...pass, learningRates: [0.1, 0.1] as never })).toThrow(
      "Expected a Float64Array for `pass.learningRates`",
    );
    expect(() => one.train.call({} as never, data, pass)).toThrow();
    await expect(one.predict(new Uint8Array(3))).rejects.toThrow("not a multiple of 4");
    expect(await one.predict(new Uint8Array(0))).toHaveLength(0);
    one.dispose();
  });

  it("works on where nobody holds it but its promise", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const predicted = new native.Session(large).predict(new Uint8Array(4 * 100_000));
    for (let i = 0; i < 5; i++) {
      await new Promise(setImmediate);
      collect();
    }
    expect(await predicted).toHaveLength(2 * 100_000);
  });

  it("says so where a prediction is cut short", async () => {
    const one = new native.Session(large);
    const predicted = one.predict(new Uint8Array(4 * 1_000_000));
    one.dispose();
    await expect(predicted).rejects.toThrow("cancelled");
  });

  it("refuses a batch cut into pieces where batch normalisation needs it whole", async () => {
    const norm = {
      kind: "batchNorm2d",
      name: "batchNorm2d_0",
      momentum: 0.9,
      epsilon: 1e-3,
      center: true,
      scale: true,
    } as const;
    const layers = [{ ...norm, unbiased: false, output: [1, 2, 2] }, flat, dense] as const;
    const cut = new native.Session({ ...spec, layers, microBatch: 2 });
    await expect(
      cut.train(data, { ...pass, batchSize: 3, learningRates: Float64Array.of(0.1) }),
    ).rejects.toThrow(/needs the whole batch/);
    expect(await cut.train(data, pass)).toMatchObject({ status: "completed" });
    cut.dispose();
  });

  it("refuses to be read while it works, and state that is not its own", async () => {
    const momentum = updateOf({
      nodes: [input("theta"), input("g"), input("m"), { op: "add" as const, args: [1, 2] }],
      state: [{ name: "m", kind: "vector", initial: 1, startsAsTheta: false }],
      assign: [{ target: "m", node: 3 }],
    });
    const two = new native.Session({ ...spec, update: momentum });
    const other = { ...two.readState(), optimizer: { m: new Float32Array(10) } };
    expect(() => two.writeState({ ...other, statistics: new Float32Array(1) })).toThrow("statistics");
    expect(two.readState().optimizer).toEqual({ m: new Float32Array(10).fill(1) }); // all of a state is written, or none
    two.dispose();

    const one = new native.Session(spec);
    const training = one.train(data, pass);
    expect(() => one.readState()).toThrow("The session is at work");
    await training;
    const state = one.readState();
    expect(() => one.writeState({ ...state, parameters: new Float32Array(3) })).toThrow(
      "state 'parameters' has 3 numbers, expected 10",
    );
    expect(() => one.writeState({ ...state, optimizer: { m: new Float32Array(10) } })).toThrow(
      /optimizer vectors/,
    );
    expect(() => one.writeState({ ...state, step: -1 })).toThrow(/`state.step`/);
    one.dispose();
    one.dispose();
    expect(() => one.readState()).toThrow("The session is disposed");
  });

  it("goes on with a dataset that is disposed meanwhile", async () => {
    const own = new native.Dataset(images);
    const one = new native.Session(spec);
    const training = one.train(own, pass);
    own.dispose();
    expect(await training).toMatchObject({ status: "completed", steps: 2, samples: 3 });
    expect(() => one.train(own, pass)).toThrow("The dataset is disposed");
    one.dispose();
  });

  it("fails with a message where a formula's shapes do not fit", async () => {
    const wide = new native.Session({ ...spec, loss: { nodes: [input("z")], result: 0 } });
    await expect(wide.train(data, pass)).rejects.toThrow("expected one number a sample");
    wide.dispose();
  });
});
