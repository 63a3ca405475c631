// Times single convolutions of many shapes, in both directions, against libtorch's operators, with one thread.
import { randomImages } from "../dist/bench/random-images.js";
import { plainTable } from "../dist/system/plain-table.js";
import { count, readOptions } from "./options.mjs";
import { checkOut, recordHead, writeRecord } from "./record.mjs";
import { referenceSession } from "./reference-session.mjs";

const BATCH = 32;

const conv = (size, channels, filters, kernelSize = 3, strides = 1) => ({
  ...{ size, channels },
  layer: { type: "conv2d", filters, kernelSize, strides, padding: "same" },
});
const depthwise = (size, channels, strides = 1) => ({
  ...{ size, channels },
  layer: { type: "depthwiseConv2d", kernelSize: 3, strides, padding: "same" },
});
const SHAPES = [
  ...[conv(28, 1, 32), conv(32, 3, 32), conv(28, 1, 6, 5), conv(14, 6, 16, 5)],
  ...[conv(14, 8, 8), conv(28, 16, 16), conv(14, 24, 40), conv(14, 32, 32), conv(26, 32, 64)],
  ...[conv(7, 64, 64), conv(14, 64, 128), conv(7, 128, 128)],
  ...[conv(28, 16, 32, 3, 2), conv(14, 32, 64, 3, 2)],
  ...[conv(28, 16, 32, 1), conv(28, 16, 32, 1, 2), conv(14, 64, 64, 1), conv(7, 64, 128, 1)],
  ...[depthwise(28, 16), depthwise(28, 32, 2), depthwise(14, 64)],
];

const values = readOptions("Usage: npm run bench:convolutions [-- --rounds N] [--out FILE]", {
  rounds: { type: "string", default: "50" },
  out: { type: "string" },
});
const rounds = count(values, "rounds");
await checkOut(values);

const head = recordHead("convolutions", { rounds });
const kernels = process.env.OPTIMBENCH_KERNELS ?? "";
const results = [];
for (const shape of SHAPES)
  results.push({
    ...shape,
    optimbench: await timed(shape, kernels),
    libtorch: await timed(shape, "reference"),
  });

console.log(
  `Milliseconds for a batch of ${BATCH} with 1 thread (kernels: ${head.environment.kernels}), relative to libtorch's operators`,
);
console.log(
  plainTable(
    ["image", "kernel", "filters", "forward", "ratio", "backward", "ratio"].map((title) => ({
      ...{ title, right: true },
    })),
    results.map((result) => [
      ...namesOf(result),
      ...["forward", "backward"].flatMap((direction) => {
        const [ours, theirs] = [result.optimbench[direction], result.libtorch[direction]];
        return [ours.toFixed(3), (ours / theirs).toFixed(2)];
      }),
    ]),
  ),
);
if (values.out !== undefined) await writeRecord(values.out, { ...head, results });

/** The lowest milliseconds of a round, which is one step, in each direction. */
async function timed({ size, channels, layer }, kernels) {
  process.env.OPTIMBENCH_KERNELS = kernels;
  const isFirst = channels <= 3; // otherwise another makes its input, which then needs a gradient
  const layers = [
    ...(isFirst ? [] : [{ type: "conv2d", filters: channels, kernelSize: 1 }]),
    layer,
    ...[{ type: "globalAveragePool2d" }, { type: "dense", units: 10 }],
  ];
  const images = randomImages(3 * BATCH, { height: size, width: size, channels: isFirst ? channels : 1 });
  const session = await referenceSession({ model: { layers }, images, batchSize: BATCH, threads: 1 });
  await session.train(2);
  const times = [];
  for (let round = 0; round < rounds; round++) times.push((await session.profile(1)).layers[isFirst ? 0 : 1]);
  session.dispose();
  const lowest = (direction) => Math.min(...times.map((each) => each[direction])) * 1000;
  return { forward: lowest("forward"), backward: lowest("backward") };
}

function namesOf({ size, channels, layer: { type, filters, kernelSize, strides } }) {
  return [
    `${size} x ${size} x ${channels}`,
    `${kernelSize} x ${kernelSize}${strides > 1 ? ` / ${strides}` : ""}`,
    type === "conv2d" ? String(filters) : "depthwise",
  ];
}
