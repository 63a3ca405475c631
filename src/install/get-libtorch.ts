import { join } from "node:path";
import { configError } from "../errors.js";
import { cacheFolder } from "../system/cache-folder.js";
import { installBundle } from "./bundle.js";
import { fetchLibtorch } from "./fetch-libtorch.js";
import {
  findCached,
  findLibtorch,
  givenLibtorch,
  isUnlisted,
  type Libtorch,
  type Search,
} from "./find-libtorch.js";
import { nvidiaGpus } from "./nvidia-gpu.js";
import type { Setup } from "./setup-context.js";
import { withLock } from "./setup-lock.js";
import { requirePython } from "./toolchain.js";
import type { Kind } from "./wheel-contents.js";

/** Where libtorch comes from. By default, it is searched for and otherwise fetched. */
export interface Source {
  /** Whether to fetch libtorch with its CUDA libraries. Default: true if the machine has an NVIDIA GPU. */
  readonly cuda?: boolean | undefined;
  /** The folder of a libtorch to use. */
  readonly libtorch?: string | undefined;
  /** The folder of a bundle to take it from. */
  readonly from?: string | undefined;
}

/** What the native code needs of it. */
interface Needs {
  readonly forBuild: boolean;
  readonly builtFor?: string | undefined;
}

/** Finds, copies or fetches the libtorch that training uses. */
export async function getLibtorch(source: Source, needs: Needs, shared: Setup): Promise<Libtorch> {
  const { libtorch, from } = source;
  const option = libtorch !== undefined ? "--libtorch" : from !== undefined ? "--from" : undefined;
  if (option !== undefined && process.env.OPTIMBENCH_LIBTORCH)
    throw configError(
      `OPTIMBENCH_LIBTORCH is ${process.env.OPTIMBENCH_LIBTORCH}, which training would use instead of the folder of ${option}. Unset the variable, or omit ${option}.`,
    );
  if (libtorch !== undefined) return givenLibtorch(libtorch, { ...needs, cuda: source.cuda });
  if (from !== undefined) return locked(shared, (setup) => installBundle(from, setup));
  return findOrFetch(source.cuda, needs, shared);
}

/** The libtorch of this kind in the cache, with a list of its files, all of which are checked. It is fetched if necessary. */
export async function getCached(kind: Kind, shared: Setup): Promise<Libtorch> {
  const rejected = new Set<string>();
  const search: Search = {
    cached: [kind],
    forBuild: true,
    cuda: kind === "cuda",
    thorough: true,
    onRejected: (reason) => rejected.add(reason),
  };
  return fetchUnless(() => listed(findCached(search)), kind, shared, rejected);
}

export const kindFor = (wantsCuda: boolean | undefined): Kind =>
  (wantsCuda ?? nvidiaGpus().length > 0) ? "cuda" : "cpu";

async function findOrFetch(wantsCuda: boolean | undefined, needs: Needs, shared: Setup): Promise<Libtorch> {
  const kind = kindFor(wantsCuda);
  const rejected = new Set<string>();
  const search: Search = {
    ...needs,
    thorough: shared.force,
    cuda: wantsCuda, // a detected GPU does not rule out a user's libtorch without CUDA ...
    cached: kind === "cuda" ? ["cuda"] : ["cpu", "cuda"], // ... but determines what the cache must contain
    onRejected: (reason) => rejected.add(reason),
  };
  const find = () => {
    const found = findLibtorch(search);
    return shared.force ? listed(found) : found;
  };
  return fetchUnless(find, kind, shared, rejected);
}

const listed = (found: Libtorch | undefined) =>
  found !== undefined && isUnlisted(found) ? undefined : found;

/** @param rejected why `find` skipped others, to be logged before anything is fetched */
async function fetchUnless(
  find: () => Libtorch | undefined,
  kind: Kind,
  shared: Setup,
  rejected: ReadonlySet<string> = new Set(),
): Promise<Libtorch> {
  const found = find();
  for (const reason of rejected) shared.log(reason);
  if (found !== undefined) return found;
  const python = requirePython("fetch libtorch");
  return locked(shared, async (setup) => find() ?? fetchLibtorch(kind, python, setup));
}

const locked = (shared: Setup, work: (setup: Setup) => Promise<Libtorch>): Promise<Libtorch> =>
  withLock(join(cacheFolder(), "setup.lock"), shared.log, (lock) => work({ ...shared, lock }));
