import { bestEpochNotLast } from "./best-epoch-not-last.js";
import { busyMachine } from "./busy-machine.js";
import { cancelledArms } from "./cancelled-arms.js";
import type { Check } from "./check.js";
import { defaultRatesOnly } from "./default-rates-only.js";
import { differentLossScales } from "./different-loss-scales.js";
import { edgeOfSpace } from "./edge-of-space.js";
import { evaluationInClock } from "./evaluation-in-clock.js";
import { inclusionViolated } from "./inclusion-violated.js";
import { midSchedule } from "./mid-schedule.js";
import { oneSeed } from "./one-seed.js";
import { oneTask } from "./one-task.js";
import { severalMachines } from "./several-machines.js";
import { sharedClockTimes } from "./shared-clock-times.js";
import { testSetSelection } from "./test-set-selection.js";
import { uncorrected } from "./uncorrected.js";
import { underBinomialFloor } from "./under-binomial-floor.js";
import { unequalBudget } from "./unequal-budget.js";
import { unreachableP } from "./unreachable-p.js";

/** Every check, in the order in which findings are shown: whether runs are there, whether the comparison is fair, what it proves, what times mean. */
export const CHECKS: readonly Check[] = [
  cancelledArms,
  oneSeed,
  unreachableP,
  uncorrected,
  underBinomialFloor,
  testSetSelection,
  unequalBudget,
  midSchedule,
  bestEpochNotLast,
  defaultRatesOnly,
  edgeOfSpace,
  inclusionViolated,
  differentLossScales,
  oneTask,
  evaluationInClock,
  severalMachines,
  sharedClockTimes,
  busyMachine,
];

export const CHECK_NAMES: readonly string[] = CHECKS.map(({ name }) => name);
