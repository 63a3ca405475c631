"""Writes sobol.json: the first points of the Sobol sequence, by SciPy."""

import json
from pathlib import Path

import scipy
from scipy.stats import qmc

points = qmc.Sobol(8, scramble=False, bits=32).random_base2(6).tolist()
Path(__file__).with_suffix(".json").write_text(
    json.dumps({"source": f"SciPy {scipy.__version__}, scipy.stats.qmc.Sobol", "points": points}) + "\n"
)
