import { type Command, Option } from "commander";
import { OptimbenchError } from "../../errors.js";
import type { FilePrediction } from "../../inference/file-prediction.js";
import { loadModel } from "../../inference/load-model.js";
import { PREPROCESSINGS, type PredictOptions } from "../../inference/predict-options.js";
import { countText } from "../../validation/count-text.js";
import { addModelOptions, type ModelPlace } from "../options/model-options.js";
import { wholeNumber } from "../options/whole-number.js";
import { type Answer, addAction } from "../output/answer.js";
import { predictionsText } from "../output/predictions-text.js";
import { showImages } from "../progress/image-progress.js";
import { onInterrupt } from "../progress/interrupt.js";

interface Options extends ModelPlace, Pick<PredictOptions, "preprocess" | "resize" | "greyscale"> {
  readonly top: number;
  readonly quiet?: boolean;
}

/** Adds `optimbench predict`, which classifies images with a saved model. */
export function addPredictCommand(program: Command): void {
  const command = program
    .command("predict")
    .description("classify images with a saved model")
    .argument("<model>", "a file that `train --save` or `model.save` wrote")
    .argument("<files...>", "PNG, JPEG, WebP, IDX or .npy files, or folders of images")
    .option("--top <count>", "most probable classes to name", wholeNumber(1, 65_536), 1)
    .addOption(
      new Option(
        "--preprocess <how>",
        "prepare pictures of a digit, dark on light or light on dark, as those of MNIST were prepared",
      ).choices(PREPROCESSINGS),
    )
    .option("--resize", "resize images to the size that the model takes")
    .option("--greyscale", "convert colour images to one channel")
    .option("--quiet", "do not show progress");
  addAction(addModelOptions(command), predict);
}

async function predict(
  answer: Answer,
  path: string,
  files: readonly string[],
  { device, threads, top, preprocess, resize, greyscale, quiet = false }: Options,
): Promise<void> {
  const { signal, stop } = onInterrupt();
  const progress = showImages({ quiet });
  const predictions: FilePrediction[] = [];
  const failures: { file: string; message: string }[] = [];
  try {
    using model = await loadModel(path, { device, threads });
    const options = { top, preprocess, resize, greyscale, signal, onImage: progress.onImage };
    try {
      for await (const { error, ...prediction } of model.predictFiles(files, options)) {
        if (error === undefined) predictions.push(prediction);
        else failures.push({ file: prediction.file, message: error.message });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  } finally {
    stop();
  }
  answer.give({ model: path, predictions, failures }, () => predictionsText(predictions));
  if (failures.length > 0) throw failed(failures);
}

const MOST_NAMED = 5;

function failed(failures: readonly { readonly file: string; readonly message: string }[]): OptimbenchError {
  const messages = failures.slice(0, MOST_NAMED).map(({ message }) => message);
  const more = failures.length - messages.length;
  return new OptimbenchError(
    "DATA",
    [...messages, ...(more > 0 ? [`And ${countText(more, "more file")} could not be read.`] : [])].join("\n"),
    { path: failures[0]!.file },
  );
}
