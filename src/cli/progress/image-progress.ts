import { printNotice } from "../../system/terminal.js";
import { countText } from "../../validation/count-text.js";

/** Milliseconds between lines. Quick work stays silent. */
const PAUSE = 5000;

/** Prints how many images are done, every few seconds, to stderr; nothing if `quiet`. Their number is not known before the end. */
export function showImages({
  quiet = false,
  now = () => performance.now(),
  say = printNotice,
}: {
  readonly quiet?: boolean;
  readonly now?: () => number;
  readonly say?: (text: string) => void;
} = {}): { onImage(done: number): void } {
  let next = now() + PAUSE;
  return {
    onImage(done) {
      if (quiet || now() < next) return;
      say(`${countText(done, "image")} predicted`);
      next = now() + PAUSE;
    },
  };
}
