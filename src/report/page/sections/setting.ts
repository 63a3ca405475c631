import type { Study } from "../../../study/study.js";
import { type Html, html } from "../html.js";
import { definitions } from "../parts/definitions.js";
import { section } from "../parts/section.js";

/** Where the study ran. */
export const environmentSection = ({ environment }: Study): Html =>
  section("environment", "Environment", [definitions(environment)]);

/** The study's config with every default filled in. */
export const configSection = ({ config }: Study): Html =>
  section(
    "config",
    "Config",
    html`<details><summary>The study's config with every default filled in (JSON)</summary>
<pre tabindex="0"><code>${JSON.stringify(config, null, 2) ?? "none"}</code></pre></details>`,
  );

/** The commands that repeat, check and extend the study. */
export const againSection = (): Html =>
  section("again", "Run this again", [
    html`<p>From the folder of study.json:</p>
<pre tabindex="0"><code><span class="comment"># train every run again</span>
npx optimbench compare --config study.json --out again
<span class="comment"># train some runs again, and compare their results with this study's</span>
npx optimbench verify .
<span class="comment"># write this page again</span>
npx optimbench report .</code></pre>`,
  ]);
