"""Writes input.arrow: a stream of two batches. Needs pyarrow (26 was used)."""
from datetime import datetime, timezone
from decimal import Decimal

import pyarrow as pa

at = datetime(2024, 3, 5, 6, 0, 0, tzinfo=timezone.utc)
schema = pa.schema([
    ("part", pa.large_string()),
    ("product", pa.dictionary(pa.int8(), pa.string())),
    ("lot", pa.int64()),
    ("made_at", pa.timestamp("us", "Europe/Berlin")),
    ("price", pa.decimal128(20, 2)),
])


def batch(*columns):
    return pa.record_batch([pa.array(values, type=f.type) for values, f in zip(columns, schema)], schema=schema)


with pa.ipc.new_stream("input.arrow", schema) as stream:
    stream.write(batch(["00123", "P2"], ["A", "B"], [9007199254740993, None], [at, None], [Decimal("12.50"), None]))
    stream.write(batch(["P3", None], [None, "A"], [1, 2], [at, at], [Decimal("-0.05"), None]))
