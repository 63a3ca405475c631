import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRecord, type RecordedFile, recordText } from "../../src/install/wheel-record.js";
import "../property-seed.js";

test("reads a wheel's RECORD: names in quotes, hashes with padding, lines without a hash", () => {
  const record = [
    "torch/lib/libc10.so,sha256=ab_-cd,12",
    '"torch/a, ""b"".h",sha256=xy==,0',
    "torch-2.15.0.dist-info/RECORD,,",
  ];
  for (const end of ["\n", "\r\n"])
    expect(parseRecord(record.join(end) + end)).toEqual([
      { path: "torch/lib/libc10.so", sha256: "ab_-cd", size: 12 },
      { path: 'torch/a, "b".h', sha256: "xy", size: 0 },
    ]);
});

test("a written list is read back, whatever the names", () => {
  const file: fc.Arbitrary<RecordedFile> = fc.record({
    path: fc.string({ minLength: 1, unit: "grapheme" }).filter((name) => !/[\r\n\u2028\u2029]/.test(name)),
    sha256: fc.stringMatching(/^[\w-]{43}$/),
    size: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(file), (files) => {
      expect(parseRecord(recordText(files))).toEqual(files);
    }),
  );
});
