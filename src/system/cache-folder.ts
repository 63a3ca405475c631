import { homedir, userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { OptimbenchError } from "../errors.js";

/**
 * The folder of this user that all checkouts and projects share: libtorch, build tools, downloaded data.
 * `OPTIMBENCH_CACHE` where set, else `XDG_CACHE_HOME/optimbench`, else the system's usual place. It need not exist yet.
 */
export function cacheFolder(): string {
  const { OPTIMBENCH_CACHE, XDG_CACHE_HOME } = process.env;
  if (OPTIMBENCH_CACHE) return resolve(OPTIMBENCH_CACHE);
  // The XDG specification has relative paths ignored.
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, "optimbench");
  if (process.platform === "darwin") return join(homeFolder(), "Library", "Caches", "optimbench");
  return join(homeFolder(), ".cache", "optimbench");
}

/**
 * Under an empty or relative HOME, as services and containers have it, the cache would be in the working directory, and
 * libtorch would be loaded from there. The system's own record of the user says where the home folder is.
 */
function homeFolder(): string {
  const named = homedir();
  if (isAbsolute(named)) return named;
  try {
    const recorded = userInfo().homedir;
    if (isAbsolute(recorded)) return recorded;
  } catch {
    // A user without a record, as containers have it.
  }
  throw new OptimbenchError(
    "LIBTORCH",
    `There is no home folder to store libtorch in: HOME is "${named}". Set a folder: OPTIMBENCH_CACHE=/path/to/cache`,
  );
}
