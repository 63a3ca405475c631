import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { planUpdate } from "../../src/formula/plan-update.js";
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
    const shape = [64, 32];
    const graph = updateGraph(resolveOptimizer(name, "keras3"));
    const update = planUpdate(graph, [{ name: "matrix", shape }]);
    expect(page).toContain(`\`\`\`\n${loadNative().listUpdate(update, [shape])}\`\`\`\n`);
  },
);
