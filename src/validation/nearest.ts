import { FOREIGN_NAMES } from "./foreign-names.js";

/** No name is longer, so a longer word is not a typo. */
const LONGEST = 60;

/** Ignores case and separators: `batch_size` equals `batchSize`. */
const bare = (word: string): string => word.toLowerCase().replace(/[-_.\s]/g, "");

/**
 * The candidate that a word probably means: another spelling of it, or one within a few edits, in proportion to its length.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  const wanted = bare(word);
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const other = bare(candidate);
    const most = Math.floor((Math.max(wanted.length, other.length) + 1) / 4);
    if (Math.abs(wanted.length - other.length) > most) continue;
    const distance = editDistance(wanted, other);
    if (distance <= most && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { candidate, distance };
  }
  return best?.candidate;
}

/**
 * ` Did you mean "adam"?`, or an empty string if no candidate is similar. For a name from another library, suggests our name if
 * that name or its first part is a candidate.
 */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const foreign = word.length > LONGEST ? undefined : FOREIGN_NAMES.get(bare(word));
  const isHere = (name: string) =>
    candidates.includes(name) || candidates.includes(name.split(/[.[]/, 1)[0]!);
  const translated = foreign?.filter(isHere) ?? [];
  const near = nearest(word, candidates);
  const isSpelling = near !== undefined && bare(near) === bare(word);
  if (foreign?.length === 0 && !isSpelling) return "";
  const found = isSpelling || translated.length === 0 ? [near ?? []].flat() : translated;
  return found.length === 0 ? "" : ` Did you mean ${found.map((name) => `"${name}"`).join(" or ")}?`;
}

/**
 * The number of edits between two words: letters added, omitted, replaced, or swapped with the next. A swap is a common typo,
 * which packages such as fastest-levenshtein count as two edits, too many for names as short as "sgd".
 */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(
        Math.min(
          row[j - 1]! + (isSame ? 0 : 1),
          row[j]! + 1,
          next[j - 1]! + 1,
          isSwap ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
