#!/usr/bin/env python3
"""Writes test/sql/composed/*.test: every function of the table over nulls, duplicate and case-colliding names, with and without ANSI rules, in several
time zones, and under a join, an aggregate and a window.

    composed.py --firesteel sc://127.0.0.1:15002       # then: record.py --spark ... test/sql/composed

Calls are drawn with a seed by differential/expressions.py; the running Firesteel tells which of them give rows, Spark what the rows are. Many calls share
a query, for the sake of time. A function of which no call gives rows is printed and wants a line in CALLS.
"""
import argparse
import itertools
import os
import re
import sys

TEST = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [TEST, os.path.join(TEST, "differential")]

from comparison import Server                     # noqa: E402
from expressions import Generator                 # noqa: E402
from firesteel_testing import session             # noqa: E402
from generate.functions import FileBuilder        # noqa: E402
from run import functions                         # noqa: E402
from tables import COLUMNS, SETUP                 # noqa: E402

SEED, CALLS_OF_A_FUNCTION, DRAWS, CALLS_OF_A_QUERY, CELL_LENGTH_MAX = 20261129, 2, 80, 20, 120
NAMES = list(COLUMNS["data"])
# A text, which is kept as it is, or a name that is neither called nor a field.
NAME = re.compile(r"'(?:[^'\\]|\\.)*'|(?<![\w.])([A-Za-z_]\w*)(?![\w(]|\s*\()")
# Last digits of floating point, bytes that are no text, and differences that are known: what `decode` of other types than texts is, instants from decimals
# of 38 digits and beyond the range of instants, and -0.0 within the arrays that max_by gives.
OPEN = {"regr_slope(nn, ti)", "covar_pop(f, d)", "ltrim(bin)", "decode(tn, TIMESTAMP'2021-03-14 03:30:00', ym)", "to_timestamp(big)", "to_timestamp_ntz(dt, '1.5')",
        "try_to_timestamp(f)", "try_to_timestamp(big)", "arrays_zip(aa, array(1.5D, d))", "atan2(d, d)"}
# What the analyzer and the parser make for themselves: Spark has no such names.
INTERNAL = {"semi_structured_extract", "distributed_sequence_id", "unwrap_udt", "array_binary_search", "product", "likeall", "likeany",
            "notlikeall", "notlikeany", "timestampadd", "timestampdiff", "extractansiintervaldays"}
# Each row beside the next one: once more the same names, or the same names in capitals.
NEIGHBOURS = "data AS l JOIN data AS r ON r.id = l.id % 7 + 1"
TWINS = (f'spark.conf.set("spark.sql.caseSensitive", "true")\nspark.sql("SELECT l.*, {", ".join(f"r.{n} AS {n.upper()}" for n in NAMES)} '
         f'FROM {NEIGHBOURS}").createOrReplaceTempView("twins")\nspark.conf.unset("spark.sql.caseSensitive")')
LEGACY = {"spark.sql.ansi.enabled": "false", "spark.sql.session.timeZone": "Asia/Kolkata"}
SENSITIVE = {"spark.sql.caseSensitive": "true", "spark.sql.session.timeZone": "Europe/Berlin"}
# Forms that are no plain calls, and functions of which drawn calls give no rows or no answer that is fixed.
CALLS = {
    "scalar": """
        array_sort(ai, (a, b) -> CASE WHEN a < b THEN 1 WHEN a > b THEN -1 ELSE 0 END) ; array_sort(sa) ; named_struct('a', i, 'A', s) ; cast(d AS decimal(20, 3)) ; try_cast(s AS int) ; s IN (s2, 'a') ; i BETWEEN ti AND l
        CASE WHEN b THEN s WHEN i > 0 THEN s2 END ; CASE k WHEN 'a' THEN i ELSE ti END ; ai[0] ; m['x'] ; st.x ; ast.a ; window(ts, '1 hour').start ; window(ts, '1 day').end
        hex(aes_encrypt(s, '0000111122223333', 'ECB')) ; cast(aes_decrypt(aes_encrypt(s, '0000111122223333', 'ECB'), '0000111122223333', 'ECB') AS string) ; unix_timestamp(ts) ; to_unix_timestamp(tn)
        to_json(parse_json('{"a": 1}')) ; try_variant_get(try_parse_json(js), '$.a', 'int') ; size(shuffle(array(i))) ; rand(1) < 1 ; extract(HOUR FROM ts) ; ts::date ; uniform(1, 1) ; -i ; iv * 2 ; ts - tn ; dt + iv ; ts + ym
        transform(ai, x -> x <=> ti) ; filter(ai, x -> x > ti) ; aggregate(ai, 0L, (a, x) -> a + coalesce(x, 0)) ; map_filter(m, (k, v) -> v > 0) ; zip_with(ai, sa, (x, y) -> struct(x, y)) ; transform_values(m, (k, v) -> v % 7) ; exists(sa, x -> x = k)
        array_except(ai, array(3)) ; array_intersect(ai, array(3, NULL)) ; array_union(ai, array(ti)) ; arrays_overlap(ai, array(i, 3)) ; map_concat(m, map('q', i)) ; map_from_entries(array(struct(nn, s))) ; collate(s, 'UTF8_BINARY') ; collation(s)
        convert_timezone('UTC', 'Asia/Tokyo', tn) ; date_part('month', dt) ; datepart('hour', ts) ; date_trunc('week', ts) ; next_day(dt, 'TUE') ; from_utc_timestamp(ts, 'Asia/Seoul') ; make_time(abs(nn) % 24, 1, 2.5) ; time_diff('HOUR', tm, TIME'01:00:00') ; time_trunc('HOUR', tm)
        encode(s, 'UTF-8') ; from_csv(s, 'a INT, b STRING') ; from_json(js, 'a INT') ; get_json_object(js, '$.a') ; schema_of_csv('1,a') ; schema_of_json('{"a": 1}') ; schema_of_variant(try_parse_json(js)) ; is_variant_null(try_parse_json(js)) ; pi() + d
        try_to_number(num, '99.9') ; try_parse_url(s, 'HOST') ; to_utc_timestamp(ts, 'Asia/Tokyo') ; unbase64(base64(bin)) ; to_time('12:30') ; xpath_string(concat('<a>', k, '</a>'), 'a') ; xpath_int(concat('<a>', nn, '</a>'), 'a') ; xpath_double(concat('<a>', nn, '</a>'), 'a') ; xpath(concat('<a><b>', k, '</b></a>'), 'a/b/text()') ; xpath_boolean(concat('<a>', nn, '</a>'), 'a > 3')""",
    "aggregate": """
        sort_array(collect_list(i)) ; sort_array(collect_set(s)) ; sort_array(array_agg(ti)) ; max_by(s, id) ; min_by(d, id) ; mode(b, true) ; listagg(s2, ',') WITHIN GROUP (ORDER BY id) ; string_agg(k) WITHIN GROUP (ORDER BY k)
        histogram_numeric(nn, 3) ; bitmap_count(bitmap_construct_agg(nn)) ; sum(i) FILTER (WHERE b) ; count(DISTINCT s, k) ; percentile_cont(0.25) WITHIN GROUP (ORDER BY d) ; percentile_disc(0.5) WITHIN GROUP (ORDER BY nn DESC) ; max(struct(i, s))
        hll_sketch_estimate(hll_sketch_agg(i)) ; bit_xor(nn) ; corr(nn, ti) ; regr_slope(nn, ti) ; min(st) ; max(ai) ; count(*) ; sum(iv) ; avg(ym) ; median(nn) ; percentile(nn, 0.5) ; percentile(nn, array(0.25, 0.75)) ; schema_of_variant_agg(try_parse_json(js)) ; approx_count_distinct(s)""",
    "window": """
        row_number() ; rank() ; dense_rank() ; percent_rank() ; cume_dist() ; ntile(2) ; lag(s) ; lead(d, 2, 0D) ; first_value(i) IGNORE NULLS ; last_value(ts) ; nth_value(s, 2) ; lag(ai) IGNORE NULLS ; sum(nn) ; collect_list(s) ; max(ts) ; avg(n)""",
}


def listed(text):
    return [c.strip() for line in text.strip().split("\n") for c in line.split(" ; ") if c.strip() and not c.strip().endswith("_not")]


def renamed(call, forms):
    """The call with its columns written in each of the forms by turns."""
    bound = {name for variables in re.findall(r"(\w+|\([\w, ]+\))\s*->", call) for name in re.findall(r"\w+", variables)}
    turns = itertools.count()

    def write(match):
        name = match.group(1)
        return forms[next(turns) % len(forms)](name) if name in NAMES and name not in bound else match.group(0)
    return NAME.sub(write, call)


def gives_rows(server, kind, call):
    wrap = {"scalar": "SELECT id, {} FROM data", "aggregate": "SELECT k, {} FROM data GROUP BY k", "window": "SELECT id, {} OVER (PARTITION BY k ORDER BY id) FROM data"}[kind]
    answer = server.ask(wrap.format(call))
    cells = [row[1] for row in answer.rows]
    return not answer.condition and len(set(cells)) > 1 and max(map(len, cells)) <= CELL_LENGTH_MAX


def drawn(server, generator, kind):
    """Calls of every function of a kind; a function without one is printed."""
    calls = []
    for function in generator.by_kind[kind]:
        found = []
        for _ in range(DRAWS):
            call, _head = generator.call(function)
            if call not in found and any(re.search(rf"\b{n}\b", call) for n in NAMES) and gives_rows(server, kind, call):
                found.append(call)
            if len(found) == CALLS_OF_A_FUNCTION:
                break
        if not found and not any(function["name"] + "(" in c for c in CALLS[kind].split(" ; ")):
            print("no call of", kind, function["name"])
        calls += found
    return [call for call in dict.fromkeys(calls + listed(CALLS[kind])) if call not in OPEN]


def packs(calls):
    return [calls[i:i + CALLS_OF_A_QUERY] for i in range(0, len(calls), CALLS_OF_A_QUERY)]


def columns(calls, form="{}"):
    """The calls as columns that share two names, which differ in case alone."""
    return ", ".join(form.format(call) + (" AS r" if number % 2 else " AS R") for number, call in enumerate(calls))


def sided(calls):
    return [renamed(c, [lambda n: f"l.{n}", lambda n: f"r.{n}"]) for c in calls]


def cased(calls):
    return [renamed(c, [str.upper, str]) for c in calls]


def write_scalars(calls):
    out = FileBuilder("composed/scalar_functions.test", "Every function of one row; generate/composed.py makes this file.", SETUP + "\n" + TWINS)
    for number, pack in enumerate(packs(calls)):
        out.session({})
        out.case(f"plain {number}", f"SELECT id, {columns(pack)} FROM data")
        out.case(f"join {number}", f"SELECT l.id, {columns(sided(pack))} FROM {NEIGHBOURS}")
        out.case(f"aggregate {number}", f"SELECT k, {columns(pack, 'max_by({}, id)')} FROM data GROUP BY k")
        out.session(LEGACY)
        out.case(f"legacy {number}", f"SELECT id, {columns(pack)} FROM data")
        out.case(f"window {number}", f"SELECT id, {columns(pack, 'lag({}) OVER (PARTITION BY k ORDER BY id)')} FROM data")
        out.session(SENSITIVE)
        out.case(f"cases {number}", f"SELECT id, ID, {columns(cased(pack))} FROM twins")
    out.write()


def write_aggregates(calls):
    out = FileBuilder("composed/aggregate_functions.test", "Every aggregate; generate/composed.py makes this file.", SETUP + "\n" + TWINS)
    for number, pack in enumerate(packs(calls)):
        out.session({})
        out.case(f"plain {number}", f"SELECT k, {columns(pack)} FROM data GROUP BY k")
        out.case(f"nothing {number}", f"SELECT {columns(pack)} FROM data WHERE id > 100")
        out.case(f"join {number}", f"SELECT l.k, {columns(sided(pack))} FROM {NEIGHBOURS} GROUP BY l.k")
        out.session(LEGACY)
        out.case(f"legacy {number}", f"SELECT k, {columns(pack)} FROM data GROUP BY k")
        plain = [c for c in pack if not re.search(r"(?i)distinct|within group|filter|^(sort_array|hll_sketch_estimate|bitmap_count)\(", c)]
        out.case(f"window {number}", f"SELECT id, {columns(plain, '{} OVER (PARTITION BY k)')} FROM data")
        out.session(SENSITIVE)
        out.case(f"cases {number}", f"SELECT k, {columns(cased(pack))} FROM twins GROUP BY k")
    out.write()


def write_windows(calls):
    out = FileBuilder("composed/window_functions.test", "Every window function; generate/composed.py makes this file.", SETUP + "\n" + TWINS)
    frame = "{} OVER (PARTITION BY k ORDER BY id)"
    for number, pack in enumerate(packs(calls)):
        out.session({})
        out.case(f"plain {number}", f"SELECT id, {columns(pack, frame)} FROM data")
        out.case(f"join {number}", f"SELECT l.id, {columns(sided(pack), '{} OVER (PARTITION BY l.k ORDER BY r.id)')} FROM {NEIGHBOURS}")
        out.session(LEGACY)
        named = ", ".join(frame.format(c) + f" AS w{i}" for i, c in enumerate(pack))
        out.case(f"aggregate {number}", f"SELECT k, {', '.join(f'max_by(w{i}, id)' for i in range(len(pack)))} FROM (SELECT id, k, {named} FROM data) GROUP BY k")
        out.session(SENSITIVE)
        out.case(f"cases {number}", f"SELECT id, {columns(cased(pack), '{} OVER (PARTITION BY K ORDER BY id)')} FROM twins")
    out.write()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firesteel", required=True)
    arguments = parser.parse_args()
    session.use_reference_zone()
    server = Server(arguments.firesteel, "true", SETUP)
    known = {row[0] for row in server.session.spark.sql("SHOW FUNCTIONS").collect()}
    generator = Generator([f for f in functions() if f["name"] in known - INTERNAL], SEED)
    for kind, write in (("scalar", write_scalars), ("aggregate", write_aggregates), ("window", write_windows)):
        calls = drawn(server, generator, kind)
        print(len(calls), "calls of", len(generator.by_kind[kind]), kind, "functions")
        write(calls)
    server.session.close()


if __name__ == "__main__":
    main()
