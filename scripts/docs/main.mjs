// `npm run docs`: writes the pages and figures of optimizers and losses into docs/, from the tables OPTIMIZERS and LOSSES, and
// the latest measurements into README.md and bench/README.md. Runs types.mjs first. A test compares the pages with the tables;
// figures are only redrawn here.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../dist/system/package-root.js";
import { catalogueSvg } from "./catalogue-figures.mjs";
import { catalogue, cataloguePages, figurePath } from "./catalogue-pages.mjs";
import "./types.mjs";

const docs = join(packageRoot, "docs");
const entries = catalogue();

rmSync(join(docs, "catalogue"), { recursive: true, force: true });
mkdirSync(join(docs, "catalogue", "images"), { recursive: true });
for (const [path, text] of cataloguePages(entries)) writeFileSync(join(docs, path), text);
for (const entry of entries) {
  writeFileSync(join(docs, figurePath(entry)), await catalogueSvg(entry));
  console.log(entry.name);
}

await import("../../bench/readme.mjs");
await import("../calibrate/page.mjs");
await import("../answer/page.mjs");
