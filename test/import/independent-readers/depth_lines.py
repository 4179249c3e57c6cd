"""Position-addressed depth, by Python's json."""
import json

from books import PositionBook
from question import contents, lines
from trade_date import trade_date

CME = ('CME', 'GLOBEX', 'CBOT', 'NYMEX', 'COMEX')


def rows(question):
    (_, header), *rest = lines(contents(question), ' \t\r')
    header = json.loads(header)
    instrument = header['instrument']
    is_cme = header.get('exchange') is None or header['exchange'] in CME or header['exchange'].startswith('GLBX')
    book = PositionBook()
    last_seq, is_gap = -1, False
    for where, line in rest:
        if where in question['rejected']:
            is_gap = True
            continue
        event = json.loads(line)
        ns, seq = int(event['ts']), event.get('seq', last_seq + 1)
        last_seq = int(seq)
        date = trade_date(instrument, ns, is_cme)
        at = {'ts_recv': ns, 'sequence': last_seq}
        if is_gap:
            yield where, 'mbp10', instrument, date, {**at, **broken('N', 4), **book.columns()}
        is_gap = False
        yield where, 'mbp10', instrument, date, {**at, **depth_row(event, book), **book.columns()}
        if event['kind'] == 'trade':
            row = {**at, 'rtype': 0, 'action': 'T', 'side': aggressor(event), 'depth': 0, 'flags': 128}
            row.update(price=float(event['price']), size=int(event['size']))
            yield where, 'ticks', instrument, date, row


def broken(action, flag):
    return {'rtype': 10, 'action': action, 'side': 'N', 'depth': 0, 'price': None, 'size': 0, 'flags': 128 | flag}


def aggressor(event):
    return {'buy': 'B', 'sell': 'A', None: 'N'}[event.get('aggressor')]


def depth_row(event, book):
    """Applies the event to the book."""
    kind = event['kind']
    if kind == 'reset':
        book.clear()
        return broken('R', 0)
    if kind == 'gap':
        return broken('N', 4)
    price, size = float(event['price']), int(event['size'])
    if kind == 'trade':
        return {**broken('T', 0), 'side': aggressor(event), 'price': price, 'size': size}
    operation, position, side = int(event['op']), int(event['position']), 'AB'[int(event['side'])]
    book.apply(operation, side, position, price, size)
    flags = 128 if event.get('last', True) else 0
    return {'rtype': 10, 'action': 'AMC'[operation], 'side': side, 'depth': position, 'price': price, 'size': size, 'flags': flags}
