import type { QueueServer } from "./server.js";
import type { TakenCell } from "./taken-cell.js";

/**
 * Takes the lock of a cell again that expired while its worker was cut off, unless another worker may have taken the cell. In that
 * case, the cell did not end its worker, and must not be set aside for that.
 */
const RETAKE = `
local lock, active, stalled, job = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local token, id, milliseconds = ARGV[1], ARGV[2], ARGV[3]
if redis.call("EXISTS", lock) == 0 and redis.call("LPOS", active, id) then
  redis.call("SET", lock, token, "PX", milliseconds)
  redis.call("SREM", stalled, id)
  return 1
end
if tonumber(redis.call("HGET", job, "stc") or "0") > 0 then
  redis.call("HINCRBY", job, "stc", -1)
  redis.call("HDEL", job, "defa")
end
return 0`;

/** Renews the lock of a cell in progress. @returns false if it is lost, so that another worker may run the cell, too */
export async function renewLock(
  server: QueueServer,
  { taker, job, token }: TakenCell,
  milliseconds: number,
): Promise<boolean> {
  const id = job.id!;
  if ((await taker.extendJobLocks([id], [token], milliseconds)).length === 0) return true;
  const [key, active, stalled] = [taker.toKey(id), taker.toKey("active"), taker.toKey("stalled")];
  const keys = [`${key}:lock`, active, stalled, key];
  return (await server.redis.eval(RETAKE, keys.length, ...keys, token, id, milliseconds)) === 1;
}

/** Removes the job that has a token's lock. */
const REMOVE = `
local active, stalled = KEYS[1], KEYS[2]
local base, token = ARGV[1], ARGV[2]
for _, id in ipairs(redis.call("LRANGE", active, 0, -1)) do
  local job = base .. id
  if redis.call("GET", job .. ":lock") == token then
    redis.call("LREM", active, 1, id)
    redis.call("SREM", stalled, id)
    redis.call("DEL", job, job .. ":lock")
  end
end`;

/** Removes a job that was taken and cannot be read. A cell is submitted again. */
export async function removeTaken(
  server: QueueServer,
  { taker, token }: Pick<TakenCell, "taker" | "token">,
): Promise<void> {
  const keys = [taker.toKey("active"), taker.toKey("stalled")];
  await server.redis.eval(REMOVE, keys.length, ...keys, taker.toKey(""), token);
}
