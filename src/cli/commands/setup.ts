import { type Command, Option } from "commander";
import { setup } from "../../install/setup.js";
import { probeNative } from "../diagnosis/probe-native.js";

/** Adds `optimbench setup`: what training needs, found or fetched, and tried. */
export function addSetupCommand(program: Command): void {
  program
    .command("setup")
    .description("find or fetch libtorch, and compile the native code where this is a checkout")
    .addOption(new Option("--cuda", "with the CUDA libraries (about 3 GB), GPU or not").conflicts("cpu"))
    .addOption(new Option("--cpu", "without the CUDA libraries, even with an NVIDIA GPU"))
    .option(
      "--force",
      "compare the fetched libtorch with its hashes, and compile again even where nothing changed",
    )
    .option("--quiet", "print nothing unless something is wrong")
    .action(async (options: { cuda?: true; cpu?: true; force?: true; quiet?: true }) => {
      const cuda = options.cuda ?? (options.cpu ? false : undefined);
      await setup({ cuda, force: options.force, quiet: options.quiet });
      // It is loaded once, in a process of its own, before anyone relies on it.
      await probeNative();
    });
}
