#!/usr/bin/env python3
"""Writes the lists behind sql_keywords() and collations() from what a Spark answers. usage: listings.py sc://127.0.0.1:15999"""
import os
import re
import sys
import textwrap

from pyspark.sql import SparkSession

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SUFFIX = re.compile(r"(_CI|_AI|_RTRIM)+$")


def write(path, text):
    with open(os.path.join(ROOT, path), "w", encoding="utf-8") as f:
        f.write(text)


def write_keywords(spark):
    words = [row.keyword for row in spark.sql("SELECT keyword FROM sql_keywords() ORDER BY keyword").collect()]
    packed = textwrap.fill(" ".join(f'"{word}",' for word in words), 100, initial_indent="    ", subsequent_indent="    ")
    write("src/sql/keyword_list.cc", f"""// Written by test/generate/listings.py from Spark 4.2's sql_keywords().
#include "sql/keyword.h"

namespace firesteel::sql {{

const std::vector<std::string_view>& all_keywords() {{
  static const std::vector<std::string_view> words = {{
{packed}
  }};
  return words;
}}

}}  // namespace firesteel::sql
""")


def write_collations(spark):
    names = {}
    for row in spark.sql("SELECT NAME, LANGUAGE, COUNTRY FROM collations()").collect():
        if not row.NAME.startswith("UTF8_"):
            names.setdefault(SUFFIX.sub("", row.NAME), (row.LANGUAGE or "", row.COUNTRY or ""))
    version = spark.sql("SELECT max(ICU_VERSION) AS v FROM collations()").first().v
    rows = "\n".join(f'    {{"{name}", "{language}", "{country}"}},' for name, (language, country) in names.items())
    write("src/functions/collation_list.cc", f"""// Written by test/generate/listings.py from Spark 4.2's collations().
#include "functions/collation_list.h"

namespace firesteel::functions {{

namespace {{

constexpr CollationLocale kLocales[] = {{
{rows}
}};

}}  // namespace

std::string_view collation_library_version() {{ return "{version}"; }}

std::span<const CollationLocale> collation_locales() {{ return kLocales; }}

}}  // namespace firesteel::functions
""")


def main():
    spark = SparkSession.builder.remote(sys.argv[1]).create()
    write_keywords(spark)
    write_collations(spark)
    os._exit(0)


if __name__ == "__main__":
    main()
