"""Writes input.arrow: a file (Feather 2) with a struct, a list of times and a time without a zone. Needs pyarrow (26 was used)."""
from datetime import datetime

import pyarrow as pa

noon = datetime(2024, 7, 1, 12, 0, 0, 250000)
schema = pa.schema([
    ("part", pa.string()),
    ("about", pa.struct([("product", pa.string()), ("made_at", pa.timestamp("ns"))])),
    ("lot", pa.list_(pa.timestamp("us"))),
    ("work_order", pa.dictionary(pa.int32(), pa.timestamp("us"))),
])
rows = [
    ["P1", "P2"],
    [{"product": "A", "made_at": noon}, {"product": "B", "made_at": None}],
    [[noon, None], None],
    [noon, None],
]
columns = [pa.array(values, type=f.type) for values, f in zip(rows[:3], schema)]
# The converter knows no dictionaries of times.
columns.append(pa.array(rows[3], type=pa.timestamp("us")).dictionary_encode())
table = pa.record_batch(columns, schema=schema)
with pa.ipc.new_file("input.arrow", schema) as file:
    file.write(table)
