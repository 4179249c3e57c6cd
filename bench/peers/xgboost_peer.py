"""Python's xgboost and onnxruntime on the same rows.

train FEATURES LABEL ROWS COLUMNS PARAMETERS ROUNDS MODEL   a fit; writes the model as JSON
row GRAPH FEATURES ROWS COLUMNS                             one row at a time through onnxruntime
predict MODEL FEATURES ROWS COLUMNS                         one row at a time through xgboost itself
Prints one JSON object; seconds do not contain reading files.
"""

import json
import resource
import statistics
import sys
import time

import numpy as np


def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def matrix(file, rows, columns):
    return np.fromfile(file, dtype=np.float32).reshape(int(rows), int(columns))


def train(features, label, rows, columns, parameters, rounds, model):
    import xgboost

    x = matrix(features, rows, columns)
    y = np.fromfile(label, dtype=np.uint8).astype(np.float32)
    options = json.loads(parameters)
    wall, cpu = time.perf_counter(), used()
    data = xgboost.DMatrix(x, label=y, nthread=int(options["nthread"]))
    booster = xgboost.train(options, data, num_boost_round=int(rounds))
    raw = booster.save_raw("json")
    result = {"wall": time.perf_counter() - wall, "cpu": used() - cpu}
    with open(model, "wb") as out:
        out.write(raw)
    return result


def each_row(x, call):
    for row in x[:500]:
        call(row.reshape(1, -1))
    times = []
    for row in x:
        one = row.reshape(1, -1)
        begun = time.perf_counter_ns()
        call(one)
        times.append((time.perf_counter_ns() - begun) / 1000)
    return {"p50": statistics.median(times), "p99": float(np.quantile(times, 0.99))}


def row(graph, features, rows, columns):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return each_row(matrix(features, rows, columns), lambda one: session.run(["probabilities"], {"features": one}))


def predict(model, features, rows, columns):
    import xgboost

    booster = xgboost.Booster({"nthread": 1}, model_file=model)
    return each_row(matrix(features, rows, columns), lambda one: booster.inplace_predict(one))


print(json.dumps({"train": train, "row": row, "predict": predict}[sys.argv[1]](*sys.argv[2:])))
