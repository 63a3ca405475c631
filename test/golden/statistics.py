"""Writes statistics.json: tests, intervals and power of paired samples, by SciPy and statsmodels."""

import itertools
import json
from pathlib import Path

import numpy as np
import scipy
import statsmodels
from scipy import integrate, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import ttost_paired

random = np.random.default_rng(0)


def accuracies(count, mean, deviation, images=2000):
    return np.round(random.normal(mean, deviation, count) * images) / images


pairs = []
for count, gap in [(2, 0.001), (3, 0.0), (5, 0.002), (8, 0.004), (10, 0.0005), (12, 0.001), (16, 0.001)]:
    shared = random.normal(0, 0.002, count)
    a = accuracies(count, 0.97, 0.002) + np.round(shared * 2000) / 2000
    b = accuracies(count, 0.97 - gap, 0.002) + np.round(shared * 2000) / 2000
    d = a - b
    test = stats.ttest_rel(a, b)
    interval = test.confidence_interval(0.95)
    # In whole images, so that equal sums are equal in floating point.
    images = np.round(d * 2000)
    flips = stats.permutation_test((images,), np.sum, permutation_type="samples", n_resamples=np.inf)
    margin = 0.002
    pairs.append(
        {
            "a": a.tolist(),
            "b": b.tolist(),
            "low": float(interval.low),
            "high": float(interval.high),
            "correlation": float(stats.pearsonr(a, b).statistic),
            "signFlipP": float(flips.pvalue),
            "margin": margin,
            "equivalenceP": float(ttost_paired(a, b, -margin, margin)[0]),
            "superiority": float(stats.mannwhitneyu(a, b).statistic / count**2),
        }
    )

# All resamples of a few values, whose means are exact because values and counts are powers of two.
bootstraps = []
for values in (
    [3 / 1024, -1 / 1024, 7 / 1024, 2 / 1024],
    [0.0, 0.0, 0.0, 9 / 1024],
    [-5 / 1024, -4 / 1024, 1 / 1024, 1 / 1024],
):
    means = [float(np.mean(each)) for each in itertools.product(values, repeat=len(values))]
    for level in (0.9, 0.95):
        distribution = stats._resampling.BootstrapResult(None, np.array(means), None)
        with np.errstate(all="ignore"):
            interval = stats.bootstrap(
                (values,),
                np.mean,
                n_resamples=0,
                method="BCa",
                confidence_level=level,
                bootstrap_result=distribution,
            ).confidence_interval
        bootstraps.append(
            {
                "values": values,
                "level": level,
                "low": float(interval.low),
                "high": float(interval.high),
            }
        )
random_values = random.normal(0.001, 0.003, 12)
interval = stats.bootstrap(
    (random_values,), np.mean, n_resamples=200_000, method="BCa", rng=np.random.default_rng(1)
).confidence_interval

families = [
    [0.01],
    [0.04, 0.001, 0.03, 0.2],
    [0.5, 0.5, 0.02, 0.02, 0.9, 0.0001],
    random.uniform(0, 0.1, 17).tolist(),
]


def equivalence_power(mean, deviation, count, level, margin):
    """By integration over the distribution of the sample's standard deviation."""
    critical = stats.t.ppf(1 - level, count - 1)
    error = deviation / np.sqrt(count)

    def within(ratio):
        slack = margin - critical * ratio * error
        if slack <= 0:
            return 0.0
        inside = stats.norm.cdf((slack - mean) / error) - stats.norm.cdf((-slack - mean) / error)
        return inside * stats.chi.pdf(ratio * np.sqrt(count - 1), count - 1) * np.sqrt(count - 1)

    largest = margin / (critical * error)
    return float(integrate.quad(within, 0, min(largest, 6), limit=500, epsabs=1e-12, epsrel=1e-12)[0])


powers = []
for mean, deviation, count, level in [
    (0.001, 0.002, 2, 0.05),
    (0.001, 0.002, 5, 0.05),
    (0.002, 0.002, 10, 0.05 / 6),
    (0.0005, 0.002, 30, 0.05 / 136),
    (0.0005, 0.002, 200, 0.05),
    (0.0, 0.001, 12, 0.05),
]:
    powers.append(
        {
            "mean": mean,
            "standardDeviation": deviation,
            "count": count,
            "level": level,
            "margin": 0.002,
            "difference": float(TTestPower().power(mean / deviation, count, level)),
            "equivalence": equivalence_power(mean, deviation, count, level, 0.002),
        }
    )

golden = {
    "scipy": scipy.__version__,
    "statsmodels": statsmodels.__version__,
    "normal": [
        {"z": z, "below": float(stats.norm.cdf(z))} for z in (-8.5, -6, -4, -2.5, -1.96, -1, -0.1, 0, 0.3, 1, 3, 5, 8)
    ],
    "normalQuantiles": [
        {"probability": p, "z": float(stats.norm.ppf(p))} for p in (1e-4, 0.025, 0.1, 0.5, 0.7, 0.975, 0.9999)
    ],
    "studentT": [
        {"t": t, "degrees": n, "below": float(stats.t.cdf(t, n))}
        for t in (-40, -3, -0.5, 0, 1, 2.5, 12)
        for n in (1, 2, 5, 9, 30, 999)
    ],
    "pairs": pairs,
    "bootstraps": bootstraps,
    "randomBootstrap": {
        "values": random_values.tolist(),
        "low": float(interval.low),
        "high": float(interval.high),
    },
    "families": [{"ps": ps, "corrected": multipletests(ps, method="holm")[1].tolist()} for ps in families],
    "powers": powers,
}
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, indent=1) + "\n")
