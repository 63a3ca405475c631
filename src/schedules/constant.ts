import { z } from "zod";
import { warmUpShape } from "./schedule-context.js";

export const constantSchema = z
  .strictObject({ name: z.literal("constant"), ...warmUpShape })
  .describe("the learning rate stays as it is");
