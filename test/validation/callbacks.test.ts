import { expect, it } from "vitest";
import { train } from "../../src/index.js";
import { compare } from "../../src/study/compare.js";

it.each([
  [null, "Expected an object for `train config`, got null."],
  ["adam", 'Expected an object for `train config`, got "adam" (string).'],
  [{ onEpoch: "x" }, 'Expected a function for `onEpoch`, got "x" (string).'],
  [{ signal: { aborted: false } }, 'Expected an AbortSignal for `signal`, got {"aborted":false} (object).'],
])("train(%j) is rejected", async (config, message) => {
  await expect(train(config as never)).rejects.toMatchObject({ code: "CONFIG", message });
});

it("compare rejects an invalid callback before anything runs", async () => {
  await expect(compare({ onRun: 3 } as never)).rejects.toMatchObject({
    code: "CONFIG",
    message: "Expected a function for `onRun`, got 3 (number).",
  });
});
