import { expect, it } from "vitest";
import { documentSchema } from "../../src/cli/output/document-schema.js";
import { verdictsOf } from "../../src/verdicts/judge.js";
import { STUDIES } from "../report/example-studies.js";

it("verdicts of any study fit the document that --json prints", () => {
  for (const study of Object.values(STUDIES)) {
    const result = JSON.parse(JSON.stringify({ ...study, verdicts: verdictsOf(study) }));
    const document = { schemaVersion: 1, command: "compare", ok: true, result };
    expect(documentSchema.safeParse(document).error).toBeUndefined();
    expect(documentSchema.safeParse({ ...document, result: { ...result, verdicts: {} } }).success).toBe(
      false,
    );
  }
});
