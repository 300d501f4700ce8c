"""What a notebook with pandas and SciPy, and a random forest, make of a plant's exports. Needs pandas, SciPy and scikit-learn.

Arguments: the folder of the exports and a defect. One test a variable, as textbooks have it: chi-square for categories,
Mann-Whitney for numbers, every part for itself; p adjusted by Benjamini and Hochberg. The forest ranks the same variables by
impurity, which is what JMP's Predictor Screening reports of its bootstrap forest. Writes JSON: seconds of each piece of work,
names with q <= .05 in order of p, all names in order of p, all names in order of importance.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, false_discovery_control, mannwhitneyu
from sklearn.ensemble import RandomForestClassifier

folder, defect = Path(sys.argv[1]), sys.argv[2]


def seconds_of(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def one_row_a_part():
    parts = pd.read_csv(folder / "parts.csv").set_index("part")
    inspections = pd.read_json(folder / "inspections.ndjson", lines=True)
    defects = pd.read_json(folder / "defects.ndjson", lines=True)
    first = inspections.sort_values("inspected_at").drop_duplicates("part").set_index("part")
    found = set(defects.loc[defects.defect == defect, "inspection"])
    table = parts[["product", "work_order"]].add_prefix("part.").join(
        first[["station", "inspector", "inspection"]].add_prefix("inspection."), how="inner"
    )
    outcome = table.pop("inspection.inspection").isin(found)
    operations = pd.read_csv(folder / "operations.csv")
    last = operations.sort_values("run").drop_duplicates(["part", "step"], keep="last")
    for step, rows in last.groupby("step"):
        named = rows.set_index("part")[["station", "tool", "cavity", "operator", "program"]]
        table = table.join(named.dropna(axis=1, how="all").astype(object).add_prefix(f"{step}."))
    for path in sorted((folder / "wide").glob("*.csv")):
        rows = pd.read_csv(path).sort_values("run").drop_duplicates("part", keep="last").set_index("part")
        step = rows.pop("step").iloc[0]
        table = table.join(rows.select_dtypes("number").drop(columns="run").add_prefix(f"{step}."))
    genealogy = pd.read_csv(folder / "genealogy.csv")
    materials = pd.read_csv(folder / "lots.csv").set_index("lot")
    taken = genealogy.join(materials[["material", "supplier"]], on="parent").dropna(subset="material")
    lot = parts["lot"].reindex(table.index)
    more = {}
    for material, rows in taken.groupby("material"):
        by_lot = rows.drop_duplicates("child").set_index("child")
        more[f"material.{material}.lot"] = lot.map(by_lot["parent"])
        more[f"material.{material}.supplier"] = lot.map(by_lot["supplier"])
    return pd.concat([table, pd.DataFrame(more)], axis=1), outcome


def test_each(table, outcome):
    p = {}
    for name, values in table.items():
        known = values.notna()
        if values[known].nunique() < 2:
            continue
        if pd.api.types.is_numeric_dtype(values):
            p[name] = mannwhitneyu(values[known & outcome], values[known & ~outcome], method="asymptotic").pvalue
        else:
            p[name] = chi2_contingency(pd.crosstab(values[known], outcome[known])).pvalue
    return pd.Series(p).sort_values()


def forest_of(table, outcome):
    x = table.apply(lambda c: c.fillna(c.median()) if pd.api.types.is_numeric_dtype(c) else pd.factorize(c)[0])
    settings = {"n_estimators": 100, "min_samples_leaf": 5, "class_weight": "balanced_subsample", "random_state": 1}
    forest = RandomForestClassifier(**settings).fit(x, outcome)
    return [table.columns[at] for at in np.argsort(-forest.feature_importances_, kind="stable")]


read_s, (table, outcome) = seconds_of(one_row_a_part)
tests_s, p = seconds_of(lambda: test_each(table, outcome))
forest_s, important = seconds_of(lambda: forest_of(table, outcome))
claimed = p[false_discovery_control(p) <= 0.05].index
print(
    json.dumps(
        {
            "read_s": read_s,
            "tests_s": tests_s,
            "forest_s": forest_s,
            "claimed": list(claimed),
            "by_p": list(p.index),
            "by_importance": important,
        }
    )
)
