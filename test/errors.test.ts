import { expect, it } from "vitest";
import { z } from "zod";
import { OptimbenchError } from "../src/errors.js";
import { parse } from "../src/validation/parse.js";

it("an error serialises as code, message and path", () => {
  const error = new OptimbenchError("FILE", "Cannot write a.json.", { path: "a.json", cause: new Error() });
  expect(JSON.parse(JSON.stringify({ error }))).toEqual({
    error: { name: "OptimbenchError", code: "FILE", message: "Cannot write a.json.", path: "a.json" },
  });
  expect(JSON.parse(JSON.stringify(new OptimbenchError("NATIVE", "It failed.")))).toEqual({
    name: "OptimbenchError",
    code: "NATIVE",
    message: "It failed.",
  });
});

const schema = z.strictObject({
  epochs: z.int().min(1).optional(),
  layers: z.array(z.strictObject({ units: z.int() })).optional(),
});

it.each([
  [{ epochs: 0 }, "epochs"],
  [{ epochs: 0, layers: [{ units: "1" }] }, "epochs"],
  [{ layers: [{ units: 1 }, { units: "1" }] }, "layers[1].units"],
  [{ layers: [{ units: 1, unit: 1 }] }, "layers[0].unit"],
  [{ layers: [{ units: () => 1 }] }, "layers[0].units"],
  [7, undefined],
])("the path of a problem in %j is %s", (value, path) => {
  expect(() => parse(schema, value, "config")).toThrow(expect.objectContaining({ code: "CONFIG", path }));
});
