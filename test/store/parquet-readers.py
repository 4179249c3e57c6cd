# Reads Parquet files with pyarrow, polars and DuckDB, and says what each of them finds.
import json
import sys

import duckdb
import polars
import pyarrow.compute as compute
import pyarrow.parquet as parquet


def by_pyarrow(file):
    table = parquet.read_table(file)
    times = table['ts_recv']
    return table.num_rows, times[0].as_py(), times[-1].as_py(), compute.sum(table['price']).as_py()


def by_polars(file):
    frame = polars.read_parquet(file)
    return frame.height, frame['ts_recv'][0], frame['ts_recv'][-1], frame['price'].sum()


def by_duckdb(file):
    times = duckdb.sql(f"SELECT ts_recv, price FROM read_parquet('{file}')").fetchnumpy()
    return len(times['ts_recv']), int(times['ts_recv'][0]), int(times['ts_recv'][-1]), float(times['price'].sum())


def said(result):
    rows, first, last, total = result
    return {'rows': rows, 'first': str(first), 'last': str(last), 'sum': total}


readers = {'pyarrow': by_pyarrow, 'polars': by_polars, 'duckdb': by_duckdb}
print(json.dumps([{name: said(read(file)) for name, read in readers.items()} for file in sys.argv[1:]]))
