import { readdir, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OptimbenchError } from "../../errors.js";
import { fileProblem } from "../../system/file-problem.js";
import { EVENTS, TENSORBOARD } from "../tensorboard/event-files.js";

/**
 * Removes the files that `writeReport` wrote into a folder, including figures of any name. All other files are kept, including
 * study.json.
 *
 * @throws OptimbenchError (FILE) that names the file
 */
export async function removeReport(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) return; // there is no report; a file in place of the folder is reported when writing
  for (const name of ["index.html", "table.md", "table.tex", "runs.csv", "epochs.csv"])
    await remove(join(folder, name));
  const figures = join(folder, "figures");
  // The spec of each figure is removed last, so that an interrupted removal can be repeated.
  const specs = (await readdir(figures).catch(() => [])).filter((name) => name.endsWith(SPEC));
  for (const spec of specs)
    for (const ending of [".svg", ".png", SPEC])
      await remove(join(figures, `${spec.slice(0, -SPEC.length)}${ending}`));
  await remove(join(figures, "sample-images.png"));
  await rmdir(figures).catch(() => {}); // fails if it contains other files
  await removeEvents(join(folder, TENSORBOARD));
}

/** Removes the files for TensorBoard, and the folders that are then empty. */
async function removeEvents(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names) if (name.endsWith(EVENTS)) await remove(join(folder, name));
  const folders = [...new Set(names.filter((name) => name.endsWith(EVENTS)).map(dirname))];
  for (const each of [...folders, ...new Set(folders.map(dirname)), "."])
    await rmdir(join(folder, each)).catch(() => {}); // fails if it contains other files
}

async function remove(file: string): Promise<void> {
  try {
    await unlink(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return;
    const reason = fileProblem(cause);
    throw new OptimbenchError("FILE", `Cannot remove ${file} from the earlier report: ${reason}.`, {
      cause,
      path: file,
    });
  }
}

const SPEC = ".vl.json";
