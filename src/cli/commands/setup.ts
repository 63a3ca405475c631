import { type Command, Option } from "commander";
import { makeBundle, setup } from "../../install/setup.js";
import { countText } from "../../validation/count-text.js";
import { parse } from "../../validation/parse.js";
import { pathSchema } from "../../validation/path-schema.js";
import { probeNative } from "../diagnosis/probe-native.js";
import { addAction } from "../output/answer.js";
import { showDownload } from "../progress/download-progress.js";

interface SetupCommandOptions {
  readonly cuda?: true;
  readonly cpu?: true;
  readonly libtorch?: string;
  readonly bundle?: string;
  readonly from?: string;
  readonly force?: true;
  readonly quiet?: true;
}

const pathOption = (flags: string, description: string) =>
  new Option(flags, description).argParser((path) => parse(pathSchema, path, flags.split(" ")[0]!));

/** Adds `optimbench setup`, which finds or fetches what training needs, and tests it. */
export function addSetupCommand(program: Command): void {
  const command = program
    .command("setup")
    .description("find or download libtorch; in a clone, also compile the native code")
    .addOption(
      new Option("--cuda", "include the CUDA libraries (about 3 GB), even without an NVIDIA GPU").conflicts(
        "cpu",
      ),
    )
    .addOption(new Option("--cpu", "omit the CUDA libraries, even with an NVIDIA GPU"))
    .addOption(
      pathOption(
        "--libtorch <folder>",
        "use this libtorch, such as the folder torch of an installed PyTorch, until setup runs again",
      ),
    )
    .addOption(
      pathOption(
        "--bundle <folder>",
        "write a folder that sets up a machine without a network, and do nothing else",
      ).conflicts(["libtorch", "from"]),
    )
    .addOption(
      pathOption("--from <folder>", "take libtorch from a folder that --bundle wrote").conflicts([
        "libtorch",
        "cuda",
        "cpu",
      ]),
    )
    .option(
      "--force",
      "verify the fetched libtorch against its hashes, and recompile even if nothing changed",
    )
    .option("--quiet", "print problems only");
  addAction(command, async (answer, { cpu, bundle: folder, ...options }: SetupCommandOptions) => {
    const cuda = options.cuda ?? (cpu ? false : undefined);
    const { onProgress } = showDownload({ quiet: options.quiet ?? false });
    const all = { ...options, cuda, onProgress };
    if (folder !== undefined) {
      const bundle = await makeBundle(folder, all);
      const size = `${countText(bundle.files, "file")}, ${Math.round(bundle.bytes / 1e6)} MB`;
      answer.give({ bundle }, () => `${bundle.folder} (${size}): use it with setup --from FOLDER`);
      return;
    }
    const libtorch = await setup(all);
    // Load it once in a separate process, to report problems now.
    await probeNative();
    answer.give({ libtorch });
  });
}
