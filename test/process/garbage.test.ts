import { describe, expect, it } from "vitest";
import { run } from "./program.js";

const withGarbage = (program: string) => run(program, ["--expose-gc"]);

describe("under pressure of the garbage collector", () => {
  it("runs, models and predictions stay alive while they are in use", async () => {
    const program = `
      const collecting = setInterval(gc, 1);
      const alone = await train(short);
      const images = new Uint8Array(784 * 2000);
      const runs = await Promise.all(Array.from({ length: 4 }, () => train(short)));
      const predictions = await Promise.all(runs.map(({ model }) => model.predict(images)));
      // Only the promise of its prediction keeps this model.
      const dropped = await train(short).then(({ model }) => model.predict(images));
      const first = await alone.model.predict(images);
      clearInterval(collecting);
      const isEqual = (numbers) => numbers.length === first.length && numbers.every((each, i) => each === first[i]);
      console.log([...predictions, dropped].every(isEqual), runs.every((each) => each.parametersSha256.final === alone.parametersSha256.final));`;
    expect(await withGarbage(program)).toEqual({ ended: 0, stdout: "true true\n", stderr: "" });
  });

  it("models that are dropped without dispose() free their memory", async () => {
    // 1.2 million parameters: with their gradient, and two states of Adam, about 19 MB each
    const program = `
      const model = { layers: [{ type: "flatten" }, { type: "dense", units: 1500 }, { type: "dense", units: 10 }] };
      const rss = () => process.memoryUsage().rss / 2 ** 20;
      const dropped = async (runs) => {
        for (let i = 0; i < runs; i++) await train({ ...short, model });
      };
      await dropped(3);
      const few = rss();
      await dropped(20); // 380 MB
      while (rss() > few + 100) {
        gc();
        await new Promise(setImmediate); // threads free them
      }
      console.log("freed");`;
    expect(await withGarbage(program)).toEqual({ ended: 0, stdout: "freed\n", stderr: "" });
  });
});

it("many runs need no more memory than few", async () => {
  const program = `
    const rss = async (runs) => {
      for (let i = 0; i < runs; i++) (await train(short)).model.dispose();
      gc();
      return process.memoryUsage().rss / 2 ** 20;
    };
    const few = await rss(10);
    const many = await rss(40);
    console.log(many - few);`;
  const { ended, stdout } = await withGarbage(program);
  expect(ended).toBe(0);
  expect(Number(stdout)).toBeLessThan(40); // a leak of 1 MB per run shows; it would be that of all gradient shards in three
});
