const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Parses 32, -0.5 or 1e-3. Other text is kept, also 0x10 and Infinity, for a schema to accept as a name or to reject. */
export const decimalNumber = (text: string): number | string =>
  DECIMAL.test(text.trim()) ? Number(text) : text;
