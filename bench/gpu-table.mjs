import { numberText } from "./row-text.mjs";

/** The modes of pytorch_gpu.py, as column heads. */
const PYTORCH_MODES = {
  eager: "PyTorch eager",
  "channels-last": "channels-last",
  graph: "CUDA graph",
  compiled: "compiled",
  "compiled-graph": "compiled, CUDA graphs",
};

/** The table of a record of `npm run gpu:bundle`, in Markdown: medians of a step in ms. */
export function gpuTable({ parts }) {
  const peers = [parts.pytorch, parts["pytorch-compiled"]]
    .flatMap((part) => part?.rows ?? [])
    .filter(({ mode }) => mode !== undefined);
  const middle = (times) => times?.[Math.floor(times.length / 2)]; // they are sorted
  const rows = parts.speed.rows
    .filter(({ batchSize }) => batchSize !== undefined)
    .map(({ model, batchSize, milliseconds: { graph, eager } }) => {
      const isSame = (peer) => peer.model === model && peer.batchSize === batchSize;
      const others = Object.keys(PYTORCH_MODES).map((mode) =>
        middle(peers.find((peer) => isSame(peer) && peer.mode === mode)?.milliseconds),
      );
      const fastest = Math.min(...others.filter((time) => time !== undefined));
      return [
        ...[`\`${model}\``, batchSize],
        ...[middle(graph), middle(eager), ...others].map((time) =>
          time === undefined ? "" : time.toPrecision(3),
        ),
        numberText(middle(graph) / fastest),
      ];
    });
  const head = ["model", "batch", "optimbench", "not recorded", ...Object.values(PYTORCH_MODES), "ratio"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

/** Which GPU, when, with which versions. */
export function gpuWhere({ createdAt, parts: { gpu, doctor, pytorch } }) {
  const [name, driver] = gpu.said.split("\n")[1].split(", ");
  const said = JSON.parse(doctor.said);
  const { libtorch, node } = (said.result ?? said).environment; // older records have the result alone
  return `${createdAt.slice(0, 10)}, ${name}, driver ${driver}, libtorch ${libtorch}, Node.js ${node}, PyTorch ${pytorch.rows[0].pytorch}`;
}
