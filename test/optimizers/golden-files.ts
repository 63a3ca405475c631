import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Where golden files of optimizers lie: of those that see a vector, and of those that see parameters. */
export const FOLDERS = ["optimizers", "parameter_optimizers"].map(
  (name) => new URL(`../golden/${name}/`, import.meta.url),
);

/** "keras3-adam.json" and the like, of all folders. */
export const goldenNames = FOLDERS.flatMap((folder) => readdirSync(folder));

export const readGolden = (file: string) =>
  JSON.parse(readFileSync(FOLDERS.map((folder) => new URL(file, folder)).find(existsSync)!, "utf8"));
