import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { escapeControls } from "../../src/system/escape-controls.js";
import { print, printNotice } from "../../src/system/terminal.js";

afterEach(() => void vi.restoreAllMocks());

const HOSTILE = "a\u001b[2J\u009b31m\u0007\r\u202eb\u2066\u007f";

it("escapes control characters", () => {
  expect(escapeControls(HOSTILE)).toBe("a\\u001b[2J\\u009b31m\\u0007\\u000d\\u202eb\\u2066\\u007f");
  expect(escapeControls("lines\nand\ttabs, ö 漢 🙂 ✓ │")).toBe("lines\nand\ttabs, ö 漢 🙂 ✓ │");
});

it("keeps the meaning of JSON", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const json = escapeControls(JSON.stringify({ [text]: text }));
      expect(JSON.parse(json)).toEqual({ [text]: text });
    }),
  );
});

it("is applied to all printed text", () => {
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  print(HOSTILE);
  printNotice(HOSTILE);
  expect([out.mock.calls, err.mock.calls]).toEqual([
    [[`${escapeControls(HOSTILE)}\n`]],
    [[`${escapeControls(HOSTILE)}\n`]],
  ]);
});
