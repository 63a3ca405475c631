import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { PRESET_NAMES } from "../../src/config/presets.js";
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
const imports = `import type { BenchConfig, CompareConfig, Study, TrainConfig } from "${declarations.replace(/\.d\.ts$/, ".js")}";\n`;
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
    ['const c: TrainConfig = { dataset: "|" }', ["mnist", "mnist-10k"]],
    ['const c: TrainConfig = { optimizer: { name: "sgd", | } }', ["momentum", "nesterov", "clipNorm"]],
  ])("%s", (marked, names) => expect(completions(marked)).toEqual(expect.arrayContaining([...names])));
});

const program = ts.createProgram([declarations], { module: ts.ModuleKind.NodeNext, skipLibCheck: true });
const checker = program.getTypeChecker();
const exported = checker
  .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(declarations)!)!)
  .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));

it("every key of every config and result has documentation", () => {
  const bare = exported
    .filter(({ declarations: [node] = [] }) => node?.getSourceFile().fileName.endsWith(".generated.d.ts"))
    .filter((symbol) => symbol.flags & ts.SymbolFlags.Interface)
    .flatMap((symbol) =>
      checker
        .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
        .filter((key) => !["name", "type"].includes(key.name)) // they name the whole
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
