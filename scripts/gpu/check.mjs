// Checks optimbench on this machine's GPU and measures it beside PyTorch. Each part runs in a separate process, so that
// the others run whatever becomes of it. Everything, failures included, goes into one JSON file, which is complete after
// each part. With --only, the parts in an existing file are kept. Usage: see run.sh.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { arch, cpus, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { values } = parseArgs({
  options: {
    out: { type: "string", default: "gpu-check.json" },
    seconds: { type: "string", default: "300" },
    only: { type: "string", default: "" },
  },
});
const deadline = Date.now() + Number(values.seconds) * 1000;

const node = (...args) => ({ program: process.execPath, args });
const PARTS = {
  gpu: {
    program: "nvidia-smi",
    args: ["--query-gpu=name,driver_version,memory.total,clocks.max.sm", "--format=csv"],
    atMost: 30,
  },
  setup: { ...node("dist/cli/main.js", "setup"), atMost: 240 },
  doctor: { ...node("dist/cli/main.js", "doctor", "--json"), atMost: 60 },
  // TF32 rounds the products of convolutions to 10 bits; without it the CPU's results are within float32's rounding.
  numerics: { ...node("scripts/gpu/numerics.mjs"), environment: { NVIDIA_TF32_OVERRIDE: "0" }, atMost: 120 },
  resume: { ...node("scripts/gpu/resume.mjs"), atMost: 60 },
  robustness: { ...node("scripts/gpu/robustness.mjs"), atMost: 90 },
  speed: { ...node("scripts/gpu/speed.mjs"), atMost: 120 },
  // By default, a process has 8 queues for its streams.
  "parallel-8": { ...node("scripts/gpu/parallel.mjs"), atMost: 40 },
  "parallel-32": {
    ...node("scripts/gpu/parallel.mjs"),
    environment: { CUDA_DEVICE_MAX_CONNECTIONS: "32" },
    atMost: 40,
  },
  kernels: { ...node("scripts/gpu/kernels.mjs"), atMost: 80 },
  pytorch: { program: "python3", args: ["scripts/gpu/pytorch_gpu.py"], atMost: 120 },
  "pytorch-compiled": { program: "python3", args: ["scripts/gpu/pytorch_gpu.py", "compiled"], atMost: 240 },
};
const chosen = values.only === "" ? Object.keys(PARTS) : values.only.split(",");
const unknown = chosen.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(", ")}. Choose from ${Object.keys(PARTS).join(", ")}.`);
  process.exit(2);
}

const record = {
  schemaVersion: 1,
  kind: "gpu",
  createdAt: new Date().toISOString(),
  machine: {
    system: release(),
    arch: arch(),
    cpu: cpus()[0].model,
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.versions.node,
  },
  parts: values.only !== "" && existsSync(values.out) ? JSON.parse(readFileSync(values.out)).parts : {},
};
const write = () => {
  writeFileSync(`${values.out}.new`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${values.out}.new`, values.out);
};

for (const name of chosen) {
  const { program, args, environment = {}, atMost } = PARTS[name];
  const seconds = Math.min(atMost, (deadline - Date.now()) / 1000);
  if (seconds < 5) {
    record.parts[name] = { status: "not run: no time left", rows: [] };
  } else {
    console.log(`== ${name} (at most ${Math.round(seconds)} s)`);
    record.parts[name] = await runPart(program, args, environment, seconds);
    console.log(`   ${record.parts[name].status} after ${record.parts[name].seconds} s`);
  }
  write();
}
const failed = Object.values(record.parts)
  .flatMap(({ status, rows }) => [status !== "ok", ...rows.map(({ ok }) => ok === false)])
  .filter(Boolean).length;
console.log(`${failed === 0 ? "Nothing failed" : `${failed} failed`}; everything is in ${values.out}`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs a part to its end; lines of JSON that it prints are its rows. */
function runPart(program, args, environment, seconds) {
  const start = Date.now();
  const part = { status: "ok", seconds: 0, rows: [], said: "" };
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // a group of its own, whose processes end together
    });
    const timer = setTimeout(() => {
      part.status = `ended after ${Math.round(seconds)} s`;
      process.kill(-child.pid, "SIGKILL");
    }, seconds * 1000);
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) take(line);
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      part.said = (part.said + text).slice(-8000);
    });
    child.on("error", (error) => end(`could not run: ${error.message}`));
    child.on("close", (code, signal) => end(code === 0 ? "ok" : `failed: ${signal ?? `exit code ${code}`}`));
    const take = (line) => {
      const row = parsed(line);
      if (row === undefined) part.said = `${part.said}${line}\n`.slice(-8000);
      else {
        part.rows.push(row);
        console.log(`   ${line.slice(0, 220)}`);
      }
    };
    const end = (status) => {
      clearTimeout(timer);
      if (rest !== "") take(rest);
      if (part.status === "ok") part.status = status;
      if (part.status !== "ok") console.log(part.said.slice(-2000));
      part.seconds = (Date.now() - start) / 1000;
      resolve(part);
    };
  });
}

function parsed(line) {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
