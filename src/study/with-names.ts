import type { ArmConfig } from "../config/resolved-study.js";
import type { RunRecord } from "../training/run-record.js";

/** The record of a run with the names of an arm, which is equal apart from names. */
export function withNames(record: RunRecord, arm: ArmConfig): RunRecord {
  const { name: _, ...rest } = record.config;
  const { name, dataset, model, optimizer, loss, schedule } = arm;
  return {
    ...record,
    config: {
      ...(name !== undefined && { name }),
      ...rest,
      ...{ dataset, model, optimizer, loss, schedule },
    },
    dataset: { ...record.dataset, name: dataset },
  };
}
