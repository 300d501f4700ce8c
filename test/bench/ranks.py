"""How long pandas and SciPy take for one rank test a column: no lots, no strata. Needs pandas, pyarrow and scipy.

Arguments: a Parquet file with a column "y" (1 = defective) and numbers. Writes {"columns", "values", "read_s", "tests_s"} as JSON.
"""

import json
import sys
import time

import pandas as pd
from scipy.stats import mannwhitneyu

start = time.perf_counter()
frame = pd.read_parquet(sys.argv[1])
read_s = time.perf_counter() - start
columns = [name for name in frame.columns if name != "y"]
start = time.perf_counter()
for name in columns:
    known = frame[name].notna()
    mannwhitneyu(frame.loc[known & (frame.y == 1), name], frame.loc[known & (frame.y == 0), name], method="asymptotic")
tests_s = time.perf_counter() - start
values = int(frame[columns].notna().sum().sum())
print(json.dumps({"columns": len(columns), "values": values, "read_s": read_s, "tests_s": tests_s}))
