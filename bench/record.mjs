import { loadavg } from "node:os";
import { nativeInfo } from "../dist/native/addon.js";
import { environment } from "../dist/study/environment.js";
import { writeFileAtomically } from "../dist/system/write-file.js";

/** Environment variables that limit the instructions of optimbench and of its peers. */
const LIMITS = ["OPTIMBENCH_KERNELS", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA"];

/** The fields that all records share. Call this before measuring, so that `loadBefore` contains only other processes. */
export const recordHead = (kind, settings) => ({
  schemaVersion: 1,
  kind,
  createdAt: new Date().toISOString(),
  environment: environment(nativeInfo()),
  /** Load average of the minute before. */
  loadBefore: loadavg()[0],
  settings,
  limits: Object.fromEntries(
    LIMITS.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  ),
});

export const writeRecord = (path, record) =>
  writeFileAtomically(path, `${JSON.stringify(record, rounded, 2)}\n`);

/** Five significant digits exceed the precision of the measurements. */
const rounded = (_, value) =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
