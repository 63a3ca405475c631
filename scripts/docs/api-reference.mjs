// The API reference in docs/api/, which typedoc generates from the docstrings of all exports of src/index.ts. Each page contains
// the functions and types of one subject.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import * as typedoc from "typedoc";
import { MEASURES } from "../../dist/bench/bench-config.js";
import { SEMANTICS } from "../../dist/catalogue/semantics.js";
import { SCOPES } from "../../dist/formula/graph.js";
import { packageRoot } from "../../dist/system/package-root.js";
import { METRICS } from "../../dist/verdicts/metric.js";
import { PAGES } from "./api-pages.mjs";

/** Types that TypeScript infers from a list of names. */
const LISTS = { Measure: MEASURES, Metric: METRICS, Scope: SCOPES, Semantics: SEMANTICS };

/** Types that TypeScript infers from zod schemas. Their docstrings say what they contain. */
const INFERRED = [
  "Augmentation",
  "EarlyStopping",
  "ResolvedBuiltInSchedule",
  "ResolvedCustomSchedule",
  "ResolvedLoss",
  "ResolvedOptimizer",
  "ResolvedPlainLayer",
  "ResolvedResidual",
];

/**
 * The pages: text by name.
 *
 * @returns {Promise<Map<string, string>>}
 * @throws if typedoc warns, for example about something without a docstring
 */
export async function apiReference() {
  const out = mkdtempSync(join(tmpdir(), "optimbench-api-"));
  try {
    const app = await typedoc.Application.bootstrapWithPlugins({
      plugin: ["typedoc-plugin-markdown"],
      entryPoints: [join(packageRoot, "src", "index.ts")],
      tsconfig: join(packageRoot, "tsconfig.build.json"),
      skipErrorChecking: true, // `npm run check` does that
      logLevel: "Warn",
      excludeInternal: true,
      excludeExternals: true,
      validation: { notExported: true, notDocumented: true, invalidLink: true },
      outputs: [{ name: "markdown", path: out }],
      // Generates the same text on every machine and for every commit.
      disableGit: true,
      disableSources: true,
      readme: "none",
      router: "module",
      sort: ["source-order"],
      hideGroupHeadings: true,
      hidePageHeader: true,
      hideBreadcrumbs: true,
      useCodeBlocks: true,
      expandParameters: true,
      parametersFormat: "table",
      classPropertiesFormat: "table",
      interfacePropertiesFormat: "table",
      typeDeclarationFormat: "table",
      propertyMembersFormat: "table",
      tableColumnSettings: {
        hideDefaults: true,
        hideModifiers: true,
        hideInherited: true,
        hideOverrides: true,
      },
    });
    const warnings = [];
    app.logger = new (class extends typedoc.Logger {
      log(message, level) {
        if (level >= typedoc.LogLevel.Warn) warnings.push(message);
      }
    })();
    app.converter.on(typedoc.Converter.EVENT_RESOLVE_BEGIN, ({ project }) => simplify(project));
    // Runs after links between docstrings are resolved, which happens at -300.
    app.converter.on(typedoc.Converter.EVENT_RESOLVE_END, ({ project }) => moveToPages(project), -400);
    const project = await app.convert();
    if (project !== undefined) {
      app.validate(project);
      await app.generateOutputs(project);
    }
    if (warnings.length > 0) throw new Error(`typedoc: ${warnings.join("\n")}`);
    const files = readdirSync(out).filter((file) => file.endsWith(".md"));
    const pages = new Map(files.map((file) => [file, tidied(readFileSync(join(out, file), "utf8"))]));
    return pages.set("README.md", indexPage(project));
  } finally {
    rmSync(out, { recursive: true });
  }
}

/** Documents inherited keys once, and simplifies types for readers. */
function simplify(project) {
  for (const reflection of Object.values(project.reflections)) {
    const { name, type } = reflection;
    reflection.implementationOf = undefined;
    reflection.overwrites = undefined;
    if (reflection.inheritedFrom !== undefined) project.removeReflection(reflection);
    else if (INFERRED.includes(name)) {
      reflection.extendedTypes = undefined;
      if (type === undefined) continue;
      project.removeTypeReflections(type);
      reflection.type = new typedoc.UnknownType("{ ... }");
    } else if (name in LISTS)
      reflection.type = new typedoc.UnionType(LISTS[name].map((each) => new typedoc.LiteralType(each)));
    else if (type !== undefined)
      reflection.type = simplified(type, { isOrdered: !reflection.kindOf(typedoc.ReflectionKind.TypeAlias) });
  }
}

/**
 * Sorts unions, since TypeScript's order may depend on other files unless a type alias declares it. "string & {}" means any
 * string in addition to the proposed ones.
 */
function simplified(type, { isOrdered }) {
  const within = (each) => simplified(each, { isOrdered });
  if (type.type === "array") return new typedoc.ArrayType(within(type.elementType));
  if (type.type === "typeOperator") return new typedoc.TypeOperatorType(within(type.target), type.operator);
  if (type.type !== "union") return type;
  const isAnyString = (each) => each.toString() === "string & {}";
  const isLiteral = (each) => each.type === "literal" && typeof each.value === "string";
  const named = type.types.filter((each) => !isAnyString(each)).map(within);
  const anyString = named.length < type.types.length ? [new typedoc.IntrinsicType("string")] : [];
  if (!isOrdered) return new typedoc.UnionType([...named, ...anyString]);
  const literals = named.filter(isLiteral).sort((a, b) => (a.value < b.value ? -1 : 1));
  const others = named.filter((each) => !isLiteral(each));
  return new typedoc.UnionType([...literals, ...anyString, ...others]);
}

function moveToPages(project) {
  const pages = new Map(
    PAGES.map(({ name, summary }) => {
      const page = new typedoc.DeclarationReflection(name, typedoc.ReflectionKind.Module, project);
      page.comment = new typedoc.Comment([{ kind: "text", text: summary }]);
      return [name, page];
    }),
  );
  const places = new Map();
  for (const reflection of [...project.children]) {
    const { name, place } = placeOf(reflection, project);
    places.set(reflection, place);
    for (let each = reflection.typeHierarchy; each !== undefined; each = each.next)
      if (each.isTarget) each.next = undefined; // omits the list of types that extend a base
    project.removeChild(reflection);
    reflection.parent = pages.get(name);
    reflection.parent.addChild(reflection);
  }
  for (const page of pages.values()) {
    page.children.sort((a, b) => places.get(a) - places.get(b));
    page.groups = [groupOf(page)];
    project.registerReflection(page, undefined, undefined);
    project.addChild(page);
  }
  project.groups = [groupOf(project)];
}

/** The page of a function or type, and its position there. */
function placeOf(reflection, project) {
  const { fileName } = project.getSymbolIdFromReflection(reflection);
  const path = relative(join(packageRoot, "src"), fileName).replace(/(\.generated)?\.ts$/, "");
  const matches = PAGES.flatMap(({ name, names = [], files }) => [
    ...files.map((file, place) => ({
      name,
      place,
      length: `${path}/`.startsWith(`${file}/`) ? file.length : 0,
    })),
    {
      name,
      place: isFunction(reflection) ? -1 : files.length,
      length: names.includes(reflection.name) ? Infinity : 0,
    },
  ]);
  const best = matches.reduce((a, b) => (b.length > a.length ? b : a));
  if (best.length === 0) throw new Error(`No page in PAGES has ${reflection.name} of src/${path}.ts.`);
  return best;
}

const isFunction = ({ kind }) => kind === typedoc.ReflectionKind.Function;

function groupOf(reflection) {
  const group = new typedoc.ReflectionGroup("Contents", reflection);
  group.children = reflection.children;
  return group;
}

const GENERATED = "<!-- Written by `npm run docs` from the docstrings in src/. -->";

/** Removes anchors of table rows, because nothing links to them. */
const tidied = (text) =>
  text
    .replace(
      /^# (.*)\n/,
      (_, name) => `# ${PAGES.find((page) => page.name === name)?.title}\n\n${GENERATED}\n`,
    )
    .replaceAll(/<a id="[^"]*"><\/a> /g, "")
    .replaceAll("***\n\n", "")
    .replaceAll("\\[asyncIterator\\]", "\\[Symbol.asyncIterator\\]")
    .replaceAll(/<ArrayBufferLike>|\\<`ArrayBufferLike`\\>/g, "");

function indexPage(project) {
  const line = (page, each) => {
    const { summary } = each.comment ?? each.signatures[0].comment;
    const text = summary
      .map((part) => part.text)
      .join("")
      .replaceAll("\n", " ");
    const name = isFunction(each) ? `${each.name}()` : each.name;
    return `- [\`${name}\`](${page}.md#${each.name.toLowerCase()}): ${text.match(/^.*?\.(?= |$)/)?.[0] ?? text}`;
  };
  const all = project.children.flatMap((page) => page.children.map((each) => [page.name, each]));
  return `${[
    "# API reference",
    "",
    GENERATED,
    "",
    'The functions and types that `import ... from "optimbench"` provides. The [README](../../README.md#javascript-api) has an example.',
    "",
    "## Functions",
    "",
    ...all.filter(([, each]) => isFunction(each)).map(([page, each]) => line(page, each)),
    ...PAGES.flatMap(({ name, title, summary }) => [
      "",
      `## [${title}](${name}.md)`,
      "",
      summary,
      "",
      ...all
        .filter(([page, each]) => page === name && !isFunction(each))
        .map(([page, each]) => line(page, each)),
    ]),
  ].join("\n")}\n`;
}
