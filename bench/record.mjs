import { loadavg } from "node:os";
import { nativeInfo } from "../dist/native/addon.js";
import { environment } from "../dist/study/environment.js";
import { writeFileAtomically } from "../dist/system/write-file.js";

/** What every record says of the machine; call it before measuring, while the load is that of others alone. */
export const recordHead = (kind, settings) => ({
  schemaVersion: 1,
  kind,
  createdAt: new Date().toISOString(),
  environment: environment(nativeInfo()),
  /** Processes that ran or waited on average in the minute before. */
  loadBefore: loadavg()[0],
  settings,
});

export const writeRecord = (path, record) =>
  writeFileAtomically(path, `${JSON.stringify(record, rounded, 2)}\n`);

/** Five digits are more than any clock here can tell. */
const rounded = (_, value) =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
