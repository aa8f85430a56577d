#!/usr/bin/env python3
"""Asks Firesteel and Apache Spark for the same random expressions and compares types, nullability, values and error conditions.

    run.py --firesteel sc://127.0.0.1:15002 --spark sc://127.0.0.1:15999 --count 1000 --seed 1 [--report FILE]
    run.py ... --write test/sql/differential/sample.test      # the expressions on which both agree, to be recorded

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

from expressions import Generator                               # noqa: E402
from firesteel_testing import canonical, session, test_file     # noqa: E402
from generate import function_table                             # noqa: E402

BATCH = 16
EXPLAINED = os.path.join(HERE, "explained.txt")


def functions():
    program = os.path.join(os.path.dirname(TEST), "build", "release", "function_signatures")
    return json.loads(subprocess.run([program], capture_output=True, check=True, text=True).stdout)


def explanations():
    """(pattern of the query, pattern of the kind of difference, reason)."""
    with open(EXPLAINED) as f:
        lines = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    return [(re.compile(query), re.compile(kind), reason) for query, kind, reason in lines]


class Server:
    def __init__(self, remote, ansi):
        self.run = session.FileSession(remote, timeout_seconds=60)
        self.run.configure({"spark.sql.ansi.enabled": ansi})
        self.run.run(test_file.Block("setup", body=function_table.SETUP))

    def ask(self, query):
        return self.run.run(test_file.Block("query", "asked", body=query))


def condition(answer):
    return answer[0].split()[2] if answer and answer[0].startswith("error") else None


def kind_of(want, got):
    """None when the answers agree, else a short name of the difference."""
    if want == got:
        return None
    wanted, given = condition(want), condition(got)
    if wanted or given:
        if wanted == given:
            return None
        return f"error {wanted or 'none'} / {given or 'none'}"
    columns = [[line for line in answer if line.startswith("column")] for answer in (want, got)]
    if columns[0] != columns[1]:
        bare = [[line.replace("!", "") for line in answer] for answer in columns]
        if bare[0] == bare[1]:
            return "nullability"
        types = [[line.rsplit('" ', 1)[1].replace("!", "") for line in answer] for answer in columns]
        return "names" if types[0] == types[1] else "types"
    return "values"


class Comparison:
    def __init__(self, firesteel, spark):
        self.firesteel, self.spark = firesteel, spark
        self.differences, self.agreeing, self.count = [], [], 0

    def one(self, query):
        self.count += 1
        want, got = self.spark.ask(query), self.firesteel.ask(query)
        kind = kind_of(want, got)
        if kind:
            self.differences.append((query, kind, want, got))
        else:
            self.agreeing.append(query)

    def batch(self, generator, expressions, kind):
        """Expressions of one list are asked together; if that fails or differs, one by one."""
        query = generator.query(", ".join(f"{e} AS c{i}" for i, e in enumerate(expressions)), kind)
        want = self.spark.ask(query)
        if not condition(want) and kind_of(want, self.firesteel.ask(query)) is None:
            self.count += len(expressions)
            self.agreeing += [generator.query(e, kind) for e in expressions]
            return
        for e in expressions:
            self.one(generator.query(e, kind))


def compare(arguments):
    generator = Generator(functions(), arguments.seed)
    comparison = Comparison(Server(arguments.firesteel, arguments.ansi), Server(arguments.spark, arguments.ansi))
    end = time.monotonic() + arguments.seconds
    while comparison.count < arguments.count and time.monotonic() < end:
        kind = generator.random.choices(["scalar", "aggregate", "window", "plan"], [6, 2, 1, 1])[0]
        if kind == "plan":
            comparison.one(generator.plan())
            continue
        make = {"scalar": generator.scalar, "aggregate": generator.aggregate, "window": generator.window}[kind]
        comparison.batch(generator, [make() for _ in range(arguments.batch)], kind)
    return comparison


def report(comparison, path):
    reasons = explanations()
    unexplained, explained = [], collections.Counter()
    for query, kind, want, got in comparison.differences:
        reason = next((r for q, k, r in reasons if q.search(query) and k.search(kind)), None)
        if reason:
            explained[reason] += 1
        else:
            unexplained.append((query, kind, want, got))
    print(f"{comparison.count} expressions, {len(unexplained)} unexplained differences, {sum(explained.values())} explained")
    for reason, count in explained.most_common():
        print(f"  {count} {reason}")
    groups = collections.defaultdict(list)
    for difference in unexplained:
        groups[difference[1]].append(difference)
    for kind, found in sorted(groups.items(), key=lambda entry: -len(entry[1])):
        query, _, want, got = min(found, key=lambda difference: len(difference[0]))
        print(f"{len(found)} {kind}\n    {query}")
        print("\n".join(f"    - {line[:200]}" for line in want if line not in got)[:900])
        print("\n".join(f"    + {line[:200]}" for line in got if line not in want)[:900])
    if path:
        with open(path, "w") as f:
            json.dump(unexplained, f, indent=1)
    return 1 if unexplained else 0


def write_sample(comparison, path):
    blocks = ["# A seeded part of what the differential test compares; test/differential/run.py --write makes it anew.", "",
              "setup\n" + function_table.SETUP, ""]
    for number, query in enumerate(dict.fromkeys(comparison.agreeing)):
        blocks += [f"query sample_{number} condition-only\n{query}", ""]
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
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--ansi", default="true", choices=["true", "false"])
    parser.add_argument("--report", help="write the unexplained differences as JSON")
    parser.add_argument("--write", help="write the queries on which both agree as a .test file without answers")
    arguments = parser.parse_args()
    session.use_reference_zone()
    comparison = compare(arguments)
    if arguments.write:
        write_sample(comparison, arguments.write)
    return report(comparison, arguments.report)


if __name__ == "__main__":
    sys.exit(main())
