#!/usr/bin/env python3
"""Writes test/sql/functions/*.test and test/sql/windows/*.test (without answers for blocks that are new) from function_table.py.

    functions.py                     # then: record.py --spark ... test/sql/functions test/sql/windows

Answers of blocks whose text did not change are kept.
"""
import os
import sys

TEST = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TEST)

from firesteel_testing import test_file           # noqa: E402
from firesteel_testing.test_file import Block     # noqa: E402
from generate import function_table as table      # noqa: E402

MODES = {"ansi": {}, "legacy_utc": {"spark.sql.ansi.enabled": "false", "spark.sql.session.timeZone": "UTC"}}


class FileBuilder:
    """Collects blocks, gives each a unique name, keeps recorded answers."""

    def __init__(self, relative, comment, setup=table.SETUP):
        self.path = os.path.join(TEST, "sql", relative)
        self.blocks, self.names = [], set()
        old = test_file.read(self.path) if os.path.exists(self.path) else []
        self.answers = {(b.name, b.body, tuple(b.options)): b.answer for b in old if b.is_case}
        if setup:
            self.blocks.append(Block("setup", body=setup, comments=["# " + comment]))

    def session(self, settings):
        self.blocks.append(Block("session", settings=settings))

    def case(self, name, body, options=(), kind="query"):
        base, number = test_file.case_name(name), 2
        name = base
        while name in self.names:
            name, number = f"{base}_{number}", number + 1
        self.names.add(name)
        answer = self.answers.get((name, body, tuple(options)))
        self.blocks.append(Block(kind, name, list(options), body, answer))

    def write(self):
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path, "w", encoding="utf-8") as f:
            f.write(test_file.render(self.blocks))


def write_scalars():
    for concept, text in table.SCALAR.items():
        out = FileBuilder(f"functions/{concept}.test", f"Functions of one row: {concept.replace('_', ' ')}.")
        for mode, settings in MODES.items():
            out.session(settings)
            for e in table.expressions(text):
                out.case(f"{mode} {e}", f"SELECT id, {e} FROM data")
        out.session({})
        for e in table.expressions(text):
            out.case(f"join {e}", f"SELECT id, other, {e} AS r FROM data JOIN more USING (id) WHERE other <> 'r'")
            out.case(f"aggregate {e}", f"SELECT k, count({e}) AS n, count(*) AS total FROM data GROUP BY k")
            out.case(f"window {e}", f"SELECT id, first_value({e}) OVER (PARTITION BY k ORDER BY id DESC) AS w FROM data")
        out.write()


def write_aggregates():
    out = FileBuilder("functions/aggregate.test", "Aggregates: global, grouped, of no rows, over a join and over a window.")
    for mode, settings in MODES.items():
        out.session(settings)
        for e in table.expressions(table.AGGREGATE):
            out.case(f"{mode} {e}", f"SELECT {e} FROM data WHERE id < 6")
    out.session({})
    for e in table.expressions(table.AGGREGATE):
        out.case(f"grouped {e}", f"SELECT k, {e} AS r FROM data GROUP BY k")
        out.case(f"empty {e}", f"SELECT {e} AS r FROM data WHERE id > 100")
        out.case(f"join {e}", f"SELECT other, {e} AS r FROM data JOIN more USING (id) WHERE id < 4 GROUP BY other")
    out.write()


def write_windows():
    out = FileBuilder("windows/functions.test", "Every window function and some aggregates over an ordered and partitioned window.")
    for e in table.expressions(table.WINDOW):
        for frame in table.FRAMES[:3]:
            out.case(f"{e} over {frame}", f"SELECT id, {e} OVER ({frame}) FROM data")
    out.write()
    out = FileBuilder("windows/frames.test", "Every frame, with an aggregate of each kind.")
    for frame in table.FRAMES:
        for e in ("sum(ti)", "count(*)", "min(id)", "last_value(id)", "avg(ti)"):
            out.case(f"{e} over {frame}", f"SELECT id, {e} OVER ({frame}) AS w FROM data")
    out.write()


if __name__ == "__main__":
    write_scalars()
    write_aggregates()
    write_windows()
