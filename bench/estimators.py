#!/usr/bin/env python3
"""Times every estimator against Apache Spark and scikit-learn, from the same Parquet files, loading included, and prints one table.

    estimators.py --data DIR --results FILE.json [--server build/release/firesteel] [--venv-dir DIR] [--sklearn-python PATH]
                  [--systems firesteel spark sklearn] [--only TEXT …] [--again] [--print]

What stands in the results file is not run again (unless --again), so that the command can be interrupted and repeated. Firesteel gets a
new server for each row, so that its memory can be told; Spark one for all rows; scikit-learn a process for each row. Each system sees
20,000 rows of the same kind first. Times are medians of up to three repetitions, fewer where one takes more than 5 s; a feature
estimator's time holds its fit and the transform of all rows.
"""
import argparse
import json
import os
import pathlib
import re
import shlex
import signal
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import estimator_data                                           # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder for the generated files")
    parser.add_argument("--results", required=True)
    parser.add_argument("--server", default=str(HERE.parent / "build/release/firesteel"))
    parser.add_argument("--venv-dir", default=str(HERE.parent), help="folder with v-spark")
    parser.add_argument("--spark-memory", default="6g")
    parser.add_argument("--sklearn-python", default=sys.executable)
    parser.add_argument("--systems", nargs="+", default=["firesteel", "spark", "sklearn"], choices=["firesteel", "spark", "sklearn"])
    parser.add_argument("--only", nargs="+", default=[], help="rows whose name holds one of these")
    parser.add_argument("--again", action="store_true", help="run what was measured before anew")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--row-limit", type=float, default=240, help="seconds after which a row is given up")
    parser.add_argument("--print", action="store_true", help="only print the table")
    parser.add_argument("--child", nargs=2, metavar=("SYSTEM", "NAME"), help=argparse.SUPPRESS)
    parser.add_argument("--remote", help=argparse.SUPPRESS)
    parser.add_argument("--pid", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


class Results:
    """A file of one entry per row and system, rewritten after each."""

    def __init__(self, file):
        self.file = pathlib.Path(file)
        self.entries = json.loads(self.file.read_text()) if self.file.exists() else {}

    def has(self, row, system):
        """A row that failed is tried again."""
        return system in self.entries.get(row, {}) and "error" not in (self.entries[row][system] or {})

    def keep(self, row, system, entry):
        self.entries.setdefault(row, {})[system] = entry
        part = self.file.with_suffix(".part")
        part.write_text(json.dumps(self.entries, indent=1))
        os.replace(part, self.file)
        print(f"[{system}] {row}: {json.dumps(entry)[:300]}", flush=True)


def fit_and_apply(row, spark, file):
    frame = spark.read.parquet(file)
    if row.prepare is not None:
        frame = row.prepare(frame)
    fitted = row.fit(frame)
    if row.applies:
        fitted.transform(frame).write.format("noop").mode("overwrite").save()
    return fitted


def peak_bytes(pid):
    """The process's largest resident memory since reset_peak()."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024


def reset_peak(pid):
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def measure(row, spark, pid, args):
    """One row on a server: medians, the outcome's quality, and how far memory grew in the first repetition."""
    from servers import proc
    kind, rows = row.kind, row.rows
    fit_and_apply(row, spark, estimator_data.path(args.data, kind, rows, "small"))
    file, taken, growth = estimator_data.path(args.data, kind, rows), [], 0
    while len(taken) < args.repeat and sum(seconds for seconds, _ in taken) < 5:
        before = proc.rss_bytes(pid)
        reset_peak(pid)
        begin, cpu = time.perf_counter(), proc.cpu_seconds(pid)
        model = fit_and_apply(row, spark, file)
        taken.append((time.perf_counter() - begin, proc.cpu_seconds(pid) - cpu))
        growth = growth or peak_bytes(pid) - before
    held = spark.read.parquet(estimator_data.path(args.data, kind, rows, "held"))
    quality = row.quality[1](model, row.prepare(held) if row.prepare is not None else held)
    return {"runs": taken, "quality": quality, "growth": growth}


def child(system, name, args):
    """In a process of its own, so that no client waits for a server that has ended: prints the entry as JSON."""
    if system == "sklearn":
        import estimator_sklearn
        print(json.dumps(estimator_sklearn.run(name, args.data, args.repeat)))
        return
    from estimator_rows import ROWS
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.remote(args.remote).create()
    print(json.dumps(measure(ROWS[name], spark, args.pid, args)))


def run_child(python, system, name, args, *more):
    command = [python, __file__, "--data", args.data, "--results", args.results, "--repeat", str(args.repeat), "--child", system, name, *more]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=args.row_limit)
    except subprocess.TimeoutExpired:
        return {"error": f"no end after {args.row_limit} s"}
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {"error": done.stderr[-300:]}


def start(system, args):
    from servers.launch import Server, spark_command
    scratch = os.path.abspath(os.path.join(args.data, "scratch_" + system))
    os.makedirs(scratch, exist_ok=True)
    if system == "firesteel":
        command = f"{shlex.quote(os.path.abspath(args.server))} serve --port {{port}}"
    else:
        home = os.path.join(os.path.abspath(args.venv_dir), "v-spark")
        command = shlex.join(spark_command(home, "{port}", os.cpu_count(), args.spark_memory, scratch))
    server = Server("cmd", args.venv_dir, os.path.join(scratch, "log"), command, scratch)
    server.wait_port()
    return server


def run_served(system, rows, results, args):
    server = None
    try:
        for row in rows:
            if results.has(row.name, system) and not args.again:
                continue
            server = server or start(system, args)
            entry = run_child(sys.executable, system, row.name, args, "--remote", server.remote, "--pid", str(server.pid))
            results.keep(row.name, system, entry)
            if system == "firesteel" or server.process.poll() is not None:
                server.stop()
                server = None
    finally:
        if server is not None:
            server.stop()


def run_sklearn(rows, results, args):
    for row in rows:
        if results.has(row.name, "sklearn") and not args.again:
            continue
        results.keep(row.name, "sklearn", run_child(args.sklearn_python, "sklearn", row.name, args))


def median(entry, which=0):
    return statistics.median(run[which] for run in entry["runs"]) if entry and "runs" in entry else None


def cell(value, form="{:.2f}"):
    return "–" if value is None else form.format(value)


def table_row(row, entries):
    ours, spark, other = (entries.get(system) for system in ("firesteel", "spark", "sklearn"))
    seconds = [median(entry) for entry in (ours, spark, other)]
    ratio = [cell(theirs / seconds[0] if theirs and seconds[0] else None, "{:.1f}") for theirs in seconds[1:]]
    quality = [cell(entry["quality"] if entry and "quality" in entry else None, "{:.5g}") for entry in (ours, spark, other)]
    memory = "–"
    if row.holds and ours and "growth" in ours:
        memory = f"{ours['growth'] / (row.rows * 8 * (row.columns + 2)):.2f}"
    times = [cell(value) for value in seconds]
    processors = " / ".join(cell(median(entry, 1)) for entry in (ours, spark, other))
    return (f"| {row.name} | {row.rows:,} × {row.columns} | " + " | ".join(times) + f" | {ratio[0]} | {ratio[1]} | {processors} | "
            f"{row.quality[0]} {' / '.join(quality)} | {memory} |")


def print_table(rows, results):
    print("| estimator | rows × columns | Firesteel, s | Spark, s | scikit-learn, s | Spark ÷ | scikit-learn ÷ | CPU seconds | quality | memory |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(table_row(row, results.entries.get(row.name, {})))


def main():
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))    # so that the launched server is stopped too
    if args.child:
        child(*args.child, args)
        sys.stdout.flush()
        os._exit(0)                                             # client threads may wait on the server
    from estimator_rows import ROWS
    rows = [row for row in ROWS.values() if not args.only or any(text in row.name for text in args.only)]
    results = Results(args.results)
    if not args.print:
        args.data = os.path.abspath(args.data)
        for kind, count in sorted({(row.kind, row.rows) for row in rows}):
            estimator_data.make(args.data, kind, count)
        for system in args.systems:
            run_sklearn(rows, results, args) if system == "sklearn" else run_served(system, rows, results, args)
    print_table(rows, results)


if __name__ == "__main__":
    main()
