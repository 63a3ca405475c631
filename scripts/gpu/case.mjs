/** The device that is checked: a GPU, or with "cpu" a rehearsal without one. */
export const DEVICE = process.env.OPTIMBENCH_CHECK_DEVICE ?? "cuda";

/** A run on digits. */
export const digits = {
  dataset: "mnist-10k",
  split: { train: 8000, validation: 2000 },
  device: DEVICE,
  batchSize: 64,
  epochs: 2,
  seed: 0,
};

/** Does one piece of a check and prints a line of JSON about it; what it throws is its result. */
export async function row(name, work) {
  const start = performance.now();
  let result;
  try {
    result = await work();
  } catch (error) {
    result = { ok: false, error: String(error?.message ?? error), code: error?.code };
  }
  console.log(
    JSON.stringify({ name, ...result, wallSeconds: Number(((performance.now() - start) / 1000).toFixed(3)) }),
  );
}

/** Whole numbers below 2^31 that look random and are the same everywhere. */
export function noise(count, seed) {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >> 8;
  });
}
