import { z } from "zod";
import { warmUpShape } from "./schedule-context.js";

/** The learning rate stays as it is. */
export const constantSchema = z.strictObject({ name: z.literal("constant"), ...warmUpShape });
