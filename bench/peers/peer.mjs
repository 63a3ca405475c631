import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A peer's process, which answers each line on its standard input with one line of JSON. */
export function startPeer(python, args) {
  const child = spawn(python, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async measure(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) {
        if (child.exitCode === null) await once(child, "exit");
        throw new Error(`${args.join(" ")} ended with code ${child.exitCode}`);
      }
      return JSON.parse(value).milliseconds;
    },
    end: () => child.stdin.end(),
  };
}
