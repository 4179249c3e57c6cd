"""Writes test/calendar/product-calendar-sources.json: the trade dates of 2010 to 2030 on which two public calendars depart
from a Globex close at 16:00 Chicago, by product group. Dates and times only; null for a day without a session.

    pip install pandas_market_calendars==5.5.0
    python scripts/product-calendar-sources.py market-hours-database.json

The argument is Data/market-hours/market-hours-database.json of QuantConnect/Lean. docs/calendar.md says how far to
trust which.
"""

import json
import sys
import warnings
from datetime import date

warnings.filterwarnings("ignore")
import pandas as pd
import pandas_market_calendars as packaged

TARGET = "test/calendar/product-calendar-sources.json"
USUAL_CLOSE = "16:00"
# Group: the name in pandas_market_calendars, the market and the product in Lean. Lean keeps metals' own early closes
# from 2024 only; the package has one calendar for energy and metals.
GROUPS = {
    "energyAndMetals": ("CMEGlobex_EnergyAndMetals", "Future-nymex-[*]", "Future-nymex-CL"),
    "rates": ("CME Globex Fixed Income", "Future-cbot-[*]", "Future-cbot-ZN"),
    "fx": ("CMEGlobex_FX", "Future-cme-[*]", "Future-cme-6E"),
}


def packaged_closes(name):
    schedule = packaged.get_calendar(name).schedule("2010-01-01", "2030-12-31")
    closes = {
        day.strftime("%Y-%m-%d"): row.market_close.tz_convert("America/Chicago").strftime("%H:%M")
        for day, row in schedule.iterrows()
    }
    days = [day.strftime("%Y-%m-%d") for day in pd.bdate_range("2010-01-01", "2030-12-31")]
    return {day: closes.get(day) for day in days if closes.get(day) != USUAL_CLOSE}


def lean_closes(entries):
    early, shut = {}, set()
    for entry in entries:
        behind = 1 if entry["exchangeTimeZone"] == "America/New_York" else 0
        for day, time in entry["earlyCloses"].items():
            hour, minute = time.split(":")[:2]
            early[iso(day)] = f"{int(hour) - behind:02}:{minute}"
        # A late open without an early close is the evening's session, which belongs to the next day.
        shut.update(iso(day) for day in [*entry["holidays"], *entry.get("lateOpens", {})])
    closes = {**dict.fromkeys(shut), **early}
    return {
        day: close
        for day, close in sorted(closes.items())
        if "2010" <= day < "2031" and date.fromisoformat(day).weekday() < 5 and close != USUAL_CLOSE
    }


def iso(american):
    month, day, year = american.split("/")
    return f"{int(year)}-{int(month):02}-{int(day):02}"


database = json.load(open(sys.argv[1], encoding="utf8"))["entries"]
table = {
    "packaged": {group: packaged_closes(name) for group, (name, _, _) in GROUPS.items()},
    "lean": {group: lean_closes([database[market], database[product]]) for group, (_, market, product) in GROUPS.items()},
}
with open(TARGET, "w", encoding="utf8") as file:
    json.dump(table, file, indent=1)
    file.write("\n")
