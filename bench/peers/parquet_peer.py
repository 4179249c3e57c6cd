# Peer of the bench `store`: pyarrow writes and reads the same rows. `write` measures the write alone: the rows are in
# memory, and neither parsed nor hashed. `unpack` takes a zstd file to its end. Prints the seconds; with `sums`, what the columns add up to.
import json
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


# Of each column how many values there are, and what they add up to: numbers modulo a million, letters as their code.
def sums(columns, files):
    found = {name: [0, 0] for name in columns}
    for file in files:
        table = parquet.read_table(file, columns=columns)
        for name in columns:
            values = table[name].drop_null()
            found[name][0] += len(values)
            found[name][1] += sum_of_letters(values) if values.type == 'string' else float((values.to_numpy() % 1_000_000).sum())
    return json.dumps(found)


def sum_of_letters(values):
    return sum(ord(one['values'].as_py()) * one['counts'].as_py() for one in values.value_counts())


def unpack(file):
    start = time.perf_counter()
    with pyarrow.input_stream(file, compression='zstd') as stream:
        while stream.read(1 << 20):
            pass
    return time.perf_counter() - start


task, argument, *files = sys.argv[1:]
if task == 'write':
    print(write(argument, files))
elif task == 'unpack':
    print(unpack(argument))
else:
    print({'read': read, 'sums': sums}[task](argument.split(','), files))
