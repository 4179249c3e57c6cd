"""What scikit-learn and skfolio say, for test/gate/others.json: python others.py > others.json

Made with scikit-learn 1.9.1 and skfolio 1.12.2 (pip install scikit-learn skfolio).
"""

import json
import random

import numpy as np
import sklearn
import skfolio
from skfolio.model_selection import CombinatorialPurgedCV, WalkForward
from sklearn import metrics
from sklearn.model_selection import KFold, TimeSeriesSplit

rng = random.Random(7)


def folds_of(splitter, samples):
    X = np.zeros((samples, 1))
    folds = []
    for train, test in splitter.split(X):
        tests = test if isinstance(test, list) else [test]
        folds.append({"train": [int(i) for i in train], "test": [int(i) for part in tests for i in part]})
    return folds


def split_cases():
    cases = []

    def add(by, config, splitter, samples):
        try:
            folds = folds_of(splitter, samples)
        except ValueError:
            folds = None
        cases.append({"by": by, "config": config, "samples": samples, "folds": folds})

    for _ in range(60):
        samples, n = rng.randint(6, 40), rng.randint(2, 6)
        test = rng.choice([None, rng.randint(1, 6)])
        gap, most = rng.choice([0, 0, 1, 3]), rng.choice([None, rng.randint(1, 9)])
        config = {"method": "walk-forward", "folds": n, "gap": gap}
        if test is not None:
            config["testSize"] = test
        # scikit-learn cuts the window before the gap.
        if most is not None:
            config["trainSamplesMax"] = most
        add("sklearn TimeSeriesSplit", config, TimeSeriesSplit(n, max_train_size=most, test_size=test, gap=gap), samples)
    for _ in range(20):
        samples, n = rng.randint(4, 40), rng.randint(2, 7)
        add("sklearn KFold", {"method": "kfold", "folds": n}, KFold(n), samples)
    for _ in range(40):
        samples, test, train, gap = rng.randint(6, 40), rng.randint(1, 6), rng.randint(1, 9), rng.choice([0, 0, 1, 2])
        config = {"method": "walk-forward", "testSize": test, "trainSize": train, "gap": gap}
        # skfolio's gap lies within the training window's reach: it is purged_size there.
        add("skfolio WalkForward", config, WalkForward(test_size=test, train_size=train, purged_size=gap), samples)
    for _ in range(30):
        n = rng.randint(3, 6)
        samples, k = rng.randint(4 * n, 40 + 4 * n), rng.randint(2, n - 1)
        splitter = CombinatorialPurgedCV(n_folds=n, n_test_folds=k, purged_size=0, embargo_size=0)
        config = {"method": "combinatorial", "groups": n, "testGroups": k, "remainder": "last"}
        add("skfolio CombinatorialPurgedCV", config, splitter, samples)
    return cases


def score_cases():
    cases = []
    for number in range(60):
        classes = 2 if number < 30 else rng.randint(3, 5)
        rows = rng.randint(classes * 3, 60)
        y = [i % classes for i in range(classes)] + [rng.randrange(classes) for _ in range(rows - classes)]
        p = []
        for row in range(rows):
            # Coarse, so that there are ties.
            weights = [rng.randint(0, 5) + (rng.randint(0, 6) if y[row] == c else 0) + 0.5 for c in range(classes)]
            p.append([w / sum(weights) for w in weights])
        p = [[round(v, 9) for v in row[:-1]] for row in p]
        p = [row + [1 - sum(row)] for row in p]
        chosen = np.argmax(np.array(p), axis=1)
        labels = list(range(classes))
        score = [row[1] for row in p] if classes == 2 else p
        cases.append(
            {
                "y": y,
                "p": score,
                "logLoss": metrics.log_loss(y, np.array(p), labels=labels),
                "brier": metrics.brier_score_loss(y, score if classes == 2 else np.array(p)),
                "auc": metrics.roc_auc_score(y, score, multi_class="ovr") if classes > 2 else metrics.roc_auc_score(y, score),
                "mcc": metrics.matthews_corrcoef(y, chosen),
                "macroF1": metrics.f1_score(y, chosen, average="macro", labels=labels, zero_division=0),
            }
        )
    return cases


print(
    json.dumps(
        {
            "versions": {"sklearn": sklearn.__version__, "skfolio": skfolio.__version__},
            "splits": split_cases(),
            "scores": score_cases(),
        },
        separators=(",", ":"),
    )
)
