import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** An installed Chromium: of OPTIMBENCH_CHROMIUM or CHROME_PATH, or in a usual place. */
export const chromiumPath = [process.env.OPTIMBENCH_CHROMIUM, process.env.CHROME_PATH, ...PLACES].find(
  (path) => path !== undefined && existsSync(path),
);

if (chromiumPath === undefined)
  console.warn("No Chromium found: the tests in a browser do not run. Set OPTIMBENCH_CHROMIUM to its path.");

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath!,
    chromiumSandbox: process.getuid?.() !== 0, // Chromium refuses to run as root with a sandbox
  });

/** A tab with a page, and the errors that its console has shown. */
export async function openPage(browser: Browser, html: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", ({ url }) => /^(data|about):/.test(url()) || errors.push(`requested ${url()}`));
  await page.setContent(html);
  return { page, errors, close: () => context.close() };
}

/** How far the page scrolls sideways, in pixels. */
export const sidewaysScroll = (page: Page) =>
  page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
