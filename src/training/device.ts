import type { ResolvedTrainConfig } from "../config/resolve-train-config.js";
import { configError } from "../errors.js";
import { nativeInfo } from "../native/addon.js";

/** Names the device that "auto" stands for. Off the CPU a batch is not cut: the device is parallel within it. */
export function resolveDevice(config: ResolvedTrainConfig): ResolvedTrainConfig {
  const { devices, whyNoCuda } = nativeInfo();
  const wanted = config.device === "cuda" ? "cuda:0" : config.device;
  const device = wanted === "auto" ? (devices[1] ?? "cpu") : wanted;
  if (!devices.includes(device))
    throw configError(
      `\`device\` is "${config.device}", which is not available here; available: ${devices.join(", ")}.${whyNoCuda ? ` No CUDA: ${whyNoCuda}.` : ""}`,
      "device",
    );
  return { ...config, device, microBatch: device === "cpu" ? config.microBatch : config.batchSize };
}
