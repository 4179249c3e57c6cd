"""Trades in a zip, by Python's zipfile, csv and decimal."""
import csv
import datetime
import decimal
import re
import zipfile
import zlib

from question import Refused, lines
from trade_date import MONTHS, usual_metals_date

NAME = re.compile(r'(\d{4})(\d\d)(\d\d)_([a-z]+)_tick_trade_(\d{4})(\d\d)\.csv')


def rows(question):
    try:
        archive = zipfile.ZipFile(question['source'])
        entries = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Refused(f'zipfile: {error}') from error
    for name, data in entries:
        if name in question['rejected'] or name.endswith('/') or name.startswith('__MACOSX/'):
            continue
        year, month, day, product, expiry_year, expiry_month = NAME.fullmatch(name.rsplit('/', 1)[-1]).groups()
        midnight = datetime.datetime(int(year), int(month), int(day), tzinfo=datetime.timezone.utc)
        instrument = f'{product.upper()}{MONTHS[int(expiry_month) - 1]}{expiry_year[2:]}'
        for where, line in lines(data):
            if f'{name} {where}' in question['rejected']:
                continue
            millis, price, size, venue, condition, suspicious = next(csv.reader([line], quoting=csv.QUOTE_NONE))
            ns = (round(midnight.timestamp() * 1000) + int(decimal.Decimal(millis))) * 1_000_000
            row = {'ts_event': ns, 'rtype': 0, 'action': 'T', 'side': 'N', 'depth': 0, 'flags': 128}
            row.update(price=float(decimal.Decimal(price)), size=int(decimal.Decimal(size)))
            row.update(venue=venue or None, condition=condition or None, suspicious=int(suspicious))
            yield f'{name} {where}', 'ticks', instrument, usual_metals_date(ns), row
