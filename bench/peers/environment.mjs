import { execFileSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../dist/system/cache-folder.js";

const PACKAGES = ["torch==2.15.0", "keras>=3.10,<4", "tensorflow-cpu>=2.18,<3", "numpy"];

/** The Python of a virtual environment with the peers, created on first use (about 3 GB to download). */
export async function peersPython() {
  const folder = join(cacheFolder(), "peers");
  const python = join(folder, "bin", "python");
  const complete = join(folder, "complete.json");
  if (existsSync(complete)) return python;
  process.stderr.write(`Creating a virtual environment with ${PACKAGES.join(", ")} in ${folder}\n`);
  rmSync(folder, { recursive: true, force: true });
  const run = (program, args) => execFileSync(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  run("python3", ["-I", "-m", "venv", folder]);
  run(python, ["-I", "-m", "pip", "install", ...PACKAGES]);
  writeFileSync(complete, JSON.stringify(PACKAGES)); // last, so an interrupted installation is repeated
  return python;
}
