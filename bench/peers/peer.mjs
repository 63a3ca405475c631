import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { peersPython } from "./environment.mjs";

const PEERS = {
  "PyTorch eager": ["pytorch_peer.py", "eager"],
  "PyTorch eager, channels-last": ["pytorch_peer.py", "channels-last"],
  "PyTorch compiled": ["pytorch_peer.py", "compile"],
  "Keras on TensorFlow": ["keras_peer.py"],
};

/** The peers, each in a process of its own that stays alive and answers one line for each request. */
export async function startPeers(threads) {
  const python = await peersPython();
  const started = Object.entries(PEERS).map(async ([name, [script, ...mode]]) => {
    const path = fileURLToPath(new URL(script, import.meta.url));
    return [name, await startPeer(name, python, [path, ...mode, String(threads)])];
  });
  return Object.fromEntries(await Promise.all(started));
}

async function startPeer(name, python, args) {
  const child = spawn(python, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (!done) return JSON.parse(value);
    if (child.exitCode === null) await once(child, "exit");
    throw new Error(`${name} ended with code ${child.exitCode}`);
  };
  const ask = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return (await answer()).milliseconds;
  };
  return {
    versions: await answer(),
    /** Milliseconds of a step. */
    train: (batch, steps) => ask({ task: "train", batch, steps }),
    /** Milliseconds of all images. */
    evaluate: (batch, images) => ask({ task: "evaluate", batch, images }),
    end: () => child.stdin.end(),
  };
}
