/** Parses a file's bytes as JSON. Skips the byte-order mark that some editors add. */
export function parseJson(bytes: Uint8Array): unknown {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new SyntaxError("it is encoded as UTF-16; save it as UTF-8");
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    // It quotes the text around the mistake, with its line breaks.
    const problem = (cause as Error).message.replaceAll(/\s+/g, " ");
    throw new SyntaxError(withLine(problem, text), { cause });
  }
}

/** Adds the line to "at position 12", as newer versions of Node.js do. */
const withLine = (problem: string, text: string): string =>
  problem.replace(/ at position (\d+)$/, (place, position: string) => {
    const lines = text.slice(0, Number(position)).split("\n");
    return `${place} (line ${lines.length} column ${lines.at(-1)!.length + 1})`;
  });
