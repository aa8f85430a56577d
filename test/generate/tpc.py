#!/usr/bin/env python3
"""Writes test/sql/tpch/*.test and test/sql/tpcds/*.test: the benchmarks' queries over the tables of tpc_tables.py.

    tpc.py TPCH_FOLDER TPCDS_FOLDER        # folders of qN.sql: those of Spark's own tests (sql/core/src/test/resources)
    record.py --spark ... test/sql/tpch test/sql/tpcds
"""
import glob
import os
import re
import sys

TEST = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PARTS = {"tpch": [(1, 22)], "tpcds": [(1, 25), (26, 50), (51, 75), (76, 99)]}
# Standard deviations and what is divided by them: Spark adds doubles in the order in which partitions arrive.
INEXACT = {"q17": "tolerance=1e-9", "q39a": "tolerance=1e-9", "q39b": "tolerance=1e-9"}
HEAD = """# The queries of {title}, in the texts of Apache Spark's own tests, over small tables that are the same in every run.

setup
from firesteel_testing import tpc_tables
tpc_tables.create_views(spark, tpc_tables.{tables})
"""


def number(path):
    return int(re.search(r"q(\d+)", os.path.basename(path))[1])


def block(path):
    name = os.path.basename(path)[:-4]
    with open(path) as f:
        lines = [line.rstrip() for line in f.read().strip().rstrip(";").split("\n")]
    body = "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("--"))
    comment = "# Spark sums doubles in no fixed order.\n" if name in INEXACT else ""
    return f"{comment}query {name}{' ' + INEXACT[name] if name in INEXACT else ''}\n{body}\n"


def main():
    for benchmark, folder in zip(("tpch", "tpcds"), sys.argv[1:]):
        target = os.path.join(TEST, "sql", benchmark)
        os.makedirs(target, exist_ok=True)
        paths = sorted(glob.glob(os.path.join(folder, "q*.sql")), key=lambda path: (number(path), path))
        for first, last in PARTS[benchmark]:
            head = HEAD.format(title=benchmark[:3].upper() + "-" + benchmark[3:].upper(), tables=benchmark.upper())
            blocks = [block(path) for path in paths if first <= number(path) <= last]
            with open(os.path.join(target, f"q{first:02d}_q{last:02d}.test"), "w") as f:
                f.write(head + "\n" + "\n".join(blocks))


if __name__ == "__main__":
    main()
