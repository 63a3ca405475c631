import { homedir, userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { OptimbenchError } from "../errors.js";

/**
 * The per-user cache that all clones and projects share: libtorch, build tools, downloaded data. It is `OPTIMBENCH_CACHE` if
 * set, otherwise `XDG_CACHE_HOME/optimbench`, otherwise the system's default location. It may not exist yet.
 */
export function cacheFolder(): string {
  const { OPTIMBENCH_CACHE, XDG_CACHE_HOME } = process.env;
  if (OPTIMBENCH_CACHE) return resolve(OPTIMBENCH_CACHE);
  // The XDG specification says to ignore relative paths.
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, "optimbench");
  if (process.platform === "darwin") return join(homeFolder(), "Library", "Caches", "optimbench");
  return join(homeFolder(), ".cache", "optimbench");
}

/**
 * The home folder from the system's user database. With an empty or relative HOME, as in some services and containers, the cache
 * would be in the working directory, and libtorch would be loaded from there.
 */
function homeFolder(): string {
  const named = homedir();
  if (isAbsolute(named)) return named;
  try {
    const recorded = userInfo().homedir;
    if (isAbsolute(recorded)) return recorded;
  } catch {
    // a user without an entry, as in some containers
  }
  throw new OptimbenchError(
    "LIBTORCH",
    `There is no home folder to store libtorch in: HOME is "${named}". Set a folder: OPTIMBENCH_CACHE=/path/to/cache`,
  );
}
