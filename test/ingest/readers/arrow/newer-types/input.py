"""Writes input.arrow: a stream with views of text, as Polars writes it, and a large list of numbers. Needs pyarrow (26 was used)."""
import pyarrow as pa

schema = pa.schema([
    ("part", pa.string_view()),
    ("product", pa.string_view()),
    ("lot", pa.large_list(pa.float64())),
])
rows = [["P1", "a part whose id is longer than twelve bytes"], ["A", "B"], [[1.5, None, float("nan")], None]]
batch = pa.record_batch([pa.array(values, type=f.type) for values, f in zip(rows, schema)], schema=schema)
with pa.ipc.new_stream("input.arrow", schema) as stream:
    stream.write(batch)
