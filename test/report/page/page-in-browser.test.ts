import { source as AXE, type AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportPage } from "../../../src/report/page/page.js";
import type { Study } from "../../../src/study/study.js";
import { withPredictions } from "../example-predictions.js";
import { exampleStudy, STUDIES } from "../example-studies.js";
import { chromiumPath, launchChromium, openPage, sidewaysScroll } from "./chromium.js";

const armsLike = (count: number, name: (i: number) => string) =>
  exampleStudy(
    Array.from({ length: count }, (_, i) => ({
      optimizer: name(i),
      reaches: 0.99 - 0.3 * (i / count) ** 2,
      pace: 1.5 - i / count,
    })),
  );

const PAGES: Record<string, Study> = {
  ...STUDIES,
  predicted: withPredictions(STUDIES.fourOptimizers),
  seventeen: armsLike(17, (i) => `optimizer${i}`),
  hundred: armsLike(100, (i) => `anOptimizerWithALongName${i}`),
};

/** The beginning of each element that ends beyond the page's edge or hides a part of its content. */
const CLIPPED = `[...document.querySelectorAll("main *, header *")]
  .filter((each) => each.closest(".unseen, svg") === null)
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 1
    || getComputedStyle(each).overflowX !== "visible" && each.scrollWidth > each.clientWidth + 1)
  .map((each) => each.outerHTML.slice(0, 100))`;

describe.skipIf(chromiumPath === undefined)("index.html in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  const open = (study: Study, options = {}) => openPage(browser, reportPage(study), options);
  const ranking = (page: Page) => page.locator("#ranking table");
  const names = (page: Page) => ranking(page).locator("tbody th").allTextContents();

  test.each(Object.keys(PAGES))("%s: no error, and no sideways scrolling on a phone", async (name) => {
    const { page, errors, close } = await open(PAGES[name]!, { viewport: { width: 390, height: 800 } });
    expect(await sidewaysScroll(page)).toBe(0);
    await page.setViewportSize({ width: 1200, height: 900 });
    expect(await sidewaysScroll(page)).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  test("a click on a header sorts the table, another one reverses it", async () => {
    const { page, close } = await open(STUDIES.endedEarly);
    expect(await names(page)).toEqual(["adam", "rmsprop", "sgd", "adagrad"]);
    const header = ranking(page).getByRole("columnheader", { name: "learning rate" });
    await header.getByRole("button").click();
    expect(await header.getAttribute("aria-sort")).toBe("descending");
    expect((await names(page))[0]).toBe("sgd");
    const name = ranking(page).getByRole("columnheader", { name: "optimizer" });
    await name.getByRole("button").press("Enter");
    expect(await names(page)).toEqual(["adagrad", "adam", "rmsprop", "sgd"]);
    expect(await header.getAttribute("aria-sort")).toBe(null);
    await name.getByRole("button").press("Enter");
    expect(await name.getAttribute("aria-sort")).toBe("descending");
    expect(await names(page)).toEqual(["sgd", "rmsprop", "adam", "adagrad"]);
    const accuracy = ranking(page).getByRole("columnheader", { name: "validation accuracy" });
    for (const first of ["adam", "sgd"]) {
      await accuracy.getByRole("button").click();
      expect((await names(page))[0]).toBe(first);
      expect((await names(page)).at(-1)).toBe("adagrad"); // it has no accuracy
    }
    await close();
  });

  test("with 17 arms, the best five have colours and the others are grey", async () => {
    const { page, close } = await open(PAGES.seventeen!);
    const shown = await page.locator(".arms input[name=arm]:checked").count();
    expect(shown).toBe(5);
    expect(await page.locator(".plot .line:not(.grey)").count()).toBe(5);
    expect(await page.locator(".plot .line.grey").count()).toBe(12);
    await close();
  });

  test("arms can be taken out of the figure, whose axis then fits the others", async () => {
    const { page, close } = await open(STUDIES.fourOptimizers);
    const ticks = () => page.locator(".plot text[text-anchor=end]").allTextContents();
    await page.getByLabel("validation loss").check();
    const before = await ticks();
    for (const arm of ["adam", "rmsprop"]) await page.getByLabel(arm, { exact: true }).uncheck();
    expect(await page.locator(".plot .line").count()).toBe(2);
    expect(await ticks()).not.toEqual(before);
    for (const arm of ["adagrad", "sgd"]) await page.getByLabel(arm, { exact: true }).uncheck();
    expect(await page.locator(".plot svg").textContent()).toBe("No arm is chosen that has this metric.");
    await close();
  });

  test("curves run from epoch 0 against epochs, steps or seconds", async () => {
    const { page, close } = await open(STUDIES.fourOptimizers);
    const title = page.locator(".plot .title");
    const last = async () =>
      Number(
        (await page.locator(".plot text[text-anchor=middle]").allTextContents()).at(-2)!.replaceAll(",", ""),
      );
    const [firstTick] = await page.locator(".plot text[text-anchor=middle]").allTextContents();
    expect(firstTick).toBe("0");
    expect(await title.textContent()).toBe("epoch");
    expect(await last()).toBe(6);
    await page.getByLabel("step", { exact: true }).check();
    expect(await title.textContent()).toBe("training step");
    const { split, batchSize } = STUDIES.fourOptimizers.runs[0]!.config;
    expect(await last()).toBeGreaterThan(4 * Math.ceil(split.train / batchSize));
    await page.getByLabel("second", { exact: true }).check();
    expect(await title.textContent()).toContain("training time, s");
    await close();
  });

  test("the winner's final value has a tick", async () => {
    const { page, close } = await open(STUDIES.fourOptimizers);
    const ticks = await page.locator(".plot text[text-anchor=end]").allTextContents();
    expect(ticks).toContain("0.9832");
    expect(Math.max(...ticks.map(Number))).toBeGreaterThanOrEqual(0.9832);
    await close();
  });

  test("the pointer and the arrow keys read values", async () => {
    const { page, close } = await open(STUDIES.fourOptimizers);
    const svg = page.locator(".plot svg");
    await svg.scrollIntoViewIfNeeded();
    const readout = page.locator(".readout");
    const box = (await svg.boundingBox())!;
    await page.mouse.move(box.x + box.width - 20, box.y + 100);
    const text = await readout.textContent();
    expect(text).toContain("epoch 6");
    expect(text).toContain("adam 0.9832 (0.983 to 0.9835)");
    expect(await readout.locator("p").count()).toBe(4);
    await page.mouse.move(0, 0);
    expect(await readout.isVisible()).toBe(false);
    await svg.focus();
    for (const epoch of [0, 1, 2]) {
      await page.keyboard.press("ArrowRight");
      expect(await readout.textContent()).toContain(`epoch ${epoch}`);
    }
    await page.keyboard.press("ArrowLeft");
    expect(await readout.textContent()).toContain("epoch 1");
    await page.keyboard.press("Escape");
    expect(await readout.isVisible()).toBe(false);
    await close();
  });

  test("figures are dark in dark mode, and their lines brighter", async () => {
    const brightness = async (colorScheme: "light" | "dark") => {
      const { page, close } = await open(STUDIES.fourOptimizers, { colorScheme });
      const brightnessOf = async (selector: string, property: string) => {
        const colour = await page.evaluate<string>(
          `getComputedStyle(document.querySelector("${selector}")).${property}`,
        );
        return colour
          .match(/\d+/g)!
          .slice(0, 3)
          .reduce((sum, each) => sum + Number(each), 0);
      };
      const seen = {
        figure: await brightnessOf("figure", "backgroundColor"),
        line: await brightnessOf(".plot .line", "stroke"),
      };
      await close();
      return seen;
    };
    const [light, dark] = [await brightness("light"), await brightness("dark")];
    expect(light.figure).toBeGreaterThan(700);
    expect(dark.figure).toBeLessThan(150);
    expect(dark.line).toBeGreaterThan(light.line);
  });

  test("nothing is clipped in print, and formulas are open", async () => {
    for (const study of [PAGES.seventeen!, PAGES.predicted!, STUDIES.twoLosses, STUDIES.hostileNames]) {
      const { page, close } = await open(study, { viewport: { width: 700, height: 1000 } }); // the width of an A4 page
      await page.emulateMedia({ media: "print" });
      const clipped = await page.evaluate(CLIPPED);
      expect(clipped).toEqual([]);
      expect(await page.locator(".formula pre").first().isVisible()).toBe(true);
      expect(await page.locator(".controls").isVisible()).toBe(false);
      expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(10_000);
      await close();
    }
  });

  test("without scripts, the figure is drawn and no control is shown", async () => {
    const { page, close } = await open(STUDIES.fourOptimizers, { javaScriptEnabled: false });
    expect(await page.locator(".plot .line").count()).toBe(4);
    expect(await page.locator(".controls").isVisible()).toBe(false);
    expect(await page.locator("thead button").count()).toBe(0);
    await close();
  });

  test.each([
    ["wide", {}],
    ["dark", { colorScheme: "dark" }],
    ["on a phone", { viewport: { width: 390, height: 800 } }],
  ] as const)("axe finds no accessibility problem, %s", async (_, options) => {
    for (const study of [STUDIES.endedEarly, PAGES.seventeen!, PAGES.predicted!]) {
      const { page, close } = await open(study, options);
      await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
      await page.evaluate(AXE);
      const { violations } = (await page.evaluate("axe.run()")) as AxeResults;
      expect(
        violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
        ),
      ).toEqual([]);
      await close();
    }
  });
});
