import { z } from "zod";
import { warmUpShape } from "./schedule-context.js";

export const constantSchema = z
  .strictObject({ name: z.literal("constant"), ...warmUpShape })
  .describe("keeps the learning rate constant");
