import { z } from "zod";

/** The learning rate stays as it is. */
export const constantSchema = z.strictObject({ name: z.literal("constant") });
