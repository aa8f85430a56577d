#!/usr/bin/env python3
"""XGBoost through a server against its own package: the same fit from the same Parquet file, loading included, in turns.

    xgboost_fit.py --server build/release/firesteel --scratch DIR [--rows 1000000] [--columns 20] [--rounds 10 100] [--repeat 5]

Needs xgboost-cpu, pandas, pyarrow and pyspark-client of tools/requirements.txt. Both train the objective binary:logistic with depth 6,
all threads and the metric of the training rows each round, as xgboost.spark does; the package reads the file with pandas into a
QuantileDMatrix. Prints seconds and CPU seconds (of the server, of the package's process) of each turn, and the medians.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "test")]


def make_file(path, rows, columns):
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    random = np.random.default_rng(0)
    numbers = random.normal(size=(rows, columns))
    score = numbers[:, 0] + numbers[:, 1] * numbers[:, 2] - np.abs(numbers[:, 3]) + random.normal(size=rows)
    table = {f"x{i}": numbers[:, i] for i in range(columns)}
    pq.write_table(pa.table({**table, "y": (score > 0).astype(float)}), path, row_group_size=131072)


def native(path, rounds):
    """In a process of its own: seconds and CPU seconds without the start of Python."""
    import pandas as pd
    import xgboost
    begin, cpu = time.time(), time.process_time()
    frame = pd.read_parquet(path)
    label = frame.pop("y")
    data = xgboost.QuantileDMatrix(frame, label)
    xgboost.train({"objective": "binary:logistic", "max_depth": 6}, data, rounds, evals=[(data, "training")], verbose_eval=False)
    print(time.time() - begin, time.process_time() - cpu)


def served(spark, path, columns, rounds):
    from firesteel.xgboost import SparkXGBClassifier
    begin = time.time()
    SparkXGBClassifier(features_col=[f"x{i}" for i in range(columns)], label_col="y", n_estimators=rounds, max_depth=6).fit(
        spark.read.parquet(path))
    return time.time() - begin


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--rounds", type=int, nargs="+", default=[10, 100])
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    from firesteel_testing.server import Server
    from pyspark.sql import SparkSession
    path = os.path.join(options.scratch, f"xgboost_{options.rows}_{options.columns}.parquet")
    if not os.path.exists(path):
        make_file(path, options.rows, options.columns)
    server = Server(program=os.path.abspath(options.server))
    try:
        spark = SparkSession.builder.remote(server.remote).create()
        spark.range(1).collect()
        for rounds in options.rounds:
            times = {"package": [], "server": []}
            for _ in range(options.repeat):
                own = subprocess.run([sys.executable, __file__, "--native", path, str(rounds)], capture_output=True, text=True, check=True)
                times["package"].append(tuple(map(float, own.stdout.split())))
                before = cpu_seconds(server.process.pid)
                seconds = served(spark, path, options.columns, rounds)
                times["server"].append((seconds, cpu_seconds(server.process.pid) - before))
            medians = {name: [statistics.median(part) for part in zip(*turns)] for name, turns in times.items()}
            for name, turns in times.items():
                print(f"{rounds} rounds, {name}: " + ", ".join(f"{wall:.2f} s ({cpu:.2f} s CPU)" for wall, cpu in turns))
            ratio = [server_part / own_part for server_part, own_part in zip(medians["server"], medians["package"])]
            print(f"{rounds} rounds, medians: package {medians['package'][0]:.2f} s, server {medians['server'][0]:.2f} s, "
                  f"ratio {ratio[0]:.2f} (CPU {ratio[1]:.2f})", flush=True)
    finally:
        server.stop()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--native"]:
        native(sys.argv[2], int(sys.argv[3]))
    else:
        main()
