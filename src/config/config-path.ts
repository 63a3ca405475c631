import { configError, OptimbenchError } from "../errors.js";
import { describe } from "../validation/describe.js";

/** The keys of a path: "model.layers[2].rate" is ["model", "layers", 2, "rate"]. */
export const keysOf = (path: string): (string | number)[] =>
  [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? key! : Number(index),
  );

/**
 * A copy of plain data with another value at a path. Missing objects are created, a name stands for `{ name }`, and the value
 * null removes the key.
 *
 * @param path the whole path, for messages
 * @throws OptimbenchError (CONFIG) if the path leads through a value that has no such key
 */
export function withValueAt(
  whole: unknown,
  [key, ...inner]: readonly (string | number)[],
  value: unknown,
  path: string,
): unknown {
  if (key === undefined) return value ?? undefined;
  const changed = (old: unknown) => withValueAt(old, inner, value, path);
  if (typeof key === "number") {
    if (!Array.isArray(whole) || key >= whole.length)
      throw configError(`\`${path}\` leads to no value: there is no item [${key}].`, path);
    return whole.map((each, i) => (i === key ? changed(each) : each));
  }
  const base = typeof whole === "string" ? { name: whole } : (whole ?? {});
  if (typeof base !== "object" || Array.isArray(base))
    throw configError(`\`${path}\` leads to no value: ${describe(whole)} has no key "${key}".`, path);
  const { [key]: old, ...others } = base as Record<string, unknown>;
  const after = changed(old);
  return after === undefined ? others : { ...base, [key]: after };
}

/** What stands at a path of a run's config, and where the study's config says so. */
export interface Place {
  readonly path: string;
  readonly given: string;
}

/** Does work on a run's config. Its errors name the places in the study's config. */
export function inStudy<Result>(places: readonly Place[], work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw errorInStudy(error, places);
  }
}

/** An error about a run's config as one about the study's. */
export function errorInStudy(error: unknown, places: readonly Place[]): unknown {
  if (!(error instanceof OptimbenchError)) return error;
  const given = (path: string) => placeOf(path, places);
  const { code, message, path } = error;
  return new OptimbenchError(
    code,
    message.replaceAll(/`([A-Za-z_][\w.[\]]*)`/g, (_, each: string) => `\`${given(each)}\``),
    { cause: error.cause, path: path && given(path) },
  );
}

/** By the place with the longest path. A varied value is named as a whole. */
function placeOf(path: string, places: readonly Place[]): string {
  const [place] = places
    .filter(
      (each) =>
        path === each.path || (path.startsWith(each.path) && /^[.[]/.test(path.slice(each.path.length))),
    )
    .sort((a, b) => b.path.length - a.path.length);
  return place === undefined ? path : `${place.given}${path.slice(place.path.length)}`;
}
