#!/usr/bin/env python3
"""Writes test/sql/examples/*.test: the SQL examples in Spark's own DESCRIBE FUNCTION EXTENDED, one file per first letter.

    examples.py --spark sc://127.0.0.1:15999       # then: record.py --spark ... test/sql/examples
"""
import argparse
import os
import re
import sys

TEST = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TEST)

from firesteel_testing import test_file            # noqa: E402
from generate.functions import FileBuilder         # noqa: E402

# What has no fixed answer, or belongs to parts of Spark that are tested elsewhere.
LEFT_OUT = re.compile(
    r"sketch|^kll_|^tuple_|^theta_|^hll_|variant|xml|avro|protobuf|^st_|^approx_top_k|^python_worker|reflect|java_method|^ai_"
    r"|^rand|^randn$|^random$|^shuffle$|^uuid$|^current_(time|timestamp|date)$|^now$|^curdate$|^localtimestamp$|^version$|^user$"
    r"|^current_user$|^session_user$|^uniform$|^randstr$|^input_file|^monotonically|^spark_partition_id$|count_min|^vector_|^collation"
    r"|^collate$|^time_bucket$|^sql_keywords$|^current_path$|^measure$|^session_window$|^window_time$|^bitmap_(and|or)|^session_")


def examples_of(text):
    """SQL statements behind `>` in the Examples section."""
    match = re.search(r"Examples:\n(.*?)(?:\n  \n|\n    (?:Note|Since|Deprecated|Arguments)|\Z)", text, re.S)
    if not match:
        return []
    found = re.findall(r"^\s*> (.*?;)\s*$", match.group(1), re.S | re.M)
    return [" ".join(line.strip() for line in f.rstrip(";").split("\n")) for f in found]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spark", required=True)
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.remote(parser.parse_args().spark).create()
    files = {}
    for name in sorted(r[0] for r in spark.sql("SHOW SYSTEM FUNCTIONS").collect()):
        if LEFT_OUT.search(name) or name in ("!=", "<>", "between", "case", "||"):
            continue
        quoted = name if re.fullmatch(r"\W+", name) else f"`{name}`"
        text = "\n".join(r[0] for r in spark.sql(f"DESCRIBE FUNCTION EXTENDED {quoted}").collect())
        letter = name[0] if name[0].isalpha() else "operators"
        out = files.setdefault(letter, FileBuilder(f"examples/{letter}.test", "", setup=None))
        fixed = [s for s in examples_of(text) if "unix_timestamp()" not in s]      # the time of asking
        for number, statement in enumerate(fixed, 1):
            base = f"{name if name[0].isalpha() else 'op_' + '_'.join(str(ord(c)) for c in name)} {number}"
            out.case(base, statement)
    for out in files.values():
        out.write()


if __name__ == "__main__":
    main()
