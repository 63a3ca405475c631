import type { Worker } from "bullmq";
import { countText } from "../validation/count-text.js";
import { MOST_ENTRY } from "./entries.js";
import { NOW, type QueueServer } from "./server.js";
import { GONE_AFTER } from "./worker-entry.js";

/** How many jobs a worker looks at before it waits for others to take some. */
const MOST_LOOKS = 16;
const MOST_FIELDS = 64;
const LONGEST_ID = 1000;

/**
 * Looks at the jobs at the head of a queue. BullMQ reads a job whole, so one that is too large is removed before. A cell that failed
 * on this host goes to the end, as long as a worker of another host takes the cells of its study.
 */
const LOOK = `${NOW}
local wait, serving = KEYS[1], KEYS[2]
local base, host, most, gone = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local function isLarge(id, job)
  local fields = #id <= ${LONGEST_ID} and redis.pcall("HLEN", job)
  if type(fields) ~= "number" or fields > ${MOST_FIELDS} then return true end
  local size = 0
  for _, field in ipairs(redis.call("HKEYS", job)) do
    size = size + #field + redis.call("HSTRLEN", job, field)
  end
  return size > most
end
local function isForOthers(job)
  local text = redis.call("HGET", job, "data") or ""
  if not string.find(text, '"failedOn"', 1, true) then return false end
  local isJson, data = pcall(cjson.decode, text)
  if not isJson or type(data) ~= "table" or type(data.failedOn) ~= "table" then return false end
  local failed = {}
  for _, each in ipairs(data.failedOn) do failed[tostring(each)] = true end
  if not failed[host] then return false end
  for _, each in ipairs(redis.call("ZRANGEBYSCORE", serving, now - gone, "+inf")) do
    if not failed[each] then return true end
  end
  return false
end
local removed = 0
for _ = 1, ${MOST_LOOKS} do
  local id = redis.call("LINDEX", wait, -1)
  if not id then return {0, removed} end
  local job = base .. id
  if isLarge(id, job) then
    redis.call("RPOP", wait)
    redis.call("UNLINK", job)
    removed = removed + 1
  elseif isForOthers(job) then redis.call("RPOPLPUSH", wait, wait)
  else return {1, removed} end
end
return {0, removed}`;

/** Whether the next job of a study is one that a worker of this host may take. */
export async function hasNext(
  server: QueueServer,
  { id, taker }: { readonly id: string; readonly taker: Worker },
  host: string,
): Promise<boolean> {
  const keys = [taker.toKey("wait"), server.key("serving", id)];
  const limits = [MOST_ENTRY, GONE_AFTER];
  const answer = await server.redis.eval(LOOK, keys.length, ...keys, taker.toKey(""), host, ...limits);
  const [isReady, removed] = answer as [number, number];
  if (removed > 0)
    server.tell(
      `Removed ${countText(removed, "job")} of study ${id} of more than ${MOST_ENTRY / 2 ** 20} MiB.`,
    );
  return isReady === 1;
}
