import { type Command, Option } from "commander";
import type { EvaluateOptions } from "../../inference/evaluate-options.js";
import { SPLITS } from "../../inference/evaluation.js";
import { loadModel } from "../../inference/load-model.js";
import { decimalNumber } from "../options/decimal-number.js";
import { addModelOptions, type ModelPlace } from "../options/model-options.js";
import { type Answer, addAction } from "../output/answer.js";
import { evaluationText } from "../output/evaluation-text.js";
import { onInterrupt } from "../progress/interrupt.js";
import { showReading } from "../progress/read-progress.js";

interface Options extends ModelPlace, Pick<EvaluateOptions, "dataDir" | "greyscale" | "labelFile"> {
  readonly dataset?: string;
  readonly split?: (typeof SPLITS)[number];
  readonly resize?: boolean;
  readonly labelColumn?: string | number;
  readonly quiet?: boolean;
}

/** Adds `optimbench evaluate`, which measures a saved model on a dataset. */
export function addEvaluateCommand(program: Command): void {
  const command = program
    .command("evaluate")
    .description(
      "evaluate a saved model on a dataset: accuracy, scores of each class, confusion matrix, calibration",
    )
    .argument("<model>", "a file that `train --save` or `model.save` wrote")
    .option("--dataset <name|folder>", "dataset (default: what the model was trained on)")
    .addOption(
      new Option(
        "--split <part>",
        "images to evaluate (default: the first of test, validation and train that the dataset has)",
      ).choices(SPLITS),
    )
    .option(
      "--data-dir <folder>",
      "folder with the files of a named dataset (default: OPTIMBENCH_DATA, then the per-user cache)",
    )
    .option("--resize", "resize images to the size that the model takes")
    .option("--greyscale", "convert colour images to one channel")
    .option("--label-column <name|number>", "column of the labels in CSV files", decimalNumber)
    .option("--label-file <file.npy>", "file of the labels, for an .npy file of images")
    .option("--quiet", "do not show progress");
  addAction(addModelOptions(command), evaluate);
}

async function evaluate(
  answer: Answer,
  path: string,
  { dataset, device, threads, quiet = false, json: _, ...options }: Options & { readonly json?: boolean },
): Promise<void> {
  const { signal, stop } = onInterrupt();
  const reading = showReading({ quiet });
  try {
    using model = await loadModel(path, { device, threads });
    const evaluation = await model.evaluate(dataset, { ...options, signal, onRead: reading.onRead });
    reading.stop();
    answer.give(evaluation, () => evaluationText(evaluation));
  } finally {
    reading.stop();
    stop();
  }
}
