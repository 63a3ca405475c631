import { describe, expect, it } from "vitest";
import { parseDefinition, parseSpec, parseSpecs } from "../../src/cli/spec.js";

describe("parseSpecs", () => {
  it("reads names and settings", () => {
    expect(parseSpecs("adam,sgd:learningRate=0.1:momentum=0.9:nesterov=true")).toEqual([
      "adam",
      { name: "sgd", learningRate: 0.1, momentum: 0.9, nesterov: true },
    ]);
  });

  it("reads numbers in any notation, and leaves the rest as text", () => {
    expect(parseSpec("adam:learningRate=1e-3:label=fast:epsilon=.5")).toEqual({
      name: "adam",
      learningRate: 1e-3,
      label: "fast",
      epsilon: 0.5,
    });
  });

  it("keeps commas, colons and equals signs of quoted values", () => {
    expect(parseSpecs(`mine:formula="theta = where(g > 0, theta, g)":label='a:b,c',sgd`)).toEqual([
      { name: "mine", formula: "theta = where(g > 0, theta, g)", label: "a:b,c" },
      "sgd",
    ]);
  });

  it("reads numbers with semicolons between them as a list, other text with semicolons as text", () => {
    expect(parseSpecs("a:w=1;2.5;-1e-3:b=1,c")).toEqual([{ name: "a", w: [1, 2.5, -1e-3], b: 1 }, "c"]);
    expect(parseSpec("a:b=1;:c=x;2:d='1;2'")).toEqual({ name: "a", b: "1;", c: "x;2", d: "1;2" });
  });

  it("refuses what it cannot read", () => {
    expect(() => parseSpecs("adam,,sgd")).toThrow(
      'Expected a name in "", such as adam or sgd:learningRate=0.1.',
    );
    expect(() => parseSpecs("sgd:momentum")).toThrow('Expected key=value, got "momentum" in "sgd:momentum".');
    expect(() => parseSpecs("sgd:momentum=")).toThrow(
      'Expected key=value, got "momentum=" in "sgd:momentum=".',
    );
    expect(() => parseSpecs("sgd:label='x")).toThrow("A quote (') is not closed in: sgd:label='x");
  });
});

describe("parseDefinition", () => {
  it("splits at the first equals sign alone", () => {
    expect(parseDefinition("mine=theta = theta - learningRate * g")).toEqual({
      name: "mine",
      formula: "theta = theta - learningRate * g",
    });
  });

  it.each(["mine", "mine=", "=theta = g", "my optimizer=theta = g"])("refuses %j", (text) => {
    expect(() => parseDefinition(text)).toThrow("Expected a definition such as");
  });
});
