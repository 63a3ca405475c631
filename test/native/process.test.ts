import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";

const library = JSON.stringify(pathToFileURL(join(packageRoot, "dist", "native", "addon.js")).href);

/** Runs a program in a separate process, which `limits` (shell commands) may restrict. */
function run(program: string, limits = "true") {
  const prelude = `
    import { Worker } from "node:worker_threads";
    import { loadNative } from ${library};
    const native = loadNative();
    const spec = {
      device: "cpu", threads: 1, seed: 0, microBatch: 4, input: [1, 28, 28], classes: 2,
      layers: [
        { kind: "flatten", name: "flatten_0", output: [784, 1, 1] },
        { kind: "dense", name: "dense_0", units: 2, bias: true, weightLimit: 0.1, biasLimit: 0, output: [2, 1, 1] },
      ],
      loss: { nodes: [{ op: "constant", value: 0 }], result: 0, gradient: { nodes: [], result: 0 } },
      update: { blocks: [], layout: "keras", inputs: [] },
    };
    const images = (count) => ({
      images: new Uint8Array(count * 784), labels: new Int32Array(count), shape: [1, 28, 28], classes: 2, device: "cpu",
    });
  `;
  const { status, signal, stdout } = spawnSync(
    "bash",
    ["-c", `${limits}; exec "$0" --input-type=module -e "$1"`, process.execPath, prelude + program],
    { encoding: "utf8", timeout: 250_000 },
  );
  return { ended: signal ?? status, stdout };
}

it("reports that the system refuses more threads", () => {
  const program = `
    const sessions = [];
    try { for (;;) await sessions[sessions.push(new native.Session({ ...spec, threads: 256 })) - 1].open(); } catch (error) { console.log(error.message); }`;
  expect(run(program, "ulimit -v 12000000")).toEqual({
    ended: 0,
    stdout: "Native code failed: Resource temporarily unavailable\n",
  });
});

it("shuts down and exits while a worker starts one pass after the other", () => {
  const program = `
    const worker = new Worker(\`
      const { workerData: { library, spec, images }, parentPort } = require("node:worker_threads");
      import(library).then(async ({ loadNative }) => {
        const native = loadNative();
        const [data, session] = [new native.Dataset(images), new native.Session(spec)];
        await session.open();
        const order = new Uint32Array(20_000_000);
        for (;;) {
          const pass = session.train(data, { order, batchSize: 4, learningRates: new Float64Array(5_000_000), epoch: 1 });
          parentPort.postMessage("started");
          await pass;
        }
      });
    \`, { eval: true, execArgv: [], workerData: { library: ${library}, spec, images: images(1) } });
    await new Promise((resolve) => worker.once("message", resolve));
    for (let i = 0; i < 200; i++) {
      native.shutdown();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    process.exit(5);`;
  expect(run(program)).toMatchObject({ ended: 5 });
});

it("frees the memory of a disposed dataset", () => {
  const program = `
    const rss = () => process.memoryUsage().rss / 2 ** 20;
    const given = images(200_000); // 150 MB
    const data = new native.Dataset(given);
    const held = rss();
    data.dispose();
    console.log(held - rss());`;
  expect(Number(run(program).stdout)).toBeGreaterThan(100);
});
