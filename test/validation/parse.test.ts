import { describe, expect, it } from "vitest";
import { z } from "zod";
import { OptimbenchError } from "../../src/errors.js";
import { parse } from "../../src/validation/parse.js";

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
  size: z.union([z.int().min(1), z.array(z.int()).min(1)]).optional(),
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

  const rejected: readonly [value: unknown, message: string][] = [
    [7, "Expected an object for `test config`, got 7 (number)."],
    [undefined, "Missing `test config`: expected an object."],
    [
      { epoch: 3 },
      'Unknown key `epoch`. Did you mean "epochs"? Known keys: epochs, rate, name, choice, size, list, even, on, text.',
    ],
    [{ epochs: "3" }, 'Expected a number for `epochs`, got "3" (string).'],
    [{ epochs: 1.5 }, "Expected a whole number for `epochs`, got 1.5 (number)."],
    [{ epochs: 0 }, "Expected a whole number of at least 1 for `epochs`, got 0 (number)."],
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
      "Expected a number greater than 0 for `choice.delta`, got 0 (number).",
    ],
    [
      { choice: { name: "huber", delta: 1, dleta: 1 } },
      'Unknown key `choice.dleta`. Did you mean "delta"? Known keys: name, delta.',
    ],
    [{ size: "3" }, 'Expected a number or a list for `size`, got "3" (string).'],
    [{ list: [{ a: true }, { a: null }] }, "Expected true or false for `list[1].a`, got null."],
    [{ list: [] }, "Expected at least 1 item for `list`, got [] (list)."],
    [{ list: "" }, 'Expected a list for `list`, got "" (string).'],
    [{ size: "" }, 'Expected a number or a list for `size`, got "" (string).'],
    [{ text: "a" }, 'Expected at least 2 characters for `text`, got "a" (string).'],
    [{ even: 3 }, "Expected an even number for `even`."],
  ];

  it.each(rejected)("explains %j", (value, message) => {
    expect(messageOf(value)).toBe(message);
  });

  it("explains every problem, one per line", () => {
    expect(messageOf({ epochs: 0, naem: 1, rate: "x" }).split("\n")).toHaveLength(3);
  });

  it("truncates long values", () => {
    expect(messageOf({ rate: "x".repeat(500) }).length).toBeLessThan(130);
  });

  it("shows three problems of a kind, and counts the others", () => {
    const list = Array.from({ length: 2000 }, () => ({ a: 1 }));
    expect(messageOf({ list, epochs: 0 }).split("\n")).toEqual([
      "Expected a whole number of at least 1 for `epochs`, got 0 (number).",
      "Expected true or false for `list[0].a`, got 1 (number).",
      "Expected true or false for `list[1].a`, got 1 (number).",
      "Expected true or false for `list[2].a`, got 1 (number).",
      "And 1,997 more problems like this.",
    ]);
  });

  it("counts any number of unknown keys of any length", () => {
    const keys = Array.from({ length: 4000 }, (_, i) => [`${i}${"x".repeat(100)}`, 1]);
    const lines = messageOf({ list: [Object.fromEntries([["a", true], ...keys])] }).split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^Unknown key `list\[0\]\.0x{56}\.\.\.`\./);
    expect(lines[3]).toBe("And 3,997 more unknown keys in `list[0]`.");
    expect(messageOf({ "$&$'": 1 })).toMatch(/^Unknown key `\$&\$'`\./);
  });

  it("rejects an object with more keys than a config can have", () => {
    const keys = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key${i}`, 1]));
    expect(messageOf({ list: [keys] })).toBe("`list[0]` has 5,000 keys; at most 4,096 are read.");
    expect(messageOf(keys)).toBe("The test config has 5,000 keys; at most 4,096 are read.");
  });

  it("counts unknown keys of many objects together", () => {
    const list = Array.from({ length: 100 }, (_, i) => ({ a: true, [`wrong${i}`]: 1 }));
    const lines = messageOf({ list }).split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[3]).toBe("And 97 more problems like this.");
  });

  it("limits the length of its message", () => {
    const names = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key${i}`, z.literal("a")]));
    expect(messageOf({}, z.strictObject(names)).split("\n").at(-1)).toBe("And 4,980 more kinds of problems.");
    expect(messageOf({ name: "x".repeat(1_000_000) }).length).toBeLessThan(200);
    expect(messageOf({ name: "x".repeat(2_000_000) })).toBe(
      "`name` has 2,000,000 characters; at most 1,048,576 are read.",
    );
    expect(new OptimbenchError("CONFIG", "x".repeat(300_000_000)).message.length).toBeLessThan(10_100);
  });
});
