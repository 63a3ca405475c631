import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Semantics } from "../../src/catalogue/semantics.js";
import { LAYER_SCHEMAS, layerSchema } from "../../src/models/layers.js";
import { lowerModel } from "../../src/models/lower-model.js";
import { MODEL_NAMES, resolveModel } from "../../src/models/models.js";
import { ACTIVATIONS } from "../../src/models/native-layer.js";
import { resolveLayer } from "../../src/models/resolve-layer.js";
import { packageRoot } from "../../src/system/package-root.js";

const page = readFileSync(join(packageRoot, "docs", "models.md"), "utf8");
const section = (heading: string) => page.split(`\n${heading}\n`)[1]?.split("\n#")[0] ?? "";
const rows = (text: string) =>
  [...text.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(
    ([, name, rest]) => [name!, ...rest!.split(" | ")] as const,
  );

interface Described {
  readonly properties: Record<string, { const?: string; enum?: string[]; default?: unknown }>;
  readonly required: readonly string[];
}
const described = LAYER_SCHEMAS.map(
  (schema) => z.toJSONSchema(schema, { io: "input" }) as unknown as Described,
);
const typesOf = ({ properties: { type } }: Described) => type!.enum ?? [type!.const!];

describe("docs/models.md", () => {
  it("has a section for every layer, and no other", () => {
    const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(
      described.map((each) =>
        typesOf(each)
          .map((type) => `\`${type}\``)
          .join(", "),
      ),
    );
  });

  for (const layer of described) {
    const types = typesOf(layer);
    it(`gives ${types.join(" and ")} the parameters and defaults of the schema`, () => {
      const table = rows(section(`### ${types.map((type) => `\`${type}\``).join(", ")}`));
      const { type: _, ...parameters } = layer.properties;
      expect(table.map(([name]) => name)).toEqual(Object.keys(parameters));
      for (const [name, stated, meaning] of table) {
        const { default: value } = parameters[name]!;
        expect(meaning).toMatch(/\w/);
        if (layer.required.includes(name)) expect(stated).toBe("required");
        else if (value !== undefined) expect(stated).toBe(`\`${JSON.stringify(value)}\``);
        else expect(stated).toMatch(OPTIONAL[name]!);
      }
    });
  }

  it("states each framework's defaults", () => {
    for (const type of ["batchNorm2d", "layerNorm", "groupNorm"] as const) {
      const filled = (semantics: Semantics) =>
        resolveLayer(layerSchema.parse({ type }), semantics) as { epsilon: number; momentum?: number };
      const [keras, keras2, pytorch] = [filled("keras3"), filled("keras2"), filled("pytorch")];
      expect(keras2).toEqual(keras);
      const stated = Object.fromEntries(rows(section(`### \`${type}\``)));
      expect(numbersOf(stated.epsilon!)).toEqual([keras.epsilon, pytorch.epsilon]);
      if (type === "batchNorm2d")
        expect(numbersOf(stated.momentum!).slice(0, 2)).toEqual([keras.momentum, pytorch.momentum]);
    }
    const slope = (semantics: Semantics) => {
      const layers = [
        { type: "activation", activation: "leakyRelu" },
        { type: "flatten" },
        { type: "dense", units: 1 },
      ] as const;
      const options = { classes: 1, semantics };
      const [layer] = lowerModel(resolveModel({ layers }, options), { ...options, input: [1, 1, 1] }).layers;
      return layer?.kind === "activation" ? layer.slope : undefined;
    };
    const stated = Object.fromEntries(rows(section("### `activation`"))).negativeSlope!;
    expect(numbersOf(stated)).toEqual([slope("keras3"), slope("pytorch")]);
  });

  it("lists every activation", () => {
    const listed = section("## Activations").trim().split("\n")[0]!;
    expect(listed).toBe(ACTIVATIONS.map((name) => `\`${name}\``).join(", "));
  });

  it("lists every preset with its number of parameters", () => {
    const options = { input: [1, 28, 28], classes: 10, semantics: "keras3" } as const;
    const counted = MODEL_NAMES.map((name) => {
      const { parameterCount } = lowerModel(resolveModel(name, options), options);
      return [name, parameterCount.toLocaleString("en")];
    });
    expect(rows(section("## Presets")).map(([name, , count]) => [name, count])).toEqual(counted);
  });
});

/** How the page puts the default of a parameter that may be left out. */
const OPTIONAL: Record<string, RegExp> = {
  activation: /^none$/,
  strides: /^`poolSize`$/,
  shortcut: /^the input itself$/,
  momentum: /Keras.*pytorch/,
  epsilon: /Keras.*pytorch/,
  negativeSlope: /Keras.*pytorch/,
};

const numbersOf = (text: string) => [...text.matchAll(/\d[\d.]*/g)].map(([number]) => Number(number));
