"""Exchange trade dates by the table of sessions that two public calendars and CME's notices gave, and by zoneinfo."""
import bisect
import datetime
import json
import os
from zoneinfo import ZoneInfo

CHICAGO = ZoneInfo('America/Chicago')
EQUITY_INDEX = ('ES', 'NQ', 'RTY', 'YM', 'EMD', 'MES', 'MNQ', 'M2K', 'MYM')
MONTHS = 'FGHJKMNQUVXZ'


def moment(ns):
    return datetime.datetime.fromtimestamp(ns // 1_000_000_000, datetime.timezone.utc)


def utc_date(ns):
    return moment(ns).date().isoformat()


def product_of(instrument):
    """`ES` of `ESU4`, `ESU25_FUT_CME`; None of what is no contract."""
    name = instrument.split('_')[0].rstrip('0123456789')
    return name[:-1] if len(name) > 1 and name[-1] in MONTHS and name != instrument.split('_')[0] else None


class Sessions:
    def __init__(self, file):
        with open(file, encoding='utf-8') as text:
            sessions = json.load(text)['sessions']
        closes = [(seconds(one['ethClose']), one['date']) for one in sessions if one['ethClose']]
        self.closes, self.dates = zip(*closes)

    def date_at(self, ns):
        """A session belongs to the day on which it ends; what comes before it belongs to it too."""
        at = bisect.bisect_right(self.closes, ns / 1e9)
        return self.dates[at] if at < len(self.dates) else None


def seconds(iso):
    return datetime.datetime.fromisoformat(iso).timestamp()


SESSIONS = Sessions(os.environ['BELIEVE_SESSIONS'])


def trade_date(instrument, ns, is_cme=True):
    """None where no independent source of the product's hours is at hand."""
    if not is_cme:
        return utc_date(ns)
    if instrument == 'account' or product_of(instrument) in EQUITY_INDEX:
        return SESSIONS.date_at(ns)
    return None


def usual_metals_date(ns):
    """COMEX on a day without exceptions: trades until 17:00 belong to the day, on Sunday evening to Monday."""
    local = moment(ns).astimezone(CHICAGO)
    day = local.date() + datetime.timedelta(days=1 if local.hour >= 17 else 0)
    return None if day.weekday() > 4 else day.isoformat()
