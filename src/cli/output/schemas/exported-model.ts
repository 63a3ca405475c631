import { z } from "zod";

const tensors = z.array(
  z.object({
    name: z.string().describe("its name"),
    type: z.enum(["uint8", "float32"]).describe("type of its numbers"),
    shape: z
      .array(z.union([z.literal("batch"), z.int().min(1)]))
      .readonly()
      .describe('length of each axis; "batch" is any number of images'),
  }),
);

export const exportedModelSchema = z
  .object({
    file: z.string().describe("the file that was written"),
    opset: z.int().describe("version of the ONNX operators that it uses"),
    inputs: tensors.readonly().describe("what the model takes"),
    outputs: tensors.readonly().describe("what it gives"),
  })
  .describe("an exported model");
