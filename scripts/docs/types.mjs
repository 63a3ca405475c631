// `npm run docs:types`: generates the types of configs and results in src/ and the JSON Schemas in schemas/ from the zod
// schemas, then the API reference in docs/api/.
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
