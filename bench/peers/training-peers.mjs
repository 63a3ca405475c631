import { fileURLToPath } from "node:url";
import { peersPython } from "./environment.mjs";
import { startPeer } from "./peer.mjs";

const PROGRAMS = {
  "PyTorch eager": ["pytorch_peer.py", "eager"],
  "PyTorch eager, channels-last": ["pytorch_peer.py", "channels-last"],
  "PyTorch compiled": ["pytorch_peer.py", "compile"],
  "Keras on TensorFlow": ["keras_peer.py"],
};
/** By the names that options take. */
export const PEERS = {
  eager: "PyTorch eager",
  "channels-last": "PyTorch eager, channels-last",
  compiled: "PyTorch compiled",
  keras: "Keras on TensorFlow",
};

/**
 * Starts peers, each in its own process.
 *
 * @param names keys of PEERS
 * @param {{ layers: object[], shape: number[], images: string, count: number }} net layers with every default filled in, and a file
 *   with the images that all programs train on
 * @returns by the peer's full name
 */
export async function startTrainingPeers(names, net, threads) {
  const python = await peersPython();
  const started = names.map(async (key) => {
    const [script, ...mode] = PROGRAMS[PEERS[key]];
    const path = fileURLToPath(new URL(script, import.meta.url));
    const { ask, measure, end } = startPeer(python, [path, ...mode, String(threads)]);
    const { versions, parameters } = await ask({ task: "open", ...net });
    const peer = {
      versions,
      parameters,
      /** Milliseconds per step, after untimed steps. */
      train: (batch, steps, untimed) => measure({ task: "train", batch, steps, untimed }),
      /** Milliseconds for all images. */
      evaluate: (batch, images) => measure({ task: "evaluate", batch, images }),
      /** The most bytes that the process has had in memory. */
      peakBytes: async () => (await ask({ task: "memory" })).bytes,
      /** Probabilities by image, of the first so many images and the weights of a saved model. */
      predict: async (weights, images) => (await ask({ task: "predict", weights, images })).probabilities,
      end,
    };
    return [PEERS[key], peer];
  });
  return Object.fromEntries(await Promise.all(started));
}
