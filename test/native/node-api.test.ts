import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { runtimeLibraries } from "../../src/install/runtime-libraries.js";

/** The names of functions in the binary, among them all that it imports. */
const names = new Set(
  readFileSync(runtimeLibraries().addon, "latin1").match(/\b(napi_|node_api_|uv_)\w+|_ZNK?2v8\w*/g),
);

it("uses nothing of Node.js but Node-API, so that one binary works with every version and with Electron", () => {
  expect(names).toContain("napi_create_arraybuffer");
  expect([...names].filter((name) => /^(uv_|_ZN)/.test(name))).toEqual([]);
});

it("makes no buffers of external memory, which Electron forbids", () => {
  expect([...names].filter((name) => /external(_array)?_?(buffer|string)/.test(name))).toEqual([]);
});
