import type { CurveData } from "../curves/curve-data.js";
import { drawPlot } from "../curves/draw-plot.js";
import { type CurveView, type Plot, plotCurves } from "../curves/plot.js";
import { readAt } from "./read-curves.js";

/** Redraws the figures of curves as their controls say, and shows the values under the pointer. */
export function interactiveCurves(): void {
  const controls = document.querySelector<HTMLFormElement>("form.controls");
  if (controls === null) return;
  controls.hidden = false;
  controls.addEventListener("submit", (event) => event.preventDefault());
  for (const data of document.querySelectorAll("script.curve-data"))
    interactive(JSON.parse(data.textContent) as CurveData, data.closest("figure")!, controls);
}

function interactive(data: CurveData, figure: HTMLElement, controls: HTMLFormElement): void {
  const arms = figure.querySelector<HTMLFormElement>("form.arms")!;
  const frame = figure.querySelector<HTMLElement>(".plot")!;
  const svg = frame.querySelector("svg")!;
  const readout = document.createElement("div");
  readout.className = "readout";
  readout.hidden = true;
  readout.setAttribute("aria-live", "polite");
  frame.append(readout);
  svg.setAttribute("tabindex", "0");
  const task = figure.querySelector("h3")?.textContent;

  let plot: Plot | undefined;
  let at: number | undefined;
  const view = (): CurveView => {
    const chosen = new FormData(controls);
    const shown = new FormData(arms);
    return {
      metric: Number(chosen.get("metric")),
      x: chosen.get("x") as CurveView["x"],
      coloured: new Set(shown.getAll("arm").map(Number)),
      withOthers: shown.has("others"),
      width: Math.max(300, Math.floor(frame.clientWidth)),
    };
  };
  const draw = () => {
    const now = view();
    plot = plotCurves(data, now);
    const { width, height } = plot ?? { width: now.width, height: 280 };
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("width", String(width));
    svg.setAttribute("height", String(height));
    const { title } = data.metrics[now.metric]!;
    svg.setAttribute(
      "aria-label",
      `${title}${task ? ` on ${task}` : ""} by ${now.x}, ${plot?.lines.length ?? 0} lines; arrow keys read the values`,
    );
    svg.innerHTML =
      plot === undefined
        ? `<text x="${width / 2}" y="140" text-anchor="middle">No arm is chosen that has this metric.</text>`
        : drawPlot(plot);
    hide();
  };
  const show = (x: number) => {
    if (plot === undefined) return;
    const reading = readAt(plot, data, x);
    if (reading === undefined) return;
    at = reading.at;
    hideMarks();
    svg.insertAdjacentHTML("beforeend", reading.marks);
    readout.replaceChildren(...reading.lines);
    readout.hidden = false;
    const isLeft = reading.at > plot.width / 2;
    readout.style.left = isLeft ? "auto" : `${reading.at + 14}px`;
    readout.style.right = isLeft ? `${frame.clientWidth - reading.at + 14}px` : "auto";
  };
  const hideMarks = () => {
    for (const mark of svg.querySelectorAll(".reading")) mark.remove();
  };
  const hide = () => {
    readout.hidden = true;
    at = undefined;
    hideMarks();
  };
  const step = (direction: 1 | -1) => {
    const places = [
      ...new Set(plot?.lines.filter(({ isColoured }) => isColoured).flatMap(({ xs }) => xs)),
    ].sort((a, b) => a - b);
    if (places.length === 0) return;
    const [first, last] = [places[0]!, places.at(-1)!];
    const next =
      at === undefined
        ? direction > 0
          ? first
          : last
        : direction > 0
          ? (places.find((x) => x > at! + 0.5) ?? last)
          : (places.findLast((x) => x < at! - 0.5) ?? first);
    show(next);
  };

  controls.addEventListener("change", draw);
  arms.addEventListener("change", draw);
  arms.addEventListener("submit", (event) => event.preventDefault());
  svg.addEventListener("pointermove", (event) => show(event.clientX - svg.getBoundingClientRect().left));
  svg.addEventListener("pointerleave", hide);
  svg.addEventListener("blur", hide);
  svg.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return hide();
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    event.preventDefault();
    step(event.key === "ArrowRight" ? 1 : -1);
  });
  new ResizeObserver(() => {
    if (Math.abs(view().width - (plot?.width ?? 0)) > 1 && !matchMedia("print").matches) draw();
  }).observe(frame);
  draw();
}
