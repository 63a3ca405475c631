const LONGEST_KEY = 60;

/** `layers[0].kernelSize` */
export const pathText = (path: readonly PropertyKey[]): string =>
  path
    .map((key, i) => (typeof key === "number" ? `[${key}]` : i === 0 ? keyText(key) : `.${keyText(key)}`))
    .join("");

/** A key, cut to a readable length. */
export function keyText(key: PropertyKey): string {
  const text = String(key);
  return text.length > LONGEST_KEY ? `${text.slice(0, LONGEST_KEY - 3)}...` : text;
}

/** The path of a key within the value at `where`; "" is the whole. */
export const within = (where: string, key: string): string =>
  where === "" ? keyText(key) : `${where}.${keyText(key)}`;

/** A name with its path in the whole config. */
export const placeOf = (name: string, where: string): string =>
  where === "" ? name : `\`${where}\` (${name})`;
