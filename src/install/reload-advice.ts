/** What to do where libtorch does not load, though it passed its checks. */
export const RELOAD_ADVICE =
  "Run `npx optimbench setup --force`: it compares the libtorch that it fetched with its hashes, fetches it again if it has " +
  "changed, and in a checkout compiles the native code again. A libtorch of Python's or of OPTIMBENCH_LIBTORCH must be " +
  "installed or unpacked again.";
