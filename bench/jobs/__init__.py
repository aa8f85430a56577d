"""Benchmark jobs: each module has run(spark, data_dir, **params) -> dict.

The dict holds: seconds (the timed part), checksum, rows (a small sample or the whole
small result), metrics (ML quality and such), phases (named sub-times).
"""
import importlib

NAMES = ["latency", "range_mod", "word_count", "string_count", "collect", "ingest",
         "linreg", "mortgage_etl", "mortgage_lr"]


def load(name):
    """The run function of one job."""
    if name not in NAMES:
        raise SystemExit(f"no job {name!r}; there are: {', '.join(NAMES)}")
    return importlib.import_module(f"jobs.{name}").run
