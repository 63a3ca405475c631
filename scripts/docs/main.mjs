// Writes the pages and pictures of optimizers and losses into docs/, from the tables OPTIMIZERS and LOSSES, and the last
// measurements into README.md and bench/README.md: `npm run docs`. A test compares the pages with the tables; pictures are
// redrawn only here. The config types and the JSON Schemas come first.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../dist/system/package-root.js";
import { catalogue, cataloguePages, picturePath } from "./catalogue-pages.mjs";
import { catalogueSvg } from "./catalogue-pictures.mjs";
import "./types.mjs";

const docs = join(packageRoot, "docs");
const entries = catalogue();

rmSync(join(docs, "catalogue"), { recursive: true, force: true });
mkdirSync(join(docs, "catalogue", "images"), { recursive: true });
for (const [path, text] of cataloguePages(entries)) writeFileSync(join(docs, path), text);
for (const entry of entries) {
  writeFileSync(join(docs, picturePath(entry)), await catalogueSvg(entry));
  console.log(entry.name);
}

await import("../../bench/readme.mjs");
