import { setTimeout as sleep } from "node:timers/promises";
import { NOW, type QueueServer } from "./server.js";

/** How often a process that follows a study says so, and after how long without that it is gone, in milliseconds. */
export const SAYS_EVERY = 3000;
const GONE_AFTER = 10_000;
const LOOKS_EVERY = 500;

const REPORT = `${NOW}
redis.call("ZADD", KEYS[1], now, ARGV[1])
redis.call("PEXPIRE", KEYS[1], ${GONE_AFTER})`;

/** Says that a process follows a study. */
export async function reportFollower(server: QueueServer, id: string, follower: string): Promise<void> {
  await server.redis.eval(REPORT, 1, server.key("followers", id), follower);
}

const OTHERS = `${NOW}
redis.call("ZREM", KEYS[1], ARGV[1])
return redis.call("ZRANGEBYSCORE", KEYS[1], now - ${GONE_AFTER}, "+inf", "WITHSCORES")`;

/**
 * Ends following a study. Resolves with whether nobody else follows it. Others are waited for until they say that they do, since
 * they may have been killed.
 */
export async function leaveFollowers(server: QueueServer, id: string, follower: string): Promise<boolean> {
  let before: ReadonlyMap<string, string> | undefined;
  for (;;) {
    const others = (await server.redis.eval(OTHERS, 1, server.key("followers", id), follower)) as string[];
    const said = new Map(
      Array.from({ length: others.length / 2 }, (_, i) => [others[2 * i]!, others[2 * i + 1]!]),
    );
    if (said.size === 0) return true;
    if (before !== undefined && [...said].some(([each, when]) => before!.get(each) !== when)) return false;
    before = said;
    await sleep(LOOKS_EVERY);
  }
}

/** Ends following a study that goes on without this process. */
export function forgetFollower(server: QueueServer, id: string, follower: string): void {
  server.redis.zrem(server.key("followers", id), follower).catch(() => {}); // it is gone soon
}
