import type { Expression } from "acorn";

/** The names that an expression reads, except functions. */
export function readsOf(expression: Expression): Set<string> {
  const names = new Set<string>();
  const pending: unknown[] = [expression];
  while (pending.length > 0) {
    const node = pending.pop();
    if (typeof node !== "object" || node === null) continue;
    const { type, name, callee } = node as { type?: string; name?: string; callee?: unknown };
    if (type === "Identifier" && name !== undefined) names.add(name);
    for (const child of Object.values(node)) if (child !== callee) pending.push(child);
  }
  return names;
}
