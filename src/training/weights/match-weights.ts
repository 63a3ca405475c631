import { type Weights, weightsPlace } from "../../config/initial-weights.js";
import type { ResolvedInitialWeights } from "../../config/resolved-config.js";
import type { RunPlan } from "../../config/run-plan.js";
import { configError } from "../../errors.js";
import { shapeInPyTorch } from "../../inference/pytorch-layout.js";
import { isNamed, namesLayer } from "../../models/layer-names.js";
import { listText } from "../../validation/list-text.js";
import { didYouMean } from "../../validation/nearest.js";

/** A layer, or a module of PyTorch, and the last parts of its tensors' names, such as "weight", with their shapes. */
interface Group {
  readonly name: string;
  readonly tensors: ReadonlyMap<string, Found>;
}

interface Found {
  readonly shape: readonly number[];
  readonly type: string;
}

/** A counter of PyTorch's batch normalisation, which training with a fixed momentum does not read. */
const IGNORED = "num_batches_tracked";

/**
 * Finds the weights of each tensor of a model, in PyTorch's layout. Layers that start anew have none.
 *
 * Names decide. Where the weights call layers otherwise, `names` says how. Modules of PyTorch's `nn.Sequential` are called by their
 * numbers and belong to the layers in their order.
 *
 * @returns the name of the weights by that of the model's tensor
 * @throws OptimbenchError (CONFIG) that names the tensor, what was expected and what was found
 */
export function matchWeights(
  plan: Pick<RunPlan, "layers" | "parameters">,
  weights: Weights,
): Map<string, string> {
  const { except = [] } = weights.config;
  const layers = layersOf(plan);
  const modules = modulesOf(weights);
  checkNames(weights.config, layers, modules);
  const wanted = modules.filter(({ name }) => !isNamed(name, except));
  const matched = new Map<string, string>();
  const byName = new Map(wanted.map((module) => [module.name, module]));
  const used = new Set<string>();
  for (const [layer, module] of pairs(weights, layers, wanted)) {
    used.add(module);
    if (isNamed(layer.name, except)) continue;
    const found = byName.get(module);
    for (const [key, { shape }] of layer.tensors) {
      const [name, theirs] = [`${layer.name}.${key}`, `${module}.${key}`];
      const what = name === theirs ? `\`${name}\`` : `\`${theirs}\` (\`${name}\` in the model)`;
      checkTensor(what, shape, found?.tensors.get(key), layer.name, weights);
      matched.set(name, theirs);
    }
    for (const key of found?.tensors.keys() ?? [])
      if (!layer.tensors.has(key)) throw needless(`${module}.${key}`, layer.name, weights);
  }
  const left = wanted.find(({ name }) => !used.has(name));
  if (left !== undefined) throw needless(`${left.name}.${[...left.tensors.keys()][0]}`, left.name, weights);
  return matched;
}

/** The layers that have tensors, in their order. */
function layersOf({ layers, parameters }: Pick<RunPlan, "layers" | "parameters">): Group[] {
  const groups = layers.map((layer): Group => {
    const own = parameters.filter(({ name }) => moduleOf(name) === layer.name);
    const statistics = layer.kind === "batchNorm2d" ? ["running_mean", "running_var"] : [];
    return {
      name: layer.name,
      tensors: new Map([
        ...own.map(
          ({ name, shape }) => [keyOf(name), { shape: shapeInPyTorch(shape), type: "F32" }] as const,
        ),
        ...statistics.map((key) => [key, { shape: [layer.output[0]], type: "F32" }] as const),
      ]),
    };
  });
  return groups.filter(({ tensors }) => tensors.size > 0);
}

function modulesOf({ tensors }: Weights): Group[] {
  const groups = new Map<string, Map<string, Found>>();
  for (const { name, ...found } of tensors) {
    if (keyOf(name) === IGNORED) continue;
    const group = groups.get(moduleOf(name)) ?? new Map<string, Found>();
    groups.set(moduleOf(name), group.set(keyOf(name), found));
  }
  return [...groups].map(([name, tensors]) => ({ name, tensors }));
}

const moduleOf = (tensor: string) => tensor.slice(0, Math.max(0, tensor.lastIndexOf(".")));
const keyOf = (tensor: string) => tensor.slice(tensor.lastIndexOf(".") + 1);

/** Each layer with the name of its module. */
function pairs(weights: Weights, layers: readonly Group[], modules: readonly Group[]): [Group, string][] {
  const { names = {}, except = [] } = weights.config;
  const isNumbered = modules.length > 0 && modules.every(({ name }) => /^\d+(\.\d+)*$/.test(name));
  if (!isNumbered || Object.keys(names).length > 0) {
    const all = layers.map((layer): [Group, string] => [layer, names[layer.name] ?? layer.name]);
    const known = new Set(modules.map(({ name }) => name));
    const isStrange = !all.some(([, module]) => known.has(module));
    if (isStrange && modules.length > 0) throw strange(weights, layers, modules);
    return all;
  }
  const sorted = modules.map(({ name }) => name).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const kept = sorted.length === layers.length ? layers : layers.filter(({ name }) => !isNamed(name, except));
  if (kept.length === sorted.length) return kept.map((layer, i) => [layer, sorted[i]!]);
  throw misfit(
    weights,
    `They are numbered, so that they belong to the layers in their order, but there are ${sorted.length} modules (${list(sorted)}) and ${kept.length} layers (${list(kept.map(({ name }) => name))}). Name the layers or the modules that have no counterpart in \`initialWeights.except\`.`,
  );
}

function checkTensor(
  what: string,
  shape: readonly number[],
  found: Found | undefined,
  layer: string,
  weights: Weights,
): void {
  const anew = `Give \`model\` the shape of the weights, or let the layer start anew: \`initialWeights.except: ["${layer}"]\`.`;
  if (found === undefined)
    throw misfit(weights, `Expected ${what} of the shape ${text(shape)}, but there is none. ${anew}`);
  if (found.shape.join() !== shape.join())
    throw misfit(
      weights,
      `Expected the shape ${text(shape)} for ${what}, found ${text(found.shape)}. ${anew}`,
    );
  if (found.type !== "F32")
    throw misfit(
      weights,
      `Expected float32 numbers (F32) for ${what}, found ${found.type}. Convert them, in PyTorch with \`.float()\`.`,
    );
}

const list = (items: readonly string[]) => listText(items, { most: 40 });
const text = (shape: readonly number[]) => `[${shape.join(", ")}]`;

const misfit = ({ config }: Weights, reason: string) =>
  configError(
    `The weights in ${weightsPlace(config.from)} do not fit the model. ${reason}`,
    "initialWeights",
  );

const needless = (tensor: string, layer: string, weights: Weights) =>
  misfit(
    weights,
    `They contain \`${tensor}\`, which the model does not have. To ignore it, add "${layer}" to \`initialWeights.except\`.`,
  );

function strange(weights: Weights, layers: readonly Group[], modules: readonly Group[]) {
  const described = ({ name, tensors }: Group) =>
    `${name} ${text((tensors.get("weight") ?? [...tensors.values()][0]!).shape)}`;
  const shapes = ({ tensors }: Group) =>
    [...tensors]
      .map(([key, { shape }]) => `${key} ${shape.join()}`)
      .toSorted()
      .join();
  const like = modules.find((module) => shapes(module) === shapes(layers[0]!)) ?? modules[0]!;
  return misfit(
    weights,
    `No name is that of a layer, and they are not numbered. Say in \`initialWeights.names\` what each layer is called, such as { "${layers[0]!.name}": "${like.name}" }. The layers are ${list(layers.map(described))}; the weights are ${list(modules.map(described))}.`,
  );
}

/** @throws OptimbenchError (CONFIG) if `except` or `names` names no layer */
function checkNames(
  { except = [], names = {} }: ResolvedInitialWeights,
  layers: readonly Group[],
  modules: readonly Group[],
): void {
  const known = layers.map(({ name }) => name);
  const all = [...known, ...modules.map(({ name }) => name)];
  for (const [index, name] of except.entries())
    if (!all.some((each) => namesLayer(name, each)))
      throw unknownLayer(name, `initialWeights.except[${index}]`, known);
  for (const layer of Object.keys(names))
    if (!known.includes(layer)) throw unknownLayer(layer, "initialWeights.names", known);
}

const unknownLayer = (name: string, path: string, known: readonly string[]) =>
  configError(
    `\`${path}\` contains "${name}", but the model has no such layer with weights.${didYouMean(name, known)} Its layers are ${list(known)}.`,
    path,
  );
