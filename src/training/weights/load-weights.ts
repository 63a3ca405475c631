import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import {
  type InitialWeights,
  type OpenWeights,
  WEIGHTS_IN_MEMORY,
  type Weights,
  weightsPlace,
  wholeInitialWeights,
} from "../../config/initial-weights.js";
import { configError, OptimbenchError } from "../../errors.js";
import { sizeOf } from "../../formula/shapes.js";
import type { HasTensors, NamedTensor } from "../../safetensors/named-tensor.js";
import { type OpenSafetensors, openSafetensors } from "../../safetensors/open-safetensors.js";
import { describe } from "../../validation/describe.js";
import { parse } from "../../validation/parse.js";

/** Numbers per turn of the event loop. */
const PART = 1 << 16;

const tensorSchema = z
  .strictObject({
    name: z.string().min(1).max(1000),
    shape: z.array(z.int().min(0)).max(8),
    values: z.instanceof(Float32Array, {
      error: ({ input }) => `Expected a Float32Array for \`{path}\`, got ${describe(input)}.`,
    }),
  })
  .refine(({ shape, values }) => values.length === sizeOf(shape), {
    error: "The length of `{path}.values` is not the product of `{path}.shape`.",
  });
const tensorsSchema = z.object({
  initialWeights: z
    .array(tensorSchema)
    .min(1)
    .refine((tensors) => new Set(tensors.map(({ name }) => name)).size === tensors.length, {
      error: "`{path}` contains two tensors of one name. Omit one of them.",
    }),
});

/**
 * Loads the `initialWeights` of a config: reads what tensors there are, and computes their checksum. A file is read again when
 * training starts.
 *
 * @throws OptimbenchError (CONFIG, FILE, DISPOSED) by rejection
 */
export async function loadWeights(given: InitialWeights): Promise<Weights> {
  const { from, sha256: expected, ...details } = wholeInitialWeights(given);
  const source = typeof from === "string" ? await inFile(from) : inMemory(await copyOf(from));
  const first = await source.open();
  const found = await checksumOf(first, source.tensors).finally(() => first.close());
  if (expected !== undefined && found !== expected)
    throw configError(
      `The checksum of the weights in ${weightsPlace(source.from)} is ${found}, but \`initialWeights.sha256\` is ${expected}. Use the weights with this checksum, or omit \`sha256\`.`,
      "initialWeights.sha256",
    );
  return {
    config: { from: source.from, sha256: found, ...details },
    tensors: source.tensors,
    async open() {
      const weights = await source.open();
      const now = await checksumOf(weights, source.tensors).catch(async (cause: unknown) => {
        await weights.close();
        throw cause;
      });
      if (now === found) return weights;
      await weights.close();
      throw new OptimbenchError(
        "FILE",
        `${source.from} has changed since its weights were checked. Run again, from a copy that nothing writes to.`,
        { path: source.from },
      );
    },
  };
}

type Tensors = Weights["tensors"];

interface Source {
  readonly from: string;
  readonly tensors: Tensors;
  open(): Promise<OpenWeights>;
}

async function inFile(path: string): Promise<Source> {
  if (path === WEIGHTS_IN_MEMORY && !existsSync(path))
    throw configError(
      `"${WEIGHTS_IN_MEMORY}" stands for weights that a program passed as \`initialWeights\`. A result does not contain them: pass them again, from a program.`,
      "initialWeights",
    );
  const file = await openSafetensors(path);
  try {
    if (file.metadata.get("format")?.startsWith("optimbench checkpoint"))
      throw new OptimbenchError(
        "FILE",
        `Cannot start from ${path}: it is a checkpoint. Resume its run, and save the model of the result.`,
        { path },
      );
    if (file.metadata.has("sha256")) await file.verify();
  } finally {
    await file.close();
  }
  return {
    from: path,
    tensors: [...file.tensors.values()],
    open: async () => valuesOf(await openSafetensors(path)),
  };
}

const valuesOf = (file: OpenSafetensors): OpenWeights => ({
  async *values(name) {
    const tensor = file.tensors.get(name);
    if (tensor?.type === "F32") yield* file.values(tensor);
  },
  close: () => file.close(),
});

/** A caller's tensors may change later. */
async function copyOf(from: HasTensors | readonly NamedTensor[]): Promise<readonly NamedTensor[]> {
  if ("parameters" in from) return from.parameters();
  const { initialWeights: tensors } = parse(tensorsSchema, { initialWeights: from }, "initialWeights");
  return tensors.map((tensor) => ({ ...tensor, values: tensor.values.slice() }));
}

function inMemory(tensors: readonly NamedTensor[]): Source {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return {
    from: WEIGHTS_IN_MEMORY,
    tensors: tensors.map(({ name, shape }) => ({ name, shape, type: "F32" })),
    open: async () => ({
      async *values(name) {
        const { values } = byName.get(name)!;
        for (let at = 0; at < values.length; at += PART) {
          if (at > 0) await nextTurn();
          yield values.subarray(at, at + PART);
        }
      },
      close: async () => {},
    }),
  };
}

/** The SHA-256 of the float32 tensors, by name: of name, shape and numbers. It does not depend on the file around them. */
async function checksumOf(weights: OpenWeights, tensors: Tensors): Promise<string> {
  const hash = createHash("sha256");
  for (const { name, shape } of tensors.filter(({ type }) => type === "F32").toSorted(byName)) {
    hash.update(`${JSON.stringify([name, shape])}\n`);
    for await (const { buffer, byteOffset, byteLength } of weights.values(name))
      hash.update(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);
