"""What NumPy and SciPy say of pairs of samples, for test/monitor/others/drift.json: python drift.py > drift.json

Made with SciPy 1.16.3.
"""

import json

import numpy as np
from scipy.spatial.distance import jensenshannon
from scipy.stats import ks_2samp, kstwo, wasserstein_distance


def moved(reference, current):
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, 11)))
    edges[0], edges[-1] = -np.inf, np.inf
    a = np.histogram(reference, edges)[0] / len(reference) if len(edges) > 1 else np.ones(1)
    b = np.histogram(current, edges)[0] / len(current) if len(edges) > 1 else np.ones(1)
    floor_a, floor_b = np.maximum(a, 1e-4), np.maximum(b, 1e-4)
    ks = ks_2samp(reference, current)
    sigma = np.std(reference)
    return {
        "psi": float(np.sum((floor_b - floor_a) * np.log(floor_b / floor_a))),
        "ks": float(ks.statistic),
        "ksP": float(ks.pvalue),
        "wassersteinSigma": float(wasserstein_distance(reference, current) / sigma) if sigma > 0 else None,
        "js": float(jensenshannon(a, b)),
    }


def cases(random):
    draws = {
        "normal": lambda n: random.normal(size=n),
        "shifted": lambda n: random.normal(0.3, size=n),
        "wide": lambda n: random.normal(0, 2, size=n),
        "heavy": lambda n: random.standard_t(3, size=n),
        "counts": lambda n: random.poisson(1.5, size=n).astype(float),
        "mostly zero": lambda n: random.normal(size=n) * (random.random(n) < 0.3),
    }
    for size_a, size_b in [(5, 7), (40, 40), (120, 37), (251, 257), (400, 100)]:
        for name_a, draw_a in draws.items():
            for name_b in ["normal", "shifted", "counts", name_a]:
                yield f"{name_a} and {name_b}", draw_a(size_a), draws[name_b](size_b)


def large():
    """p alone, by distance and sizes: the samples would fill the file."""
    for size_a, size_b in [(10001, 10001), (20000, 12000), (200000, 15000)]:
        en = size_a * size_b / (size_a + size_b)
        for z in [0.3, 0.5, 0.8, 1.0, 1.3, 1.49, 1.6, 2.5, 5.0]:
            p = float(kstwo.sf(z / np.sqrt(en), np.round(en)))
            yield {"distance": z / np.sqrt(en), "rows": [size_a, size_b], "p": p}


random = np.random.default_rng(20250301)
pairs = []
for what, reference, current in cases(random):
    # What the file holds, and what was measured, is the same.
    a, b = np.round(reference, 3), np.round(current, 3)
    pairs.append({"what": what, "reference": a.tolist(), "current": b.tolist(), **moved(a, b)})
print(json.dumps({"pairs": pairs, "large": list(large())}, separators=(",", ":")))
