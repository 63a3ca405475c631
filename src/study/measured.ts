import type { RunRecord } from "../training/run-record.js";

/** What a run measured, without times. */
export const measured = ({
  standardisation,
  status,
  history,
  test,
  predictions,
  validationImages,
  bestEpoch,
  stoppedEarly,
  parametersSha256,
}: RunRecord) => ({
  standardisation,
  status,
  history: Object.fromEntries(history.map(({ seconds: _, ...epoch }) => [`epoch ${epoch.epoch}`, epoch])),
  test,
  predictions,
  validationImages,
  bestEpoch,
  stoppedEarly,
  parametersSha256,
});
