import { Command } from "commander";
import { beforeEach, expect, test, vi } from "vitest";
import { addSetupCommand } from "../../../src/cli/commands/setup.js";
import { probeNative } from "../../../src/cli/diagnosis/probe-native.js";
import { OptimbenchError } from "../../../src/errors.js";
import { makeBundle, setup } from "../../../src/install/setup.js";

vi.mock("../../../src/cli/diagnosis/probe-native.js", () => ({ probeNative: vi.fn() }));
vi.mock("../../../src/install/setup.js", () => ({ makeBundle: vi.fn(), setup: vi.fn() }));
beforeEach(() => void vi.clearAllMocks());

const onProgress = expect.any(Function);

async function run(...line: string[]) {
  const program = new Command();
  addSetupCommand(program);
  program.commands[0]!.exitOverride().configureOutput({ writeErr: () => {} });
  await program.parseAsync(["setup", ...line], { from: "user" });
}

test("loads libtorch before it reports success, even if there was nothing to do", async () => {
  await run("--cpu");
  expect(setup).toHaveBeenCalledWith({ onProgress, cuda: false });
  expect(probeNative).toHaveBeenCalledOnce();
});

test("fails if libtorch does not load", async () => {
  vi.mocked(probeNative).mockRejectedValueOnce(new OptimbenchError("LIBTORCH", "It ended the process."));
  await expect(run()).rejects.toThrow("It ended the process.");
});

test("with --bundle, writes the folder and sets nothing up", async () => {
  const written = { folder: "/made", libtorch: "2.15.0", files: 1234, bytes: 505_400_000 };
  vi.mocked(makeBundle).mockResolvedValueOnce(written);
  const said = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  await run("--bundle", "made", "--cpu");
  expect(makeBundle).toHaveBeenCalledWith("made", { onProgress, cuda: false });
  expect(said).toHaveBeenCalledWith("/made (1,234 files, 505 MB): use it with setup --from FOLDER\n");
  expect(setup).not.toHaveBeenCalled();
  expect(probeNative).not.toHaveBeenCalled();
  said.mockRestore();
});

test("with --from and with --libtorch, sets up from that folder", async () => {
  await run("--from", "made");
  expect(setup).toHaveBeenCalledWith({ onProgress, from: "made" });
  await run("--libtorch", "own", "--cuda");
  expect(setup).toHaveBeenLastCalledWith({ onProgress, libtorch: "own", cuda: true });
  expect(probeNative).toHaveBeenCalledTimes(2);
});

test.each([
  ["--bundle", "a", "--from", "b"],
  ["--bundle", "a", "--libtorch", "b"],
  ["--from", "a", "--libtorch", "b"],
  ["--from", "a", "--cuda"],
])("rejects %s %s with %s", async (...line) => {
  await expect(run(...line)).rejects.toThrow("cannot be used with option");
  expect(setup).not.toHaveBeenCalled();
});

test("rejects an empty path", async () => {
  await expect(run("--from", "")).rejects.toThrow(/--from/);
});
