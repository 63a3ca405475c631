// One training run as a program, and in worker threads: prints the hash of its parameters, or with "workers" a JSON array of
// those of two runs at once, which are the first work of the process on the GPU.
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { train } from "../../dist/index.js";
import { digits } from "./case.mjs";

const ONE_RUN = fileURLToPath(import.meta.url);

if (isMainThread && process.argv[2] === "workers") {
  const hashes = [1, 2].map(async () => {
    const [hash] = await once(new Worker(ONE_RUN), "message"); // rejects if the thread ends with an error
    return hash;
  });
  console.log(JSON.stringify(await Promise.all(hashes)));
} else {
  const { record } = await train(digits);
  const hash = record.parametersSha256.final;
  if (isMainThread) console.log(hash);
  else parentPort.postMessage(hash);
}
