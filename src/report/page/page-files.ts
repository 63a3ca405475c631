import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../system/package-root.js";

/** The page's style, and its script as `npm run build` bundles it from client/. */
export function pageFiles() {
  const read = (name: string) => readFileSync(join(packageRoot, "dist", "report", "page", name), "utf8");
  const script = read("client.js").trim();
  return {
    style: read("page.css"),
    script,
    /** For the Content-Security-Policy: no other script runs. */
    scriptHash: `sha256-${createHash("sha256").update(script).digest("base64")}`,
  };
}
