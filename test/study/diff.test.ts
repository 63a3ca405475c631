import { describe, expect, it } from "vitest";
import type { CompareConfig } from "../../src/config/compare-config.js";
import { compare } from "../../src/study/compare.js";
import { diffStudies } from "../../src/study/diff.js";
import type { Study } from "../../src/study/study.js";
import { bands, smallModel } from "../small-task.js";

const dataset = await bands();
const ask = (config: CompareConfig) => compare({ dataset, model: smallModel, epochs: 1, ...config });
const base = await ask({ optimizers: ["adam", "sgd"], seeds: 2 });

const paths = (differences: readonly { readonly path: string }[]) => differences.map(({ path }) => path);
const ids = ({ runs }: ReturnType<typeof diffStudies>) =>
  runs.map(({ label, seed, a, b }) => [label, seed, a, b]);

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** A copy of a study with something changed. */
function altered(study: Study, change: (copy: Writable<Study>) => void): Study {
  const copy = structuredClone(study) as Writable<Study>;
  change(copy);
  return copy;
}

describe("two studies", () => {
  it("are equal if only times differ", () => {
    const slower = altered(base, (copy) => {
      copy.createdAt = "2030-01-01T00:00:00.000Z";
      for (const { seconds, history } of copy.runs) {
        (seconds as Writable<typeof seconds>).train += 1;
        (history[1]!.seconds as { train: number }).train += 1;
      }
    });
    expect(diffStudies(base, slower)).toEqual({
      equal: true,
      question: [],
      environment: [],
      shared: 4,
      runs: [],
    });
  });

  it("are equal if the same arms have other names or another order, listed or combined", async () => {
    const arms = [
      { name: "plain", optimizer: "sgd" as const },
      { name: "baseline", optimizer: "adam" as const },
    ];
    expect(diffStudies(base, await ask({ arms, seeds: 2 }))).toMatchObject({ equal: true, shared: 4 });
    const labelled = await ask({ optimizers: [{ name: "sgd", label: "mine" }, "adam"], seeds: [1, 0] });
    expect(diffStudies(base, labelled)).toMatchObject({ equal: true, shared: 4 });
  });

  it("differ by one altered number, in the run that has it", () => {
    const other = altered(base, ({ runs }) => {
      (runs[2]!.history[1]!.validation as { accuracy: number }).accuracy += 1e-9;
    });
    const diff = diffStudies(base, other);
    expect(diff).toMatchObject({ equal: false, question: [], environment: [], shared: 4 });
    expect(ids(diff)).toEqual([["adam", 1, 3, 3]]);
    expect(paths(diff.runs[0]!.differences)).toEqual(["history.epoch 1.validation.accuracy"]);
  });

  it("differ in machine and threads without a difference in results", () => {
    const elsewhere = altered(base, (copy) => {
      copy.environment = { ...copy.environment, cpu: "another" };
      copy.config = { ...copy.config, threads: 7 };
    });
    const diff = diffStudies(base, elsewhere);
    expect(paths(diff.environment)).toEqual(["cpu", "config.threads"]);
    expect(diff).toMatchObject({ equal: false, question: [], runs: [] });
  });

  it("have runs that only one has", async () => {
    const grown = await ask({ optimizers: ["adam", "rmsprop"], seeds: 3 });
    const diff = diffStudies(base, grown);
    expect(diff.question).toMatchObject([
      { path: "optimizers", a: [{ name: "sgd" }], b: [{ name: "rmsprop" }] },
      { path: "seeds", a: [], b: [2] },
    ]);
    expect(diff.shared).toBe(2);
    expect(ids(diff)).toEqual([
      ["sgd", 0, 2, null],
      ["sgd", 1, 4, null],
      ["rmsprop", 0, null, 2],
      ["rmsprop", 1, null, 4],
      ["adam", 2, null, 5],
      ["rmsprop", 2, null, 6],
    ]);
  });

  it("that differ in a setting of all runs still have their runs compared", async () => {
    const longer = await ask({ optimizers: ["adam", "sgd"], seeds: 1, epochs: 2 });
    const diff = diffStudies(await ask({ optimizers: ["adam", "sgd"], seeds: 1 }), longer);
    expect(diff.question).toEqual([{ path: "epochs", a: 1, b: 2, ofLists: false }]);
    expect(diff.shared).toBe(2);
    expect(ids(diff)).toEqual([
      ["adam", 0, 1, 1],
      ["sgd", 0, 2, 2],
    ]);
    expect(paths(diff.runs[0]!.differences)).toContain("parametersSha256.final");
  });

  it("differ in a dataset's content under the same name, and not in its name alone", () => {
    const content = altered(base, (copy) => {
      copy.datasets = { bands: "other" };
    });
    expect(diffStudies(content, base).question).toEqual([
      { path: "dataset", a: "bands with other content", b: "bands", ofLists: false },
    ]);
    const renamed = altered(base, (copy) => {
      copy.datasets = { copy: base.datasets!.bands! };
      copy.config = { ...copy.config, dataset: "copy" };
      copy.runs = copy.runs.map((run) => ({ ...run, config: { ...run.config, dataset: "copy" } }));
    });
    expect(diffStudies(base, renamed).equal).toBe(true);
    const unknown = altered(renamed, (copy) => {
      delete (copy as { datasets?: unknown }).datasets; // written before checksums were
    });
    expect(diffStudies(base, unknown).question).toMatchObject([{ path: "dataset", a: "bands", b: "copy" }]);
    expect(diffStudies(base, unknown)).toMatchObject({ shared: 4, runs: [] });
  });

  it("may have the same values in other combinations", async () => {
    const arms = (...sizes: number[]) => ({
      arms: sizes.map((batchSize, i) => ({ batchSize, optimizer: (["adam", "sgd"] as const)[i]! })),
    });
    const diff = diffStudies(await ask(arms(16, 32)), await ask(arms(32, 16)));
    expect(diff.question).toEqual([
      {
        path: "arms",
        a: ["adam, batch size 16", "sgd, batch size 32"],
        b: ["adam, batch size 32", "sgd, batch size 16"],
        ofLists: true,
      },
    ]);
    expect(diff.runs).toHaveLength(4);
  });

  it("have equal arms matched one by one", async () => {
    const twice = { arms: [{ name: "a" }, { name: "b" }] };
    const diff = diffStudies(await ask(twice), await ask({ arms: [...twice.arms, { name: "c" }] }));
    expect(diff).toMatchObject({ equal: false, shared: 2 });
    expect(diff.question).toMatchObject([{ path: "arms", a: [], b: ["c"] }]);
    expect(ids(diff)).toEqual([["c", 0, null, 3]]);
  });
});

it("rejects what is not a study", () => {
  expect(() => diffStudies(base, { runs: [] } as unknown as Study)).toThrow(/^Missing `b\.schemaVersion`/);
});
