import { Once } from "../config/once.js";
import type { RunPlan } from "../config/run-plan.js";
import { needsWholeBatch } from "../models/whole-batch.js";
import { loadNative } from "../native/addon.js";
import type { MemoryPart } from "../native/require-memory.js";
import { sessionSpec } from "../native/session.js";
import { untimedImages } from "./untimed-steps.js";

/**
 * The constant overhead of a session on the CPU, as measured: threads, libtorch's operators, and the run's data in JavaScript.
 */
const OVERHEAD = 3e6;

/**
 * The peak memory of a run on the CPU, without the data; empty for a run on a GPU.
 *
 * @param once what other runs have in common with this one
 */
export function runMemory(plan: RunPlan, testImages = 0, once = new Once()): readonly MemoryPart[] {
  const { batchSize, split, earlyStopping, untimedSteps, device, microBatch } = plan.config;
  if (device !== "cpu") return [];
  const untimed = untimedSteps ? [untimedImages(split.train, batchSize)] : [];
  const spec = sessionSpec(plan);
  const work = {
    batchSize,
    trains: [split.train, ...untimed],
    evaluates: [split.train, split.validation, testImages, ...untimed],
  };
  // The seed and the values of the update's inputs, such as the learning rate, need no memory.
  const { seed: _, update: planned, ...rest } = spec;
  const { inputs: __, ...graph } = planned;
  const { parameters, gradients, shards, states, evaluation, activations, update } = once.of(
    "memory",
    [...Object.values(rest), ...Object.values(graph), work],
    () => loadNative().memoryNeeds(spec, work),
  );
  const isWhole = needsWholeBatch(plan.layers);
  const images = isWhole ? Math.min(batchSize, split.train) : Math.min(microBatch, batchSize);
  const threads = isWhole ? 1 : Math.min(plan.config.threads, shards);
  const isPerShard = gradients > 1.5 * parameters; // wide layers have one gradient of the batch
  const smallerModel = "a model with fewer units or filters";
  return [
    { what: "parameters", bytes: parameters + evaluation, advice: smallerModel },
    {
      what: isPerShard ? `their gradients, of ${shards} micro-batches at once` : "their gradients",
      bytes: gradients,
      advice: isPerShard ? `${smallerModel}, or a smaller \`batchSize\`` : smallerModel,
    },
    { what: "the optimizer's state", bytes: states, advice: `${smallerModel}, or another optimizer` },
    {
      what: `activations of ${images} ${images === 1 ? "image" : "images"}${threads > 1 ? ` on each of ${threads} threads` : ""}`,
      bytes: activations,
      advice:
        isWhole && images > 1
          ? "a smaller `batchSize`"
          : images > 16
            ? "a smaller `batchSize` or `microBatch`"
            : "smaller images, fewer filters or fewer `threads`",
    },
    {
      what: "what the optimizer computes in a step",
      bytes: update,
      advice: "a model with fewer units or filters per layer, or another optimizer",
    },
    ...(earlyStopping
      ? [
          {
            what: "the best epoch's weights and state",
            bytes: parameters + states + evaluation,
            advice: `${smallerModel}, or no \`earlyStopping\``,
          },
        ]
      : []),
    { what: "the order of the images", bytes: 28 * split.train, advice: "fewer images" },
    { what: "libtorch and the run's records", bytes: OVERHEAD, advice: "fewer runs at once" },
  ];
}
