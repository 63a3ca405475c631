import { askProgram } from "../system/run-program.js";
import { undici } from "../system/unbundled.js";
import { pythonArguments } from "./python.js";

/** A page lists every wheel of a project. */
const MOST_BYTES = 32 * 2 ** 20;

/** Prints pip's help in lines that are not wrapped. */
const HELP = `
import os, runpy
os.environ["COLUMNS"] = "9999"
sys.argv[1:] = ["download", "--help"]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
`;

/**
 * The package index that pip uses by default, by its configuration or its environment, without a password. Undefined if pip's help
 * does not name one.
 */
export function packageIndex(python: string): string | undefined {
  const help = askProgram(python, pythonArguments(HELP));
  return /^.* --index-url .*\(default (\S+?)\/*\)/m.exec(help ?? "")?.[1];
}

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
  const { EnvHttpProxyAgent, fetch } = undici();
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
