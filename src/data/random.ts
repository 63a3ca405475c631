/**
 * Seeded random streams. A stream is keyed by its purpose, never by the order of calls, so that drawing from one stream cannot
 * affect another.
 */

/** The purpose of a stream. */
type Purpose =
  | "split"
  | "batchOrder"
  | "runOrder"
  | "trials"
  | "samples"
  | "verdicts"
  | "acrossTasks"
  | "calibration"
  | "seedRounds";

/** A source of uniform 32-bit integers. */
type RandomStream = () => number;

/** The stream of (seed, purpose, epoch): xoshiro128** (Blackman & Vigna 2018), seeded through a hash of its key. */
export function randomStream(seed: number, purpose: Purpose, epoch = 0): RandomStream {
  const mix = hasher(`${seed}/${purpose}/${epoch}`);
  let [a, b, c, d] = [mix(), mix(), mix(), mix()];
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result;
  };
}

/** A uniformly random order of 0 .. count-1 (Fisher-Yates; integers without modulo bias). */
export function permutation(count: number, stream: RandomStream): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = below(i + 1, stream);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** A uniform integer in [0, bound), by rejection. */
export function below(bound: number, stream: RandomStream): number {
  const limit = 2 ** 32 - (2 ** 32 % bound);
  for (;;) {
    const value = stream();
    if (value < limit) return value % bound;
  }
}

const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k));

/** FNV-1a over the key, then murmur3's finaliser per draw, so that similar keys give unrelated states. */
function hasher(key: string): () => number {
  let h = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  return () => {
    h = (h + 0x9e3779b9) | 0;
    let x = h ^ (h >>> 16);
    x = Math.imul(x, 0x85ebca6b);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae35);
    return (x ^ (x >>> 16)) >>> 0;
  };
}
