import { z } from "zod";
import { visible } from "../validation/printable.js";

const LONGEST = 1000;

/** A text on one line, for people: what others wrote to the server may be of any length and contain anything. */
export const line = (text: string): string => {
  const clean = visible(text.slice(0, LONGEST + 1).replaceAll(/\s+/g, " ")); // the rest may be very long
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST - 1)}…` : clean;
};

export const lineSchema = z.string().transform(line);
