import { OptimbenchError } from "../errors.js";

/** A connection that is silent for so long while an answer is due is broken, and is made again. Events are waited for up to 10 s. */
export const SILENCE_TIMEOUT = 20_000;

/** What messages say of a server. */
interface Server {
  readonly address: string;
  key(kind: ""): string;
}

/** Why a command failed, or why there is no connection. */
export function problemOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (/^Socket timeout/.test(error.message)) return `it has not answered for ${SILENCE_TIMEOUT / 1000} s`;
  return (error.message || code || "it does not answer").replace(OF_SCRIPT, "").replace(/\.$/, "");
}

/** What Redis adds to the message of a command in a script. It differs between scripts. */
const OF_SCRIPT = / ?script: [0-9a-f]{40}, on @\w+:\d+\.$/;

const CLOSED = "Connection is closed.";

/** Whether an error is the server's: it refused a command, such as for lack of memory, or the connection broke. */
export const isServerProblem = (error: unknown): error is Error =>
  error instanceof Error && (SERVER_ERRORS.has(error.name) || error.message === CLOSED);

const SERVER_ERRORS: ReadonlySet<string> = new Set([
  "ReplyError",
  "AbortError",
  "InterruptError",
  "ParserError",
]);

/** Whether the server refuses a command only until its disk or its memory has space again. */
export const isLackOfSpace = (error: unknown): error is Error =>
  isServerProblem(error) && /^(MISCONF|OOM) /.test(error.message);

/** Whether a command failed because the connection broke. It is made again without being asked. */
const isBrokenConnection = (error: Error): boolean => error.name === "AbortError" || error.message === CLOSED;

/** Whether the server refuses a command only for a while, or the connection broke. */
export const isTemporary = (error: unknown): error is Error =>
  isLackOfSpace(error) || (isServerProblem(error) && isBrokenConnection(error));

/** The same as an error for a person. It has no cause: that one may have the password, as an argument of its command. */
export const serverError = (server: Server, error: Error): OptimbenchError =>
  new OptimbenchError(
    "QUEUE",
    isBrokenConnection(error)
      ? `The connection to the Redis server at ${server.address} broke.`
      : `The Redis server at ${server.address} refused a command: ${problemOf(error)}.${adviceFor(error, server)}`,
  );

function adviceFor({ message }: Error, server: Server): string {
  switch (message.split(" ", 1)[0]) {
    case "MISCONF":
      return " If its disk is full, free space there.";
    case "OOM":
      return " Raise its maxmemory, or cancel a study (optimbench queue cancel).";
    case "READONLY":
      return " It is a replica: give the address of the primary server.";
    case "NOPERM":
      return ` All keys begin with "${server.key("")}".`;
    default:
      return "";
  }
}
