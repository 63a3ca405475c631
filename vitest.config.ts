import { defineConfig } from "vitest/config";

// Forks, not threads: libtorch keeps process-wide state, and a crash then ends one file only.
export default defineConfig({
  test: {
    pool: "forks",
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/property-seed.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
