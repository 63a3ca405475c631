import { describe, expect, it } from "vitest";
import { run } from "./program.js";

describe("in one process", () => {
  it("twenty runs train at once, with their threads and no more, to the weights of each alone", async () => {
    const program = `
      import { readdirSync } from "node:fs";
      const task = (seed) => train({ ...short, seed, threads: 2, split: { train: 128, validation: 32 } });
      const threads = () => readdirSync("/proc/self/task").length;
      const alone = [];
      for (let seed = 0; seed < 20; seed++) {
        const run = await task(seed);
        run.model.dispose();
        alone.push(run.parametersSha256.final);
      }
      const before = threads();
      let most = 0;
      const looking = setInterval(() => { most = Math.max(most, threads()); }, 1);
      const runs = await Promise.all(alone.map((_, seed) => task(seed)));
      clearInterval(looking);
      console.log(runs.every((run, seed) => run.parametersSha256.final === alone[seed]), most - before <= 40);`;
    expect(await run(program)).toEqual({ ended: 0, stdout: "true true\n", stderr: "" });
  });

  it("overlapping calls on one model have the results of calls in turn", async () => {
    const program = `
      import { mkdtempSync, readFileSync, rmSync } from "node:fs";
      import { join } from "node:path";
      import { tmpdir } from "node:os";
      const { model } = await train(short);
      const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
      const files = ["alone", "at once", "twice at once"].map((name) => join(folder, name));
      const images = [1, 2, 3].map((value) => new Uint8Array(784 * 500).fill(80 * value));
      const inTurn = [];
      for (const each of images) inTurn.push(await model.predict(each));
      await model.save(files[0]);
      const [parameters, , , ...atOnce] = await Promise.all(
        [model.parameters(), model.save(files[1]), model.save(files[2]), ...images.map((each) => model.predict(each))]);
      const same = (a, b) => Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;
      const [alone, ...others] = files.map((file) => readFileSync(file));
      rmSync(folder, { recursive: true });
      console.log(inTurn.every((each, i) => same(each, atOnce[i])), others.every((each) => each.equals(alone)), parameters.length);`;
    expect(await run(program)).toEqual({ ended: 0, stdout: "true true 14\n", stderr: "" });
  });

  it("what overlaps dispose(), twice, is refused, and so is all that follows", async () => {
    const program = `
      const { model } = await train(short);
      const code = (call) => call.then(() => "ok", (error) => error.code);
      const overlapping = [model.predict(new Uint8Array(784 * 20_000)), model.parameters(), model.save("never written")].map(code);
      model.dispose();
      model.dispose();
      const later = [model.predict(new Uint8Array(784)), model.parameters(), model.save("never written")].map(code);
      import { existsSync } from "node:fs";
      console.log((await Promise.all(overlapping)).join(), (await Promise.all(later)).join(), existsSync("never written"));`;
    expect(await run(program)).toEqual({
      ended: 0,
      stdout: "DISPOSED,DISPOSED,DISPOSED DISPOSED,DISPOSED,DISPOSED false\n",
      stderr: "",
    });
  });
});

describe("a run whose only step of an epoch has all images", () => {
  it.each(["paper-cnn", "mlp"])("ends within the step when the signal fires: %s", async (model) => {
    // The step computes 9,000 images; the signal fires when it has begun, so a whole step would be in the weights.
    const program = `
      const ending = new AbortController();
      const config = { model: "${model}", split: { train: 9000, validation: 32 }, batchSize: 9000, signal: ending.signal };
      const { status, history, parametersSha256 } = await inTheMiddle(() => ending.abort(), config);
      console.log(status, history.length, parametersSha256.final === parametersSha256.initial);`;
    expect(await run(program)).toEqual({ ended: 0, stdout: "cancelled 1 true\n", stderr: "" });
  });
});
