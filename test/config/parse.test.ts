import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parse } from "../../src/config/parse.js";

const schema = z.strictObject({
  epochs: z.int().min(1).default(5),
  rate: z.number().optional(),
  name: z.enum(["adam", "sgd"]).optional(),
  choice: z
    .union([
      z.enum(["mean", "sum"]),
      z.strictObject({ name: z.literal("huber"), delta: z.number().positive() }),
    ])
    .optional(),
  size: z.union([z.int().min(1), z.tuple([z.int(), z.int()])]).optional(),
  list: z
    .array(z.strictObject({ a: z.boolean() }))
    .min(1)
    .optional(),
  even: z
    .int()
    .refine((n) => n % 2 === 0, { error: "Expected an even number for `{path}`." })
    .optional(),
  on: z.literal("a").optional(),
  text: z.string().min(2).optional(),
});

const messageOf = (value: unknown, checked: z.ZodType = schema) => {
  try {
    parse(checked, value, "test config");
  } catch (error) {
    expect(error).toMatchObject({ name: "OptimbenchError", code: "CONFIG" });
    return (error as Error).message;
  }
  throw new Error("was accepted");
};

describe("parse", () => {
  it("fills in defaults", () => {
    expect(parse(schema, {}, "test config")).toEqual({ epochs: 5 });
  });

  const refused: readonly [value: unknown, message: string][] = [
    [7, "Expected an object for `test config`, got 7 (number)."],
    [undefined, "Missing `test config`: expected an object."],
    [
      { epoch: 3 },
      'Unknown key `epoch`. Did you mean "epochs"? Known here: epochs, rate, name, choice, size, list, even, on, text.',
    ],
    [{ epochs: "3" }, 'Expected a number for `epochs`, got "3" (string).'],
    [{ epochs: 1.5 }, "Expected a whole number for `epochs`, got 1.5 (number)."],
    [{ epochs: 0 }, "Expected a number at least 1 for `epochs`, got 0 (number)."],
    [{ rate: Number.NaN }, "Expected a number for `rate`, got NaN."],
    [{ name: "adm" }, 'Expected one of "adam", "sgd" for `name`, got "adm" (string). Did you mean "adam"?'],
    [{ name: "lbfgs" }, 'Expected one of "adam", "sgd" for `name`, got "lbfgs" (string).'],
    [{ on: true }, 'Expected "a" for `on`, got true.'],
    [
      { choice: "men" },
      'Expected one of "mean", "sum" for `choice`, got "men" (string). Did you mean "mean"?',
    ],
    [{ choice: 3 }, 'Expected one of "mean", "sum" or an object for `choice`, got 3 (number).'],
    [
      { choice: { name: "huber", delta: 0 } },
      "Expected a number more than 0 for `choice.delta`, got 0 (number).",
    ],
    [
      { choice: { name: "huber", delta: 1, dleta: 1 } },
      'Unknown key `choice.dleta`. Did you mean "delta"? Known here: name, delta.',
    ],
    [{ size: "3" }, 'Expected a number or a list for `size`, got "3" (string).'],
    [{ list: [{ a: true }, { a: null }] }, "Expected true or false for `list[1].a`, got null."],
    [{ list: [] }, "Expected at least 1 item for `list`, got [] (list)."],
    [{ text: "a" }, 'Expected at least 2 characters for `text`, got "a" (string).'],
    [{ even: 3 }, "Expected an even number for `even`."],
  ];

  it.each(refused)("explains %j", (value, message) => {
    expect(messageOf(value)).toBe(message);
  });

  it("explains every problem, one a line", () => {
    expect(messageOf({ epochs: 0, naem: 1, rate: "x" }).split("\n")).toHaveLength(3);
  });

  it("cuts long values", () => {
    expect(messageOf({ rate: "x".repeat(500) }).length).toBeLessThan(130);
  });
});
