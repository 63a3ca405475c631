import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";

const library = JSON.stringify(pathToFileURL(join(packageRoot, "dist", "index.js")).href);

/**
 * Runs a program in a separate process. `long` is a run that would take minutes; `inTheMiddle` runs a callback during the
 * steps of its first epoch.
 */
function run(program: string) {
  const prelude = `
    import { Worker, isMainThread } from "node:worker_threads";
    import { train } from ${library};
    const short = { dataset: "mnist-10k", split: { train: 64, validation: 32 }, epochs: 1 };
    const long = { dataset: "mnist-10k", split: { train: 8000, validation: 32 }, epochs: 1000, untimedSteps: false };
    const inTheMiddle = (act) => train({ ...long, onEpoch: ({ epoch }) => { if (epoch === 0) setImmediate(act); } });
    const startedWorkers = (count) => Promise.all(Array.from({ length: count }, () => new Promise((resolve) => {
      const worker = new Worker(\`
        const { parentPort } = require("node:worker_threads");
        const { library, config } = require("node:worker_threads").workerData;
        const onEpoch = ({ epoch }) => { if (epoch === 1) parentPort.postMessage("started"); };
        import(library).then(({ train }) => train({ ...config, onEpoch }));
      \`, { eval: true, execArgv: [], workerData: { library: ${library}, config: { ...long, split: { train: 512, validation: 32 } } } });
      worker.once("message", () => resolve(worker));
    })));
  `;
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ["--expose-gc", "--input-type=module", "-e", prelude + program],
    {
      encoding: "utf8",
      timeout: 250_000,
    },
  );
  return { ended: signal ?? status, stdout, stderr };
}

describe("a process that ends while it trains", () => {
  it("ends with its exit code on process.exit()", () => {
    expect(run(`inTheMiddle(() => process.exit(3));`)).toMatchObject({ ended: 3 });
  });

  it("ends with code 1 on an uncaught error", () => {
    const { ended, stderr } = run(`inTheMiddle(() => { throw new Error("unrelated"); });`);
    expect(ended).toBe(1);
    expect(stderr).toContain("unrelated");
  });

  it("ends by itself when training is over, without dispose()", () => {
    expect(run(`await train(short); console.log("done");`)).toMatchObject({ ended: 0, stdout: "done\n" });
  });

  it("survives the end of worker threads in the middle of training", () => {
    const program = `
      const workers = await startedWorkers(2);
      await Promise.all(workers.map((worker) => worker.terminate()));
      const { status } = await train(short);
      console.log(status);`;
    expect(run(program)).toMatchObject({ ended: 0, stdout: "completed\n" });
  });

  it("ends with its exit code while worker threads train", () => {
    expect(run(`await startedWorkers(2); process.exit(4);`)).toMatchObject({ ended: 4 });
  });
});

it("frees memory: many disposed runs need no more than few", () => {
  const program = `
    const rss = async (runs) => {
      for (let i = 0; i < runs; i++) (await train({ ...short, untimedSteps: false })).model.dispose();
      globalThis.gc();
      return process.memoryUsage().rss / 2 ** 20;
    };
    const few = await rss(4);
    const many = await rss(16);
    console.log(JSON.stringify({ few, many }));`;
  const { ended, stdout } = run(program);
  expect(ended).toBe(0);
  const { few, many } = JSON.parse(stdout);
  expect(many - few).toBeLessThan(60); // a leak of one run's gradient shards and temporaries, over 10 MB each, would show as 160
});
