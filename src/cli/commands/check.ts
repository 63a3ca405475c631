import { type Command, Option } from "commander";
import type { Finding } from "../../checks/check.js";
import { checkStudy } from "../../checks/check-study.js";
import { CHECKS } from "../../checks/checks.js";
import { readStudy } from "../../study/study-file.js";
import { wrapText } from "../../system/wrap-text.js";
import { countText } from "../../validation/count-text.js";
import { studyPath } from "../options/study-argument.js";
import { addAction } from "../output/answer.js";
import { answerNo } from "../output/exit.js";

/** Adds `optimbench check`, which looks for known mistakes in a study. */
export function addCheckCommand(program: Command): void {
  const command = program
    .command("check")
    .description(
      "look for mistakes that make results unreliable, such as too few seeds or unequal budgets (exit code 1 if any is found)",
    )
    .argument("<study>", "a study.json, or its folder")
    .addOption(
      new Option(
        "--ignore <names>",
        `checks to omit, separated by commas: ${CHECKS.map(({ name }) => name).join(", ")}`,
      ),
    );
  addAction(command, async (answer, place: string, { ignore }: { readonly ignore?: string }) => {
    const names = ignore?.split(",").map((name) => name.trim()) ?? [];
    const found = await checkStudy(await readStudy(studyPath(place)), { ignore: names });
    answer.give(found, () => findingsText(found, CHECKS.length - new Set(names).size));
    if (found.length > 0) answerNo();
  });
}

const WIDTH = 78;

/** What was found, a paragraph each, and a last sentence. */
function findingsText(found: readonly Finding[], checks: number): string {
  const paragraphs = found.map(({ check, level, found: text, advice }) =>
    [`${level}  ${check}`, ...indented(text), ...indented(`-> ${advice}`), ""].join("\n"),
  );
  return [...paragraphs, summary(found, checks)].join("\n");
}

const indented = (text: string) =>
  wrapText(text, WIDTH - 6)
    .split("\n")
    .map((line) => `      ${line}`);

function summary(found: readonly Finding[], checks: number): string {
  if (found.length === 0) return `Nothing found by ${countText(checks, "check")}.`;
  const fails = found.filter(({ level }) => level === "fail").length;
  const notes = found.length - fails;
  const parts = [
    ...(fails > 0 ? [`${fails} fail${fails === 1 ? "s" : ""}: a result cannot be relied on`] : []),
    ...(notes > 0 ? [`${countText(notes, "note")} on what the results mean`] : []),
  ];
  return wrapText(
    `Of ${countText(checks, "check")}, ${parts.join("; ")}. docs/checks.md describes them.`,
    WIDTH,
  );
}
