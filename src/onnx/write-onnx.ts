import { OptimbenchError } from "../errors.js";
import { sizeOf } from "../formula/shapes.js";
import { packageVersion } from "../system/package-root.js";
import { bytes, concat, integer, lengthOf, text } from "../system/protobuf.js";
import { writeFileAtomically } from "../system/write-file.js";
import { integerText } from "../validation/count-text.js";
import type { Graph } from "./graph.js";
import { encodeConstant, encodeNode, encodeTensorInfo, weightHead } from "./messages.js";
import type { OnnxSummary } from "./onnx-graph.js";

const PRODUCER = "optimbench";

/** The version of the format that came with opset 18. */
const FORMAT = 8;

/** Readers of protocol buffers refuse more bytes. */
const LARGEST = 2 ** 31 - 1;

/** What an ONNX file contains. */
export interface OnnxContent {
  readonly graph: Graph;
  readonly summary: OnnxSummary;
  /** Texts by name. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Reads the numbers of one of the graph's weights, in parts, which may share memory. */
  readonly values: (name: string) => AsyncIterable<Float32Array>;
}

/**
 * Writes an ONNX file. The weights are at its end and are written in parts.
 *
 * @throws OptimbenchError (FILE) by rejection if it cannot be written or would be too large; an old file is then unchanged
 */
export async function writeOnnx(
  path: string,
  { graph, summary, metadata, values }: OnnxContent,
): Promise<void> {
  const { opset, inputs, outputs } = summary;
  const weights = graph.weights.map(({ name, shape }) => ({ name, shape, head: weightHead(name, shape) }));
  const start = concat([
    ...graph.nodes.map((node) => bytes(1, encodeNode(node))),
    text(2, PRODUCER),
    ...graph.constants.map((constant) => bytes(5, encodeConstant(constant))),
    ...inputs.map((input) => bytes(11, encodeTensorInfo(input))),
    ...outputs.map((output) => bytes(12, encodeTensorInfo(output))),
  ]);
  const length = weights.reduce(
    (sum, { shape, head }) => sum + head.length + 4 * sizeOf(shape),
    start.length,
  );
  const model = concat([
    integer(1, FORMAT),
    text(2, PRODUCER),
    text(3, packageVersion),
    bytes(8, integer(2, opset)),
    ...Object.entries(metadata).map(([key, value]) => bytes(14, concat([text(1, key), text(2, value)]))),
    lengthOf(7, length),
  ]);
  checkLength(path, model.length + length);
  async function* parts() {
    yield concat([model, start]);
    for (const { name, head } of weights) {
      yield head;
      for await (const { buffer, byteOffset, byteLength } of values(name))
        yield new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength).slice(); // the next part may overwrite it
    }
  }
  await writeFileAtomically(path, parts());
}

function checkLength(path: string, length: number): void {
  if (length <= LARGEST) return;
  throw new OptimbenchError(
    "FILE",
    `Cannot export the model to ${path}: the file would have ${integerText(length)} bytes, but ONNX files have at most ${integerText(LARGEST)}. ` +
      "Use the safetensors file, or a model with fewer parameters.",
    { path },
  );
}
