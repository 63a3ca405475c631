import { z } from "zod";
import type { Profile } from "./profile.generated.js";

export type * from "./profile.generated.js";

const seconds = z.number().min(0);

export const layerProfileSchema = z
  .object({
    name: z.string().describe("type of the layer"),
    forward: seconds.describe("seconds of its forward pass"),
    backward: seconds.describe("seconds of its backward pass"),
  })
  .describe("where the seconds of a layer went");

export const profileSchema = z
  .object({
    layers: z.array(layerProfileSchema).readonly().describe("the model's layers"),
    batch: seconds.describe("gathering images and labels of a batch, and augmenting them"),
    loss: seconds.describe("the loss, its gradient and the accuracy"),
    waiting: seconds.describe("threads waiting for other threads"),
    summing: seconds.describe("adding up the gradients that threads computed separately"),
    update: seconds.describe("the optimizer's update"),
    rest: seconds.describe("everything else"),
  })
  .describe(
    "where the seconds of training went. Work of several threads at once counts as their mean, so the parts add up to the whole.",
  );

export const stepsProfileSchema = z
  .object({
    steps: z.int().min(0).describe("number of steps"),
    seconds: profileSchema.describe("seconds of all these steps"),
  })
  .describe("where the time of some steps went");

/** The profile of two pieces of training of one model together. */
export const addProfiles = (a: Profile | undefined, b: Profile): Profile =>
  a === undefined
    ? b
    : {
        layers: a.layers.map(({ name, forward, backward }, i) => ({
          name,
          forward: forward + b.layers[i]!.forward,
          backward: backward + b.layers[i]!.backward,
        })),
        batch: a.batch + b.batch,
        loss: a.loss + b.loss,
        waiting: a.waiting + b.waiting,
        summing: a.summing + b.summing,
        update: a.update + b.update,
        rest: a.rest + b.rest,
      };

/** Of all layers together. */
export const layersTotal = ({ layers }: Profile, direction: "forward" | "backward"): number =>
  layers.reduce((sum, layer) => sum + layer[direction], 0);
