import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../src/validation/parse-json.js";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("a JSON text that is parsed in parts", () => {
  it("has the same value as one that is parsed whole", () => {
    const sizes = [fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 4 })] as const;
    fc.assert(
      fc.property(fc.jsonValue(), ...sizes, (value, mostAtOnce, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJson(bytes(text), mostAtOnce)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("may have separators, brackets and quotes in strings, and any key", () => {
    const text = '{"a,:[{\\"": ["],\\\\", {"__proto__": 1}], "b": [ [], { } , -1e3, null, true ]}';
    const read = parseJson(bytes(text), 8) as Record<string, unknown[]>;
    expect(read).toEqual(JSON.parse(text));
    expect(Object.keys(read['a,:[{"']![1]!)).toEqual(["__proto__"]);
  });

  it("is rejected if it is not JSON", () => {
    for (const text of [
      '[1, 2 3, "four"]',
      '[1, , 2, "three"]',
      '{"a": 1, "b": 2 ]',
      '{"a": 1, 2: 3}',
      '{"a": 1, "b"}',
      "true and false",
      '["a", "b]',
    ])
      expect(() => parseJson(bytes(text), 4)).toThrow(SyntaxError);
  });
});
