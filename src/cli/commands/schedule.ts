import type { Command } from "commander";
import { z } from "zod";
import { warmUpShape } from "../../schedules/schedule-context.js";
import {
  type ScheduleLength,
  scheduleMomenta,
  scheduleRates,
  trainingLengthSchema,
} from "../../schedules/schedule-rates.js";
import { SCHEDULE_NAMES, SCHEDULES, type ScheduleConfig } from "../../schedules/schedules.js";
import { plainTable } from "../../system/plain-table.js";
import { integerText } from "../../validation/count-text.js";
import { configFromCommand } from "../options/command-config.js";
import { addConfigOptions, type ConfigOption, firstSentence } from "../options/config-options.js";
import { decimalNumber } from "../options/decimal-number.js";
import { inOptions } from "../options/in-options.js";
import { parseSpec } from "../options/spec.js";
import { type Answer, addAction } from "../output/answer.js";
import { chartFileWriter } from "../output/chart-file.js";

const LENGTH_OPTIONS: readonly ConfigOption[] = [
  { flags: "--epochs <count>", path: "epochs", read: decimalNumber },
  { flags: "--batch-size <images>", path: "batchSize", read: decimalNumber },
  { flags: "--train-size <images>", path: "trainSize", read: decimalNumber },
  { flags: "--learning-rate <rate>", path: "learningRate", read: decimalNumber },
];

/** Adds `optimbench schedule`, which shows the rates of a schedule without training. */
export function addScheduleCommand(program: Command): void {
  const command = program
    .command("schedule")
    .description("print or draw the learning rates of a schedule, without training")
    .argument(
      "<schedule>",
      `${SCHEDULE_NAMES.join(", ")}, optionally with settings after colons; or a formula`,
    );
  addConfigOptions(command, LENGTH_OPTIONS, trainingLengthSchema);
  command
    .addHelpText("after", settingsHelp())
    .option("--chart <file>", "draw a chart of the rates (.svg or .png) instead of printing a table");
  addAction(command, (answer, schedule: string, { chart }: { chart?: string }) =>
    inOptions(command, LENGTH_OPTIONS, () => {
      const length = configFromCommand(command, LENGTH_OPTIONS, () => ({}));
      return show(answer, { text: schedule, length, chart });
    }),
  );
}

/** The settings of each schedule, from its schema. */
function settingsHelp(): string {
  const lines = (schema: z.ZodType, without: object) =>
    Object.entries(z.toJSONSchema(schema, { io: "input" }).properties ?? {})
      .filter(([key]) => !Object.hasOwn(without, key))
      .map(([key, each]) => {
        const { description, default: byDefault } = each as { description: string; default?: unknown };
        return `    ${key}: ${firstSentence(description)}${byDefault === undefined ? "" : ` (default: ${byDefault})`}`;
      });
  const common = { name: undefined, ...warmUpShape };
  const each = Object.entries(SCHEDULES).flatMap(([name, schema]) => [`  ${name}`, ...lines(schema, common)]);
  const warmUp = ["  warm-up before any schedule", ...lines(z.object(warmUpShape), {})];
  return `\nSchedules and their settings:\n${[...each, ...warmUp].join("\n")}\n`;
}

interface Shown {
  readonly text: string;
  readonly length: ScheduleLength;
  readonly chart: string | undefined;
}

async function show(answer: Answer, { text, length, chart }: Shown): Promise<void> {
  const schedule = parseSpec(text) as ScheduleConfig;
  const rates = scheduleRates(schedule, length);
  const momenta = scheduleMomenta(schedule, length);
  const { epochs, batchSize, trainSize } = trainingLengthSchema.parse(length);
  const stepsPerEpoch = rates.length / epochs;
  const result = { stepsPerEpoch, rates: [...rates], ...(momenta && { momenta: [...momenta] }) };
  if (chart === undefined) {
    const columns = { rate: rates, ...(momenta && { momentum: momenta }) };
    return answer.give(result, () => stepTable(columns, stepsPerEpoch));
  }
  const subtitle = `${integerText(rates.length)} steps: ${integerText(trainSize)} images in batches of ${integerText(batchSize)}`;
  const write = await chartFileWriter(chart, "--chart");
  const { scheduleChart } = await import("../../report/charts/schedule-chart.js");
  await write(scheduleChart({ title: text, subtitle, rates, momenta, stepsPerEpoch }));
  answer.give(result);
  answer.remark(`${chart}: ${text}, ${subtitle}`);
}

const MOST_ROWS = 12;

/** Values at the first and last step of each epoch. Long schedules show evenly spaced epochs only. */
function stepTable(values: Readonly<Record<string, Float64Array>>, stepsPerEpoch: number): string {
  const named = Object.entries(values);
  const titles = [
    "epoch",
    ...named.flatMap(([name]) => [`${name} at its first step`, `${name} at its last step`]),
  ];
  const epochs = named[0]![1].length / stepsPerEpoch;
  const rows = Math.min(epochs, MOST_ROWS);
  const cells = Array.from({ length: rows }, (_, row) => {
    const epoch = rows === 1 ? 0 : Math.round((row * (epochs - 1)) / (rows - 1));
    const first = epoch * stepsPerEpoch;
    const ends = named.flatMap(([, each]) => [each[first]!, each[first + stepsPerEpoch - 1]!]);
    return [epoch + 1, ...ends].map((value) => String(Number(value.toPrecision(4))));
  });
  return plainTable(
    titles.map((title) => ({ title, right: true })),
    cells,
  );
}
