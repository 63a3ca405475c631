import { get } from "node:http";
import { describe, expect, it } from "vitest";
import { queueStatusText } from "../../src/cli/output/queue-status-text.js";
import { prometheusText } from "../../src/queue/prometheus.js";
import type { QueueStatus } from "../../src/queue/status.js";
import { statusPage } from "../../src/queue/status-page.js";
import { queueStatusSchema } from "../../src/queue/status-schema.js";
import { servePage } from "../../src/queue/status-server.js";

const status: QueueStatus = {
  address: "host:6379",
  memoryBytes: 1000,
  studies: [
    {
      id: "0123456789abcdef",
      title: "comparison of <adam>",
      priority: 3,
      submittedAt: "2026-01-01T00:00:00.000Z",
      cells: 10,
      waiting: 4,
      running: 1,
      finished: 4,
      uncollected: 2,
      failed: 1,
      cellsPerMinute: 2.5,
      secondsLeft: 120,
      failures: [{ label: "adam, seed 1", reason: "no memory" }],
    },
  ],
  workers: [
    {
      id: "node-1:7:abcdef",
      host: "node-1",
      pid: 7,
      concurrency: 2,
      finished: 4,
      cells: [{ study: "0123456789abcdef", label: "adam, seed 2", seconds: 65 }],
      leaves: { fedcba9876543210: "it needs libtorch 1.0.0 instead of 2.15.0" },
    },
  ],
};

/** The status of an answer to a request that names a host. `fetch` cannot name another. */
const statusFor = (url: string, host: string) =>
  new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => resolve(response.resume().statusCode)).on("error", reject);
  });

describe("the status of a queue", () => {
  it("is text for a person", () => {
    expect(queueStatusSchema.parse(status)).toEqual(status);
    expect(queueStatusText(status)).toBe(
      `1 study and 1 worker at host:6379

study 0123456789abcdef: comparison of <adam>, priority 3
  4 waiting, 1 running, 4 finished (2 not collected yet), 1 failed
  2.5 runs per minute, 2 min left
  failed: adam, seed 1: no memory

worker node-1:7:abcdef: 4 runs finished, 1 of 2 in progress
  study 0123456789abcdef: adam, seed 2, for 65 s
  leaves study fedcba9876543210 to others: it needs libtorch 1.0.0 instead of 2.15.0`,
    );
  });

  it("is numbers for Prometheus, each with its help and type", () => {
    const lines = prometheusText(status).trimEnd().split("\n");
    expect(lines).toContain('optimbench_cells_waiting{study="0123456789abcdef"} 4');
    expect(lines).toContain('optimbench_seconds_left{study="0123456789abcdef"} 120');
    expect(lines).toContain("optimbench_worker_slots 2");
    expect(lines).toContain("optimbench_worker_slots_busy 1");
    const named = new Set(lines.filter((line) => !line.startsWith("#")).map((line) => /^\w+/.exec(line)![0]));
    for (const name of named) {
      expect(lines).toContain(`# TYPE ${name} gauge`);
      expect(lines.some((line) => line.startsWith(`# HELP ${name} `))).toBe(true);
    }
    const unknown = { ...status, studies: [{ ...status.studies[0]!, secondsLeft: null }] };
    expect(prometheusText(unknown)).not.toContain("optimbench_seconds_left{");
  });

  it("is a page that shows names as they are", () => {
    const page = statusPage(status);
    expect(page).toContain("comparison of &#60;adam&#62;");
    expect(page).not.toContain("<adam>");
    expect(page).toContain("0123456789abcdef: adam, seed 2 (65 s)");
    expect(page).toContain('<td data-name="remaining time">2 min</td>');
    expect(page).toContain("no memory");
    const idle = statusPage({ ...status, studies: [], workers: [] });
    expect(idle).toContain("No study is submitted.");
    expect(idle).toContain("No worker is connected.");
    expect(idle).not.toContain("<table>");
  });

  it("is served on this machine, read-only", async () => {
    const controller = new AbortController();
    const { promise: address, resolve } = deferred();
    const onListening = (text: string) => resolve(/http:\S+/.exec(text)![0]);
    const served = servePage(0, async () => status, { signal: controller.signal, onListening });
    const url = await address;
    const page = await fetch(url);
    expect(await page.text()).toBe(statusPage(status));
    expect(page.headers.get("content-security-policy")).toBe("default-src 'none'; style-src 'unsafe-inline'");
    expect(await (await fetch(`${url}metrics`)).text()).toBe(prometheusText(status));
    expect(await (await fetch(`${url}status.json`)).json()).toEqual(status);
    for (const [path, method] of [
      ["missing", "GET"],
      ["constructor", "GET"],
      ["", "POST"],
    ])
      expect((await fetch(`${url}${path}`, { method: method! })).status).toBe(404);
    expect(await statusFor(url, "localhost:9100")).toBe(200);
    for (const host of ["bench.example", "127.0.0.1.example", "localhost.example:80"])
      expect(await statusFor(url, host)).toBe(403);
    controller.abort();
    await served;
    await expect(
      servePage(1 << 20, async () => status, { signal: controller.signal, onListening }),
    ).rejects.toMatchObject({
      code: "CONFIG",
    });
  });
});

function deferred() {
  let resolve!: (value: string) => void;
  const promise = new Promise<string>((each) => {
    resolve = each;
  });
  return { promise, resolve };
}
