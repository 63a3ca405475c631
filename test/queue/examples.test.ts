import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { addCompareCommand } from "../../src/cli/commands/compare.js";
import { addWorkerCommand } from "../../src/cli/commands/worker.js";
import { packageRoot } from "../../src/system/package-root.js";

const folder = join(packageRoot, "examples", "queue");
const read = (name: string) => readFileSync(join(folder, name), "utf8");

const program = new Command();
addCompareCommand(program);
addWorkerCommand(program);

/** The name of a command, each of whose options optimbench has. */
function checked(words: readonly string[]): string {
  const [name] = words;
  const known = program.commands.find((each) => each.name() === name)!.options.map(({ long }) => long);
  for (const word of words.filter((each) => each.startsWith("--"))) expect(known, word).toContain(word);
  return name!;
}

const commandsOf = (text: string) =>
  [...text.matchAll(/(?:optimbench|worker) ((?:compare|worker) [^\n]*)/g)].map(([, line]) =>
    checked(line!.split(" ")),
  );

describe("the examples of a queue", () => {
  it("are tested here", () => {
    expect(readdirSync(folder).sort()).toEqual(["Dockerfile", "compose.yaml", "kubernetes.yaml", "slurm.sh"]);
  });

  it("have Redis as a StatefulSet, workers as a Deployment and a study as a Job in Kubernetes", () => {
    const documents = parseAllDocuments(read("kubernetes.yaml"), { strict: true, uniqueKeys: true });
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    const all = documents.map((each) => each.toJS());
    expect(all.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
      "v1 Service",
      "apps/v1 StatefulSet",
      "apps/v1 Deployment",
      "v1 PersistentVolumeClaim",
      "batch/v1 Job",
    ]);
    const [service, redis, workers, results, study] = all;
    for (const { spec } of [redis, workers])
      expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
    expect(service.spec.selector).toEqual(redis.spec.selector.matchLabels);
    expect(redis.spec.serviceName).toBe(service.metadata.name);
    const [claim] = redis.spec.volumeClaimTemplates;
    expect(redis.spec.template.spec.containers[0].volumeMounts[0].name).toBe(claim.metadata.name);
    const containers = [workers, study].map(({ spec }) => spec.template.spec.containers[0]);
    // They start the image's entry point, which `command` would replace.
    expect(containers.map(({ args }) => checked(args))).toEqual(["worker", "compare"]);
    for (const container of containers) expect(container).not.toHaveProperty("command");
    const [volume] = study.spec.template.spec.volumes;
    expect(volume.persistentVolumeClaim.claimName).toBe(results.metadata.name);
    expect(containers[1].volumeMounts).toEqual([{ name: volume.name, mountPath: "/results" }]);
    for (const { env } of containers) {
      expect(env[0]).toEqual({ name: "OPTIMBENCH_QUEUE", value: `redis://${service.metadata.name}:6379` });
      expect(env[1].valueFrom.secretKeyRef).toEqual({ name: "optimbench-queue", key: "password" });
    }
    // What Redis is started with is valid for a shell, and has the password of the environment only.
    const script = redis.spec.template.spec.containers[0].args[0].replace("exec redis-server -", "cat");
    const settings = execFileSync("sh", ["-c", script], {
      env: { ...process.env, PASSWORD: "secret" },
      encoding: "utf8",
    });
    expect(settings).toBe("appendonly yes\nmaxmemory-policy noeviction\nrequirepass secret\n");
  });

  it("have an image with the packages of a queue, in versions that package.json allows", () => {
    const { peerDependencies } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
    const lines = read("Dockerfile").split("\n");
    expect(lines).toContain("FROM optimbench");
    const [, packages] = /^RUN npm install --prefix \/opt\/optimbench (.*)$/m.exec(lines.join("\n"))!;
    for (const each of packages!.split(" ")) {
      const [name, major] = each.split("@") as [string, string];
      expect(peerDependencies[name]).toContain(`^${major}.`);
    }
    expect(packages).toContain("ioredis");
  });

  it("have Redis and workers for docker compose", () => {
    const { services, volumes } = parse(read("compose.yaml"), { strict: true, uniqueKeys: true });
    expect(Object.keys(services)).toEqual(["redis", "worker"]);
    expect(services.redis.volumes).toEqual(Object.keys(volumes).map((name) => `${name}:/data`));
    expect(checked(services.worker.command)).toBe("worker");
    expect(services.worker.environment.OPTIMBENCH_QUEUE).toBe("redis://redis:6379");
    expect(services.worker.depends_on).toEqual(["redis"]);
    expect(commandsOf(read("compose.yaml"))).toEqual(["compare"]);
  });

  it("have workers as a Slurm job array", () => {
    execFileSync("bash", ["-n", join(folder, "slurm.sh")]);
    const lines = read("slurm.sh")
      .split("\n")
      .filter((line) => line !== "");
    const options = lines.flatMap((line) => /^#SBATCH --([a-z-]+)=(\S+)$/.exec(line)?.[1] ?? []);
    expect(options).toEqual(["job-name", "array", "cpus-per-task", "time", "signal"]);
    expect(lines).toContain("#SBATCH --signal=B:TERM@60"); // without B:, only job steps receive it
    expect(lines.at(-1)).toMatch(/^exec node_modules\/\.bin\/optimbench worker /);
    // Slurm ignores #SBATCH after the first command.
    expect(lines.filter((line) => !line.startsWith("#"))).toEqual(lines.slice(-1));
    expect(commandsOf(read("slurm.sh"))).toEqual(["compare", "worker"]);
  });
});
