"""Databento's files, by its own package."""
import databento_dbn as databento

from books import PriceBook
from question import Refused, contents
from trade_date import moment, trade_date

UNIT = 1_000_000_000
NO_PRICE = databento.UNDEF_PRICE
NO_TIME = databento.UNDEF_TIMESTAMP
BARS = {32: 1, 33: 60, 34: 3600, 35: 86_400, 36: 86_400}
# Its defects come as what pyo3 makes of a panic, which is no Exception.
FAULTS = BaseException
AS_IS = databento.VersionUpgradePolicy.AS_IS


def rows(question):
    data = contents(question)
    head = 8 + int.from_bytes(data[4:8], 'little')
    decoder = databento.DBNDecoder(upgrade_policy=AS_IS)
    try:
        decoder.write(data[:head])
        (metadata,) = decoder.decode()
    except FAULTS as error:
        raise Refused(f'metadata: {error}') from error
    reader = Reader(metadata)
    offset = head
    while offset < len(data):
        size = data[offset] * 4
        where = f'byte {offset}'
        if where not in question['rejected']:
            try:
                decoder.write(data[offset:offset + size])
                (record,) = decoder.decode()
            except FAULTS as error:
                raise Refused(f'{where}: {error}') from error
            yield from ((where, *row) for row in reader.take(record, data[offset + 1]))
        offset += size


def price(units):
    return None if units == NO_PRICE else units / UNIT


def time(ns):
    return None if ns == NO_TIME else ns


class Reader:
    def __init__(self, metadata):
        self.is_cme = metadata.dataset.startswith('GLBX')
        # Symbols are told for ids only where ids are what the file was made to hold.
        self.mappings = metadata.mappings if metadata.stype_out == databento.SType.INSTRUMENT_ID else {}
        self.mapped, self.books = {}, {}

    def take(self, record, rtype):
        if rtype == 0x16:
            self.mapped[record.instrument_id] = record.stype_out_symbol
            return
        if rtype not in (0, 1, 10, 0x13, 0xA0, *BARS):
            return
        ns = record.ts_event if rtype in BARS else record.ts_recv
        symbol = record.raw_symbol if rtype == 0x13 else self.symbol(record.instrument_id, ns)
        date = trade_date(symbol, ns, self.is_cme)
        for dataset, row in self.rows_of(record, rtype, symbol):
            yield dataset, symbol, date, row

    def symbol(self, number, ns):
        if number in self.mapped:
            return self.mapped[number]
        day = moment(ns).date()
        is_known = False
        for symbol, intervals in self.mappings.items():
            for one in intervals:
                is_known |= one['symbol'] == str(number)
                if one['symbol'] == str(number) and one['start_date'] <= day < one['end_date']:
                    return symbol
        return None if is_known else f'instrument-{number}'

    def rows_of(self, record, rtype, symbol):
        if rtype in BARS:
            row = {name: price(getattr(record, name)) for name in ('open', 'high', 'low', 'close')}
            yield 'bars', {**row, 'ts_event': record.ts_event, 'interval_s': BARS[rtype], 'volume': float(record.volume)}
        elif rtype == 0x13:
            yield 'definitions', definition(record)
        else:
            common = market(record)
            if common['action'] == 'T':
                yield 'ticks', {**common, 'rtype': 0, 'depth': 0}
            if rtype == 0xA0:
                yield from self.orders(record, common, (symbol, record.instrument_id))
            elif rtype != 0:
                yield 'mbp10', {**common, 'rtype': rtype, 'depth': record.depth, **levels(record)}

    def orders(self, record, common, key):
        book = self.books.setdefault(key, OrderBook())
        level = book.apply(record, common)
        is_last = common['flags'] & 128 != 0
        if (level is not None and level < 10) or (is_last and book.is_open):
            book.is_open = not is_last
            yield 'mbp10', {**common, 'rtype': 10, 'depth': level or 0, **book.columns(UNIT)}


def market(record):
    return {
        'ts_recv': time(record.ts_recv),
        'ts_event': time(record.ts_event),
        'publisher_id': record.publisher_id,
        'instrument_id': record.instrument_id,
        'action': str(record.action),
        'side': str(record.side),
        'price': price(record.price),
        'size': record.size,
        'flags': int(record.flags),
        'ts_in_delta': record.ts_in_delta,
        'sequence': record.sequence,
    }


def levels(record):
    row = {}
    for number, level in enumerate(record.levels):
        for word in ('bid', 'ask'):
            units = getattr(level, f'{word}_px')
            if units != NO_PRICE:
                row[f'{word}_px_{number:02}'] = units / UNIT
                row[f'{word}_sz_{number:02}'] = getattr(level, f'{word}_sz')
                row[f'{word}_ct_{number:02}'] = getattr(level, f'{word}_ct')
    return row


def definition(record):
    row = {name: getattr(record, name) or None for name in ('raw_symbol', 'exchange', 'asset', 'security_type', 'currency')}
    row.update({name: price(getattr(record, name)) for name in ('min_price_increment', 'display_factor', 'unit_of_measure_qty')})
    row.update({name: time(getattr(record, name)) for name in ('ts_recv', 'ts_event', 'expiration', 'activation')})
    depth = record.market_depth
    return {**row, 'instrument_id': record.instrument_id, 'market_depth': None if depth == 2**31 - 1 else depth}


class OrderBook(PriceBook):
    """Every order by its id; levels are added up anew from the orders."""

    def __init__(self):
        super().__init__()
        self.orders, self.is_open = {}, False

    def apply(self, record, common):
        """@returns the level that changed, or None"""
        action = common['action']
        if action in 'RT':
            if action == 'R':
                self.orders, self.sides = {}, {'A': {}, 'B': {}}
            return 0
        if action in 'FN':
            return None
        before = self.orders.get(record.order_id)
        after = self.order_after(action, before, common, record)
        if before is None and after is None:
            return None
        touched = [self.position(one[0], one[1]) for one in (before,) if one]
        if after is None:
            self.orders.pop(record.order_id, None)
        else:
            self.orders[record.order_id] = after
        self.add_up()
        touched += [self.position(one[0], one[1]) for one in (after,) if one]
        return min(touched)

    @staticmethod
    def order_after(action, before, common, record):
        side, size = common['side'], common['size']
        if action == 'C':
            left = before[2] - size if before else 0
            return (*before[:2], left) if left > 0 else None
        return (side, record.price, size) if size > 0 else None

    def add_up(self):
        self.sides = {'A': {}, 'B': {}}
        for side, units, size in self.orders.values():
            level = self.sides[side].setdefault(units, [0, 0])
            level[0] += size
            level[1] += 1
