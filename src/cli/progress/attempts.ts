import { OptimbenchError } from "../../errors.js";

/** Goes on although one thing fails, since a result of hours is not to be lost with another that cannot be written. */
export function attempts() {
  const failures: unknown[] = [];
  return {
    /** @returns whether it was done */
    async attempt(work: () => Promise<unknown>): Promise<boolean> {
      try {
        await work();
        return true;
      } catch (error) {
        failures.push(error);
        return false;
      }
    },
    /** @throws what failed, in one message */
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
