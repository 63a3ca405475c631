import fc from "fast-check";

// One seed, so that a failure on another machine is a failure here; FAST_CHECK_SEED takes the properties elsewhere.
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 1) });
