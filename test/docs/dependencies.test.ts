import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PUBLISHED, type Published } from "../../src/data/named/published.js";
import { KNOWN_WHEELS } from "../../src/install/known-wheels.js";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

it("docs/architecture.md has the reason for each dependency, and for nothing else", () => {
  const { dependencies, optionalDependencies, peerDependencies = {} } = JSON.parse(read("package.json"));
  const [, section] = read("docs/architecture.md").split("\n## Dependencies\n");
  const named = [...section!.matchAll(/^\| (`[^|]+?) +\|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  expect(named.sort()).toEqual(
    Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).sort(),
  );
});

it("downloads come by HTTPS, and every file of a dataset and every wheel has a checksum", () => {
  const datasets: readonly Published[] = Object.values(PUBLISHED);
  expect(datasets.length).toBeGreaterThan(4);
  for (const { files, archive, mirrors } of datasets) {
    for (const { sha256 } of [...files, ...(archive ? [archive] : [])])
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    for (const mirror of mirrors) expect(mirror).toMatch(/^https:\/\//);
  }
  for (const wheels of Object.values(KNOWN_WHEELS))
    for (const sha256 of Object.values(wheels)) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
});
