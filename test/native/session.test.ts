import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { openSession } from "../../src/native/session.js";
import { dense, flat, images, input, lossOf, native, spec, updateOf } from "./tiny-session.js";

describe("a session", () => {
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

  it("survives a getter of an argument that disposes it", async () => {
    const one = await openSession(spec);
    const hostile = { ...pass };
    Object.defineProperty(hostile, "epoch", {
      get: () => {
        void one.dispose();
        return 1;
      },
    });
    expect(() => one.train(data, hostile)).toThrow("The session is disposed");
  });

  it("rejects image indices out of range, other objects and a batch size of 0", async () => {
    const one = await openSession(spec);
    await expect(one.train(data, { ...pass, order: Uint32Array.of(0, 1, 3) })).rejects.toThrow(
      "image 3 is out of range: the dataset has 3 images, counted from 0",
    );
    expect(() => one.train({} as never, pass)).toThrow("Expected a Dataset");
    expect(() => one.train(one as never, pass)).toThrow("Expected a Dataset");
    expect(() => one.train(data, { ...pass, batchSize: 0 })).toThrow(/`pass.batchSize`/);
    expect(() => one.train(data, { ...pass, learningRates: Float64Array.of(0.1) })).toThrow(
      "Expected one rate for each of the 2 updates for `pass.learningRates`",
    );
    expect(() => one.train(data, { ...pass, learningRates: [0.1, 0.1] as never })).toThrow(
      "Expected a Float64Array for `pass.learningRates`",
    );
    expect(() => one.train.call({} as never, data, pass)).toThrow("Illegal invocation");
    await expect(one.predict(new Uint8Array(3))).rejects.toThrow("not a multiple of 4");
    expect(await one.predict(new Uint8Array(0))).toHaveLength(0);
    await one.dispose();
  });

  it("keeps working while only its promise references it", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const predicted = (await openSession(large)).predict(new Uint8Array(4 * 100_000));
    for (let i = 0; i < 5; i++) {
      await new Promise(setImmediate);
      collect();
    }
    expect(await predicted).toHaveLength(2 * 100_000);
  });

  it("rejects a prediction that dispose() cancels", async () => {
    const one = await openSession(large);
    const predicted = one.predict(new Uint8Array(4 * 1_000_000));
    void one.dispose();
    await expect(predicted).rejects.toThrow("cancelled");
  });

  it("restores the kept state once, and restarts from the initial state", async () => {
    const momentum = updateOf({
      nodes: [
        ...[input("theta"), input("g"), input("m")],
        { op: "add" as const, args: [1, 2] },
        { op: "subtract" as const, args: [0, 3] },
      ],
      state: [{ name: "m", kind: "vector", initial: 0, startsAsTheta: false }],
      assign: [
        { target: "m", node: 3 },
        { target: "theta", node: 4 },
        { target: "evaluation", node: 3 },
      ],
    });
    const one = await openSession({ ...spec, update: momentum });
    const initial = one.readState();
    await expect(one.restore()).rejects.toThrow("no state was kept");
    await one.train(data, pass);
    const trained = one.readState();
    expect(trained).not.toEqual(initial);
    await one.keep();
    await one.train(data, { ...pass, epoch: 2 });
    expect(one.readState()).not.toEqual(trained);
    await one.restore();
    expect(one.readState()).toEqual(trained);
    await expect(one.restore()).rejects.toThrow("no state was kept");
    await one.restart();
    expect(one.readState()).toEqual(initial);
    await one.train(data, pass);
    expect(one.readState()).toEqual(trained);
    await one.dispose();
  });

  it("reads any part of a vector, and rejects ranges outside it", async () => {
    const one = await openSession(spec);
    const { parameters } = one.readState();
    const read = async (vector: string, offset: number, count: number) => {
      const into = new Float32Array(count);
      await one.read({ vector, offset, into });
      return into;
    };
    expect(await read("parameters", 3, 4)).toEqual(parameters.slice(3, 7));
    expect(await read("evaluation", 0, 10)).toEqual(parameters);
    expect(await read("statistics", 0, 0)).toHaveLength(0);
    await expect(read("parameters", 3, 8)).rejects.toThrow(
      "elements 3 to 11 are out of range: the vector has 10",
    );
    await expect(read("gradient", 0, 1)).rejects.toThrow("the session has no vector 'gradient'");
    await expect(read("parameters", -1, 1)).rejects.toThrow(/`read.offset`/);
    const into = new Float32Array(4);
    const reading = one.read({ vector: "parameters", offset: 0, into });
    structuredClone(into, { transfer: [into.buffer] });
    await reading; // into a detached array
    await one.dispose();
  });

  it("must be opened first, and only once", async () => {
    const one = new native.Session(spec);
    expect(() => one.readState()).toThrow("The session is not open");
    const opening = one.open();
    expect(() => one.open()).toThrow("The session is already open");
    await opening;
    expect(() => one.open()).toThrow("The session is already open");
    const other = new native.Session(spec);
    const late = other.open();
    await Promise.all([other.dispose(), late]); // at once, and still in order
    expect(() => other.open()).toThrow("The session is disposed");
    await one.dispose();
  });

  it("rejects reads while it is busy, and states of another session", async () => {
    const momentum = updateOf({
      nodes: [input("theta"), input("g"), input("m"), { op: "add" as const, args: [1, 2] }],
      state: [{ name: "m", kind: "vector", initial: 1, startsAsTheta: false }],
      assign: [{ target: "m", node: 3 }],
    });
    const two = await openSession({ ...spec, update: momentum });
    const other = { ...two.readState(), optimizer: { m: new Float32Array(10) } };
    expect(() => two.writeState({ ...other, statistics: new Float32Array(1) })).toThrow("statistics");
    expect(two.readState().optimizer).toEqual({ m: new Float32Array(10).fill(1) }); // a state is written as a whole or not at all
    await two.dispose();

    const one = await openSession(spec);
    const training = one.train(data, pass);
    expect(() => one.readState()).toThrow("The session is busy: await its pending call first");
    await training;
    const state = one.readState();
    expect(() => one.writeState({ ...state, parameters: new Float32Array(3) })).toThrow(
      "state 'parameters' has 3 numbers, expected 10",
    );
    expect(() => one.writeState({ ...state, optimizer: { m: new Float32Array(10) } })).toThrow(
      /optimizer vectors/,
    );
    expect(() => one.writeState({ ...state, step: -1 })).toThrow(/`state.step`/);
    await one.dispose();
    await one.dispose();
    expect(() => one.readState()).toThrow("The session is disposed");
  });

  it("finishes a pass over a dataset that is disposed meanwhile", async () => {
    const own = new native.Dataset(images);
    const one = await openSession(spec);
    const training = one.train(own, pass);
    own.dispose();
    expect(await training).toMatchObject({ status: "completed", steps: 2, samples: 3 });
    expect(() => one.train(own, pass)).toThrow("The dataset is disposed");
    await one.dispose();
  });

  it("rejects a loss with more than one number per sample", async () => {
    const wide = await openSession({ ...spec, loss: lossOf([input("z")], 0) });
    await expect(wide.train(data, pass)).rejects.toThrow("expected one number per sample");
    await wide.dispose();
  });
});
