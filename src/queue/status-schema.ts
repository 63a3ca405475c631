import { z } from "zod";

const count = z.int().min(0);

export const queueStatusSchema = z
  .object({
    address: z.string().describe("the server"),
    memoryBytes: z.number().describe("memory that the server uses, in bytes"),
    studies: z
      .array(
        z.object({
          id: z.string().describe("what `queue cancel` takes"),
          title: z.string().describe("what it compares"),
          priority: z.int().describe("higher ones are served first"),
          submittedAt: z.string().describe("when it was submitted, in ISO 8601, by the server's clock"),
          cells: count.describe("number of runs that were submitted"),
          waiting: count.describe("runs that no worker has taken"),
          running: count.describe("runs in progress"),
          finished: count.describe("runs that finished"),
          uncollected: count.describe("finished runs whose records are on the server"),
          failed: count.describe("runs that failed permanently and that no `compare` has recorded yet"),
          cellsPerMinute: z.number().describe("runs that finished per minute, over the last five"),
          secondsLeft: z
            .number()
            .nullable()
            .describe("remaining time at this rate; null if none finished in the last five minutes"),
          failures: z
            .array(z.object({ label: z.string().describe("the run"), reason: z.string().describe("why") }))
            .describe("the last 20 that failed"),
        }),
      )
      .describe("submitted studies, in the order in which they were"),
    workers: z
      .array(
        z.object({
          id: z.string().describe("host, process and a random part"),
          host: z.string().describe("name of its machine"),
          pid: z.int().describe("its process"),
          concurrency: count.describe("runs at the same time"),
          finished: count.describe("runs that it finished"),
          cells: z
            .array(
              z.object({
                study: z.string().describe("the study's id"),
                label: z.string().describe("the run"),
                seconds: z.number().describe("for how long it has run"),
              }),
            )
            .describe("runs in progress"),
          leaves: z.record(z.string(), z.string()).describe("why it leaves studies to others, by their id"),
        }),
      )
      .describe("workers that are connected"),
  })
  .describe("what a queue does");
