import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { addCompareCommand } from "../../src/cli/commands/compare.js";
import { addMergeCommand } from "../../src/cli/commands/merge.js";
import { packageRoot } from "../../src/system/package-root.js";

const folder = join(packageRoot, "examples", "executors");
const read = (name: string) => readFileSync(join(folder, name), "utf8");

const program = new Command();
addCompareCommand(program);
addMergeCommand(program);

/** The commands of a text, each with the options that optimbench has for it checked. */
function commandsOf(text: string): string[] {
  return [...text.matchAll(/optimbench (compare|merge) [^\n]*/g)].map(([line, name]) => {
    const known = program.commands.find((each) => each.name() === name)!.options.map(({ long }) => long);
    for (const [option] of line.matchAll(/--[a-z-]+/g)) expect(known, line).toContain(option);
    return name!;
  });
}

/** A shell that becomes the command, so that a signal for the shell reaches it. */
const BECOMES = /^exec node_modules\/\.bin\/optimbench compare /;

describe("the examples of executors", () => {
  it("are tested here", () => {
    expect(readdirSync(folder).sort()).toEqual(["github-actions.yml", "kubernetes-job.yaml", "slurm.sh"]);
  });

  it("have a Slurm job array of as many tasks as parts", () => {
    execFileSync("bash", ["-n", join(folder, "slurm.sh")]);
    const text = read("slurm.sh");
    const lines = text.split("\n").filter((line) => line !== "");
    const options = lines.flatMap((line) => /^#SBATCH --([a-z-]+)=(\S+)$/.exec(line)?.slice(1, 3) ?? []);
    expect(Object.fromEntries(options.flatMap((key, i) => (i % 2 ? [] : [[key, options[i + 1]]])))).toEqual({
      "job-name": "optimbench",
      array: "1-8",
      "cpus-per-task": "4",
      time: "02:00:00",
      signal: "B:TERM@60", // without B:, only job steps receive it
    });
    // Slurm ignores #SBATCH after the first command.
    expect(lines.filter((line) => !line.startsWith("#"))).toEqual(lines.slice(-1));
    expect(lines.at(-1)).toMatch(BECOMES);
    expect(lines.at(-1)).toContain('--shard "$SLURM_ARRAY_TASK_ID/8"');
    expect(commandsOf(text)).toEqual(["merge", "compare"]);
  });

  it("have a Kubernetes Indexed Job of as many completions as parts", () => {
    const job = parse(read("kubernetes-job.yaml"));
    expect(job).toMatchObject({ apiVersion: "batch/v1", kind: "Job", metadata: { name: "optimbench" } });
    const { completionMode, completions, parallelism, template } = job.spec;
    expect([completionMode, completions, parallelism]).toEqual(["Indexed", 8, 8]);
    const { restartPolicy, containers, volumes } = template.spec;
    expect(["OnFailure", "Never"]).toContain(restartPolicy); // a Job accepts no other
    const [{ name, image, command, args, volumeMounts }] = containers;
    expect([name, image, command]).toEqual(["compare", expect.any(String), ["sh", "-c"]]);
    expect(volumeMounts.map((mount: { name: string }) => mount.name)).toEqual(
      volumes.map((volume: { name: string }) => volume.name),
    );
    expect(commandsOf(args[0])).toEqual(["compare"]);
    expect(args[0]).toMatch(BECOMES);
    // The index starts at 0, parts at 1.
    const script = args[0].replace("exec node_modules/.bin/optimbench", "echo");
    const env = { ...process.env, JOB_COMPLETION_INDEX: "0" };
    expect(execFileSync("sh", ["-c", script], { env, encoding: "utf8" })).toContain("--shard 1/8 ");
  });

  it("have a GitHub Actions matrix of as many jobs as parts, and one that merges them", () => {
    const workflow = parse(read("github-actions.yml"));
    expect(workflow).toMatchObject({ name: "study", on: "workflow_dispatch" });
    const { part, merge } = workflow.jobs;
    expect(part.strategy.matrix.shard).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(merge.needs).toBe("part");
    for (const { "runs-on": runner, steps } of [part, merge]) {
      expect(runner).toBe("ubuntu-latest");
      for (const step of steps)
        expect(Object.keys(step).filter((key) => key === "uses" || key === "run")).toHaveLength(1);
    }
    const lines = (steps: readonly { run?: string }[]) => steps.map(({ run = "" }) => run).join("\n");
    expect(commandsOf(lines(part.steps))).toEqual(["compare"]);
    expect(lines(part.steps)).toContain("--shard ${{ matrix.shard }}/8 ");
    expect(part.steps.some(({ run = "" }) => BECOMES.test(run))).toBe(true);
    expect(commandsOf(lines(merge.steps))).toEqual(["merge"]);
  });
});
