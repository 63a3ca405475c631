import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { loadNative } from "../../src/native/addon.js";
import { resolveOptimizer, updateGraph } from "../../src/optimizers/optimizers.js";
import { packageRoot } from "../../src/system/package-root.js";

const page = readFileSync(join(packageRoot, "docs", "update-compiler.md"), "utf8");

const kernels = process.env.OPTIMBENCH_KERNELS;
afterEach(() => {
  if (kernels !== undefined) process.env.OPTIMBENCH_KERNELS = kernels;
});

it.each(["adam", "adafactor"] as const)(
  "the page on the update compiler shows what %s compiles to (node scripts/list-update.mjs)",
  (name) => {
    delete process.env.OPTIMBENCH_KERNELS; // "reference" compiles nothing
    const graph = updateGraph(resolveOptimizer({ name }, "keras3"));
    expect(page).toContain(`\`\`\`\n${loadNative().listUpdate(graph, [[64, 32]])}\`\`\`\n`);
  },
);
