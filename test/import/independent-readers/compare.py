"""Compares what an import stored with what Python's own readers find in the same file.

A question a line on stdin: {"kind", "source", "name", "objects": [{dataset, instrument, tradeDate, path}], "rejected": ["line 3"],
"instrument"}; an answer a line on stdout: {"verdict": "same" | "refused" | "different", "rows", "why"}.
"""
import json
import sys
import traceback

import pyarrow.parquet as parquet

import bars_csv
import binance_lines
import dbn
import depth_lines
import journal_lines
import sierra
import trades_zip
from question import Refused

READERS = {
    'databento-dbn': dbn.rows,
    'sierra-scid': sierra.ticks,
    'sierra-depth': sierra.depth,
    'trades.zip': trades_zip.rows,
    'dom_ib.jsonl': depth_lines.rows,
    'binance-lines': binance_lines.rows,
    'bars.csv': bars_csv.rows,
    'journal.jsonl': journal_lines.rows,
}


def answer(question):
    partitions = stored(question['objects'])
    compared = 0
    try:
        for where, dataset, instrument, date, row in READERS[question['kind']](question):
            partition = partition_of(partitions, dataset, instrument, date, row)
            if partition is None:
                return different(f'{where}: {dataset} of {instrument} on {date or "some day"} lacks {row}')
            odd = difference(row, partition.pop())
            if odd:
                return different(f'{where}: {dataset} of {instrument}: {odd}')
            compared += 1
    except Refused as refusal:
        return {'verdict': 'refused', 'why': str(refusal)}
    except Exception:
        # What was imported has to be readable here, or its reader has to say that it takes no such file.
        return different(traceback.format_exc()[-600:])
    left = {key: len(rows) for key, rows in partitions.items() if rows}
    return different(f'nobody else finds {left}') if left else {'verdict': 'same', 'rows': compared}


def different(why):
    return {'verdict': 'different', 'why': why[:600]}


def stored(objects):
    """Rows by dataset, instrument and trade date; the last one is the first of the file."""
    partitions = {}
    for one in objects:
        key = (one['dataset'], one['instrument'], one['tradeDate'])
        partitions.setdefault(key, []).extend(parquet.ParquetFile(one['path']).read().to_pylist())
    for rows in partitions.values():
        rows.reverse()
    return partitions


def partition_of(partitions, dataset, instrument, date, row):
    """Where the day is not known here, the partition whose next row it is."""
    if date is not None:
        return partitions.get((dataset, instrument, date)) or None
    found = [rows for key, rows in partitions.items() if key[:2] == (dataset, instrument) and rows]
    same = [rows for rows in found if difference(row, rows[-1]) is None]
    return (same or found or [None])[0]


def difference(expected, found):
    """Every column counts: what is not expected has to be NULL."""
    for name, value in found.items():
        if name == 'symbol':
            continue
        if value != expected.get(name):
            return f'{name} is stored as {value!r}, and reads {expected.get(name)!r}'
    missing = [name for name, value in expected.items() if value is not None and name not in found]
    return f'{missing} are not stored' if missing else None


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
