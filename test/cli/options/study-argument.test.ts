import { join } from "node:path";
import { expect, it } from "vitest";
import { studyPath } from "../../../src/cli/options/study-argument.js";
import { readStudy } from "../../../src/index.js";
import { temporaryFolder } from "../../data/idx-files.js";

it("is study.json in a folder, and the path itself otherwise", () => {
  const folder = temporaryFolder();
  expect(studyPath(folder)).toBe(join(folder, "study.json"));
  expect(studyPath("none.json")).toBe("none.json");
});

it.each(["x".repeat(5000), "a\0b"])(
  "leaves a path that no system has to the reader's error",
  async (path) => {
    expect(studyPath(path)).toBe(path);
    await expect(readStudy(studyPath(path))).rejects.toMatchObject({ name: "OptimbenchError" });
  },
);
