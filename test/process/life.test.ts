import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { endOf, moduleIn, run, start } from "./program.js";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

describe("a process that ends while it trains", () => {
  it.each([
    [
      "while libtorch is loaded",
      `import(${JSON.stringify(moduleIn("native/addon.js"))})
      .then(({ preloadNative }) => { preloadNative(); setImmediate(() => process.exit(3)); });`,
    ],
    ["in the middle of an epoch", `inTheMiddle(() => process.exit(3));`],
    ["in the middle of a step of all images", `inTheMiddle(() => process.exit(3), { batchSize: 8000 });`],
    ["in a callback", `train({ ...long, onEpoch: () => process.exit(3) });`],
    [
      "while a model predicts",
      `
      const { model } = await train(short);
      model.predict(new Uint8Array(784 * 100_000));
      setImmediate(() => process.exit(3));`,
    ],
  ])("ends with its exit code on process.exit() %s", async (_, program) => {
    expect(await run(program)).toEqual({ ended: 3, stdout: "", stderr: "" });
  });

  it("ends with code 1 on an uncaught error", async () => {
    const { ended, stderr } = await run(`inTheMiddle(() => { throw new Error("unrelated"); });`);
    expect(ended).toBe(1);
    expect(stderr).toContain("Error: unrelated");
  });

  it("ends with code 1 on an unhandled rejection", async () => {
    const { ended, stderr } = await run(`inTheMiddle(async () => { throw new Error("unrelated"); });`);
    expect(ended).toBe(1);
    expect(stderr).toContain("Error: unrelated");
  });

  it("ends by itself when training is over, without dispose()", async () => {
    expect(await run(`await train(short); console.log("done");`)).toEqual({
      ended: 0,
      stdout: "done\n",
      stderr: "",
    });
  });
});

describe("the library leaves signals to the program:", () => {
  it.each(SIGNALS)("%s ends a process that handles none", async (signal) => {
    const child = start(`inTheMiddle(() => console.log("training"));`);
    const ended = endOf(child);
    await once(child.stdout!, "data");
    child.kill(signal);
    expect(await ended).toEqual({ ended: signal, stdout: "training\n", stderr: "" });
  });

  it.each(SIGNALS)("a handler of %s can end the run and keep its epochs", async (signal) => {
    const child = start(`
      const ending = new AbortController();
      process.once("${signal}", () => ending.abort());
      const { status, history } = await inTheMiddle(() => console.log("training"), { signal: ending.signal });
      console.log(status, history.length > 0);`);
    const ended = endOf(child);
    await once(child.stdout!, "data");
    child.kill(signal);
    expect(await ended).toEqual({ ended: 0, stdout: "training\ncancelled true\n", stderr: "" });
  });
});
