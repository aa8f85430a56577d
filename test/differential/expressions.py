"""Random typed expressions and small queries, drawn from the function table with a seed."""
import random

# Columns of the view `data` (generate/function_table.py) and constants, by what an argument takes.
ATOMS = {
    "boolean": ["b", "i > 0", "true", "s IS NULL"],
    "integer": ["i", "ti", "si", "id", "0", "1", "-1", "2", "3", "7", "100"],
    "long": ["l", "i", "0L", "1L", "-5L", "9223372036854775807L", "86400L"],
    "double": ["d", "f", "i", "n", "0.5D", "-0.0D", "1e10D", "2.0D"],
    "decimal": ["n", "1.25", "0.005", "-99.9", "i"],
    "numeric": ["ti", "si", "i", "l", "f", "d", "n", "1", "2.5", "0.1D", "-3"],
    "integral": ["ti", "si", "i", "l", "5", "-2L", "0"],
    "string": ["s", "s2", "k", "'a'", "''", "'Spark SQL'", "'12'", "' x '", "'2020-02-29'", "'é日'", "','"],
    "binary": ["bin", "X'0102ff'", "X''"],
    "date": ["dt", "DATE'2020-02-29'", "DATE'1969-12-31'"],
    "timestamp": ["ts", "TIMESTAMP'2021-03-14 03:30:00'", "TIMESTAMP'1969-12-31 23:59:59.999999'"],
    "ntz": ["CAST(ts AS TIMESTAMP_NTZ)", "TIMESTAMP_NTZ'2020-01-01 12:00:00'"],
    "time": ["TIME'12:34:56.789'", "TIME'00:00:00'"],
    "interval": ["iv", "INTERVAL '1-2' YEAR TO MONTH", "INTERVAL '-3' HOUR", "INTERVAL '2' DAY"],
    "array": ["ai", "sa", "array(1, NULL, 3)", "array('a', 'b', 'a')", "array(ai)", "array(1.5D, d)", "array(dt)", "array(st)"],
    "map": ["m", "map('a', i)", "map(1, s, 2, NULL)", "map()"],
    "struct": ["st", "struct(i, s)", "named_struct('a', d, 'b', ai)"],
}
UNIONS = {"string_or_binary": ["string", "binary"], "timestamp_any": ["timestamp", "ntz", "date"],
          "date_or_timestamp": ["date", "timestamp", "ntz"],
          "orderable": ["integer", "double", "string", "date", "timestamp", "decimal", "boolean", "struct"]}
# What a result serves as; functions whose result is known by their name alone are not nested.
LAMBDAS = {1: ["x -> x", "x -> x IS NULL", "x -> concat(x, 'z')", "x -> x + 1", "x -> x > 1"],
           2: ["(x, y) -> x", "(x, y) -> x > y", "(x, y) -> coalesce(x, y)", "(x, y) -> x + y"],
           3: ["(k, v, w) -> coalesce(v, w)", "(k, v, w) -> v"]}
LAMBDA_SIZES = {"map_zip_with": 3, "transform_values": 2, "transform_keys": 2, "map_filter": 2, "zip_with": 2, "array_sort": 2, "aggregate": 2}
# Answers that hang on the moment, the server or the order of rows, and rows that no user can call.
LEFT_OUT = {"current_timestamp", "current_date", "localtimestamp", "current_time", "now", "curdate", "current_user", "user", "session_user", "version",
            "current_catalog", "current_schema", "current_database", "current_timezone", "unix_timestamp", "input_file_name", "input_file_block_start",
            "input_file_block_length", "monotonically_increasing_id", "spark_partition_id", "uuid", "rand", "randn", "shuffle", "random", "raise_error",
            "assert_true", "java_method", "reflect", "grouping", "grouping_id", "window", "session_window", "window_time", "[]", "when", "case when", "in",
            "between", "alias", "named_struct", "typeof", "aes_encrypt", "try_aes_decrypt", "aes_decrypt", "extractansiintervaldays", "randstr", "uniform",
            "approx_count_distinct", "histogram_numeric", "unary -", "isin", "nullif", "exists", "cast", "try_cast"}
BINARY = {"+", "-", "*", "/", "%", "div", "=", "<", "<=", ">", ">=", "<=>", "!=", "and", "or", "&", "|", "^"}
FRAMES = ["", "ORDER BY id", "PARTITION BY k ORDER BY id", "PARTITION BY b ORDER BY id DESC", "ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
          "ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING", "ORDER BY si, id", "ORDER BY ti RANGE BETWEEN 10 PRECEDING AND CURRENT ROW"]


class Generator:
    def __init__(self, functions, seed):
        self.random = random.Random(seed)
        usable = [f for f in functions if f["name"] not in LEFT_OUT and f["built"] and not f["volatile"] and f["signatures"]
                  and not any(mark in f["name"] for mark in (" + ", " - ", " * ", " / ", " if "))]
        self.by_kind = {kind: [f for f in usable if f["kind"] == kind and not f["order_dependent"]] for kind in ("scalar", "aggregate", "window")}

    def argument(self, accepts, depth, same=None):
        if accepts in ("any", "same"):
            accepts = same or self.random.choice(["integer", "long", "double", "decimal", "string", "date", "timestamp", "boolean", "array", "struct", "binary"])
        accepts = self.random.choice(UNIONS.get(accepts, [accepts]))
        roll = self.random.random()
        if roll < 0.04:
            return "NULL"
        if depth > 0 and roll < 0.3:
            return self.scalar(depth - 1)
        if roll > 0.985:
            accepts = self.random.choice(sorted(ATOMS))
        return self.random.choice(ATOMS[accepts])

    def arguments(self, function, depth):
        signature = self.random.choice(function["signatures"])
        count = len(signature["arguments"]) - self.random.randint(0, signature["optional"])
        if signature["variadic"]:
            count += self.random.randint(0, 2)
        same = self.random.choice(["integer", "numeric", "string", "date", "timestamp", "array", "boolean", "double", "decimal"])
        found = []
        for place in range(count):
            accepts = signature["arguments"][min(place, len(signature["arguments"]) - 1)]
            if accepts == "lambda":
                found.append(self.random.choice(LAMBDAS[LAMBDA_SIZES.get(function["name"], 1)]))
            else:
                found.append(self.argument(accepts, depth, same))
        return found

    def call(self, function, depth):
        arguments = self.arguments(function, depth)
        name = function["name"]
        if name in BINARY and len(arguments) == 2:
            return f"({arguments[0]} {name} {arguments[1]})"
        if not name.replace("_", "").isalnum():
            return f"`{name}`({', '.join(arguments)})"
        return f"{name}({', '.join(arguments)})"

    def scalar(self, depth=2):
        roll = self.random.random()
        if roll < 0.06:
            target = self.random.choice(["int", "string", "double", "decimal(12,3)", "bigint", "date", "timestamp", "boolean", "tinyint", "float"])
            return f"{self.random.choice(['cast', 'try_cast'])}({self.argument('any', depth)} AS {target})"
        if roll < 0.09:
            kind = self.random.choice(["integer", "double", "string", "decimal", "date"])
            return f"CASE WHEN {self.argument('boolean', depth)} THEN {self.argument(kind, depth)} ELSE {self.argument(kind, depth)} END"
        if roll < 0.11:
            kind = self.random.choice(["integer", "string", "date", "decimal"])
            return f"({self.argument(kind, depth)} IN ({self.argument(kind, 0)}, {self.argument(kind, 0)}))"
        return self.call(self.random.choice(self.by_kind["scalar"]), depth)

    def aggregate(self):
        call = self.call(self.random.choice(self.by_kind["aggregate"]), 1)
        return call + (" FILTER (WHERE b)" if self.random.random() < 0.1 else "")

    def window(self):
        if self.random.random() < 0.4:
            return f"{self.call(self.random.choice(self.by_kind['window']), 1)} OVER ({self.random.choice(FRAMES[1:])})"
        return f"{self.aggregate()} OVER ({self.random.choice(FRAMES)})"

    def query(self, expression, kind):
        """A query around expressions that may stand in one list."""
        if kind == "aggregate":
            return f"SELECT k, {expression} FROM data GROUP BY k"
        if kind == "window":
            return f"SELECT id, {expression} FROM data"
        return f"SELECT id, {expression} FROM data"

    def plan(self):
        """A small query of several operators."""
        e, g, a = self.scalar(1), self.scalar(0), self.aggregate()
        return self.random.choice([
            f"SELECT d.id, m.other, {e} AS v FROM data d LEFT JOIN more m USING (id)",
            f"SELECT {g} AS g, count(*) AS c FROM data GROUP BY {g}",
            f"SELECT {g} AS g, {a} AS v FROM data GROUP BY ALL",
            f"SELECT k, b, {a} AS v FROM data GROUP BY ROLLUP (k, b)",
            f"SELECT {e} AS v FROM data UNION SELECT {g} FROM data WHERE id < 4",
            f"SELECT {e} AS v FROM data EXCEPT ALL SELECT {g} FROM data WHERE id < 3",
            f"SELECT DISTINCT {e} AS v FROM data WHERE {self.argument('boolean', 1)}",
            f"SELECT id, (SELECT count(*) FROM more m WHERE m.id = data.id AND {self.argument('boolean', 0)}) AS c, {g} AS v FROM data",
            f"SELECT id, {e} AS v FROM data WHERE id IN (SELECT id FROM more) AND {self.argument('boolean', 1)}",
            f"SELECT id, v, {self.random.choice(['row_number()', 'rank()', 'lag(v)'])} OVER (PARTITION BY k ORDER BY id) AS w FROM (SELECT id, k, {e} AS v FROM data)",
            f"SELECT id, e FROM data LATERAL VIEW OUTER explode({self.random.choice(ATOMS['array'])}) AS e",
            f"WITH t AS (SELECT id, {e} AS v FROM data) SELECT a.id, a.v, b.v AS w FROM t a JOIN t b ON a.id = b.id + 1",
        ])
