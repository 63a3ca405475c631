"""Writes adaptive_stopping.json: decisions of the adastop package (pip install adastop).

The package compares absolute differences with a boundary from signed ones, so that its error is about twice its
`alpha`. Two arms are therefore tested by the unchanged package with half the level: the permutation distribution of
two arms is symmetric, so the boundaries are those of absolute differences with the whole level. For more arms,
`TwoSided` gives the package the absolute values of its differences. A permutation and its complement, which stand at
the same distance from both ends of the list, have the same absolute values, so it gives only the first half of the
list. All permutations are enumerated. The values are integers whose means are integers as well, so that floating-
point sums are exact in any order.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from adastop import MultipleAgentsComparator


class TwoSided(MultipleAgentsComparator):
    def compute_mean_diffs(self, k, values):
        signed = super().compute_mean_diffs(k, values)
        self.normalization /= 2
        return {pair: np.abs(each[: len(each) // 2]) for pair, each in signed.items()}


LEVEL = 0.05


def compare(test, arms, per_round, rounds):
    comparator = test(n=per_round, K=rounds, B=10_001, alpha=LEVEL / 2 if len(arms) == 2 else LEVEL)
    decided = {}
    for k in range(rounds):
        values = {str(i): np.array(arm[: (k + 1) * per_round], float) for i, arm in enumerate(arms)}
        comparator.partial_compare(values, verbose=False)
        for pair, decision in comparator.decisions.items():
            if pair not in decided and decision in ("larger", "smaller"):
                a, b = [int(i) for i in pair.strip("[]").split()]
                higher, lower = (a, b) if decision == "larger" else (b, a)
                decided[pair] = {"higher": higher, "lower": lower, "round": k + 1}
        if comparator.is_finished:
            break
    return sorted(decided.values(), key=lambda each: (each["higher"], each["lower"]))


DESIGNS = [(2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (3, 1), (3, 2), (3, 3), (4, 1), (4, 2), (5, 1), (6, 1)]
random = np.random.default_rng(0)
cases = []
for per_round, rounds in DESIGNS:
    for count in (2, 3, 4):
        for effect in (0, 1, 2, 4, 4):
            means = effect * np.arange(count) if effect < 4 else effect * (np.arange(count) // 2)
            values = random.normal(means, 1, (per_round * rounds, count))
            arms = (3600 * np.rint(1000 * values)).astype(int).T.tolist()
            test = MultipleAgentsComparator if count == 2 else TwoSided
            case = {"arms": arms, "perRound": per_round, "rounds": rounds}
            cases.append({**case, "separations": compare(test, arms, per_round, rounds)})

found = [len(case["separations"]) for case in cases]
print(f"{len(cases)} cases, {sum(found)} separations in {sum(each > 0 for each in found)}")
Path(__file__).with_suffix(".json").write_text(
    json.dumps({"adastop": version("adastop"), "level": LEVEL, "cases": cases}) + "\n"
)
