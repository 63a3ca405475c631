import { expect, it } from "vitest";
import { resultTable } from "../../src/report/tables/result-table.js";
import type { Machine } from "../../src/study/machines.js";
import { plainStudy } from "../report/tables/plain-study.js";

const machine: Machine = {
  cpu: "AMD EPYC 7763",
  cpuQuota: null,
  instructionSet: "AVX512",
  kernels: "avx512",
  threads: 1,
};

/** The table of a study whose runs two machines trained in turn. */
function tableOn(machines: readonly Machine[], device = "cpu"): string {
  const study = plainStudy();
  const runs = study.runs.map((run, i) => ({
    ...run,
    config: { ...run.config, device },
    machine: (i % 2) + 1,
  }));
  return resultTable({ ...study, runs, machines });
}
const noteOn = (kinds: string) =>
  `Runs were trained with different kernels, processors or GPUs (${kinds}): results agree within rounding, not bit for bit.`;

it("a table says that runs were trained with different kernels", () => {
  expect(tableOn([machine, { ...machine, kernels: "avx2" }])).toContain(noteOn("avx512, avx2"));
  expect(tableOn([machine, { ...machine, cpu: "Intel Xeon" }])).toContain(noteOn("AMD, Intel"));
});

it("a table says that only one machine's GPU has compiled kernels", () => {
  const kinds = (["compiled", "reference"] as const).map((gpuKernels) => ({
    ...machine,
    gpus: ["H100"],
    gpuKernels,
  }));
  expect(tableOn(kinds, "cuda:0")).toContain(noteOn("H100 compiled, H100 reference"));
  expect(tableOn(kinds)).not.toContain("different kernels");
});

it("and nothing if the machines have the same results", () => {
  const other = { ...machine, cpu: "AMD EPYC 9654", threads: 2 };
  expect(tableOn([machine, other])).not.toContain("different kernels");
  expect(tableOn([machine, { ...machine, gpus: ["NVIDIA H100"] }])).not.toContain("different kernels"); // on the CPU
});
