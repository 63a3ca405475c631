import { statSync } from "node:fs";
import type { Command } from "commander";
import { configError } from "../../errors.js";
import { loadModel } from "../../inference/load-model.js";
import type { OnnxTensor } from "../../onnx/messages.js";
import { addAction } from "../output/answer.js";
import { checkNewFile } from "../output/out-file.js";

interface Options {
  readonly onnx: string;
  readonly overwrite?: boolean;
  readonly quiet?: boolean;
}

/** Adds `optimbench export`, which converts a saved model for other runtimes. */
export function addExportCommand(program: Command): void {
  const command = program
    .command("export")
    .description("convert a saved model to ONNX, to run it with other software")
    .argument("<model>", "a file that `train --save` or `model.save` wrote")
    .requiredOption("--onnx <file.onnx>", "file to write")
    .option("--overwrite", "replace an existing file")
    .option("--quiet", "print problems only")
    .addHelpText("after", "\nExample:\n  optimbench export digits.safetensors --onnx digits.onnx\n");
  addAction(command, async (answer, path: string, { onnx, overwrite, quiet = false }: Options) => {
    if (isSameFile(path, onnx))
      throw configError("--onnx names the model itself. Choose another file for the result.");
    await checkNewFile(onnx, "--onnx", { overwrite });
    using model = await loadModel(path);
    const { opset, inputs, outputs } = await model.exportOnnx(onnx);
    answer.give({ file: onnx, opset, inputs, outputs });
    if (quiet) return;
    answer.remark(
      [
        `${onnx}: opset ${opset}`,
        `takes ${inputs.map(tensorText)}`,
        `gives ${outputs.map(tensorText).join(", ")}`,
      ].join("\n  "),
    );
  });
}

/** "images: uint8 [batch, 28, 28, 1]" */
const tensorText = ({ name, type, shape }: OnnxTensor) => `${name}: ${type} [${shape.join(", ")}]`;

/** Reading and writing say what is wrong with a path. */
function isSameFile(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}
