import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { configError, OptimbenchError } from "../errors.js";
import { fileProblem } from "../system/file-problem.js";
import { parse } from "../validation/parse.js";
import { pathSchema } from "../validation/path-schema.js";

const text = z.string().min(1).max(4096);
/** Without its value in messages. */
const secret = z.string("Expected a string for `{path}`.").min(1, "`{path}` is empty. Omit it.");

const tlsSchema = z.strictObject({
  ca: pathSchema.optional(),
  cert: pathSchema.optional(),
  key: pathSchema.optional(),
  servername: text.optional(),
});

const settingsSchema = z.strictObject({
  url: text,
  username: text.optional(),
  password: secret.optional(),
  prefix: z
    .string()
    .regex(/^[\w.-]{1,100}$/, "Expected letters, digits, '.', '-' or '_' for `{path}`.")
    .default("optimbench"),
  tls: tlsSchema.optional(),
});

/** Files for TLS. */
export interface TlsSettings {
  /** File with the certificate of the authority that the server's is checked with. */
  readonly ca?: string;
  /** File with this client's certificate. */
  readonly cert?: string;
  /** File with the key of this client's certificate. */
  readonly key?: string;
  /** Name in the server's certificate, if it is not its host. */
  readonly servername?: string;
}

/** How to reach the Redis server of a queue. */
export interface ConnectionSettings {
  /** Address, such as `redis://host:6379`, or `rediss://host:6379` with TLS. */
  readonly url: string;
  /** User, if the server has several. Default: OPTIMBENCH_QUEUE_USERNAME. */
  readonly username?: string;
  /** Password. Default: OPTIMBENCH_QUEUE_PASSWORD. */
  readonly password?: string;
  /** Start of all keys on the server. Default: "optimbench". */
  readonly prefix?: string;
  /** Files for TLS, and the name in the server's certificate. Default: the authorities that Node.js knows. */
  readonly tls?: TlsSettings;
}

/** Checked by `readConnection`. */
export const connectionSchema = z.custom<string | ConnectionSettings>();

/** How to reach a server. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly prefix: string;
  readonly tls: Readonly<Record<string, string>> | undefined;
  /** The server for messages: no secret is in it. */
  readonly address: string;
}

const EXAMPLE = "redis://host:6379";

/**
 * Reads how to reach a server: an address, a file with settings, or settings. Without any, `OPTIMBENCH_QUEUE` is one of the first
 * two. `OPTIMBENCH_QUEUE_USERNAME` and `OPTIMBENCH_QUEUE_PASSWORD` are used if it has no user or no password.
 *
 * @param isVisible whether other users of this machine can read `given`, as they can a command
 * @throws OptimbenchError (CONFIG, FILE); no message contains a password
 */
export function readConnection(
  given: string | ConnectionSettings | undefined,
  isVisible = false,
): Connection {
  const { OPTIMBENCH_QUEUE, OPTIMBENCH_QUEUE_USERNAME, OPTIMBENCH_QUEUE_PASSWORD } = process.env;
  const source = given ?? (OPTIMBENCH_QUEUE || undefined);
  if (source === undefined)
    throw configError(
      `There is no server. Give its address, such as ${EXAMPLE}, or a file with its settings, or set OPTIMBENCH_QUEUE to one of these.`,
      "connection",
    );
  const settings = parse(
    settingsSchema,
    typeof source === "string" ? fromText(source) : source,
    "connection",
  );
  const url = parsedUrl(settings.url);
  if (
    isVisible &&
    given !== undefined &&
    typeof given === "string" &&
    isAddress(given) &&
    url.password !== ""
  )
    throw configError(
      "The address has a password, which other users of this machine can read in the list of processes. Omit it there, and set OPTIMBENCH_QUEUE_PASSWORD, or name a file with the settings instead of the address.",
      "connection",
    );
  const db = /^\/?(\d{0,4})$/.exec(url.pathname)?.[1];
  if (db === undefined)
    throw configError(`Expected the number of a database after the host, as in ${EXAMPLE}/0.`);
  if (url.search !== "" || url.hash !== "")
    throw configError(
      `The address of the server has a part that begins with ? or #, which is not read. In a password, write %3F and %23. Expected ${EXAMPLE}/0; the user and the password can be settings.`,
      "url",
    );
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 6379),
    db: Number(db),
    username: settings.username || decoded(url.username) || OPTIMBENCH_QUEUE_USERNAME || undefined,
    password: settings.password || decoded(url.password) || OPTIMBENCH_QUEUE_PASSWORD || undefined,
    prefix: settings.prefix,
    tls:
      url.protocol === "rediss:" || settings.tls !== undefined
        ? tlsOf(settings.tls ?? {}, typeof source === "string" && !isAddress(source) ? dirname(source) : ".")
        : undefined,
    address: `${url.hostname}:${url.port || 6379}`,
  };
}

const isAddress = (source: string) => /^\w+:\/\//.test(source);

function fromText(source: string): unknown {
  if (isAddress(source)) return { url: source };
  const content = textOf(source, `an address, such as ${EXAMPLE}, or a file with the settings of the server`);
  try {
    return JSON.parse(content);
  } catch {
    // The parser's message would quote the file, which has secrets.
    throw new OptimbenchError(
      "CONFIG",
      `${source} is not JSON. Expected an object such as {"url": "${EXAMPLE}", "password": "..."}.`,
      { path: source },
    );
  }
}

function textOf(path: string, expected: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new OptimbenchError("FILE", `Cannot read ${path}: ${fileProblem(cause)}. Expected ${expected}.`, {
      cause,
      path,
    });
  }
}

function parsedUrl(address: string): URL {
  try {
    const url = new URL(address);
    if (/^rediss?:$/.test(url.protocol) && url.hostname !== "") return url;
  } catch {
    // reported below, without the address, which may have a password
  }
  throw configError(
    `The address of the server is not valid. Expected ${EXAMPLE}, or rediss://host:6379 with TLS.`,
    "url",
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw configError(
      "The user or the password in the address has a % that is not followed by two hexadecimal digits. Write %25 for it, or set the user and the password apart from the address.",
      "url",
    );
  }
}

/** @param folder that relative paths begin in */
const tlsOf = ({ servername, ...files }: z.output<typeof tlsSchema>, folder: string) => ({
  ...(servername !== undefined && { servername }),
  ...Object.fromEntries(
    Object.entries(files).map(([name, path]) => [
      name,
      textOf(resolve(folder, path!), `the \`tls.${name}\` of the server's settings`),
    ]),
  ),
});
