// Writes the types of configs and results into src/ and the JSON Schemas into schemas/, both from the zod schemas, and then
// the API reference into docs/api/: `npm run docs:types`.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../dist/system/package-root.js";
import { apiReference } from "./api-reference.mjs";
import { declarations } from "./declarations.mjs";
import { jsonSchemas } from "./json-schemas.mjs";

mkdirSync(join(packageRoot, "schemas"), { recursive: true });
for (const [path, text] of [...declarations(), ...jsonSchemas()])
  writeFileSync(join(packageRoot, path), text);

const api = join(packageRoot, "docs", "api");
const pages = await apiReference();
rmSync(api, { recursive: true, force: true });
mkdirSync(api);
for (const [name, text] of pages) writeFileSync(join(api, name), text);
