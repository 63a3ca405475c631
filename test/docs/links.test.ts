import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";

const pages = [
  ...readdirSync(packageRoot).map((name) => join(packageRoot, name)),
  ...["docs", "bench"].flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true }).map((name) =>
      join(packageRoot, folder, String(name)),
    ),
  ),
].filter((path) => path.endsWith(".md"));

const withoutCode = (path: string) => readFileSync(path, "utf8").replaceAll(/^```.*?^```/gms, "");

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(path: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = [...withoutCode(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => {
    const words = heading!.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "");
    const anchor = words.trim().replaceAll(/\s/g, "-");
    const earlier = seen.get(anchor) ?? 0;
    seen.set(anchor, earlier + 1);
    return earlier === 0 ? anchor : `${anchor}-${earlier}`;
  });
  return new Set(anchors);
}

it("every link to a file or a heading has a target, on every page", () => {
  const links = pages.flatMap((page) =>
    [...withoutCode(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target]) => ({
      page,
      target: target!,
    })),
  );
  expect(links.length).toBeGreaterThan(100);
  const broken = links.filter(({ page, target }) => {
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? page : join(dirname(page), path);
    if (!existsSync(file)) return true;
    return anchor !== undefined && file.endsWith(".md") && !anchorsOf(file).has(anchor);
  });
  expect(broken).toEqual([]);
});
