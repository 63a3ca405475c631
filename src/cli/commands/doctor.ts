import type { Command } from "commander";
import { type Diagnosis, diagnose } from "../diagnosis/diagnosis.js";
import { addAction } from "../output/answer.js";
import { answerNo } from "../output/exit.js";

/** Adds `optimbench doctor`, whose output can be pasted into a bug report. */
export function addDoctorCommand(program: Command): void {
  const command = program
    .command("doctor")
    .description(
      "check this machine, and report problems and their fixes (exit code 1 if training cannot run)",
    );
  addAction(command, async (answer) => {
    const diagnosis = await diagnose();
    answer.give(diagnosis, () => diagnosisText(diagnosis));
    if (!diagnosis.canTrain) answerNo();
  });
}

export function diagnosisText({ environment, libtorch, native, ...rest }: Diagnosis): string {
  const { cpuQuota, glibc, instructionSet, memoryBytes } = environment;
  const rows: [string, string][] = [
    ["optimbench", environment.optimbench],
    ["node", `${environment.node} (${environment.platform}-${environment.arch})`],
    ["system", `${environment.system}, ${glibc ? `glibc ${glibc}` : "no glibc"}`],
    [
      "libtorch",
      libtorch ? `${libtorch.version} at ${libtorch.root} (found by: ${libtorch.rule})` : "not found",
    ],
    ["native code", native ? `${native.addon} (for libtorch ${native.builtFor})` : "not found"],
    ["devices", environment.devices.join(", ") || "unknown: libtorch was not loaded"],
    ["CUDA", rest.whyNoCuda === null ? "yes" : `no: ${rest.whyNoCuda}`],
    ["step graphs", graphsText(rest)],
    ["GPU kernels", kernelsText(rest)],
    ["processor", environment.cpu + (instructionSet ? ` (libtorch uses ${instructionSet})` : "")],
    ["kernels", environment.kernels ?? "unknown: libtorch was not loaded"],
    [
      "threads",
      `${environment.threads}, ${cpuQuota === null ? "no cgroup quota" : `cgroup quota ${cpuQuota} CPUs`}`,
    ],
    ["memory", `${(memoryBytes / 2 ** 30).toFixed(1)} GiB`],
    ["cache", rest.cache],
    ["data", rest.mnist ? `mnist at ${rest.mnist}; mnist-10k` : "mnist-10k (the full MNIST was not found)"],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...rest.notes.map((note) => indented("note", note, width)),
    ...rest.problems.map((problem) => indented("PROBLEM", problem, width)),
    indented("training", rest.canTrain ? "can run" : "cannot run", width),
  ].join("\n");
}

/** Whether steps are recorded as graphs on a GPU. */
function graphsText({ whyNoCuda, whyNoGraphs }: Pick<Diagnosis, "whyNoCuda" | "whyNoGraphs">): string {
  if (whyNoGraphs !== null) return `no: ${whyNoGraphs}`;
  return whyNoCuda === null ? "yes" : "compiled; cannot be tried without a GPU";
}

/** Whether kernels are compiled for a GPU. */
function kernelsText({ whyNoCuda, whyNoKernels }: Pick<Diagnosis, "whyNoCuda" | "whyNoKernels">): string {
  if (whyNoCuda !== null) return "cannot be tried without a GPU";
  return whyNoKernels === null ? "compiled" : `libtorch's operators instead: ${whyNoKernels}`;
}

const indented = (name: string, value: string, width: number) =>
  `${name.padEnd(width)}  ${value.replaceAll("\n", `\n${" ".repeat(width + 2)}`)}`;
