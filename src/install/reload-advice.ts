/** What to do if libtorch does not load although it passed all checks. */
export const RELOAD_ADVICE =
  "Run `npx optimbench setup --force`: it verifies the libtorch that it fetched against its hashes, fetches it again if it has " +
  "changed, and in a clone recompiles the native code. A libtorch from Python or OPTIMBENCH_LIBTORCH must be " +
  "reinstalled or unpacked again.";
