import { OptimbenchError } from "../../errors.js";

/** Continues after a failed step, so that one file that cannot be written does not prevent the others. */
export function attempts() {
  const failures: unknown[] = [];
  return {
    /** @returns whether it succeeded */
    async attempt(work: () => Promise<unknown>): Promise<boolean> {
      try {
        await work();
        return true;
      } catch (error) {
        failures.push(error);
        return false;
      }
    },
    /** @throws all failures, as one error */
    throwFailures(): void {
      const defect = failures.find((failure) => !(failure instanceof OptimbenchError));
      if (defect !== undefined) throw defect;
      const [first, ...more] = failures as OptimbenchError[];
      if (first === undefined) return;
      if (more.length === 0) throw first;
      const message = [first, ...more].map((failure) => failure.message).join("\n");
      throw new OptimbenchError(first.code, message, { cause: first, path: first.path });
    },
  };
}
