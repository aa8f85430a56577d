#!/usr/bin/env python3
"""Changed statements of the .test files, analysed and run by a server: each gives rows or an error of Spark's, never INTERNAL_ERROR,
a hang or a dead server.

    statement_fuzzer.py SECONDS SEED [--remote sc://127.0.0.1:15002] [--report FILE]

Without --remote it starts build/release/firesteel (or FIRESTEEL) with 2 GB. Prints each finding once, by the kind of its failure.
Statements that name files or folders are left out: what they would become might write anywhere.
"""
import argparse
import collections
import glob
import os
import random
import re
import signal
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TEST = os.path.dirname(HERE)
sys.path.insert(0, TEST)

from firesteel_testing import session, test_file                # noqa: E402
from firesteel_testing.server import Server                     # noqa: E402

TOKEN = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|[A-Za-z_]\w*|\d+\.?\d*(?:[eE][+-]?\d+)?\w*|<=>|->|=>|::|\|>|\|\||[<>!=]=|\s+|.", re.S)
NAMES_FILES = re.compile(r"\$TMP|tmp|\b(DIRECTORY|LOCATION|path)\b|`/|\b(parquet|csv|json|orc|avro|text|binaryfile)\s*\.", re.I)
EDGES = ["NULL", "0", "-1", "1", "2147483647", "-2147483648", "9223372036854775807L", "1e308", "double('NaN')", "''", "'\\u0000'", "' '",
         "X''", "array()", "map()", "struct()", "DATE'0001-01-01'", "DATE'9999-12-31'", "TIMESTAMP'9999-12-31 23:59:59.999999'",
         "INTERVAL '178956970-7' YEAR TO MONTH", "INTERVAL '106751991 04:00:54.775807' DAY TO SECOND", "99999999999999999999999999999999999999BD",
         "TIME'23:59:59.999999'", "parse_json('[1,{}]')", "true", "*", "(SELECT 1)", "x -> x", "rand()", "repeat('é', 1000)", "sequence(1, 1000)"]
STATEMENT_SECONDS = 8           # then it is interrupted
INTERRUPTED_SECONDS = 20        # and this long it may take to end


class Statements:
    """Statements by their file, and the tokens of all for splicing."""

    def __init__(self):
        self.files, self.pieces = {}, []
        for path in sorted(glob.glob(os.path.join(TEST, "sql", "**", "*.test"), recursive=True)):
            blocks = test_file.read(path)
            queries = [b.body for b in blocks if b.kind == "query" and len(b.body) < 2000 and not NAMES_FILES.search(b.body)]
            if not queries or "tpc" in path:
                continue
            self.files[path] = ([b for b in blocks if not b.is_case], queries)
            self.pieces += [TOKEN.findall(query) for query in queries]

    def changed(self, query, rng):
        tokens = TOKEN.findall(query)
        for _ in range(rng.choice([1, 1, 1, 1, 2, 2, 3])):
            tokens = self._change(tokens, rng)
        return "".join(tokens)[:4000]

    def _change(self, tokens, rng):
        begin = rng.randrange(len(tokens) + 1)
        end = min(len(tokens), begin + rng.choice([1, 1, 2, 3, 5, 8]))
        kind = rng.randrange(8)
        if kind == 0:
            return tokens[:begin] + tokens[end:]
        if kind == 1:
            return tokens[:end] + tokens[begin:end] + tokens[end:]
        if kind == 2:
            return tokens[:begin] + [" ", rng.choice(EDGES), " "] + tokens[end:]
        if kind == 3:
            call = balanced(tokens, begin)
            return tokens[:call[0]] + [rng.choice(EDGES)] + tokens[call[1]:] if call else tokens
        other = rng.choice(self.pieces)
        if kind in (4, 5):                                       # a call or group of another statement in the place of one of this
            here, there = balanced(tokens, begin), balanced(other, rng.randrange(len(other)))
            if here and there:
                return tokens[:here[0]] + other[there[0]:there[1]] + tokens[here[1]:]
        if kind == 6:
            return ["SELECT * FROM ("] + tokens + [") "] + rng.choice([["LIMIT 3"], ["ORDER BY 1"], ["WHERE 1 = 0"], ["|> AGGREGATE count(*)"], ["GROUP BY ALL"]])
        first = rng.randrange(len(other))
        return tokens[:begin] + [" "] + other[first:first + rng.choice([1, 2, 4, 8])] + [" "] + tokens[end:]


def balanced(tokens, start):
    """The range of the first `(…)` at or after `start`, with the name before it; None where there is none."""
    for i in range(start, len(tokens)):
        if tokens[i] != "(":
            continue
        depth = 0
        for j in range(i, len(tokens)):
            depth += (tokens[j] == "(") - (tokens[j] == ")")
            if depth == 0:
                return (i - 1 if i > start and re.match(r"\w", tokens[i - 1]) else i), j + 1
        return None
    return None


class Findings:
    def __init__(self):
        self.seen, self.lock, self.asked, self.answered = collections.OrderedDict(), threading.Lock(), 0, 0

    def add(self, kind, statement):
        with self.lock:
            if kind not in self.seen or len(statement) < len(self.seen[kind]):
                self.seen[kind] = statement

    def kind_of(self, error):
        """The kind of a failure that should not be; None for an error of Spark's."""
        if session.is_transport_error(error):
            return "no answer: " + str(error).splitlines()[0][:120]
        condition = error.getCondition() if hasattr(error, "getCondition") else None
        if condition == "INTERNAL_ERROR":
            return "internal: " + re.sub(r"\d+|#\w+|\"[^\"]*\"|`[^`]*`", "…", str(error).splitlines()[0])[:100]
        return None


def ask(run, statement, findings):
    """False once the server is gone."""
    timers = [threading.Timer(STATEMENT_SECONDS, run.spark.interruptAll),
              threading.Timer(STATEMENT_SECONDS + INTERRUPTED_SECONDS, lambda: findings.add("hangs", statement))]
    for timer in timers:
        timer.start()
    findings.asked += 1
    try:
        frame = run.spark.sql(statement)
        frame.limit(1000).toArrow()
        findings.answered += 1
    except Exception as error:
        kind = findings.kind_of(error)
        if kind:
            findings.add(kind, statement)
        return kind is None or not kind.startswith("no answer")
    finally:
        for timer in timers:
            timer.cancel()
    return True


def fuzz(remote, statements, seed, end, findings):
    rng = random.Random(seed)
    while time.monotonic() < end:
        path = rng.choice(list(statements.files))
        preparation, queries = statements.files[path]
        run = session.FileSession(remote)
        try:
            for block in preparation:
                try:
                    run.run(block)
                except Exception:                                # a setup that needs what is left out here
                    pass
            for _ in range(100):
                if time.monotonic() >= end:
                    return
                if not ask(run, statements.changed(rng.choice(queries), rng), findings):
                    return
        finally:
            run.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", type=float)
    parser.add_argument("seed", type=int)
    parser.add_argument("--remote")
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--report")
    arguments = parser.parse_args()
    session.use_reference_zone()
    server = None if arguments.remote else Server(["--memory-limit", "2GB"])
    findings, statements = Findings(), Statements()
    end = time.monotonic() + arguments.seconds
    try:
        threads = [threading.Thread(target=fuzz, daemon=True, args=(arguments.remote or server.remote, statements, f"{arguments.seed}/{n}", end, findings))
                   for n in range(arguments.clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(arguments.seconds + 120)
        if server and server.process.poll() is not None:
            findings.add(f"the server ended with {server.process.returncode}", "see " + server.log_path)
    finally:
        if server and server.process.poll() is None:
            server.stop()
    lines = [f"{kind}\n    {statement}" for kind, statement in findings.seen.items()]
    print(f"{findings.asked} statements, {findings.answered} gave rows; seed {arguments.seed}; {len(lines)} findings", *lines, sep="\n")
    if arguments.report:
        with open(arguments.report, "w") as f:
            f.write("\n".join(lines) + "\n")
    os._exit(bool(lines))                                        # a thread that hangs must not hold the process


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
    main()
