import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { OptimbenchError } from "../errors.js";

/**
 * Removes the files that `writeReport` has written into a folder, figures of whatever names included; all others stay,
 * study.json among them.
 *
 * @throws OptimbenchError (DATA) that names the folder
 */
export async function removeReport(folder: string): Promise<void> {
  const figures = join(folder, "figures");
  try {
    for (const name of ["index.html", "table.md", "results.csv"])
      await rm(join(folder, name), { force: true });
    // Each figure has a spec, which goes last, so that what is interrupted can be done again.
    const specs = (await readdir(figures).catch(() => [])).filter((name) => name.endsWith(SPEC));
    for (const spec of specs)
      for (const ending of [".svg", ".png", SPEC])
        await rm(join(figures, `${spec.slice(0, -SPEC.length)}${ending}`), { force: true });
    await rm(join(figures, "sample-images.png"), { force: true });
    await rmdir(figures).catch(() => {}); // which fails where there is anything else in it
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new OptimbenchError("DATA", `Cannot remove the earlier report in ${folder}: ${reason}.`, { cause });
  }
}

const SPEC = ".vl.json";
