import { fileURLToPath } from "node:url";
import { peersPython } from "./environment.mjs";
import { startPeer } from "./peer.mjs";

const PEERS = {
  "PyTorch eager": ["pytorch_peer.py", "eager"],
  "PyTorch eager, channels-last": ["pytorch_peer.py", "channels-last"],
  "PyTorch compiled": ["pytorch_peer.py", "compile"],
  "Keras on TensorFlow": ["keras_peer.py"],
};

/** The peers that train and evaluate the paper's CNN, by name, each in its own process. */
export async function startTrainingPeers(threads) {
  const python = await peersPython();
  const started = Object.entries(PEERS).map(async ([name, [script, ...mode]]) => {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const { ask, measure, end } = startPeer(python, [path, ...mode, String(threads)]);
    const peer = {
      versions: await ask({ task: "versions" }),
      /** Milliseconds per step. */
      train: (batch, steps) => measure({ task: "train", batch, steps }),
      /** Milliseconds for all images. */
      evaluate: (batch, images) => measure({ task: "evaluate", batch, images }),
      end,
    };
    return [name, peer];
  });
  return Object.fromEntries(await Promise.all(started));
}
