"""Ranks the factors of one plant by a random forest's importances; needs scikit-learn.

Reads {"outcome": [0 | 1 ...], "lot": [...], "factors": {name: [number | null ...]}} as JSON, one value a part; categories come
as numbers of their levels. Writes {"impurity": [names], "permutation": [names]}, most important first. Impurity: mean
decrease over all parts. Permutation: mean loss of average precision on every second lot, of a forest that saw the others.
"""

import json
import sys

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance

plant = json.load(sys.stdin)
names = sorted(plant["factors"])
x = np.array([plant["factors"][name] for name in names], dtype=float).T
y = np.array(plant["outcome"], dtype=int)
held_out = np.array(plant["lot"]) % 2 == 1


def forest(rows):
    settings = {"n_estimators": 200, "min_samples_leaf": 5, "class_weight": "balanced_subsample", "random_state": 1}
    return RandomForestClassifier(**settings).fit(x[rows], y[rows])


def ranking(importances):
    return [names[at] for at in np.argsort(-importances, kind="stable")]


impurity = forest(np.ones(len(y), dtype=bool)).feature_importances_
half = forest(~held_out)
permuted = permutation_importance(
    half, x[held_out], y[held_out], scoring="average_precision", n_repeats=3, random_state=1
)
print(json.dumps({"impurity": ranking(impurity), "permutation": ranking(permuted.importances_mean)}))
