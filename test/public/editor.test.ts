import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { PRESET_NAMES } from "../../src/config/presets.js";
import { DATASET_NAMES } from "../../src/data/named/named-datasets.js";
import { LOSS_NAMES } from "../../src/losses/losses.js";
import { MODEL_NAMES } from "../../src/models/models.js";
import { OPTIMIZER_NAMES } from "../../src/optimizers/optimizers.js";
import { SCHEDULE_NAMES } from "../../src/schedules/schedules.js";
import { packageRoot } from "../../src/system/package-root.js";

const declarations = join(packageRoot, "dist", "index.d.ts");
const file = join(packageRoot, "test", "public", "in-an-editor.ts");

const options: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: ["node"],
};
const imports = `import type { BenchConfig, CompareConfig, Layer, LossConfig, OptimizerConfig, ScheduleConfig, Study, TrainConfig } from "${declarations.replace(/\.d\.ts$/, ".js")}";\n`;
let source = imports;
let version = 0;
/** What an editor asks. */
const service = ts.createLanguageService({
  readFile: ts.sys.readFile,
  readDirectory: ts.sys.readDirectory,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
  useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
  getCompilationSettings: () => options,
  getScriptFileNames: () => [file],
  getScriptVersion: (path) => (path === file ? String(version) : "0"),
  getScriptSnapshot(path) {
    const found = path === file ? source : ts.sys.readFile(path);
    return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
  },
  getCurrentDirectory: () => packageRoot,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (path) => path === file || ts.sys.fileExists(path),
});

/** Writes the file, and gives the place of the cursor, `|`. */
function write(marked: string): number {
  source = imports + marked.replace("|", "");
  version += 1;
  return imports.length + marked.indexOf("|");
}

function hover(marked: string): string {
  const found = service.getQuickInfoAtPosition(file, write(marked));
  return ts.displayPartsToString(found?.documentation).replaceAll("\n", " ");
}

/** What hovering shows at each of several cursors. */
function hovers(marked: string): string[] {
  const [first, ...others] = marked.split("|");
  write(marked.replaceAll("|", ""));
  let position = imports.length + first!.length;
  return others.map((text) => {
    const found = service.getQuickInfoAtPosition(file, position);
    position += text.length;
    return ts.displayPartsToString(found?.documentation).replaceAll("\n", " ");
  });
}

function completions(marked: string): string[] {
  const found = service.getCompletionsAtPosition(file, write(marked), {});
  return found?.entries.map(({ name }) => name) ?? [];
}

describe("hovering over a key shows its meaning, its range and its default", () => {
  it.each([
    ["const c: TrainConfig = { ep|ochs: 1 }", /. A whole number of at least 0 .* Default: 10\.$/],
    ["const c: TrainConfig = { batch|Size: 1 }", /. A whole number of at least 1\. Default: 32\.$/],
    ["const c: TrainConfig = { spl|it: {} }", /. Default: four fifths and one fifth\.$/],
    ["const c: TrainConfig = { split: { tra|in: 1 } }", /training images.*A whole number of at least 1\.$/],
    [
      'const c: TrainConfig = { optimizer: { name: "sgd", learning|Rate: 1 } }',
      /A number greater than 0\. .* sgd: 0\.01 \(Keras 3, Keras 2\), 0\.001 \(PyTorch\);/,
    ],
    ['const c: TrainConfig = { loss: { name: "huber", del|ta: 1 } }', /Default: 1\.$/],
    ['const c: TrainConfig = { schedule: { name: "cosine", al|pha: 0 } }', /Default: 0\.$/],
    [
      'const c: TrainConfig = { model: { layers: [{ type: "conv2d", fil|ters: 1, kernelSize: 3 }] } }',
      /. A whole number .*Required\.$/,
    ],
    ["const c: TrainConfig = { earlyStopping: { pati|ence: 1 } }", /Default: 0\.$/],
    ["const c: TrainConfig = { augmentation: { rota|tion: 1 } }", /in degrees\. .* Default: 0\.$/],
    ["const c: CompareConfig = { see|ds: 1 }", /Default: 1\.$/],
    ["const c: CompareConfig = { exec|ution: undefined }", /Default: "sequential"\.$/],
    ["const c: BenchConfig = { roun|ds: 1 }", /Default: 5\.$/],
    ["(s: Study) => s.runs[0]!.history[0]!.validation.calib|rationError", /^Expected calibration error/],
    ["(s: Study) => s.config.execu|tion", /^Whether runs went one after another/],
    ["(s: Study) => s.runs[0]!.config.batch|Size", /^Images per step\.$/],
  ])("%s", (marked, text) => expect(hover(marked)).toMatch(text));
});

describe("completions list the names", () => {
  it.each([
    ['const c: TrainConfig = { optimizer: "|" }', OPTIMIZER_NAMES],
    ['const c: TrainConfig = { optimizer: { name: "|" } }', OPTIMIZER_NAMES],
    ['const c: CompareConfig = { optimizers: ["|"] }', OPTIMIZER_NAMES],
    ['const c: TrainConfig = { loss: "|" }', LOSS_NAMES],
    ['const c: TrainConfig = { loss: { name: "|" } }', LOSS_NAMES],
    ['const c: TrainConfig = { schedule: "|" }', SCHEDULE_NAMES],
    ['const c: TrainConfig = { schedule: { name: "|" } }', SCHEDULE_NAMES],
    ['const c: TrainConfig = { model: "|" }', MODEL_NAMES],
    [
      'const c: TrainConfig = { model: { layers: [{ type: "|" }] } }',
      ["conv2d", "averagePool2d", "residual"],
    ],
    ['const c: CompareConfig = { preset: "|" }', PRESET_NAMES],
    ['const c: TrainConfig = { dataset: "|" }', DATASET_NAMES],
    ['const c: TrainConfig = { optimizer: { name: "sgd", | } }', ["momentum", "nesterov", "clipNorm"]],
  ])("%s", (marked, names) => expect(completions(marked)).toEqual(expect.arrayContaining([...names])));
});

const program = ts.createProgram([declarations], { module: ts.ModuleKind.NodeNext, skipLibCheck: true });
const checker = program.getTypeChecker();
const exported = checker
  .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(declarations)!)!)
  .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));

/** The members of the unions in configs: the key that distinguishes them, one of its values, and all keys with their types. */
const members = [
  ["OptimizerConfig", "name"],
  ["LossConfig", "name"],
  ["ScheduleConfig", "name"],
  ["Layer", "type"],
].flatMap(([type, tag]) => {
  const union = checker.getDeclaredTypeOfSymbol(exported.find(({ name }) => name === type)!);
  return (union as ts.UnionType).types
    .filter((member) => member.flags & ts.TypeFlags.Object)
    .flatMap((member) => {
      const keys = new Map(checker.getPropertiesOfType(member).map((key) => [key.name, key]));
      const tags = checker.getTypeOfSymbol(keys.get(tag!)!);
      const literals = (tags.isUnion() ? tags.types : [tags]).filter((each) => each.isStringLiteral());
      const isCustom = tags.isUnion() && literals.length < tags.types.length; // any other string as well
      const values = isCustom ? ["mine"] : literals.map(({ value }) => value);
      return values.map((value) => ({ type: type!, tag: tag!, value, keys }));
    });
});

it.each([
  ["OptimizerConfig", [...OPTIMIZER_NAMES, "mine"]],
  ["LossConfig", [...LOSS_NAMES, "mine"]],
  ["ScheduleConfig", [...SCHEDULE_NAMES, "mine"]],
])("%s has a member for each name", (type, names) => {
  const values = members.filter((member) => member.type === type).map(({ value }) => value);
  expect(values.sort()).toEqual([...names].sort());
});

/** The keys, among those given, over which hovering does not show a meaning and a default. */
function bare(opening: string, names: readonly string[]): string[] {
  const all = hovers(`${opening}, ${names.map((name) => `|${name}: undefined!`).join(", ")} }`);
  return names.filter((_, i) => !/^[A-Z`"].+\.$/s.test(all[i]!) || !/default|Required\./i.test(all[i]!));
}

describe.each(members)("$type $value", ({ type, tag, value, keys }) => {
  const opening = `const c: ${type} = { ${tag}: "${value}"`;
  const names = [...keys.keys()].filter((name) => name !== tag);
  const custom = members.find((member) => member.type === type && member.value === "mine")?.keys;

  it("completions list its keys", () => {
    const wanted = new Set([...names, ...(custom?.keys() ?? [])]);
    wanted.delete(tag);
    expect(completions(`${opening}, | }`).sort()).toEqual([...wanted].sort());
  });

  // A custom formula may have any name, so that what it declares anew is ambiguous until `semantics` is given.
  it("hovering over a key shows its meaning and its default", () => {
    const isClear = (name: string) =>
      value === "mine" || !custom?.has(name) || custom.get(name) === keys.get(name);
    expect(bare(opening, names.filter(isClear))).toEqual([]);
  });
});

describe.each(members.filter(({ keys }) => keys.has("semantics")))(
  "$type $value with semantics",
  ({ type, tag, value, keys }) => {
    const possible = checker.getTypeOfSymbol(keys.get("semantics")!);
    const [semantics] = (possible.isUnion() ? possible.types : [possible]).flatMap((each) =>
      each.isStringLiteral() ? [each.value] : [],
    );
    const opening = `const c: ${type} = { ${tag}: "${value}", semantics: "${semantics}"`;

    it("hovering over a key shows its meaning and its default", () => {
      const names = [...keys.keys()].filter((name) => name !== tag && name !== "semantics");
      expect(bare(opening, names)).toEqual([]);
      const shown = hovers(`${opening} }`.replace(tag, `|${tag}`).replace("semantics", "|semantics"));
      expect(shown).toEqual([
        expect.stringMatching(/^[A-Z].*\.$/),
        expect.stringMatching(/by default .+\.$/),
      ]);
    });
  },
);

it("every key of every config and result has documentation", () => {
  const bare = exported
    .filter(({ declarations: [node] = [] }) => node?.getSourceFile().fileName.endsWith(".generated.d.ts"))
    .filter((symbol) => symbol.flags & ts.SymbolFlags.Interface)
    .flatMap((symbol) =>
      checker
        .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
        .filter((key) => key.getDocumentationComment(checker).length === 0)
        .map((key) => `${symbol.name}.${key.name}`),
    );
  expect(bare).toEqual([]);
});

it("every type that an exported function, interface or class mentions is exported", () => {
  const known = new Set(exported);
  const missing = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isConstructorDeclaration(node)) return; // only this package constructs them
    if (ts.getJSDocTags(node).some(({ tagName }) => tagName.text === "internal")) return;
    if (ts.isIdentifier(node) || ts.isImportTypeNode(node)) {
      const found = checker.getSymbolAtLocation(ts.isImportTypeNode(node) ? (node.qualifier ?? node) : node);
      const symbol = found && found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
      const isType =
        symbol && symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Class);
      const isOurs = symbol?.declarations?.[0]
        ?.getSourceFile()
        .fileName.startsWith(join(packageRoot, "dist"));
      if (isType && isOurs && !known.has(symbol)) missing.add(symbol.name);
    }
    ts.forEachChild(node, visit);
  };
  for (const { declarations: nodes = [] } of exported)
    nodes.filter((node) => !ts.isTypeAliasDeclaration(node)).forEach(visit);
  expect([...missing].sort()).toEqual([]);
});
