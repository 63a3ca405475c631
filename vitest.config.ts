import { defineConfig } from "vitest/config";

// Forks, not threads: libtorch keeps process-wide state, and a crash then ends one file only.
export default defineConfig({
  test: {
    pool: "forks",
    include: ["test/**/*.test.ts"],
    env: { COLUMNS: "1000" }, // texts are compared, not their line breaks
    setupFiles: ["test/property-seed.ts"],
    // Long enough for a single busy core: only what hangs gets there.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
