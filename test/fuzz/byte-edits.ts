import fc from "fast-check";

/** A change of a file. Places count from its first byte, modulo its length. */
type ByteEdit =
  | { readonly kind: "cut"; readonly at: number }
  | { readonly kind: "flip"; readonly at: number; readonly bits: number }
  | { readonly kind: "put" | "insert"; readonly at: number; readonly bytes: readonly number[] }
  | { readonly kind: "remove"; readonly at: number; readonly length: number }
  | { readonly kind: "splice"; readonly at: number; readonly from: number; readonly length: number };

/** A damaged file: which of the good ones it was, and what happened to it. Compact, so that a failure can be read. */
export interface DamagedFile {
  readonly file: number;
  readonly edits: readonly ByteEdit[];
}

/** Integers that readers confuse: the limits of types, in both byte orders. */
const LIMITS = [1, 2, 4, 8].flatMap((size) => {
  const whole = 2n ** BigInt(8 * size);
  const bytes = (value: bigint) =>
    Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
  return [0n, 1n, whole / 2n - 1n, whole / 2n, whole - 1n].flatMap((value) => [
    bytes(value),
    bytes(value).reverse(),
  ]);
});

// Most decisions are made in the first bytes.
const place = fc.oneof(fc.nat(15), fc.nat(200), fc.nat(2 ** 24));

/**
 * Damages files: bits flip, lengths become huge, parts are cut, moved, repeated, or come from another file.
 *
 * @param words what the format's readers look for
 */
export function damaged(files: number, words: readonly string[] = []): fc.Arbitrary<DamagedFile> {
  const bytes = fc.oneof(
    fc.constantFrom(...LIMITS),
    fc.array(fc.nat(255), { minLength: 1, maxLength: 12 }),
    ...(words.length > 0 ? [fc.constantFrom(...words.map((word) => [...Buffer.from(word, "latin1")]))] : []),
  );
  const edit: fc.Arbitrary<ByteEdit> = fc.oneof(
    fc.record({ kind: fc.constant("cut" as const), at: place }),
    fc.record({ kind: fc.constant("flip" as const), at: place, bits: fc.integer({ min: 1, max: 255 }) }),
    fc.record({ kind: fc.constantFrom("put", "insert"), at: place, bytes }),
    fc.record({ kind: fc.constant("remove" as const), at: place, length: fc.integer({ min: 1, max: 64 }) }),
    fc.record({ kind: fc.constant("splice" as const), at: place, from: place, length: fc.nat(4096) }),
  );
  return fc.record({ file: fc.nat(files - 1), edits: fc.array(edit, { minLength: 1, maxLength: 6 }) });
}

/** The bytes of a damaged file. */
export function damage(files: readonly Uint8Array[], { file, edits }: DamagedFile): Buffer {
  let bytes = Buffer.from(files[file]!);
  const join = (start: number, middle: Iterable<number>, end: number) =>
    Buffer.concat([bytes.subarray(0, start), Uint8Array.from(middle), bytes.subarray(end)]);
  for (const edit of edits) {
    const at = bytes.length === 0 ? 0 : edit.at % bytes.length;
    if (edit.kind === "cut") bytes = bytes.subarray(0, at);
    else if (edit.kind === "flip" && bytes.length > 0) bytes[at]! ^= edit.bits;
    else if (edit.kind === "put") bytes = join(at, edit.bytes, at + edit.bytes.length);
    else if (edit.kind === "insert") bytes = join(at, edit.bytes, at);
    else if (edit.kind === "remove") bytes = join(at, [], at + edit.length);
    else if (edit.kind === "splice") {
      const other = files[(file + edit.from) % files.length]!;
      const from = edit.from % Math.max(1, other.length);
      bytes = join(at, other.subarray(from, from + edit.length), at);
    }
  }
  return bytes;
}
