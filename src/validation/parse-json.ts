/** Parses a file's bytes as JSON. Skips the byte-order mark that some editors add. */
export function parseJson(bytes: Uint8Array): unknown {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new SyntaxError("it is encoded as UTF-16; save it as UTF-8");
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    // It quotes the text around the mistake, with its line breaks.
    throw new SyntaxError((cause as Error).message.replaceAll(/\s+/g, " "), { cause });
  }
}
