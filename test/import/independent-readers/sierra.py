"""Sierra Chart's files, by Python's struct."""
import decimal
import math
import struct

from books import PriceBook
from question import Refused, contents
from trade_date import trade_date

# Microseconds from 1899-12-30.
EPOCH_US = 25_569 * 86_400 * 1_000_000
TICK = struct.Struct('<q4f4I')
DEPTH = struct.Struct('<qBBHfII')
UNBUNDLED = {struct.pack('<f', -1.99900095e37): 'first', struct.pack('<f', -1.99900197e37): 'last'}
UNIT = 1_000_000_000


def records(question, magic, kind):
    data = contents(question)
    found, header, record = struct.unpack_from('<4sII', data)
    if found != magic or record != kind.size:
        raise Refused('is of another kind')
    for offset in range(header, len(data) - record + 1, record):
        if f'byte {offset}' not in question['rejected']:
            yield f'byte {offset}', kind.unpack_from(data, offset)


def decimal_of(value):
    """The shortest decimal that gives the same float32; of two that are equally near the larger one. What is whole is itself."""
    if value == int(value):
        return value
    exact = decimal.Decimal(value)
    for digits in range(1, 10):
        shortest = float(decimal.Context(digits, decimal.ROUND_HALF_UP).create_decimal(exact))
        if struct.pack('<f', shortest) == struct.pack('<f', value):
            return shortest
    return value


def units_of(value):
    units = decimal.Decimal(repr(decimal_of(value))) * UNIT
    if units != int(units):
        raise ValueError(f'{value} has more than nine decimals')
    return int(units)


def quote(value):
    return decimal_of(value) if math.isfinite(value) and 1e-9 <= abs(value) < 1e9 else None


def ticks(question):
    instrument = question['instrument']
    for where, (us, opened, high, low, close, trades, volume, bid, ask) in records(question, b'SCID', TICK):
        ns = (us - EPOCH_US) * 1000
        side = 'B' if ask > 0 and bid == 0 else 'A' if bid > 0 and ask == 0 else 'N'
        row = {'ts_event': ns, 'rtype': 0, 'action': 'T', 'side': side, 'depth': 0, 'flags': 128}
        row.update(price=decimal_of(close), size=volume, ask_px_00=quote(high), bid_px_00=quote(low))
        row.update(num_trades=trades, bid_volume=bid, ask_volume=ask)
        row['unbundled'] = UNBUNDLED.get(struct.pack('<f', opened))
        yield where, 'ticks', instrument, trade_date(instrument, ns), row


def depth(question):
    instrument = question['instrument']
    book = PriceBook()
    in_snapshot = is_open = False
    for where, (us, command, flags, orders, price, size, _) in records(question, b'SCDD', DEPTH):
        ns = (us - EPOCH_US) * 1000
        is_last = flags & 1 == 1
        side = 'B' if command % 2 == 0 else 'A'
        units = units_of(price) if command > 1 else 0
        if command == 0:
            continue
        if command == 1:
            book.clear()
            in_snapshot, position = True, 0
        else:
            position = book.set(side, units, 0 if command >= 6 else size, orders)
        if (position is not None and position < 10) or (is_last and is_open):
            row = {'ts_event': ns, 'rtype': 10, 'action': '_RAAMMCC'[command], 'side': 'N' if command == 1 else side}
            row.update(depth=position or 0, size=size, flags=(128 if is_last else 0) | (32 if in_snapshot else 0))
            row['price'] = None if command == 1 else units / UNIT
            yield where, 'mbp10', instrument, trade_date(instrument, ns), {**row, **book.columns(UNIT)}
            is_open = not is_last
        if is_last:
            in_snapshot = False
