import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { packageRoot } from "../../dist/system/package-root.js";
import { ratio } from "../row.mjs";

const PROGRAM = `
const { referenceSession } = await import("./bench/reference-session.mjs");
const { steps, ...options } = JSON.parse(process.argv[1]);
await (await referenceSession(options)).train(steps);
console.log(process.resourceUsage().maxRSS * 1024);
`;

/**
 * The peak memory of a process that trains a model on 12,000 images, including the code of the framework.
 *
 * @param fastest the name of the peer to compare with. All peers have trained.
 */
export async function peakMemory({ model, batch, goal, steps, threads, peers, fastest }) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "-e", PROGRAM, "--", JSON.stringify({ model, batchSize: batch, steps, threads })],
    { cwd: packageRoot },
  );
  const measured = { optimbench: [Number(stdout) / 1e6] };
  for (const [name, peer] of Object.entries(peers)) measured[name] = [(await peer.peakBytes()) / 1e6];
  return {
    what: `peak memory of a process that trains, \`${model}\`, batch ${batch}, relative to the fastest peer`,
    ...{ measure: "memory", model, batch },
    goal: { atMost: goal },
    unit: "",
    ...ratio(measured.optimbench, measured[fastest]),
    against: fastest,
    measured,
    measuredUnit: "MB",
  };
}
