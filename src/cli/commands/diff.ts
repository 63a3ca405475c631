import type { Command } from "commander";
import { diffStudies } from "../../study/diff.js";
import { readStudy } from "../../study/study-file.js";
import { studyPath } from "../options/study-argument.js";
import { addAction } from "../output/answer.js";
import { diffText } from "../output/diff-text.js";
import { answerNo } from "../output/exit.js";

/** Adds `optimbench diff`, which compares two studies. */
export function addDiffCommand(program: Command): void {
  const command = program
    .command("diff")
    .description(
      "compare two studies: question, environment and results, apart from times (exit code 1 if they differ)",
    )
    .argument("<A>", "a study.json, or its folder")
    .argument("<B>", "the study to compare with it");
  addAction(command, async (answer, first: string, second: string) => {
    const a = await readStudy(studyPath(first));
    const b = await readStudy(studyPath(second));
    const diff = diffStudies(a, b);
    answer.give(diff, () => diffText(diff, a, b));
    if (!diff.equal) answerNo();
  });
}
