// `node scripts/list-update.mjs adam`: prints the compiled form of an optimizer with Keras' defaults, for one matrix of 64 x 32.
// docs/update-compiler.md explains how to read it.
import { planUpdate } from "../dist/formula/plan-update.js";
import { loadNative } from "../dist/native/addon.js";
import { OPTIMIZER_NAMES, resolveOptimizer, updateGraph } from "../dist/optimizers/optimizers.js";

const name = process.argv[2];
if (!OPTIMIZER_NAMES.includes(name)) {
  console.error(`Usage: node scripts/list-update.mjs NAME, one of ${OPTIMIZER_NAMES.join(", ")}`);
  process.exit(1);
}
const shape = [64, 32];
const update = planUpdate(updateGraph(resolveOptimizer(name, "keras3")), [{ name: "matrix", shape }]);
process.stdout.write(loadNative().listUpdate(update, [shape]));
