"""Evidently's and NannyML's defaults on days of features: drift_peer.py FOLDER

FOLDER holds CSV files with the columns `day` and one for each feature, NAME.reference.csv and NAME.days.csv.
Prints {NAME: {"evidently": [columns drifted on each day], "evidentlyDataset": [...], "nannyml": [...]}}.
"""

import glob
import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")

import nannyml
import pandas
from evidently import Report
from evidently.presets import DataDriftPreset


def evidently_days(reference, days):
    columns, dataset = [], []
    plain = reference.drop(columns="day")
    for _, day in days.groupby("day", sort=True):
        metrics = Report([DataDriftPreset()]).run(day.drop(columns="day"), plain).dict()["metrics"]
        # The preset calls the whole drifted where half of its columns are.
        drifted = metrics[0]["value"]
        columns.append(int(drifted["count"]))
        dataset.append(int(drifted["share"] >= 0.5))
    return columns, dataset


def nannyml_days(reference, days):
    names = [name for name in reference.columns if name != "day"]
    stamp = lambda frame: frame.assign(timestamp=pandas.Timestamp("2020-01-01") + pandas.to_timedelta(frame["day"], unit="D"))
    calculator = nannyml.UnivariateDriftCalculator(
        column_names=names, timestamp_column_name="timestamp", chunk_period="D"
    )
    calculator.fit(stamp(reference))
    result = calculator.calculate(stamp(days)).filter(period="analysis").to_df()
    alerts = [column for column in result.columns if column[-1] == "alert" and column[0] != "chunk"]
    return [int(count) for count in result[alerts].sum(axis=1)]


out = {}
for place in sorted(glob.glob(os.path.join(sys.argv[1], "*.reference.csv"))):
    name = os.path.basename(place)[: -len(".reference.csv")]
    reference, days = pandas.read_csv(place), pandas.read_csv(place.replace(".reference.", ".days."))
    columns, dataset = evidently_days(reference, days)
    out[name] = {"evidently": columns, "evidentlyDataset": dataset, "nannyml": nannyml_days(reference, days)}
    print(name, file=sys.stderr)
print(json.dumps(out))
