import { describe, expect, it } from "vitest";
import { moduleIn, run } from "./program.js";

/** Workers that load the library at once and train `config`. They post "started" after an epoch, and the final weights' hash. */
const WORKERS = `
  import { Worker } from "node:worker_threads";
  import { once } from "node:events";
  const BODY = \`
    const { parentPort, workerData: { library, config, act } } = require("node:worker_threads");
    const onEpoch = ({ epoch }) => {
      if (epoch !== 1) return;
      parentPort.postMessage("started");
      if (act === "throw") setImmediate(() => { throw new RangeError("unrelated"); });
      if (act === "exit") setImmediate(() => process.exit(7));
    };
    import(library)
      .then(({ train }) => train({ ...config, onEpoch }))
      .then(({ parametersSha256 }) => parentPort.postMessage(parametersSha256.final));
  \`;
  const workers = (count, config, act) => Array.from({ length: count }, () =>
    new Worker(BODY, { eval: true, execArgv: [], workerData: { library: ${JSON.stringify(moduleIn("index.js"))}, config, act } }));
  const long512 = { ...long, split: { train: 512, validation: 32 } };
  const message = async (worker) => (await once(worker, "message"))[0];
`;
const inWorkers = (program: string) => run(WORKERS + program);

describe("worker threads", () => {
  it("load the library at once, eight of them, and train to the same weights as the main thread", async () => {
    const program = `
      const all = workers(8, short);
      const hashes = await Promise.all(all.map(async (worker) => {
        await message(worker);
        return message(worker);
      }));
      const { parametersSha256 } = await train(short);
      console.log(hashes.length, hashes.every((hash) => hash === parametersSha256.final));`;
    expect(await inWorkers(program)).toEqual({ ended: 0, stdout: "8 true\n", stderr: "" });
  });

  it("can be terminated in the middle of training, eight of them, without effect on the main thread", async () => {
    const program = `
      const before = await train(short);
      const all = workers(8, long512);
      await Promise.all(all.map(message));
      const training = train(short);
      const codes = await Promise.all(all.map((worker) => worker.terminate()));
      const during = await training;
      const after = await train(short);
      const same = [during, after].every((run) => run.parametersSha256.final === before.parametersSha256.final);
      console.log(codes.join(" "), same, (await before.model.predict(new Uint8Array(784))).length);`;
    expect(await inWorkers(program)).toEqual({
      ended: 0,
      stdout: "1 1 1 1 1 1 1 1 true 10\n",
      stderr: "",
    });
  });

  it("can be terminated while they load the library", async () => {
    const program = `
      const all = workers(8, long512);
      await Promise.all(all.map((worker) => once(worker, "online")));
      await Promise.all(all.map((worker) => worker.terminate()));
      console.log((await train(short)).status);`;
    expect(await inWorkers(program)).toEqual({ ended: 0, stdout: "completed\n", stderr: "" });
  });

  it.each([
    ["an uncaught error", "throw", 1],
    ["process.exit()", "exit", 7],
  ])("end by %s in the middle of training, and the main thread goes on", async (_, act, code) => {
    const program = `
      const [worker] = workers(1, long512, "${act}");
      worker.on("error", () => {});
      const code = await new Promise((resolve) => worker.once("exit", resolve));
      console.log(code, (await train(short)).status);`;
    expect(await inWorkers(program)).toEqual({ ended: 0, stdout: `${code} completed\n`, stderr: "" });
  });

  it("end with the process, with its exit code, while they train", async () => {
    const program = `
      await Promise.all(workers(8, long512).map(message));
      process.exit(4);`;
    expect(await inWorkers(program)).toEqual({ ended: 4, stdout: "", stderr: "" });
  });
});
