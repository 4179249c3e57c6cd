"""Journals, by Python's json and datetime."""
import datetime
import decimal
import json

from question import contents, lines
from trade_date import trade_date

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def first(line, *names):
    return next((line[name] for name in names if line.get(name) is not None), None)


def real(value):
    return None if value is None else float(value)


def whole(value):
    return None if value is None else int(value) if value == int(value) else value


def text(value):
    return None if value is None else value if isinstance(value, str) else str(whole(value))


def ns_of(iso):
    """datetime has microseconds; what is finer is added by hand."""
    head, _, fraction = iso.rstrip('Z').partition('.')
    passed = datetime.datetime.fromisoformat(head).replace(tzinfo=datetime.timezone.utc) - EPOCH
    seconds = passed.days * 86_400 + passed.seconds
    return seconds * 1_000_000_000 + int(decimal.Decimal(f'0.{fraction or 0}') * 1_000_000_000)


def rows(question):
    for where, line in lines(contents(question)):
        if where in question['rejected']:
            continue
        entry = json.loads(line, parse_float=decimal.Decimal)
        ns = ns_of(entry['marketTime'])
        row = {'ts_event': ns, 'n': whole(entry['n']), 'kind': entry['kind']}
        row.update(order_ref=entry.get('orderRef'), side=entry.get('side'), perm_id=whole(entry.get('permId')))
        row.update(price=real(first(entry, 'price', 'limitPrice')), size=real(entry.get('contracts')))
        is_fill = entry['kind'] in ('fill', 'commission')
        row.update(fill(entry) if is_fill else order(entry, line))
        yield where, 'fills' if is_fill else 'orders', 'account', trade_date('account', ns), row


def fill(entry):
    return {
        'exec_id': entry.get('execId'),
        'corrects': entry.get('corrects'),
        'executed_at': entry.get('executedAt'),
        'currency': entry.get('currency'),
        'commission': real(entry.get('amount')) if entry['kind'] == 'commission' else None,
        'realized_pnl': real(entry.get('realizedPnl')),
    }


def order(entry, line):
    return {
        'order_type': entry.get('orderType'),
        'purpose': entry.get('purpose'),
        'status': first(entry, 'status', 'outcome'),
        'reason': first(entry, 'reason', 'text'),
        'code': text(entry.get('code')),
        'order_id': whole(entry.get('orderId')),
        'model_version': whole(entry.get('modelVersion')),
        'event_seq': whole(entry.get('eventSeq')),
        'filled': real(entry.get('filled')),
        'remaining': real(entry.get('remaining')),
        'body': line,
    }
