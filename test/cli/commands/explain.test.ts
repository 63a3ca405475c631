import { Command } from "commander";
import { expect, it } from "vitest";
import { addExplainCommand } from "../../../src/cli/commands/explain.js";

it.each([
  [
    "theta = theta - max(a, b)",
    "Expected a name, got the formula \"theta = theta - max(a, b)\". Give it a name: --define-optimizer 'mine=theta = theta - max(a, b)'.",
  ],
  [
    "adam,mean(z, y)",
    "Expected a name, got the formula \"mean(z, y)\". Give it a name: --define-loss 'mine=mean(z, y)'.",
  ],
])("explains how to pass the formula in %j", async (given, message) => {
  const program = new Command().exitOverride();
  addExplainCommand(program);
  await expect(program.parseAsync(["explain", given], { from: "user" })).rejects.toThrow(message);
});
