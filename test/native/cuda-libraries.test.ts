import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { libraryFileName } from "../../src/install/library-file.js";
import { runtimeLibraries } from "../../src/install/runtime-libraries.js";

const { addon, core, libtorch } = runtimeLibraries();

/** What a separate process reports about CUDA after opening these libraries, and whether it can train on the CPU. */
function open(cuda: object) {
  const program = `
    const native = require(${JSON.stringify(addon)});
    native.open(${JSON.stringify({ core, libtorch, ...cuda })});
    const { devices, whyNoCuda, whyNoGraphs } = native.info();
    const dataset = (device) => new native.Dataset({
      images: new Uint8Array(4), labels: new Int32Array(1), shape: [1, 2, 2], classes: 2, device,
    });
    dataset("cpu").dispose();
    let refused;
    try { dataset("cuda"); } catch (error) { refused = error.message; }
    console.log(JSON.stringify({ devices, whyNoCuda, whyNoGraphs, refused }));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8" });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

const refused = "device 'cuda' is not available here; available: cpu";

it("reports why CUDA was not requested", () => {
  expect(open({ whyNoCuda: "no GPU" })).toEqual({ devices: ["cpu"], whyNoCuda: "no GPU", refused });
});

it("continues without CUDA's libraries if they do not load, and reports the reasons", () => {
  const found = open({ cuda: "/nowhere/libtorch_cuda.so", cudaGraphs: "/nowhere/liboptimbench_cuda.so" });
  expect(found).toMatchObject({ devices: ["cpu"], refused });
  expect(found.whyNoCuda).toMatch(/^could not load \/nowhere\/libtorch_cuda\.so: .*No such file/);
  expect(found.whyNoGraphs).toBeUndefined(); // nothing is recorded without CUDA
});

it("continues without recording where its library does not load, and keeps the reason", () => {
  const cuda = join(dirname(libtorch), libraryFileName("c10")); // any library that loads
  expect(open({ cuda, cudaGraphs: "/nowhere/liboptimbench_cuda.so" }).whyNoGraphs).toMatch(
    /^could not load \/nowhere\/liboptimbench_cuda\.so: .*No such file/,
  );
  expect(open({ cuda, cudaGraphs: core }).whyNoGraphs).toMatch(/has no optimbench_step_graph/);
});

it("reports that CUDA is open but finds no GPU", () => {
  const withoutGpu = join(dirname(libtorch), libraryFileName("c10")); // any library that registers no device
  expect(open({ cuda: withoutGpu })).toEqual({
    devices: ["cpu"],
    whyNoCuda: "CUDA finds no GPU that it can use (is the driver too old?)",
    refused,
  });
});
