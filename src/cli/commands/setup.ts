import { type Command, Option } from "commander";
import { setup } from "../../install/setup.js";
import { probeNative } from "../diagnosis/probe-native.js";
import { addAction } from "../output/answer.js";

/** Adds `optimbench setup`, which finds or fetches what training needs, and tests it. */
export function addSetupCommand(program: Command): void {
  const command = program
    .command("setup")
    .description("find or fetch libtorch; in a checkout, also compile the native code")
    .addOption(
      new Option("--cuda", "include the CUDA libraries (about 3 GB), even without an NVIDIA GPU").conflicts(
        "cpu",
      ),
    )
    .addOption(new Option("--cpu", "omit the CUDA libraries, even with an NVIDIA GPU"))
    .option(
      "--force",
      "verify the fetched libtorch against its hashes, and recompile even if nothing changed",
    )
    .option("--quiet", "print problems only");
  addAction(command, async (answer, options: { cuda?: true; cpu?: true; force?: true; quiet?: true }) => {
    const cuda = options.cuda ?? (options.cpu ? false : undefined);
    const libtorch = await setup({ cuda, force: options.force, quiet: options.quiet });
    // Load it once in a separate process, to report problems now.
    await probeNative();
    answer.give({ libtorch });
  });
}
