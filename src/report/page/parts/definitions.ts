import { decimalText } from "../../../validation/decimal-text.js";
import { type Html, html } from "../html.js";

/** A list of names and values; nested values are written as JSON. */
export function definitions(values: object): Html | undefined {
  const entries = Object.entries<unknown>({ ...values }).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return undefined;
  return html`<dl>${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${definitionText(value)}</dd></div>`)}</dl>`;
}

function definitionText(value: unknown): string {
  if (value === null) return "none";
  if (typeof value === "number") return decimalText(value);
  if (Array.isArray(value) && value.every((each) => typeof each !== "object"))
    return value.map(definitionText).join(", ") || "none";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The keys of an optimizer, loss or schedule, except its name and formula. */
export function parameters(choice: object): Record<string, unknown> {
  const listed = ["name", "label", "semantics", "formula"];
  return Object.fromEntries(Object.entries(choice).filter(([key]) => !listed.includes(key)));
}
