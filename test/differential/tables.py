"""The tables that random expressions and plans read: every type, nulls, edges of ranges, texts that mean something to a function."""

SETUP = '''\
d, t = datetime.date, datetime.datetime
rows = [
    (1, "a", True, 1, 10, 100, 1000, 1.5, 2.25, Decimal("10.50"), Decimal("1.5"), "Spark SQL", "park", bytearray(b"\\x01\\xff"), d(2020, 2, 29), t(2020, 2, 29, 12, 30, 15, 123456), [1, 2, 3], ["a", "b", None], [1.5, -0.0], {"x": 1, "y": 2}, (1, "one"), datetime.timedelta(days=1, seconds=5), '{"a": 1, "b": [1, 2], "c": {"d": "x"}}', "12.5", 3, [(1, "p"), (None, "q")]),
    (2, "a", False, -128, -32768, -2147483648, -9223372036854775808, -0.5, -1.75, Decimal("-0.01"), Decimal("-0.0000000001"), "  été über  ", "é", bytearray(b""), d(1969, 12, 31), t(1969, 12, 31, 23, 59, 59, 999999), [3, None, 3], ["b", "b"], [None, 2.0], {"z": None}, (None, "two"), datetime.timedelta(days=-2), '[1, "x", null]', " -7 ", 0, [(3, None)]),
    (3, "b", None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, -1, None),
    (4, "b", True, 127, 32767, 2147483647, 9223372036854775807, 3.4e38, 1e60, Decimal("99999999.99"), Decimal("9999999999999999999999999999.9999999999"), "", "", bytearray(b"Spark"), d(9999, 12, 31), t(2021, 3, 14, 3, 30, 0), [], [], [], {}, (4, None), datetime.timedelta(0), "{}", "1e3", 7, []),
    (5, None, False, 0, 0, 0, 0, 0.0, 0.0, Decimal("0.00"), Decimal("0"), "12345", "3", bytearray(b"a"), d(1582, 10, 15), t(2021, 11, 7, 1, 30, 0), [5], ["Zz", "aa"], [float("nan")], {"x": 7}, (5, "five"), datetime.timedelta(microseconds=1), "not json", "2020-02-29 01:02:03", 100, [(5, "r"), (5, "a")]),
    (6, None, None, 5, 7, 42, 42, float("nan"), float("nan"), Decimal("1.25"), Decimal("123456789.123456789"), "a,b,,c", ",", bytearray(b"\\xe9"), d(2024, 1, 31), t(2024, 1, 31, 0, 0, 0), [None], [None], [1e10], {"x": None, "w": 3}, (6, "six"), datetime.timedelta(hours=30), '{"a": null}', "", 5, [None, (1, "p")]),
    (7, "a", True, -3, 300, -86400, 1700000000, float("-inf"), -0.0, Decimal("-12345678.90"), Decimal("-99.5"), "http://user@h.org:80/p?q=1#f", "ABC", bytearray(b"abc"), d(1, 1, 1), t(1900, 1, 1, 0, 0, 0), [-1, 0, 2147483647], ["x", "", "é"], [0.1, 0.2], {"a": -5}, (7, ""), datetime.timedelta(days=-1, microseconds=-1), '"s"', "true", 12, [(-1, "z")]),
]
schema = "id int not null, k string, b boolean, ti tinyint, si smallint, i int, l bigint, f float, d double, n decimal(10,2), big decimal(38,10), s string, s2 string, bin binary, dt date, ts timestamp, ai array<int>, sa array<string>, ad array<double>, m map<string,int>, st struct<x:int,y:string>, iv interval day to second, js string, num string, nn int not null, ast array<struct<a:int,b:string>>"
base = spark.createDataFrame(rows, schema)
base = base.selectExpr("*", "CAST(ts AS TIMESTAMP_NTZ) AS tn", "make_time(nn % 24 * sign(nn), 30, 5.25BD) AS tm", "make_ym_interval(ti, nn) AS ym", "map(nn, s) AS mi", "array(ai, array(nn)) AS aa")
base.createOrReplaceTempView("data")
spark.createDataFrame([(1, "p", 10), (2, "q", None), (2, "r", -5), (4, None, 7), (6, "s", 10), (9, "t", 0), (None, "u", 3)], "id int, other string, w smallint").createOrReplaceTempView("more")'''

# The columns of each table by the kind of value that they hold (expressions.kind_of).
COLUMNS = {
    "data": {"id": "integer", "k": "string", "b": "boolean", "ti": "integer", "si": "integer", "i": "integer", "l": "long", "f": "double",
             "d": "double", "n": "decimal", "big": "decimal", "s": "string", "s2": "string", "bin": "binary", "dt": "date", "ts": "timestamp",
             "ai": "array", "sa": "array", "ad": "array", "m": "map", "st": "struct", "iv": "day_time", "js": "string", "num": "string",
             "nn": "integer", "ast": "array", "tn": "ntz", "tm": "time", "ym": "year_month", "mi": "map", "aa": "array"},
    "more": {"id": "integer", "other": "string", "w": "integer"},
}
