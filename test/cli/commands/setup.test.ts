import { Command } from "commander";
import { beforeEach, expect, test, vi } from "vitest";
import { addSetupCommand } from "../../../src/cli/commands/setup.js";
import { probeNative } from "../../../src/cli/diagnosis/probe-native.js";
import { OptimbenchError } from "../../../src/errors.js";
import { setup } from "../../../src/install/setup.js";

vi.mock("../../../src/cli/diagnosis/probe-native.js", () => ({ probeNative: vi.fn() }));
vi.mock("../../../src/install/setup.js", () => ({ setup: vi.fn() }));
beforeEach(() => void vi.clearAllMocks());

async function run(...line: string[]) {
  const program = new Command();
  addSetupCommand(program);
  await program.parseAsync(["setup", ...line], { from: "user" });
}

test("loads libtorch before it reports success, even if there was nothing to do", async () => {
  await run("--cpu");
  expect(setup).toHaveBeenCalledWith({ cuda: false });
  expect(probeNative).toHaveBeenCalledOnce();
});

test("fails if libtorch does not load", async () => {
  vi.mocked(probeNative).mockRejectedValueOnce(new OptimbenchError("LIBTORCH", "It ended the process."));
  await expect(run()).rejects.toThrow("It ended the process.");
});
