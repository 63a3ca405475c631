// Ends a long training after a second: what was measured until then is kept.
import { train } from "optimbench";

const run = await train({ dataset: "mnist-10k", epochs: 1000, signal: AbortSignal.timeout(1000) });
console.log(`${run.status} after ${run.history.length - 1} whole epochs`);
run.model.dispose();
