import { expect, it } from "vitest";
import { Training } from "../../src/training/training.js";

it("throws a failure when a slow loop reaches it, without an unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", listen);
  const training = new Training(async (report) => {
    report({} as never);
    throw new Error("failed");
  });
  const epochs = async () => {
    for await (const _ of training) await new Promise(setImmediate);
  };
  await expect(epochs()).rejects.toThrow("failed");
  process.off("unhandledRejection", listen);
  expect(unhandled).toEqual([]);
});
