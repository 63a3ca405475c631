import type { RunPlan } from "../config/run-plan.js";
import { configError } from "../errors.js";
import { nativeInfo } from "./addon.js";

/** Resolves a config's `device`, such as "auto" to "cuda:0". @throws OptimbenchError (CONFIG) */
export function resolveDevice(given: string): string {
  const { devices, whyNoCuda } = nativeInfo();
  const wanted = given === "cuda" ? "cuda:0" : given;
  const device = wanted === "auto" ? (devices[1] ?? "cpu") : wanted;
  if (devices.includes(device)) return device;
  throw configError(
    `\`device\` is "${given}", which is not available; available devices: ${devices.join(", ")}.${whyNoCuda ? ` No CUDA: ${whyNoCuda}.` : ""}`,
    "device",
  );
}

/** Adapts a plan to its device. On a GPU, batches are not divided, because the GPU works on the whole batch in parallel. */
export function planForDevice(plan: RunPlan, device = resolveDevice(plan.config.device)): RunPlan {
  const microBatch = device === "cpu" ? plan.config.microBatch : plan.config.batchSize;
  return { ...plan, config: Object.freeze({ ...plan.config, device, microBatch }) };
}
