"""Opens a drive file with pyarrow and with polars and checks what docs/drive-format.md promises.

    python -m venv .venv && .venv/bin/pip install -r docs/check/requirements.txt
    cargo run -p lukao-logs --example drive_file -- example.arrow
    .venv/bin/python docs/check/check_drive.py example.arrow

Exits with an error at the first promise that does not hold.
"""

import json
import sys

import polars as pl
import pyarrow as pa

PLAIN = {
    "kind": pa.string(),
    "id": pa.string(),
    "run": pa.uint32(),
    "clock": pa.uint32(),
    "first_tick": pa.uint64(),
    "ticks": pa.uint64(),
    "begun_before": pa.bool_(),
    "goes_on": pa.bool_(),
    "meta": pa.string(),
}


def check(holds, promise):
    if not holds:
        sys.exit(f"broken promise: {promise}")


def with_pyarrow(path):
    source = pa.memory_map(path)
    reader = pa.ipc.open_file(source)
    schema = reader.schema
    head = json.loads(schema.metadata[b"lukao.drive"])
    check(head["version"][0] == 1, "version 1.x")
    for name, kind in PLAIN.items():
        check(schema.field(name).type == kind, f"{name} is {kind}")
    lists = [f for f in schema if f.name not in PLAIN]
    check(all(pa.types.is_large_list(f.type) for f in lists), "channels are large lists")

    batches = [reader.get_batch(i) for i in range(reader.num_record_batches)]
    source.seek(0)
    mapped = source.read_buffer(source.size())

    next_tick = [c["first_tick"] for c in head["clocks"]]
    last_time = [None] * len(next_tick)
    samples = 0
    for batch in batches:
        for array in batch.columns:
            for buffer in (b for b in array.buffers() if b is not None and b.size > 0):
                at = buffer.address - mapped.address
                check(0 <= at < mapped.size, "a mapped file is read without a copy, so it is not compressed")
                check(at % 64 == 0, "buffers are aligned to 64 bytes")
        rows = batch.to_pylist()
        times = {r["clock"]: r["t_ns"] for r in rows if r["kind"] == "clock"}
        for r in rows:
            first, n = r["first_tick"], r["ticks"]
            if r["kind"] == "clock":
                c = r["clock"]
                check(first == next_tick[c] and n == len(r["t_ns"]), "clocks go on without a hole")
                t = ([last_time[c]] if last_time[c] is not None else []) + r["t_ns"]
                check(all(a < b for a, b in zip(t, t[1:])), "times rise")
                next_tick[c], last_time[c] = first + n, r["t_ns"][-1]
                continue
            at = first - (next_tick[r["clock"]] - len(times[r["clock"]]))
            check(0 <= at and at + n <= len(times[r["clock"]]), "ticks are ticks of the clock")
            for f in lists:
                v = r[f.name]
                check(v is None or f.name == "contact_index" or len(v) == n, f"{f.name} has a value a tick")
            if r["kind"] == "run":
                check(all(None not in r[c] for c in ("x_m", "y_m", "yaw_rad")), "poses miss nothing")
                samples += n
    return head, schema, batches, samples


def with_polars(path):
    frame = pl.read_ipc(path)
    runs = frame.filter(pl.col("kind") == "run")
    # One line a sample: the run's part of its clock, and the pose, side by side.
    clocks = frame.filter(pl.col("kind") == "clock").select("clock", "t_ns", clock_first="first_tick")
    ticks = clocks.explode("t_ns").with_columns(
        tick=pl.col("clock_first") + pl.int_range(pl.len()).over("clock", "clock_first").cast(pl.UInt64)
    )
    samples = (
        runs.select("id", "run", "clock", "first_tick", "x_m", "y_m", "yaw_rad")
        .explode("x_m", "y_m", "yaw_rad")
        .with_columns(
            tick=pl.col("first_tick")
            + pl.int_range(pl.len()).over("id", "run", "first_tick").cast(pl.UInt64)
        )
        .join(ticks, on=["clock", "tick"], how="left")
        .select("id", "run", t_s=pl.col("t_ns") / 1e9, x_m="x_m", y_m="y_m", yaw_rad="yaw_rad")
        .sort("id", "t_s")
    )
    check(samples["t_s"].null_count() == 0, "every sample has a time")
    return frame, samples


def main(path):
    head, schema, batches, samples = with_pyarrow(path)
    header = head["header"]
    print(f"pyarrow {pa.__version__}: drive \"{header['name']}\", version {head['version']}, ego {header['actors'][header['ego']]['id']}")
    print(f"  {len(batches)} segments, {sum(b.num_rows for b in batches)} rows, {samples} samples, {len(schema)} columns")
    for f in schema:
        if f.name not in PLAIN:
            unit = (f.metadata or {}).get(b"unit", b"").decode()
            print(f"  {f.name}: {f.type.value_type} {unit}".rstrip())
    frame, table = with_polars(path)
    check(len(table) == samples, "polars sees the same samples")
    print(f"polars {pl.__version__}:")
    with pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, tbl_cols=-1, tbl_rows=30, fmt_str_lengths=20):
        print(frame.select("kind", "id", "run", "clock", "first_tick", "ticks", "begun_before", "goes_on"))
        print(table.filter(pl.col("t_s").is_between(7.0, 7.2)))
    print("all promises hold")


if __name__ == "__main__":
    main(*sys.argv[1:])
