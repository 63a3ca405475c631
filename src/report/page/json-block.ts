import { Html } from "./html.js";

/**
 * Plain data as JSON inside a script element. Strings cannot end the element or begin a comment, and a script may contain them:
 * U+2028 and U+2029 were line ends in JavaScript.
 */
export const jsonBlock = (data: unknown): Html =>
  new Html(
    JSON.stringify(data).replace(
      /[<>&\u2028\u2029]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  );
