import type { Task } from "../../results/tasks.js";
import { type Html, html } from "../html.js";

/** The heading of what belongs to one of several tasks. */
export const taskTitle = (name: Task<unknown>["name"]): Html | undefined =>
  name === undefined ? undefined : html`<h3 class="task">${name.title}</h3>\n`;
