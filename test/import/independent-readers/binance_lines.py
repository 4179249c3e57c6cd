"""Binance's messages, by Python's json and decimal."""
import decimal
import json

from books import PriceBook
from question import contents, lines
from trade_date import utc_date

UNIT = 1_000_000_000


def messages(question):
    for where, line in lines(contents(question)):
        if where not in question['rejected']:
            time, text = line.split(' ', 1)
            message = json.loads(text)
            yield where, int(time), message.get('data', message) if 'data' in message else message


def rows(question):
    book = Book()
    found = list(messages(question))
    instrument = next((one['s'] for _, _, one in found if one.get('s')), 'unknown')
    for where, ns, message in found:
        if 'lastUpdateId' in message:
            for row in book.start(ns, message):
                yield where, 'mbp10', instrument, utc_date(ns), row
        elif message.get('e') == 'depthUpdate':
            for row in book.change(ns, message):
                yield where, 'mbp10', instrument, utc_date(ns), row
        elif message.get('e') in ('trade', 'aggTrade'):
            yield where, 'ticks', instrument, utc_date(ns), trade(ns, message)


def trade(ns, message):
    row = {'ts_recv': ns, 'ts_event': message['T'] * 1_000_000, 'rtype': 0, 'action': 'T', 'depth': 0, 'flags': 128}
    row.update(side='A' if message['m'] else 'B', sequence=message['t' if message['e'] == 'trade' else 'a'])
    row.update(price=float(decimal.Decimal(message['p'])), size=float(decimal.Decimal(message['q'])))
    return row


class Book(PriceBook):
    def __init__(self):
        super().__init__()
        self.early, self.last, self.is_open = [], 0, False

    def start(self, ns, message):
        self.clear()
        self.last = message['lastUpdateId']
        at = {'ts_recv': ns, 'ts_event': ns, 'sequence': self.last}
        yield self.row(at, 'R', 'N', 0, None, 0, 32)
        yield from self.levels(at, message['bids'], message['asks'], 32)
        early, self.early = self.early, None
        for update in early or []:
            if update['u'] > message['lastUpdateId']:
                yield from self.apply(ns, update)

    def change(self, ns, update):
        if self.early is None:
            yield from self.apply(ns, update)
        else:
            self.early.append(update)

    def apply(self, ns, update):
        if update['u'] <= self.last:
            return
        at = {'ts_recv': ns, 'ts_event': update.get('T', update['E']) * 1_000_000, 'sequence': update['u']}
        if update['U'] > self.last + 1 and update.get('pu') != self.last:
            yield self.row(at, 'N', 'N', 0, None, 0, 4 | 128)
        self.last = update['u']
        yield from self.levels(at, update['b'], update['a'], 0)

    def levels(self, at, bids, asks, flags):
        changes = [('B', level) for level in bids] + [('A', level) for level in asks]
        for index, (side, (price, size)) in enumerate(changes):
            units, held = int(decimal.Decimal(price) * UNIT), len(self.sides[side])
            position = self.set(side, units, float(decimal.Decimal(size)))
            is_last = index == len(changes) - 1
            if (position is None or position >= 10) and not (is_last and self.is_open):
                continue
            grown = len(self.sides[side]) - held
            action = 'A' if grown > 0 else 'C' if grown < 0 else 'M'
            depth = min(255, position or 0)
            yield self.row(at, action, side, depth, units, float(decimal.Decimal(size)), flags | (128 if is_last else 0))

    def row(self, at, action, side, depth, units, size, flags):
        self.is_open = flags & 128 == 0
        row = {**at, 'rtype': 10, 'action': action, 'side': side, 'depth': depth, 'size': size, 'flags': flags}
        row['price'] = None if units is None else units / UNIT
        return {**row, **self.columns(UNIT, counts=False)}
