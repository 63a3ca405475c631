import { askProgram } from "../system/run-program.js";
import { pipArguments } from "./python.js";

/** PyPI's page of torch has 1 MB. */
const MOST_BYTES = 32 * 2 ** 20;

/** The package index that pip uses. */
export function packageIndex(python: string): string {
  const configured = process.env.PIP_INDEX_URL ?? configuredIndex(python);
  return (configured || "https://pypi.org/simple").replace(/\/*$/, "");
}

const configuredIndex = (python: string) =>
  ["global", "download"]
    .map((section) => askProgram(python, pipArguments(["config", "get", `${section}.index-url`]))?.trim())
    .findLast(Boolean);

/**
 * Looks a file up by its hash in the index's page of a project (Simple repository API, HTML), with the proxy of the environment.
 *
 * @returns its address; undefined if the page cannot be had or does not list the file
 */
export async function findAtIndex(
  index: string,
  project: string,
  sha256: string,
): Promise<string | undefined> {
  const { EnvHttpProxyAgent, fetch } = await import("undici");
  const dispatcher = new EnvHttpProxyAgent({ headersTimeout: 10_000, bodyTimeout: 10_000 });
  try {
    const page = `${index}/${project}/`;
    const response = await fetch(page, { dispatcher, headers: { accept: "text/html" } });
    if (!response.ok || response.body === null) return undefined;
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > MOST_BYTES) return undefined;
    }
    const link = new RegExp(`href="([^"#]*)#sha256=${sha256}"`, "i").exec(text)?.[1];
    if (link === undefined) return undefined;
    const address = new URL(link.replaceAll("&amp;", "&"), response.url);
    return isPlain(address) ? address.href : undefined;
  } catch {
    return undefined; // no network, or credentials that only pip has
  } finally {
    await dispatcher.destroy();
  }
}

/** Whether its last part is a file name as it is. */
const isPlain = ({ protocol, search, pathname }: URL) =>
  /^https?:$/.test(protocol) && search === "" && /\/\w[\w.+-]*\.whl$/.test(pathname);
