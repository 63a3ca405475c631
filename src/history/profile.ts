/** Where the seconds of training went. Of what threads do at once, the mean over the threads: all of it adds up to the whole. */
export interface Profile {
  /** Of the model's layers, forward and backward. */
  readonly layers: readonly { readonly name: string; readonly forward: number; readonly backward: number }[];
  /** Gathering images and labels of a batch, and augmenting them. */
  readonly batch: number;
  /** The loss and its gradient, and the accuracy. */
  readonly loss: number;
  /** Threads that had nothing left to do waited for others that had. */
  readonly waiting: number;
  /** Adding up the gradients that threads computed apart. */
  readonly summing: number;
  /** The optimizer's update. */
  readonly update: number;
  readonly rest: number;
}

/** Where the time of some steps went. */
export interface StepsProfile {
  readonly steps: number;
  /** Of all these steps. */
  readonly seconds: Profile;
}

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
