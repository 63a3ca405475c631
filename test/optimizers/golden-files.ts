import { existsSync, readdirSync, readFileSync } from "node:fs";

/** The folders of golden files: of optimizers on the whole vector, and of optimizers on parameters. */
export const FOLDERS = ["optimizers", "parameter_optimizers"].map(
  (name) => new URL(`../golden/${name}/`, import.meta.url),
);

/** The names of all golden files, such as "keras3-adam.json". */
export const goldenNames = FOLDERS.flatMap((folder) => readdirSync(folder));

export const readGolden = (file: string) =>
  JSON.parse(readFileSync(FOLDERS.map((folder) => new URL(file, folder)).find(existsSync)!, "utf8"));
