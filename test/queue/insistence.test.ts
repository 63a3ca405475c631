import { expect, it } from "vitest";
import { Insistence } from "../../src/queue/insistence.js";
import type { QueueServer } from "../../src/queue/server.js";
import { isTemporary } from "../../src/queue/server-problem.js";

const server = { address: "host:6379", key: () => "optimbench:" } as unknown as QueueServer;

/** An error as the client of Redis names it. */
const named = (name: string, message: string) => Object.assign(new Error(message), { name });

/** Work that fails with each of these errors, and then succeeds. @returns the notices */
async function insistOn(...errors: Error[]): Promise<string[]> {
  const notices: string[] = [];
  const insistence = new Insistence(server, (text) => void notices.push(text), new AbortController().signal);
  const work = async () => {
    const error = errors.shift();
    if (error !== undefined) throw error;
    return "done";
  };
  expect(await insistence.insist(work, isTemporary)).toBe("done");
  return notices;
}

it("waits for a server that restarts while a study is submitted", async () => {
  const broken = "The connection to the Redis server at host:6379 broke. It is tried again.";
  const again = "The Redis server at host:6379 accepts commands again.";
  const aborted = named("AbortError", "Command aborted due to connection close");
  expect(await insistOn(aborted)).toEqual([broken, again]);
  expect(await insistOn(new Error("Connection is closed."))).toEqual([broken, again]);
});

it("does not wait if the server refuses a command for good", async () => {
  const refused = named("ReplyError", "WRONGTYPE Operation against a key holding the wrong kind of value");
  await expect(insistOn(refused)).rejects.toBe(refused);
});
