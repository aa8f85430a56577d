#!/usr/bin/env python3
"""Asks Firesteel and Apache Spark for the same random expressions and compares names, types, nullability, values and error conditions.

    run.py --firesteel sc://127.0.0.1:15002 --spark sc://127.0.0.1:15999 --count 1000 --seed 1 [--report FILE]
    run.py ... --write test/sql/differential/sample.test      # what both agree on, to be recorded

The function table comes from build/release/function_signatures. Differences that explained.txt explains are counted apart.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TEST = os.path.dirname(HERE)
sys.path[:0] = [TEST, HERE]

from comparison import QUICK_SPARK, Comparison, Server, ServerGone           # noqa: E402
from expressions import Generator                               # noqa: E402
from firesteel_testing import session                           # noqa: E402
from plans import Plans                                         # noqa: E402
from tables import SETUP                                        # noqa: E402

EXPLAINED = os.path.join(HERE, "explained.txt")
WRAPS = {"scalar": "SELECT id, {} FROM data", "aggregate": "SELECT k, {} FROM data GROUP BY k", "window": "SELECT id, {} FROM data"}


def functions():
    program = os.path.join(os.path.dirname(TEST), "build", "release", "function_signatures")
    return json.loads(subprocess.run([program], capture_output=True, check=True, text=True).stdout)


def explanations():
    """(pattern of the query, pattern of the kind of difference, reason)."""
    with open(EXPLAINED) as f:
        lines = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    return [(re.compile(query), re.compile(kind), reason) for query, kind, reason in lines]


def compare(arguments):
    comparisons = {ansi: Comparison(Server(arguments.firesteel, ansi, SETUP), Server(arguments.spark, ansi, SETUP, QUICK_SPARK)) for ansi in ("true", "false")}
    known = {row[0] for row in comparisons["true"].spark.ask("SHOW FUNCTIONS").rows}
    generator = Generator([f for f in functions() if json.dumps(f["name"]) in known], arguments.seed)
    plans = Plans(generator)
    kinds = arguments.kinds.split(",")
    weights = [{"scalar": 6, "aggregate": 2, "window": 2, "plan": 3}[kind] for kind in kinds]
    end, asked, batches = time.monotonic() + arguments.seconds, 0, 0
    try:
        while asked < arguments.count and time.monotonic() < end:
            batches += 1
            generator.begin(f"batch {batches}")
            kind = generator.random.choices(kinds, weights)[0]
            comparison = comparisons[arguments.ansi or generator.random.choices(["true", "false"], [7, 3])[0]]
            before = comparison.count
            if kind == "plan":
                for number in range(arguments.batch // 4):
                    generator.begin(f"{batches} {number}")
                    comparison.one(*plans.draw())
            else:
                drawn = []
                for number in range(arguments.batch):
                    generator.begin(f"{batches} {number}")
                    drawn.append(getattr(generator, kind)())
                agreeing = comparison.batch(list(dict(drawn).items()), lambda text: WRAPS[kind].format(text))
                for text, data_type in agreeing if kind == "scalar" else []:
                    generator.learn(text, data_type)
            asked += comparison.count - before
    except ServerGone as gone:
        print(f"stopped early: {gone}")
    return list(comparisons.values())


def split_explained(differences):
    """(unexplained differences, count by reason)."""
    reasons, unexplained, explained = explanations(), [], collections.Counter()
    for entry in differences:
        reason = next((r for q, k, r in reasons if q.search(entry["query"]) and k.search(entry["kind"])), None)
        if reason:
            explained[reason] += 1
        else:
            unexplained.append(entry)
    return unexplained, explained


def report(comparisons, path, seconds):
    unexplained, explained = split_explained([d for c in comparisons for d in c.differences])
    count = sum(c.count for c in comparisons)
    rows = sum(not failed for c in comparisons for _, failed in c.agreeing)
    errors = sum(failed for c in comparisons for _, failed in c.agreeing)
    print(f"{count} asked in {seconds:.0f} s: {rows} give the same rows, {errors} the same error; {len(unexplained)} unexplained differences, {sum(explained.values())} explained; "
          f"{sum(c.spark.questions for c in comparisons)} queries of Spark")
    for reason, found in explained.most_common():
        print(f"  {found} {reason}")
    groups = collections.defaultdict(list)
    for entry in unexplained:
        groups[entry["kind"], entry["head"]].append(entry)
    for (kind, head), found in sorted(groups.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        shortest = min(found, key=lambda entry: len(entry["query"]))
        print(f"{len(found)} {kind}: {head[:100]}\n    {shortest['query']}   [ansi {shortest['ansi']}]")
        print("\n".join(f"    - {line[:200]}" for line in shortest["want"] if line not in shortest["got"])[:900])
        print("\n".join(f"    + {line[:200]}" for line in shortest["got"] if line not in shortest["want"])[:900])
    if path:
        with open(path, "w") as f:
            json.dump(unexplained, f, indent=1)
    return 1 if unexplained else 0


def write_sample(comparisons, path):
    """The queries that agree, those with an error thinned out: an error says less than rows do."""
    blocks = ["# A seeded part of what the differential test compares; test/differential/run.py --write makes it anew.", "", "setup\n" + SETUP, ""]
    number = 0
    for comparison in comparisons:
        blocks += ["session spark.sql.ansi.enabled=" + comparison.firesteel.session.settings["spark.sql.ansi.enabled"], ""]
        for place, (query, failed) in enumerate(dict.fromkeys(comparison.agreeing)):
            if not failed or place % 5 == 0:
                blocks += [f"query sample_{number} condition-only\n{query}", ""]
                number += 1
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write("\n".join(blocks))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firesteel", required=True)
    parser.add_argument("--spark", required=True)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=86400, help="stop after so long")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--batch", type=int, default=48, help="expressions of one query")
    parser.add_argument("--kinds", default="scalar,aggregate,window,plan")
    parser.add_argument("--ansi", choices=["true", "false"], help="only so; seven of ten batches are asked with ANSI rules otherwise")
    parser.add_argument("--report", help="write the unexplained differences as JSON")
    parser.add_argument("--write", help="write the queries on which both agree as a .test file without answers")
    arguments = parser.parse_args()
    session.use_reference_zone()
    begin = time.monotonic()
    comparisons = compare(arguments)
    for server in [s for c in comparisons for s in (c.firesteel, c.spark)]:
        server.session.close()
    if arguments.write:
        write_sample(comparisons, arguments.write)
    return report(comparisons, arguments.report, time.monotonic() - begin)


if __name__ == "__main__":
    sys.exit(main())
