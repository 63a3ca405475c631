import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { OptimbenchError, reasonOf } from "../errors.js";
import { prometheusText } from "./prometheus.js";
import type { QueueStatus } from "./status.js";
import { statusPage } from "./status-page.js";

interface Options {
  /** Ends the server. */
  readonly signal: AbortSignal;
  /** Called with a sentence that has the address. */
  readonly onListening: (text: string) => void;
}

const SECURITY = {
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
} as const;

const PATIENCE = 5;

/** @throws if a promise takes longer, as it does while the server of the queue is away */
async function withinSeconds<Result>(seconds: number, promise: Promise<Result>): Promise<Result> {
  const timeout = new AbortController();
  const late = sleep(1000 * seconds, undefined, { signal: timeout.signal }).then(() => {
    throw new Error(`The Redis server has not answered for ${seconds} s.`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timeout.abort();
    late.catch(() => {});
  }
}

const FOREIGN = "This page answers to the hosts 127.0.0.1 and localhost only.";

/** Whether a request names this machine. Otherwise, it may be that of a web page whose own name leads here. */
const isThisMachine = (host = "") => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host);

/**
 * Serves a page with a queue's status, `/metrics` for Prometheus and `/status.json`, on this machine only. Nothing can be changed
 * through it.
 *
 * @throws OptimbenchError (CONFIG) if the port cannot be used
 */
export async function servePage(
  port: number,
  status: () => Promise<QueueStatus>,
  { signal, onListening }: Options,
): Promise<void> {
  const answers: Readonly<Record<string, readonly [string, (status: QueueStatus) => string]>> = {
    "/": ["text/html; charset=utf-8", statusPage],
    "/metrics": ["text/plain; version=0.0.4; charset=utf-8", prometheusText],
    "/status.json": ["application/json", JSON.stringify],
  };
  const server = createServer(async (request, response) => {
    if (!isThisMachine(request.headers.host)) {
      response.writeHead(403, { ...SECURITY, "content-type": "text/plain" }).end(FOREIGN);
      return;
    }
    const path = request.url?.split("?", 1)[0] ?? "";
    const [type, text] = Object.hasOwn(answers, path) ? answers[path]! : [];
    if (text === undefined || request.method !== "GET") {
      response.writeHead(404, SECURITY).end();
      return;
    }
    try {
      const body = text(await withinSeconds(PATIENCE, status()));
      response.writeHead(200, { ...SECURITY, "content-type": type }).end(body);
    } catch (error) {
      response.writeHead(503, { ...SECURITY, "content-type": "text/plain" }).end(reasonOf(error));
    }
  });
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch (cause) {
    throw new OptimbenchError(
      "CONFIG",
      `Cannot serve on port ${port}: ${reasonOf(cause)}. Choose another port with --serve.`,
      { cause },
    );
  }
  onListening(`Serving http://127.0.0.1:${(server.address() as AddressInfo).port}/ and /metrics.`);
  const closed = once(server, "close");
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  if (signal.aborted) close();
  signal.addEventListener("abort", close);
  await closed;
}
