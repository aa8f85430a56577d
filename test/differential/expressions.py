"""Random typed expressions, drawn with a seed from the function table and from the forms of words.py.

An argument is a column, a literal, or an expression on which both servers agreed before: so a difference is the work of the outermost call. `learn`
hands these back with the types that they have.

Each draw hangs on the seed and its own number, and each expression that was learned has a place that hangs on its text: where one server changes, a seed
asks the same but for the few expressions that had the changed one as an argument. So a mend is seen by asking its seed again.
"""
import random
import re
import zlib

import words
from tables import COLUMNS

# Literals by the kind of value.
LITERALS = {
    "boolean": ["true", "false", "i > 0", "s IS NULL"],
    "integer": ["0", "1", "-1", "2", "3", "7", "100", "2147483647", "5Y", "-300S"],
    "small": ["0", "1", "-1", "2", "3", "5", "12", "23", "28", "31", "59", "100", "nn", "ti", "NULL"],
    "tiny": ["0", "1", "-1", "2", "3", "-2", "5", "nn", "id"],
    "long": ["0L", "1L", "-5L", "9223372036854775807L", "86400L", "1700000000L"],
    "double": ["0.5D", "-0.0D", "1e10D", "2.0D", "DOUBLE('NaN')", "1.5F", "FLOAT('Infinity')"],
    "decimal": ["1.25", "0.005", "-99.9", "3.000BD", "12345678901234567890.12345", "0.5"],
    "string": ["'a'", "''", "'Spark SQL'", "'12'", "' x '", "'2020-02-29'", "'é日'", "','", "'1.5'", "'true'", "'2021-03-14 02:30:00'"],
    "binary": ["X'0102ff'", "X''", "X'C3A9'"],
    "date": ["DATE'2020-02-29'", "DATE'1969-12-31'", "DATE'2021-11-07'"],
    "timestamp": ["TIMESTAMP'2021-03-14 03:30:00'", "TIMESTAMP'1969-12-31 23:59:59.999999'", "TIMESTAMP'2021-11-07 01:59:59'"],
    "ntz": ["TIMESTAMP_NTZ'2020-01-01 12:00:00'", "TIMESTAMP_NTZ'2021-03-14 02:30:00'"],
    "time": ["TIME'12:34:56.789'", "TIME'00:00:00'", "TIME'23:59:59.999999'"],
    "day_time": ["INTERVAL '-3' HOUR", "INTERVAL '2' DAY", "INTERVAL '1 02:03:04.5' DAY TO SECOND", "INTERVAL '90' MINUTE"],
    "year_month": ["INTERVAL '1-2' YEAR TO MONTH", "INTERVAL '-5' MONTH", "INTERVAL '3' YEAR"],
    "array": ["array(1, NULL, 3)", "array('a', 'b', 'a')", "array(array(1), NULL)", "array(1.5D, d)", "array(dt)", "array(st)", "array(1.25, 3)", "array()"],
    "map": ["map('a', i)", "map(1, s, 2, NULL)", "map()", "map('k', array(1, 2))", "map(dt, k)"],
    "struct": ["struct(i, s)", "named_struct('a', d, 'b', ai)", "struct(1)", "struct(1, 'a', NULL)"],
}
KINDS = sorted(set(LITERALS) - {"small", "tiny"})
UNIONS = {"string_or_binary": ["string", "string", "binary"], "timestamp_any": ["timestamp", "timestamp", "ntz", "date"], "date_or_timestamp": ["date", "timestamp", "ntz"],
          "numeric": ["integer", "integer", "long", "double", "decimal"], "integral": ["integer", "integer", "long"], "interval": ["day_time", "year_month"],
          "orderable": ["integer", "double", "string", "date", "timestamp", "decimal", "boolean", "struct", "array", "time", "day_time"], "any": KINDS,
          "array_string": ["array_string"]}
ARRAYS_OF_STRINGS = ["sa", "array('a', 'b', 'a')", "array(s, k, NULL)", "split(s, ',')"]
LAMBDAS = {1: ["x -> x", "x -> x IS NULL", "x -> concat(x, 'z')", "x -> x + 1", "x -> x > 1"],
           2: ["(x, y) -> x", "(x, y) -> x > y", "(x, y) -> coalesce(x, y)", "(x, y) -> x + y"],
           3: ["(k, v, w) -> coalesce(v, w)", "(k, v, w) -> v"]}
LAMBDA_SIZES = {"map_zip_with": 3, "transform_values": 2, "transform_keys": 2, "map_filter": 2, "zip_with": 2, "aggregate": 2, "reduce": 2}
# Bodies of lambda functions over a variable x of whatever type.
BODIES = {"boolean": ["x IS NULL", "x IS NOT NULL", "x > 1", "x = 'b'", "CAST(x AS STRING) LIKE '%1%'", "x = i", "x IN (1, 3)", "x <=> NULL", "true", "NULL", "x < '2'", "length(x) > 1"],
          "any": ["x", "x IS NULL", "CAST(x AS STRING)", "x + 1", "concat(x, '-')", "coalesce(x, x)", "array(x)", "struct(x, i)", "NULL", "hash(x)", "typeof(x)", "if(x IS NULL, 0, 1)", "x = x"]}
# Answers that hang on the moment, the server or the order of rows, and rows that no user can call.
LEFT_OUT = {"current_timestamp", "current_date", "localtimestamp", "current_time", "now", "curdate", "current_user", "user", "session_user", "version",
            "current_catalog", "current_schema", "current_database", "current_timezone", "unix_timestamp", "to_unix_timestamp", "input_file_name", "input_file_block_start",
            "input_file_block_length", "monotonically_increasing_id", "spark_partition_id", "uuid", "rand", "randn", "shuffle", "random", "raise_error",
            "assert_true", "java_method", "reflect", "grouping", "grouping_id", "window", "session_window", "window_time", "[]", "when", "case when", "in",
            "between", "alias", "named_struct", "aes_encrypt", "try_aes_decrypt", "aes_decrypt", "extractansiintervaldays", "randstr", "uniform",
            "histogram_numeric", "unary -", "isin", "exists", "cast", "try_cast", "array_sort", "uuid", "variant_explode", "count_min_sketch",
            "collect_list", "array_agg", "collect_set", "first", "last", "any_value", "first_value", "last_value", "listagg", "string_agg", "approx_top_k", "bitmap_construct_agg", "bitmap_or_agg", "sleep", "ntile", "try_reflect", "mode", "min_by", "max_by"}
# Their integers are sizes or scales of something that is made: only small ones are asked.
SIZED = {"repeat", "space", "lpad", "rpad", "array_repeat", "sequence", "format_number", "round", "bround", "ceil", "floor", "ceiling", "array_insert", "factorial", "shiftleft",
         "percentile_approx", "approx_percentile", "hll_sketch_agg", "width_bucket", "decimal", "power", "pow", "approx_top_k", "range", "elt", "bitmap_bucket_number"}
BINARY = {"+", "-", "*", "/", "%", "div", "=", "<", "<=", ">", ">=", "<=>", "!=", "and", "or", "&", "|", "^"}
POOL_SIZE, LONGEST = 60, 160


def kind_of(data_type):
    """The kind of a type of the client, or None when no argument asks for it."""
    name = type(data_type).__name__
    return {"BooleanType": "boolean", "ByteType": "integer", "ShortType": "integer", "IntegerType": "integer", "LongType": "long", "FloatType": "double",
            "DoubleType": "double", "DecimalType": "decimal", "StringType": "string", "BinaryType": "binary", "DateType": "date", "TimestampType": "timestamp",
            "TimestampNTZType": "ntz", "TimeType": "time", "DayTimeIntervalType": "day_time", "YearMonthIntervalType": "year_month", "ArrayType": "array",
            "MapType": "map", "StructType": "struct"}.get(name)


class Generator:
    """Every method that makes an expression gives its text and its head: the call or form that it ends in."""

    def __init__(self, functions, seed):
        self.seed, self.random = seed, random.Random()
        usable = [f for f in functions if f["name"] not in LEFT_OUT and f["built"] and not f["volatile"] and f["signatures"]
                  and not any(mark in f["name"] for mark in (" + ", " - ", " * ", " / ", " if ")) and "sketch" not in f["name"]]
        self.by_kind = {kind: [f for f in usable if f["kind"] == kind and not f["order_dependent"]] for kind in ("scalar", "aggregate", "window")}
        self.forms = {"scalar": words.templates(words.SCALAR), "aggregate": words.templates(words.AGGREGATE), "window": words.templates(words.WINDOW)}
        self.columns = {kind: [c for c, k in COLUMNS["data"].items() if k == kind] for kind in LITERALS}
        self.pool = {kind: {} for kind in LITERALS}

    def begin(self, number):
        """What is drawn from here on hangs on the seed and this number."""
        self.random.seed(f"{self.seed} {number}")

    def learn(self, text, data_type):
        """An expression on which the servers agree may become an argument."""
        kind = kind_of(data_type)
        if kind is None or len(text) > LONGEST:
            return
        self.pool[kind][zlib.crc32(text.encode()) % POOL_SIZE] = text

    def learned(self, kind):
        """One of the expressions of a kind that were learned: at a random place, or at the next that holds one."""
        pool, place = self.pool[kind], self.random.randrange(POOL_SIZE)
        return next((pool[(place + i) % POOL_SIZE] for i in range(POOL_SIZE) if (place + i) % POOL_SIZE in pool), None)

    def value(self, accepts):
        """An expression of a kind of value, or of a union of kinds."""
        kind = self.random.choice(UNIONS.get(accepts, [accepts]))
        roll = self.random.random()
        if kind == "array_string":
            return self.random.choice(ARRAYS_OF_STRINGS)
        if roll < 0.03:
            return "NULL"
        if kind in ("small", "tiny"):
            return self.random.choice(LITERALS[kind])
        if roll > 0.98:
            kind = self.random.choice(KINDS)
        if roll < 0.4 and self.pool[kind]:
            text = self.learned(kind)
            return text if re.fullmatch(r"\w+(\(.*\))?", text) and text.count("(") < 2 else f"({text})"
        if roll < 0.75 and self.columns[kind]:
            return self.random.choice(self.columns[kind])
        return self.random.choice(LITERALS[kind])

    def call(self, function):
        """A call of a row of the function table."""
        name = function["name"]
        signature = self.random.choice(function["signatures"])
        count = len(signature["arguments"]) - self.random.randint(0, signature["optional"])
        if signature["variadic"]:
            count += self.random.randint(0, 2)
        same = self.random.choice(["integer", "numeric", "string", "date", "timestamp", "array", "boolean", "double", "decimal", "binary", "time", "struct"])
        arguments = []
        for place in range(count):
            accepts = signature["arguments"][min(place, len(signature["arguments"]) - 1)]
            if accepts == "lambda":
                arguments.append(self.random.choice(LAMBDAS[LAMBDA_SIZES.get(name, 1)]))
            elif name in SIZED and accepts in ("integer", "long", "any", "same", "integral"):
                arguments.append(self.value("tiny"))
            else:
                arguments.append(self.value(same if accepts == "same" else accepts))
        if name in BINARY and len(arguments) == 2:
            return f"{arguments[0]} {name} {arguments[1]}", name
        if not name.replace("_", "").isalnum():
            name = f"`{name}`"
        return f"{name}({', '.join(arguments)})", function["name"]

    def filled(self, form):
        def fill(match):
            word = match.group(1)
            if word in words.WORDS:
                return self.random.choice(words.WORDS[word]).replace("''", "\\'")
            if word.startswith("x:"):
                return self.random.choice(BODIES[word[2:]])
            return self.value(word)
        return re.sub(r"\{([a-z_:]+)\}", fill, form)

    def draw(self, kind, forms=0.6):
        if self.random.random() < forms or not self.by_kind[kind]:
            form = self.random.choice(self.forms[kind])
            return self.filled(form), form
        return self.call(self.random.choice(self.by_kind[kind]))

    def scalar(self):
        return self.draw("scalar")

    def aggregate(self):
        text, head = self.draw("aggregate")
        if self.random.random() < 0.06 and "(" in text and text.endswith(")") and "FILTER" not in text and head in text:
            return f"{text} FILTER (WHERE {self.value('boolean')})", head
        return text, head

    def window(self):
        """A call over a frame that leaves nothing open about the order of rows."""
        if self.random.random() < 0.5:
            text, head = self.draw("window", 0.9)
            framed = re.match("first|last|nth|any_value|collect|array_agg", text)
            return f"{text} OVER ({self.random.choice([f for f in words.FRAMES if framed or 'ROWS' not in f])})", f"{head} OVER"
        plain = [f for f in self.forms["aggregate"] if re.fullmatch(r"\w+\([^()]*\)", f) and "DISTINCT" not in f and "any_value" not in f]
        form = self.random.choice(plain)
        frame = self.random.choice(words.FRAMES + words.PEER_FRAMES)
        return f"{self.filled(form)} OVER ({frame})", f"{form} OVER"
