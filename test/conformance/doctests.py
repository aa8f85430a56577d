#!/usr/bin/env python3
"""Runs the doctests inside the installed PySpark client against a server.

    doctests.py [--remote sc://127.0.0.1:15002] [--module PART]... [--report FILE] [--update]

Without --remote it starts the built server; another one must run in a folder that holds data/. passing_doctests.txt names the docstrings
that pass; the list may only grow: a name on it that fails is an error, and --update adds the ones that pass now. A docstring passes when each of its examples gives what it shows.
"""
import argparse
import contextlib
import doctest
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
PASSING = os.path.join(HERE, "passing_doctests.txt")
# Some docstrings show rows in an order that they do not ask for; with one thread it is always the same.
ONE_THREAD = ("--threads", "1")

# A module runs through its own _test(), whose globals and exclusions then hold, or plainly with a session, or as the ml doctests want it.
MODULES = {**{f"pyspark.sql.connect.{m}": "own" for m in (
    "functions.builtin", "functions.partitioning", "dataframe", "column", "group", "window", "session", "conf", "catalog", "readwriter",
    "observation", "tvf")},
    **{m: "plain" for m in ("pyspark.sql.types", "pyspark.ml.functions", "pyspark.ml.stat")},
    **{f"pyspark.ml.{m}": "ml" for m in ("classification", "regression", "feature", "evaluation", "tuning", "linalg")}}


def provide_data(folder):
    """Some docstrings read data/mllib/…, which Spark's distribution has in the folder where it runs."""
    shutil.copytree(os.path.join(HERE, "data"), os.path.join(folder, "data"), dirs_exist_ok=True)


class TooSlow(BaseException):
    """Not an Exception, so that the examples cannot swallow it."""


class QuietRunner(doctest.DocTestRunner):
    """Collects the first difference instead of printing."""

    def __init__(self, flags):
        super().__init__(verbose=False, optionflags=flags)
        self.first = None

    def report_failure(self, out, test, example, got):
        self.first = self.first or f"{example.source.strip()}\nwanted {example.want[:400]}\ngot {got[:600]}"

    def report_unexpected_exception(self, out, test, example, exc_info):
        self.first = self.first or f"{example.source.strip()}\nraised {exc_info[0].__name__}: {str(exc_info[1])[:600]}"


def run_docstrings(module, scope, flags, seconds, sink):
    """Writes {name: None or first difference}, after each docstring, for the process may be ended."""
    def too_slow(*_):
        raise TooSlow()

    signal.signal(signal.SIGALRM, too_slow)
    results = {}
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, module.__name__, globs=scope):
        if not test.examples:
            continue
        runner = QuietRunner(flags)
        signal.alarm(seconds)
        try:
            failed = runner.run(test, out=lambda text: None, clear_globs=False).failed
        except TooSlow:
            failed, runner.first = 1, f"not done after {seconds} s"
        finally:
            signal.alarm(0)
        results[test.name] = runner.first if failed else None
        with open(sink, "w") as f:
            json.dump(results, f)


class RowsWithoutContext:
    """Stands in for sc.parallelize(rows).toDF(names), the one use of a SparkContext in the ml doctests."""

    def __init__(self, spark, rows=None):
        self.spark, self.rows = spark, rows

    def parallelize(self, rows, *_):
        return RowsWithoutContext(self.spark, rows)

    def toDF(self, *names):
        return self.spark.createDataFrame(self.rows, *names)


def run_module(name, remote, seconds, sink):
    module, kind = importlib.import_module(name), MODULES[name]
    if kind == "own":
        def instead(m=None, globs=None, optionflags=0, **_):
            run_docstrings(m, dict(globs), optionflags, seconds, sink)
            return doctest.TestResults(0, 0)

        doctest.testmod = instead
        with contextlib.suppress(SystemExit):
            module._test()
        return
    import numpy
    from pyspark.sql import SparkSession
    with contextlib.suppress(Exception):
        numpy.set_printoptions(legacy="1.13")
    spark = SparkSession.builder.remote(remote).getOrCreate()
    scope = dict(module.__dict__, spark=spark, temp_path=tempfile.mkdtemp(), sc=RowsWithoutContext(spark))
    flags = doctest.ELLIPSIS | (0 if kind == "ml" else doctest.NORMALIZE_WHITESPACE)
    run_docstrings(module, scope, flags, seconds, sink)


def run_apart(name, remote, folder, seconds_docstring, seconds_module):
    """A module in a process of its own; {docstring: None or difference}."""
    sink = os.path.join(folder, name + ".json")
    environment = dict(os.environ, SPARK_CONNECT_TESTING_REMOTE=remote, SPARK_REMOTE=remote, SPARK_HOME=folder, TZ="America/Los_Angeles",
                       PYTHONWARNINGS="ignore", PYSPARK_PYTHON=sys.executable)
    argv = [sys.executable, os.path.abspath(__file__), "--run-module", name, "--remote", remote, "--sink", sink, "--docstring-seconds", str(seconds_docstring)]
    try:
        subprocess.run(argv, env=environment, timeout=seconds_module, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        pass
    if not os.path.exists(sink):
        return {}
    with open(sink) as f:
        return json.load(f)


def passing():
    if not os.path.exists(PASSING):
        return set()
    with open(PASSING) as f:
        return {line.strip() for line in f if line.strip() and not line.startswith("#")}


def run_all(remote, parts=None, seconds_docstring=60, seconds_module=900, show=print):
    """{docstring: None or difference} over all modules."""
    results, folder = {}, tempfile.mkdtemp(prefix="doctests_")
    for name in MODULES:
        if parts and not any(part in name for part in parts):
            continue
        begin = time.time()
        found = run_apart(name, remote, folder, seconds_docstring, seconds_module)
        results.update(found)
        show(f"{name:48s} {sum(v is None for v in found.values()):4d}/{len(found):<4d} {time.time() - begin:6.1f} s", flush=True)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--remote")
    parser.add_argument("--module", action="append")
    parser.add_argument("--report")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--docstring-seconds", type=int, default=60)
    parser.add_argument("--module-seconds", type=int, default=900)
    parser.add_argument("--run-module", help=argparse.SUPPRESS)
    parser.add_argument("--sink", help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.run_module:
        return run_module(a.run_module, a.remote, a.docstring_seconds, a.sink)
    server = None
    if not a.remote:
        from firesteel_testing.server import Server
        server = Server(ONE_THREAD)
        provide_data(server.folder)
    try:
        results = run_all(a.remote or server.remote, a.module, a.docstring_seconds, a.module_seconds)
    finally:
        if server:
            server.stop()
    good, known = {n for n, why in results.items() if why is None}, passing()
    print(f"{len(good)} of {len(results)} docstrings pass")
    if a.report:
        with open(a.report, "w") as f:
            json.dump(results, f, indent=1, sort_keys=True)
    lost = sorted(n for n in known & set(results) if n not in good)
    if a.update:
        with open(PASSING, "w") as f:
            f.write("# Docstrings of the PySpark client that pass. This list may only grow: doctests.py --update.\n")
            f.writelines(n + "\n" for n in sorted(known | good))
    if lost:
        print("no longer pass:\n  " + "\n  ".join(lost))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
