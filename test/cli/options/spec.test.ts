import { describe, expect, it } from "vitest";
import { parseDefinition, parseSettings, parseSpec, parseSpecs } from "../../../src/cli/options/spec.js";

describe("parseSpecs", () => {
  it("reads names and settings", () => {
    expect(parseSpecs("adam,sgd:learningRate=0.1:momentum=0.9:nesterov=true")).toEqual([
      "adam",
      { name: "sgd", learningRate: 0.1, momentum: 0.9, nesterov: true },
    ]);
  });

  it("reads decimal numbers, and keeps the rest as text", () => {
    expect(parseSpec("adam:learningRate=1e-3:label=fast:epsilon=.5")).toEqual({
      name: "adam",
      learningRate: 1e-3,
      label: "fast",
      epsilon: 0.5,
    });
    for (const text of ["0x10", "0b11", "0o7", "Infinity", "NaN", "1e", ".", "1_000"])
      expect(parseSpec(`adam:label=${text}`)).toEqual({ name: "adam", label: text });
  });

  it("keeps commas, colons and equals signs of quoted values", () => {
    expect(parseSpecs(`mine:formula="theta = where(g > 0, theta, g)":label='a:b,c',sgd`)).toEqual([
      { name: "mine", formula: "theta = where(g > 0, theta, g)", label: "a:b,c" },
      "sgd",
    ]);
  });

  it("keeps the commas and colons of a formula, in parentheses", () => {
    expect(parseSpecs("mine:formula=where(g > 0, max(t, 1), g),sgd")).toEqual([
      { name: "mine", formula: "where(g > 0, max(t, 1), g)" },
      "sgd",
    ]);
    expect(() => parseSpecs("mine:formula=max(a, b")).toThrow(
      "A parenthesis is not closed in: mine:formula=max(a, b",
    );
  });

  it("reads lists", () => {
    expect(parseSpecs("piecewise:boundaryEpochs=[1, 2.5]:values=[0.1,1e-2,x],adam")).toEqual([
      { name: "piecewise", boundaryEpochs: [1, 2.5], values: [0.1, 0.01, "x"] },
      "adam",
    ]);
    expect(() => parseSpec("piecewise:values=[1,2")).toThrow(
      "A bracket is not closed in: piecewise:values=[1,2",
    );
  });

  it("rejects invalid text", () => {
    expect(() => parseSpecs("adam,,sgd")).toThrow(
      'There is an empty item in "adam,,sgd". Remove the extra comma.',
    );
    expect(() => parseSpecs("sgd:momentum")).toThrow(
      'Expected a setting such as patience=3, got "momentum" in "sgd:momentum".',
    );
    expect(() => parseSpecs("sgd:momentum=")).toThrow(
      'Expected a setting such as patience=3, got "momentum=" in "sgd:momentum=".',
    );
    expect(() => parseSpecs("sgd:label='x")).toThrow("A quote (') is not closed in: sgd:label='x");
  });
});

describe("parseSettings", () => {
  it("reads settings, and nested ones", () => {
    expect(parseSettings("shift=2:elastic.alpha=34:elastic.sigma=4:monitor=validation.accuracy")).toEqual({
      shift: 2,
      elastic: { alpha: 34, sigma: 4 },
      monitor: "validation.accuracy",
    });
  });

  it("rejects text that is not a setting", () => {
    expect(() => parseSettings("shift")).toThrow('Expected a setting such as patience=3, got "shift".');
  });
});

describe("parseDefinition", () => {
  it("splits at the first equals sign only", () => {
    expect(parseDefinition("mine=theta = theta - learningRate * g")).toEqual({
      name: "mine",
      formula: "theta = theta - learningRate * g",
    });
  });

  it.each(["mine", "mine=", "=theta = g", "my optimizer=theta = g"])("rejects %j", (text) => {
    expect(() => parseDefinition(text)).toThrow("Expected a definition such as");
  });

  it("gives an example of a loss in an error about a loss", () => {
    expect(() => parseDefinition("mine=", "loss")).toThrow("such as 'mine=mean(abs(softmax(z) - y))', got");
  });
});
