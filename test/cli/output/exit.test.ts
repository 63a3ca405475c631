import { readFileSync } from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import { answerNo, exitWithError } from "../../../src/cli/output/exit.js";
import { configError } from "../../../src/errors.js";

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

function said(error: unknown): { readonly text: string; readonly code: unknown } {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  exitWithError(error);
  return { text: write.mock.calls.map(([text]) => text).join(""), code: process.exitCode };
}

const thrownBy = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
};

it("distinguishes a negative answer from an error, and keeps the exit code of a signal", () => {
  answerNo();
  expect(process.exitCode).toBe(1);
  process.exitCode = 130;
  answerNo();
  expect(said(configError("x")).code).toBe(130);
});

it("prints an error that the caller can fix, with control characters escaped", () => {
  expect(said(configError("Unknown key `\u001b[31mx`."))).toEqual({
    text: "error: Unknown key `\\u001b[31mx`.\n",
    code: 2,
  });
});

it("does not call a system error a bug", () => {
  expect(said(thrownBy(() => readFileSync("/no/such/file")))).toEqual({
    text: "error: /no/such/file: no such file or folder.\n",
    code: 2,
  });
});

it("calls an unexpected error a bug", () => {
  expect(said(new TypeError("x")).text).toMatch(
    /^This is a bug in optimbench; please report it:\nTypeError: x/,
  );
});
