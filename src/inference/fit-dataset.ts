import { type Dataset, type HeldOutSet, namesOf } from "../data/dataset.js";
import type { DatasetRecord } from "../data/dataset-record.js";
import { shapeText } from "../data/image-shape.js";
import { narrowLabels } from "../data/labels.js";
import { rescaledBytes } from "../data/scaling.js";
import { dataError } from "../errors.js";
import { listText } from "../validation/list-text.js";
import { rangeText } from "./range-text.js";
import { shapeAdvice } from "./shape-advice.js";

/**
 * A set of a dataset as a model takes it: images of its size and scale, and labels that number its classes.
 *
 * @throws OptimbenchError (DATA) if the images or the classes are not those of the model
 */
export async function fitDataset(model: DatasetRecord, dataset: Dataset, set: HeldOutSet): Promise<Dataset> {
  const { name, scaling } = dataset;
  const { height, width, channels, classes, classNames } = model;
  if (shapeText(dataset) !== shapeText(model))
    throw dataError(
      `The model takes images of ${shapeText(model)}, but those of ${name} are ${shapeText(dataset)}.${shapeAdvice(dataset, model)}`,
    );
  const images = await rescaledBytes(set.images, scaling, model.scaling);
  if (images === undefined)
    throw dataError(
      `The model was trained on ${rangeText(model)}, but ${name} has ${rangeText(dataset)}. Scale its values as those of the training images.`,
    );
  const modelLabels = labelsIn(model, dataset);
  const isSame = modelLabels.length === classes && modelLabels.every((label, i) => label === i);
  if (set.targets !== undefined && !isSame)
    throw dataError(
      `${name} has soft targets, so its classes must be those of the model, in the same order.`,
    );
  return {
    ...{ name, height, width, channels, classes, images },
    ...(classNames && { classNames }),
    count: set.count,
    labels: isSame ? set.labels : narrowLabels(Array.from(set.labels, (label) => modelLabels[label]!)),
    ...(set.targets && { targets: set.targets }),
  };
}

/** The label that the model has for each class of a dataset. A dataset without names has the classes of the model. */
function labelsIn(model: DatasetRecord, dataset: Dataset): readonly number[] {
  const { name, classes, classNames } = dataset;
  if (classNames === undefined && classes > model.classes)
    throw dataError(`${name} has ${classes} classes, but the model has ${model.classes}.`);
  if (classNames === undefined) return namesOf(dataset).map((_, label) => label);
  const known = namesOf(model);
  const foreign = classNames.filter((each) => !known.includes(each));
  if (foreign.length === 0) return classNames.map((each) => known.indexOf(each));
  throw dataError(
    `${name} has the ${foreign.length === 1 ? "class" : "classes"} ${listText(foreign)}, but the classes of the model are ${listText(known, { most: 10 })}.`,
  );
}
