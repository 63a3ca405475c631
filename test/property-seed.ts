import fc from "fast-check";

// A fixed seed makes failures reproducible on other machines; FAST_CHECK_SEED selects another.
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 1) });
