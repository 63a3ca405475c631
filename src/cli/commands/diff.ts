import type { Command } from "commander";
import { diffStudies } from "../../study/diff.js";
import { readStudy } from "../../study/study-file.js";
import { print } from "../../system/terminal.js";
import { studyPath } from "../options/study-argument.js";
import { diffText } from "../output/diff-text.js";
import { answerNo } from "../output/exit.js";

/** Adds `optimbench diff`, which compares two studies. */
export function addDiffCommand(program: Command): void {
  program
    .command("diff")
    .description(
      "compare two studies: question, environment and results, apart from times (exit code 1 if they differ)",
    )
    .argument("<A>", "a study.json, or its folder")
    .argument("<B>", "the study to compare with it")
    .option("--json", "print JSON")
    .action(async (first: string, second: string, { json = false }: { readonly json?: boolean }) => {
      const a = await readStudy(studyPath(first));
      const b = await readStudy(studyPath(second));
      const diff = diffStudies(a, b);
      print(json ? JSON.stringify(diff, null, 2) : diffText(diff, a, b));
      if (!diff.equal) answerNo();
    });
}
