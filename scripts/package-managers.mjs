// `npm run test:managers [-- PACKAGE.tgz]`: installs the packed package with each package manager, without running its scripts
// where the manager has such an option, and trains with it. Also lets publint and attw check the package. It is not part of the
// tests, because it installs each manager from npm.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { packageRoot } from "../dist/system/package-root.js";

const TOOLS = [
  "publint@0.3",
  "@arethetypeswrong/cli@0.18",
  "pnpm@12",
  "yarn@1",
  "@yarnpkg/cli-dist@4",
  "bun@1",
];

const PROGRAM = `
import { explain, train, writeReport, compare } from "optimbench";
const small = { dataset: "mnist-10k", split: { train: 320, validation: 100 }, model: "mlp", epochs: 1, untimedSteps: false };
const run = await train(small);
const study = await compare({ ...small, optimizers: ["adam", "sgd"] });
const files = await writeReport(study, "report");
console.log("RESULT", run.status, run.parametersSha256.final, files.length > 1, (await explain("adam")).title);
`;

const folder = mkdtempSync(join(tmpdir(), "optimbench-managers-"));
const tool = (path) => join(folder, "tools", "node_modules", path);

function run(where, command, args, env = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: where,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, said: `$ ${command} ${args.join(" ")}\n${stdout}${stderr}` };
}

const yarn4 = [process.execPath, tool("@yarnpkg/cli-dist/bin/yarn.js")];
const NODE = [process.execPath, "program.mjs"];

/** The settings of a project and the commands that install the package there; the last one runs the program. */
const cases = (archive) => ({
  "npm --ignore-scripts": { commands: [["npm", "install", "--ignore-scripts", "--no-audit", archive], NODE] },
  "npm --omit=optional": { commands: [["npm", "install", "--omit=optional", "--no-audit", archive], NODE] },
  pnpm: {
    commands: [[process.execPath, tool("pnpm/bin/pnpm.mjs"), "add", "--ignore-scripts", archive], NODE],
  },
  "Yarn 1": {
    commands: [[process.execPath, tool("yarn/bin/yarn.js"), "add", "--ignore-scripts", archive], NODE],
  },
  "Yarn 4, node_modules": {
    settings: "nodeLinker: node-modules\n",
    commands: [[...yarn4, "add", `optimbench@file:${archive}`], NODE],
  },
  "Yarn 4, Plug'n'Play": {
    settings: "nodeLinker: pnp\n",
    commands: [
      [...yarn4, "add", `optimbench@file:${archive}`],
      [...yarn4, "node", "program.mjs"],
    ],
  },
  Bun: { commands: [[tool("bun/bin/bun.exe"), "add", archive], NODE] },
});

function report(name, failed) {
  console.log(`${failed === undefined ? "works" : "FAILS"}  ${name}`);
  if (failed === undefined) return;
  console.log(failed);
  process.exitCode = 1;
}

/** The result that the last command prints, or what all of them said. */
function resultOf({ settings, commands }, where) {
  mkdirSync(where);
  writeFileSync(
    join(where, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" }),
  );
  writeFileSync(join(where, "program.mjs"), PROGRAM);
  // A lock file of its own, or Yarn looks for a project above.
  writeFileSync(join(where, "yarn.lock"), "");
  if (settings !== undefined)
    writeFileSync(
      join(where, ".yarnrc.yml"),
      `${settings}enableGlobalCache: false\nenableTelemetry: false\nenableScripts: false\n`,
    );
  let all = "";
  for (const [command, ...args] of commands) {
    const { status, said } = run(where, command, args, { YARN_ENABLE_IMMUTABLE_INSTALLS: "0" });
    all += said;
    if (status !== 0) return { all };
  }
  return { all, result: /RESULT (.*)/.exec(all)?.[1] };
}

try {
  const given = process.argv[2];
  const pack = ["pack", "--silent", "--pack-destination", folder];
  const archive = given
    ? resolve(given)
    : join(
        folder,
        execFileSync("npm", pack, { cwd: packageRoot, encoding: "utf8" }).trim().split("\n").at(-1),
      );
  mkdirSync(join(folder, "tools"));
  writeFileSync(join(folder, "tools", "package.json"), JSON.stringify({ private: true }));
  const options = ["install", "--silent", "--no-audit", "--no-fund", ...TOOLS];
  execFileSync("npm", options, { cwd: join(folder, "tools"), stdio: "inherit" });

  // Every supported Node.js can `require` the package's ECMAScript modules.
  const attw = [tool("@arethetypeswrong/cli/dist/index.js"), archive, "--profile", "node16"];
  const checks = {
    publint: [tool("publint/src/cli.js"), "run", archive, "--strict"],
    attw: [...attw, "--ignore-rules", "cjs-resolves-to-esm"],
  };
  for (const [name, args] of Object.entries(checks)) {
    const { status, said } = run(folder, process.execPath, args);
    report(name, status === 0 ? undefined : said);
  }
  let expected;
  for (const [name, each] of Object.entries(cases(archive))) {
    const { result, all } = resultOf(each, join(folder, name.replaceAll(/\W+/g, "-")));
    expected ??= result;
    const isRight = result?.startsWith("completed ") && result === expected;
    report(name, isRight ? undefined : `${all}\nexpected ${expected}\nfound    ${result}`);
  }
} finally {
  if (process.env.KEEP === undefined) rmSync(folder, { recursive: true });
  else console.log(folder);
}
