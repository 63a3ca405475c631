import type { Job, Worker } from "bullmq";
import type { StudyEntry } from "./study-entry.js";

/** A cell that a worker has taken. */
export interface TakenCell {
  readonly entry: StudyEntry;
  readonly job: Job;
  readonly taker: Worker;
  readonly token: string;
}
