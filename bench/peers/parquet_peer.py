# Peer of the bench `store`: pyarrow writes and reads the same rows. `write` measures the write alone: the rows are in
# memory, and neither parsed nor hashed. Prints the seconds.
import os
import sys
import time

import pyarrow
import pyarrow.parquet as parquet


def write(target, files):
    table = pyarrow.concat_tables([parquet.read_table(file) for file in files]).combine_chunks()
    start = time.perf_counter()
    parquet.write_table(table, target, compression='zstd', compression_level=1, row_group_size=131072)
    with open(target, 'rb+') as file:
        os.fsync(file.fileno())
    return time.perf_counter() - start


def read(columns, files):
    start = time.perf_counter()
    rows = sum(parquet.read_table(file, columns=columns).num_rows for file in files)
    assert rows > 0
    return time.perf_counter() - start


task, argument, *files = sys.argv[1:]
print(write(argument, files) if task == 'write' else read(argument.split(',') if argument else None, files))
