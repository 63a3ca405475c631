"""Writes several_tasks.json: results over several tasks, by rliable (which needs pandas < 3), autorank and SciPy.

The bootstrap's indices are those that rliable drew, as numbers of runs for each resample, task and drawn run.
"""

import contextlib
import io
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from autorank import autorank
from autorank._util import RankResult, get_sorted_rank_groups
from rliable import library, metrics
from scipy import stats

THRESHOLDS = [0.3, 0.45, 0.5, 0.55, 0.7]
RESAMPLES = 40


def aggregates(runs, tasks, random):
    scores = np.round(random.normal(0.5, 0.15, (runs, tasks)), 2)
    drawn, choice = [], np.random.choice

    def record(count, shape, replace):
        drawn.append(choice(count, shape, replace=replace))
        return drawn[-1]

    def iqm(values):
        return np.array([metrics.aggregate_iqm(values)])

    np.random.choice = record
    points, intervals = library.get_interval_estimates({"a": scores}, iqm, reps=RESAMPLES)
    np.random.choice = choice
    profile = library.score_distributions(scores, THRESHOLDS)
    return {
        "scores": scores.T.tolist(),
        "indices": [each.T.tolist() for each in drawn],
        "interquartileMean": float(points["a"][0]),
        "interval": intervals["a"][:, 0].tolist(),
        "profile": profile.tolist(),
    }


def ranking(tasks, methods, digits, random):
    means = np.round(random.normal(np.arange(methods) / 4, 1, (tasks, methods)), digits)
    data = pd.DataFrame(means, columns=[f"m{i}" for i in range(methods)])
    with contextlib.redirect_stdout(io.StringIO()):
        result = autorank(data, alpha=0.05, force_mode="nonparametric", order="descending")
    ordered = result._replace(rankdf=result.rankdf.sort_values(by="meanrank"))
    sorted_ranks, _, groups = get_sorted_rank_groups(RankResult(**ordered._asdict()), False)
    return {
        "scores": means.tolist(),
        "meanRanks": [float(result.rankdf.meanrank[f"m{i}"]) for i in range(methods)],
        "p": float(result.pvalue),
        "criticalDifference": float(result.cd),
        "sortedRanks": sorted_ranks.tolist(),
        "groups": [list(group) for group in groups],
    }


random = np.random.default_rng(0)
np.random.seed(0)
times = [random.lognormal(1, 1, n).tolist() for n in (1, 3, 9)]
golden = {
    **{name: version(name) for name in ("rliable", "autorank", "scipy")},
    "thresholds": THRESHOLDS,
    "aggregates": [aggregates(runs, tasks, random) for runs, tasks in ((1, 3), (2, 9), (5, 3), (10, 9))],
    "rankings": [
        ranking(tasks, methods, digits, random)
        for tasks, methods in ((5, 3), (9, 4), (9, 5), (12, 17), (40, 8))
        for digits in (6, 1)
    ],
    "ranges": [
        {"count": count, "probability": p, "range": float(stats.studentized_range.ppf(p, count, np.inf))}
        for count in (2, 3, 4, 10, 17)
        for p in (0.9, 0.95)
    ],
    "chiSquares": [
        {"x": x, "degrees": degrees, "above": float(stats.chi2.sf(x, degrees))}
        for x in (0.01, 1.0, 7.5, 30.0, 80.0)
        for degrees in (1, 2, 3, 4, 7, 16)
    ],
    "geometricMeans": [{"values": values, "mean": float(stats.gmean(values))} for values in times],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
