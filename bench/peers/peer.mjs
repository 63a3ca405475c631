import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A peer's process, which stays alive and answers each line on its standard input with one line of JSON. */
export function startPeer(python, args) {
  const child = spawn(python, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (!done) return JSON.parse(value);
    if (child.exitCode === null) await once(child, "exit");
    throw new Error(`${args.join(" ")} ended with code ${child.exitCode}`);
  };
  return {
    ask,
    measure: async (request) => (await ask(request)).milliseconds,
    /** Resolves when the process has ended: until then it would slow down what is measured next. */
    end: async () => {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
      child.stdin.end();
      await ended;
    },
  };
}
