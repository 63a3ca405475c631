import { expect, it } from "vitest";
import { bytes, double, float, integer, text } from "../../src/system/protobuf.js";

const hex = (data: Uint8Array) => Buffer.from(data).toString("hex");

it("encodes the examples of the published description", () => {
  expect(hex(integer(1, 150))).toBe("089601");
  expect(hex(text(2, "testing"))).toBe("120774657374696e67");
  expect(hex(bytes(3, integer(1, 150)))).toBe("1a03089601");
});

it("encodes large numbers, fields and lengths", () => {
  expect(hex(integer(20, 2 ** 40 + 1))).toBe("a001818080808020");
  expect(hex(bytes(16, new Uint8Array(200))).slice(0, 8)).toBe("8201c801");
});

it("encodes numbers in little-endian order", () => {
  expect(hex(float(2, 1))).toBe("150000803f");
  expect(hex(double(1, -2))).toBe("0900000000000000c0");
});
