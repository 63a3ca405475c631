import { loadNative } from "../../dist/native/addon.js";
import { interleaved } from "../interleaved.mjs";
import { referenceSession } from "../reference-session.mjs";
import { ratio } from "../row.mjs";

const BATCH = 256;
const STEPS = 8;
/** Multiply-adds per image in the forward pass of convolutions and dense layers. */
const MULTIPLY_ADDS = {
  convolutions: 28 * 28 * 32 * 9 * 1 + 14 * 14 * 64 * 9 * 32 + 7 * 7 * 64 * 9 * 64 + 3 * 3 * 64 * 9 * 64,
  dense: 64 * 128 + 128 * 64 + 64 * 10,
  first: 28 * 28 * 32 * 9 * 1,
};
/** The backward pass has two products per forward product, except for the images, which need no gradient: 9.1 GFLOP. */
const { convolutions, dense, first } = MULTIPLY_ADDS;
const GFLOP = (2 * BATCH * (3 * (convolutions + dense) - first)) / 1e9;
const SIZE = 2048;
const PRODUCT_GFLOP = (2 * SIZE ** 3) / 1e9;

/** The arithmetic rate of a step, as if nothing were skipped, relative to a matrix product in the same process. */
export async function arithmeticRate({ threads, rounds }) {
  const session = await referenceSession({ batchSize: BATCH, threads });
  const native = loadNative();
  const rates = await interleaved(
    "arithmetic rate",
    {
      step: async () => (GFLOP / (await session.train(STEPS))) * 1000,
      "matrix product": () => PRODUCT_GFLOP / native.timeMatrixProduct({ size: SIZE, threads }),
    },
    rounds,
  );
  session.dispose();
  return {
    what: `arithmetic rate of the step at batch ${BATCH} (${GFLOP.toFixed(1)} GFLOP), relative to a matrix product (${SIZE} x ${SIZE})`,
    goal: { atLeast: 0.9 },
    unit: "",
    ...ratio(rates.step, rates["matrix product"]),
    measured: rates,
    measuredUnit: "GFLOP/s",
  };
}
