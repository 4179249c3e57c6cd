"""Bars, by Python's csv and decimal."""
import csv
import datetime
import decimal

from question import contents, lines
from trade_date import trade_date

HEADERS = ('ts_open_utc,open,high,low,close,volume', 'timestamp_utc,open,high,low,close,volume')


def rows(question):
    for where, line in lines(contents(question)):
        if where in question['rejected'] or line.startswith('#') or line in HEADERS:
            continue
        time, *numbers = next(csv.reader([line]))
        opened = datetime.datetime.fromisoformat(time.replace('Z', '')).replace(tzinfo=datetime.timezone.utc)
        ns = round(opened.timestamp()) * 1_000_000_000
        opens, high, low, close, volume = (float(decimal.Decimal(text)) if text else None for text in numbers)
        row = {'ts_event': ns, 'interval_s': question['barSeconds']}
        row.update(open=opens, high=high, low=low, close=close, volume=volume)
        yield where, 'bars', question['instrument'], trade_date(question['instrument'], ns), row
