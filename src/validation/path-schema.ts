import { z } from "zod";

/** The path of a file or a folder. */
export const pathSchema = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes("\0"), {
    error: "Expected a path without null characters for `{path}`.",
  });
