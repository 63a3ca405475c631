// Writes the types of configs and results into src/ and the JSON Schemas into schemas/, both from the zod schemas:
// `npm run docs:types`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../dist/system/package-root.js";
import { declarations } from "./declarations.mjs";
import { jsonSchemas } from "./json-schemas.mjs";

mkdirSync(join(packageRoot, "schemas"), { recursive: true });
for (const [path, text] of [...declarations(), ...jsonSchemas()])
  writeFileSync(join(packageRoot, path), text);
