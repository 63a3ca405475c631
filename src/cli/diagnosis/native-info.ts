// A separate program, run by probe-native.ts. It loads the native code and prints information about it.
import { nativeInfo } from "../../native/addon.js";

try {
  process.stdout.write(JSON.stringify(nativeInfo()));
} catch (error) {
  process.stderr.write((error as Error).message);
  process.exitCode = 1;
}
