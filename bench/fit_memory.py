#!/usr/bin/env python3
"""How far the server's resident memory grows in a fit, over the matrix in its dense layout: 8 bytes for each feature, label and weight.

    fit_memory.py --data DIR [--server build/release/firesteel] [--rows 1000000] [--columns 20] [--inputs columns vectors drawn]
                  [--only NAME …]

Each line is a fit by a server of its own, which has seen 20,000 rows of the same kind before. The inputs are Parquet files of columns that a
VectorAssembler joins, Parquet files of vectors, and numbers that are drawn while they are read: there is no file then.
StandardScaler keeps no rows: its growth is what reading takes.
"""
import argparse
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from pyspark.ml import classification as C, feature as X, regression as R      # noqa: E402
from pyspark.sql import SparkSession, functions as F                           # noqa: E402

from servers import proc                                                       # noqa: E402
from servers.launch import Server                                              # noqa: E402

FEW_ROWS = 20_000
FITS = {
    "LogisticRegression": lambda width: C.LogisticRegression(labelCol="two", regParam=1e-3, maxIter=10),
    "LogisticRegression, multinomial": lambda width: C.LogisticRegression(labelCol="three", regParam=1e-3, maxIter=10),
    "LinearRegression, normal": lambda width: R.LinearRegression(labelCol="y", solver="normal"),
    "LinearRegression, l-bfgs": lambda width: R.LinearRegression(labelCol="y", solver="l-bfgs", regParam=0.01),
    "LinearSVC": lambda width: C.LinearSVC(labelCol="two", regParam=1e-3, maxIter=10),
    "GeneralizedLinearRegression": lambda width: R.GeneralizedLinearRegression(labelCol="two", family="binomial", maxIter=5),
    "RandomForestClassifier": lambda width: C.RandomForestClassifier(labelCol="two", numTrees=5, maxDepth=5, seed=7),
    "RandomForestRegressor": lambda width: R.RandomForestRegressor(labelCol="y", numTrees=5, maxDepth=5, seed=7),
    "DecisionTreeClassifier": lambda width: C.DecisionTreeClassifier(labelCol="three", maxDepth=5),
    "GBTRegressor": lambda width: R.GBTRegressor(labelCol="y", maxDepth=3, maxIter=3, seed=7),
    "MultilayerPerceptronClassifier": lambda width: C.MultilayerPerceptronClassifier(labelCol="three", layers=[width, 5, 3], maxIter=3, seed=7),
    "StandardScaler": lambda width: X.StandardScaler(withMean=True, inputCol="features", outputCol="scaled"),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder for the generated files")
    parser.add_argument("--server", default="build/release/firesteel")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--inputs", nargs="+", default=["columns", "vectors", "drawn"], choices=["columns", "vectors", "drawn"])
    parser.add_argument("--only", nargs="+", default=list(FITS), choices=list(FITS))
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def names(args):
    return [f"x{i}" for i in range(args.columns)]


def drawn(spark, args, rows):
    frame = spark.range(rows).select(*[F.rand(i).alias(name) for i, name in enumerate(names(args))], F.rand(99).alias("noise"))
    return frame.select(*names(args), (F.col("x0") - F.col("x1") + F.col("noise")).alias("y"),
                        (F.col("x0") + F.col("noise") > F.col("x1") + 0.5).cast("double").alias("two"),
                        F.floor(F.col("x1") * 2 + F.col("noise")).cast("double").alias("three"))


def assembled(frame, args):
    return X.VectorAssembler(inputCols=names(args), outputCol="features").transform(frame)


def frame_of(spark, args, kind, rows):
    """The rows of that kind; their file is written where it is missing."""
    frame = drawn(spark, args, rows)
    if kind == "drawn":
        return assembled(frame, args)
    path = os.path.join(os.path.abspath(args.data), f"fit_{kind}_{rows}_{args.columns}.parquet")
    if not os.path.exists(path):
        (frame if kind == "columns" else assembled(frame, args).select("features", "y", "two", "three")).write.parquet(path)
    frame = spark.read.parquet(path)
    return assembled(frame, args) if kind == "columns" else frame


def peak_bytes(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def measure(args, kind, name):
    server = Server("cmd", "", os.path.join(args.data, "log"), f"{shlex.quote(os.path.abspath(args.server))} serve --port {{port}}", args.data)
    try:
        server.wait_port()
        spark = SparkSession.builder.remote(server.remote).create()
        FITS[name](args.columns).fit(frame_of(spark, args, kind, FEW_ROWS))
        frame = frame_of(spark, args, kind, args.rows)
        before, cpu, begin = proc.rss_bytes(server.pid), proc.cpu_seconds(server.pid), time.perf_counter()
        pathlib.Path(f"/proc/{server.pid}/clear_refs").write_text("5")
        FITS[name](args.columns).fit(frame)
        seconds, cpu, growth = time.perf_counter() - begin, proc.cpu_seconds(server.pid) - cpu, peak_bytes(server.pid) - before
        matrix = args.rows * (args.columns + 2) * 8
        print(f"{kind:8} {name:32} {growth / matrix:5.2f} × ({growth >> 20} MB)  CPU {cpu:.2f} s  wall {seconds:.2f} s", flush=True)
    finally:
        server.stop()
    os._exit(0)                                    # the client may wait for the server that has ended


def main():
    args = arguments()
    os.makedirs(args.data, exist_ok=True)
    if args.child:
        measure(args, *args.child)
    for kind in args.inputs:
        for step in ("write", "measure") if kind != "drawn" else ("measure",):
            for name in args.only[:1] if step == "write" else args.only:
                quiet = {"stdout": subprocess.DEVNULL} if step == "write" else {}     # a server that has written holds more than others
                subprocess.run([sys.executable, __file__, *sys.argv[1:], "--child", kind, name], timeout=300, **quiet)


if __name__ == "__main__":
    main()
