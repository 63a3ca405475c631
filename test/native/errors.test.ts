import { expect, it } from "vitest";
import { OptimbenchError } from "../../src/errors.js";
import { loadNative } from "../../src/native/addon.js";

const native = loadNative();
type Member = (...given: unknown[]) => unknown;

/** What a call throws, or what the promise that it returns rejects with. */
async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
}

it.each(Object.keys(native).filter((name) => !["info", "shutdown", "open"].includes(name)))(
  "%s throws nothing but OptimbenchErrors",
  async (name) => {
    const member = native[name as keyof typeof native] as Member & (new (...given: unknown[]) => object);
    const isClass = name === "Dataset" || name === "Session";
    const failure = await failureOf(() => (isClass ? new member("nonsense") : member("nonsense")));
    expect(failure).toBeInstanceOf(OptimbenchError);
    expect(failure).toMatchObject({
      code: "NATIVE",
      message: expect.stringMatching(/^Native code failed: ./),
    });
  },
);

it.each(["Dataset", "Session"] as const)(
  "the methods of %s throw nothing but OptimbenchErrors",
  async (name) => {
    const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(native[name].prototype);
    for (const { value, get } of Object.values(methods)) {
      const failure = await failureOf(() => ((value ?? get) as Member).call({}, "nonsense")); // on no object of the class
      expect(failure).toBeInstanceOf(OptimbenchError);
    }
  },
);
