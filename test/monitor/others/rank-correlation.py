"""What SciPy says of the rank correlations of columns, for rank-correlation.json: python rank-correlation.py > rank-correlation.json

Made with SciPy 1.17.1.
"""

import json

import numpy as np
from scipy.stats import spearmanr

random = np.random.default_rng(20250302)
tables = []
for rows, columns in [(3, 2), (20, 4), (157, 6), (400, 3)]:
    common = random.normal(size=rows)
    table = [np.round(weight * common + random.normal(size=rows), 3) for weight in np.linspace(-2, 2, columns)]
    table[0] = np.round(table[0])  # Many that are equal.
    said = [float(spearmanr(a, b).statistic) for i, a in enumerate(table) for b in table[i + 1 :]]
    tables.append({"columns": [column.tolist() for column in table], "upperTriangle": said})
print(json.dumps(tables, separators=(",", ":")))
