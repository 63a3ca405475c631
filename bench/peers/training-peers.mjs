import { fileURLToPath } from "node:url";
import { peersPython } from "./environment.mjs";
import { startPeer } from "./peer.mjs";

const PEERS = {
  "PyTorch eager": ["pytorch_peer.py", "eager"],
  "PyTorch eager, channels-last": ["pytorch_peer.py", "channels-last"],
  "PyTorch compiled": ["pytorch_peer.py", "compile"],
  "Keras on TensorFlow": ["keras_peer.py"],
};

/** Those who train and evaluate the paper's CNN beside us, by name, each in a process of its own. */
export async function startTrainingPeers(threads) {
  const python = await peersPython();
  const started = Object.entries(PEERS).map(async ([name, [script, ...mode]]) => {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const { ask, measure, end } = startPeer(python, [path, ...mode, String(threads)]);
    const peer = {
      versions: await ask({ task: "versions" }),
      /** Milliseconds of a step. */
      train: (batch, steps) => measure({ task: "train", batch, steps }),
      /** Milliseconds of all images. */
      evaluate: (batch, images) => measure({ task: "evaluate", batch, images }),
      end,
    };
    return [name, peer];
  });
  return Object.fromEntries(await Promise.all(started));
}
