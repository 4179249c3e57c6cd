"""The sample and the obvious order book, for every client to be judged by."""

import gzip
import json


def read_depth(path):
    """Every depth operation of the sample as (position, operation, side, price, size)."""
    with gzip.open(path, "rt") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        (row["position"], row["op"], row["side"], row["price"], row["size"])
        for row in rows
        if row["kind"] == "depth"
    ]


def splice(operations, rows=10):
    """The two sides, best price first: insert and delete splice a list. Sides: 0 ask, 1 bid."""
    sides = [[], []]
    for position, operation, side, price, size in operations:
        book = sides[side]
        if operation == 0:
            book.insert(position, (price, size))
        elif operation == 1:
            book[position : position + 1] = [(price, size)]
        else:
            del book[position]
        del book[rows:]
    return sides


def without_deleted_level(operations):
    """For clients that tell a delete with the price and size of the level that they had there."""
    return [(row[0], row[1], row[2], 0, 0) if row[1] == 2 else row for row in operations]


def judge(received, expected):
    """What a result says about depth: counts, differences, and whether the books agree."""
    differences = sum(1 for got, want in zip(received, expected) if got != want)
    return {
        "received": len(received),
        "differences": differences + abs(len(received) - len(expected)),
        "booksAgree": splice(received) == splice(expected),
    }
