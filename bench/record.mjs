import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { checkOutFile } from "../dist/cli/output/out-file.js";
import { nativeInfo } from "../dist/native/addon.js";
import { environment } from "../dist/study/environment.js";
import { fileProblem } from "../dist/system/file-problem.js";
import { writeFileAtomically } from "../dist/system/write-file.js";
import { fail } from "./options.mjs";

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

/** Ends the script, before it measures, if the file of `--out` cannot be written. */
export async function checkOut({ out }) {
  if (out !== undefined) await checkOutFile(out, "--out").catch(({ message }) => fail(message));
}

/** The results of the record that `values[option]` names. Ends the script if it is no record of this kind. */
export function readResults(values, option, kind) {
  const path = values[option];
  const wrong = (reason) => fail(`--${option} takes a record of bench:${kind}; ${reason}.`);
  try {
    const record = JSON.parse(readFileSync(path, "utf8"));
    return record?.kind === kind ? record.results : wrong(`${path} is not one`);
  } catch (error) {
    return wrong(`cannot read ${path}: ${fileProblem(error)}`);
  }
}

/** Five significant digits exceed the precision of the measurements. */
const rounded = (_, value) =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
