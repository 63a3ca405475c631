import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/**
 * The folder of this user that all checkouts and projects share: libtorch, build tools, downloaded data.
 * `OPTIMBENCH_CACHE` where set, else `XDG_CACHE_HOME/optimbench`, else the system's usual place. It need not exist yet.
 */
export function cacheFolder(): string {
  const { OPTIMBENCH_CACHE, XDG_CACHE_HOME } = process.env;
  if (OPTIMBENCH_CACHE) return resolve(OPTIMBENCH_CACHE);
  // The XDG specification has relative paths ignored.
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, "optimbench");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "optimbench");
  return join(homedir(), ".cache", "optimbench");
}
