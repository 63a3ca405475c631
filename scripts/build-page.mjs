// Bundles the script of reports, src/report/page/client/, into dist/report/page/client.js, and copies their style beside it. A
// report contains both.
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "src", "report", "page");
const target = join(root, "dist", "report", "page");

await build({
  input: join(source, "client", "main.ts"),
  output: { file: join(target, "client.js"), format: "iife", minify: true },
  logLevel: "warn",
});
copyFileSync(join(source, "page.css"), join(target, "page.css"));
