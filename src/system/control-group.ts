import { dirname, join } from "node:path";
import { readText } from "./read-text.js";

/**
 * The limits of this process from Linux control groups, versions 1 and 2, including those of parent groups. Empty if there are
 * none.
 *
 * @param controller the controller, such as "cpu"
 * @param limitIn reads the limit from a group's folder; undefined for no limit
 * @param root the root of the file system, for tests
 */
export const groupLimits = <Limit>(
  controller: string,
  limitIn: (read: (file: string) => string | undefined) => Limit | undefined,
  root: string,
): Limit[] =>
  groupsOfProcess(controller, root).flatMap(({ mounts, path }) =>
    mounts
      .flatMap((mount) => upwards(path).map((group) => join(mount, group)))
      .map((folder) => limitIn((file) => readText(join(folder, file))))
      .filter((limit) => limit !== undefined),
  );

/** The groups of this process, and the possible mount points of their trees. */
function groupsOfProcess(controller: string, root: string): { mounts: string[]; path: string }[] {
  const base = join(root, "sys/fs/cgroup");
  return (readText(join(root, "proc/self/cgroup")) ?? "").split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (controllers === "") return [{ mounts: [base, join(base, "unified")], path }];
    return controllers.split(",").includes(controller)
      ? [{ mounts: [join(base, controller), join(base, controllers)], path }]
      : [];
  });
}

/** A group and its parents. In a container, the path may be that of the host, and only the tree's root exists. */
function upwards(path: string): string[] {
  const parent = dirname(path);
  return parent === path || path === "." ? [path] : [path, ...upwards(parent)];
}
