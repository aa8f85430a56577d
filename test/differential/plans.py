"""Random queries of several operators over typed columns. No query leaves open which rows it gives: what is numbered or cut is ordered by every column."""
import dataclasses
import re

from expressions import LITERALS
from tables import COLUMNS

PLAIN = ["boolean", "integer", "long", "double", "decimal", "string", "date", "timestamp", "ntz", "day_time", "year_month", "time", "binary"]
LEAF_KINDS = PLAIN + ["integer", "string", "integer", "string", "decimal", "array", "struct"]
NUMBERS = ("integer", "long", "decimal")
# Expressions of a kind over columns and literals of others.
FORMS = {
    "boolean": ["{integer} > {integer}", "{string} LIKE '%a%'", "{string} = {string}", "{date} >= {date}", "{any} IS NOT NULL", "NOT {boolean}", "{boolean} OR {boolean}", "{boolean} AND {boolean}",
                "{integer} IN (1, 2, {integer})", "{any1} <=> {any1}", "{decimal} < {double}", "{timestamp} < {date}", "{long} BETWEEN {integer} AND {long}", "{day_time} > INTERVAL '1' HOUR"],
    "integer": ["{integer} % 3", "length({string})", "year({date})", "CASE WHEN {boolean} THEN {integer} ELSE 0 END", "coalesce({integer}, {integer})", "CAST({boolean} AS INT)", "datediff({date}, {date})",
                "abs({integer} % 100)", "if({boolean}, {integer}, NULL)", "hash({any})", "day({timestamp})", "ascii({string})", "nullif({integer}, 1)", "CAST({integer} % 100 AS TINYINT)"],
    "long": ["CAST({integer} AS BIGINT)", "{integer} + 1L", "xxhash64({any}, {any})", "coalesce({long}, {integer})", "unix_date({date}) * 86400L", "greatest({long}, {integer})"],
    "double": ["{double} / 4", "CAST({integer} AS DOUBLE)", "sqrt(abs({integer}))", "{double} + {integer}", "coalesce({double}, {decimal})", "- {double}"],
    "decimal": ["CAST({integer} AS DECIMAL(12, 2))", "{decimal} + 1.5", "coalesce({decimal}, {integer})", "round({decimal}, 1)", "{integer} * 0.25"],
    "string": ["concat({string}, '-', {integer})", "upper({string})", "substr({string}, 1, 2)", "CAST({any} AS STRING)", "coalesce({string}, 'none')", "if({boolean}, {string}, 'z')", "trim({string})",
               "date_format({timestamp}, 'yyyy-MM')", "CAST({date} AS STRING)", "nullif({string}, 'a')", "{string} || {any}"],
    "date": ["{date} + 7", "last_day({date})", "CAST({timestamp} AS DATE)", "coalesce({date}, DATE'2000-01-01')", "add_months({date}, 1)", "date_trunc('MONTH', {date})"],
    "timestamp": ["CAST({date} AS TIMESTAMP)", "{timestamp} + INTERVAL '1' HOUR", "coalesce({timestamp}, {date})", "date_trunc('HOUR', {timestamp})"],
    "day_time": ["{date} - {date}", "{day_time} * 2", "coalesce({day_time}, INTERVAL '1' DAY)"],
    "struct": ["struct({any}, {any})", "named_struct('p', {integer}, 'q', {string})"],
    "array": ["array({integer}, {integer})", "array({string}, {string})", "array({any})"],
}
AGGREGATES = ["count(*)", "count({any})", "sum({integer})", "sum({decimal})", "max({any})", "min({any})", "avg({integer})", "avg({decimal})", "count(DISTINCT {any})", "max({string})", "bool_or({boolean})",
              "sum({long} % 1000)", "count_if({boolean})", "max({struct})", "sort_array(collect_list({string}))", "sort_array(collect_set({integer}))", "sum({integer}) FILTER (WHERE {boolean})",
              "sum({double})", "percentile({integer}, 0.5)", "bit_xor({integer})", "sum(DISTINCT {integer})", "min(struct({any}, {any}))", "avg({double})", "stddev({integer})", "max(length({string})) + 1"]
WINDOWS = ["rank()", "dense_rank()", "percent_rank()", "cume_dist()", "count(*)", "sum({integer})", "max({any})", "min({string})", "avg({decimal})", "count({any})", "sum({decimal})"]
JOINS = ["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT SEMI JOIN", "LEFT ANTI JOIN"]


@dataclasses.dataclass
class Query:
    sql: str
    columns: list      # (name, kind)
    operators: list


class Plans:
    def __init__(self, generator):
        self.generator, self.random, self.number = generator, generator.random, 0

    def name(self, prefix):
        self.number += 1
        return f"{prefix}{self.number}"

    def draw(self):
        """(query, the operators that it is made of)."""
        self.number = 0
        query = self.leaf()
        for _ in range(self.random.randint(1, 3)):
            if query.columns:
                query = self.operator()(query)
        return query.sql, "plan " + " < ".join(query.operators[::-1])

    def operator(self):
        return self.random.choice([self.project, self.filter, self.aggregate, self.aggregate, self.grouping, self.join, self.join, self.set_operation, self.set_operation, self.window, self.limit,
                                   self.distinct, self.subquery, self.subquery, self.lateral, self.explode, self.pivot, self.unpivot, self.common_table, self.using])

    # Expressions over columns.
    def of_kind(self, kind, columns, depth=1):
        if kind in ("any", "any1"):
            kind = self.random.choice([k for _, k in columns] + PLAIN[:7])
        mine = [name for name, k in columns if k == kind]
        roll = self.random.random()
        if mine and (roll < 0.7 or depth == 0):
            return self.random.choice(mine)
        if roll < 0.9 and depth > 0 and kind in FORMS:
            return self.filled(self.random.choice(FORMS[kind]), columns, depth - 1)
        plain = [text for text in LITERALS[kind] if not self.reads_columns(text)]
        return self.random.choice(plain) if plain and roll < 0.97 else "NULL"

    @staticmethod
    def reads_columns(text):
        bare = re.sub(r"'[^']*'", "", text)
        return any(word in COLUMNS["data"] for word in re.findall(r"\b[a-z]\w*\b(?!\()", bare))

    def filled(self, form, columns, depth=1):
        same = self.random.choice([k for _, k in columns])
        return re.sub(r"\{(\w+)\}", lambda m: self.of_kind(same if m.group(1) == "any1" else m.group(1), columns, depth), form)

    def items(self, columns, least=1, most=3):
        """Select items with their names and kinds."""
        found = []
        for _ in range(self.random.randint(least, most)):
            kind = self.random.choice([k for _, k in columns] + PLAIN[:7])
            found.append((self.of_kind(kind, columns), self.name("c"), kind))
        return found

    # Operators.
    def leaf(self):
        roll = self.random.random()
        if roll < 0.15:
            return Query("SELECT * FROM more", list(COLUMNS["more"].items()), ["more"])
        if roll < 0.25:
            name = self.name("v")
            return Query(f"SELECT * FROM VALUES (1, 'a', 1.5), (2, NULL, -0.25), (2, 'b', NULL), (NULL, 'a', 3) AS {name}(p, q, r)", [("p", "integer"), ("q", "string"), ("r", "decimal")], ["values"])
        items = [("id", "id", "integer")]
        for _ in range(self.random.randint(2, 4)):
            kind = self.random.choice(LEAF_KINDS)
            text = self.generator.learned(kind) if self.random.random() < 0.4 else None
            text = text or self.random.choice(self.generator.columns[kind] or LITERALS[kind])
            items.append((text, self.name("c"), kind))
        return Query(f"SELECT {', '.join(f'{text} AS {name}' for text, name, _ in items)} FROM data", [(name, kind) for _, name, kind in items], ["data"])

    def project(self, query):
        items = self.items(query.columns)
        kept = self.random.sample(query.columns, min(2, len(query.columns)))
        text = ", ".join([name for name, _ in kept] + [f"{text} AS {name}" for text, name, _ in items])
        return Query(f"SELECT {text} FROM ({query.sql})", kept + [(name, kind) for _, name, kind in items], query.operators + ["project"])

    def filter(self, query):
        return Query(f"SELECT * FROM ({query.sql}) WHERE {self.of_kind('boolean', query.columns, 2)}", query.columns, query.operators + ["filter"])

    def aggregates(self, columns):
        return [(self.filled(self.random.choice(AGGREGATES), columns), self.name("a")) for _ in range(self.random.randint(1, 3))]

    def groups(self, columns):
        return [(name, kind) for name, kind in columns if kind not in ("map",)]

    def aggregate(self, query):
        aggregates = ", ".join(f"{text} AS {name}" for text, name in self.aggregates(query.columns))
        roll = self.random.random()
        having = f" HAVING {self.random.choice(['count(*) > 1', 'max(1) = 1', 'count(*) <= 2'])}" if self.random.random() < 0.2 else ""
        if roll < 0.2:
            return Query(f"SELECT {aggregates} FROM ({query.sql}){having}", [], query.operators + ["aggregate all"])
        if roll < 0.4:
            text, name, _ = self.items(query.columns, 1, 1)[0]
            by = self.random.choice([text, "ALL", "1", name]) if self.reads_none(text, query.columns) is False else "1"
            return Query(f"SELECT {text} AS {name}, {aggregates} FROM ({query.sql}) GROUP BY {by}{having}", [], query.operators + ["aggregate by expression"])
        keys = self.random.sample(query.columns, min(len(query.columns), self.random.randint(1, 2)))
        names = ", ".join(name for name, _ in keys)
        return Query(f"SELECT {names}, {aggregates} FROM ({query.sql}) GROUP BY {names}{having}", keys, query.operators + ["aggregate"])

    @staticmethod
    def reads_none(text, columns):
        return not any(name in text for name, _ in columns)

    def grouping(self, query):
        keys = self.random.sample(query.columns, min(len(query.columns), 2))
        names = [name for name, _ in keys]
        first = names[0]
        by = self.random.choice([f"ROLLUP ({', '.join(names)})", f"CUBE ({', '.join(names)})", f"GROUPING SETS (({', '.join(names)}), ({first}), ())", f"{first}, ROLLUP ({names[-1]})", f"GROUPING SETS (({first}), ({names[-1]}))"])
        aggregates = ", ".join(f"{text} AS {name}" for text, name in self.aggregates(query.columns))
        extra = self.random.choice(["", f", grouping({first}) AS g", ", grouping_id() AS g"])
        return Query(f"SELECT {', '.join(names)}, {aggregates}{extra} FROM ({query.sql}) GROUP BY {by}", keys, query.operators + ["grouping sets"])

    def condition(self, left, right):
        """A join condition over columns of both sides."""
        pairs = [(a, b) for a, kind in left for b, other in right if kind == other and kind != "map"]
        near = [(a, b) for a, kind in left for b, other in right if kind in NUMBERS and other in NUMBERS]
        if self.random.random() < 0.2 and near:
            pairs = near
        if not pairs:
            return "true" if self.random.random() < 0.5 else "1 = 0"
        a, b = self.random.choice(pairs)
        text = f"{a} {self.random.choice(['=', '=', '=', '=', '<=>', '<', '>='])} {b}"
        if self.random.random() < 0.3:
            text += f" {self.random.choice(['AND', 'AND', 'OR'])} {self.of_kind('boolean', left + right)}"
        return text

    def renamed(self, query, alias):
        """The query with fresh names, so that both sides of a join can be named."""
        columns = [(self.name("j"), kind) for _, kind in query.columns]
        return f"({query.sql}) AS {alias}({', '.join(name for name, _ in columns)})", columns

    def join(self, query):
        if not self.is_complete(query):
            return query
        other = self.leaf()
        left, left_columns = self.renamed(query, "l")
        right, right_columns = self.renamed(other, "r")
        kind = self.random.choice(JOINS)
        columns = left_columns if "SEMI" in kind or "ANTI" in kind else left_columns + right_columns
        return Query(f"SELECT * FROM {left} {kind} {right} ON {self.condition(left_columns, right_columns)}", columns, query.operators + [kind.lower()])

    @staticmethod
    def is_complete(query):
        """Aggregates have columns whose kinds are not followed; they cannot be renamed as a whole."""
        return not any(op.startswith(("aggregate", "grouping", "window", "subquery", "pivot", "unpivot", "explode", "lateral", "using")) for op in query.operators)

    def using(self, query):
        if not any(name == "id" for name, _ in query.columns):
            return query
        kind = self.random.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
        columns = [c for c in query.columns if c[0] not in ("other", "w")] + [("other", "string"), ("w", "integer")]
        if any(name in ("other", "w") for name, _ in query.columns):
            return query
        return Query(f"SELECT * FROM ({query.sql}) {kind} more USING (id)", columns, query.operators + [f"using {kind.lower()}"])

    def set_operation(self, query):
        operation = self.random.choice(["UNION", "UNION ALL", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"])
        columns = self.random.sample(query.columns, min(len(query.columns), 3))
        names = ", ".join(name for name, _ in columns)
        other = self.leaf()
        right = ", ".join(self.of_kind(self.random.choice([kind] * 8 + ["integer", "string"]), other.columns) for _, kind in columns)
        return Query(f"SELECT {names} FROM ({query.sql}) {operation} SELECT {right} FROM ({other.sql})", columns, query.operators + [operation.lower()])

    def orders(self, columns):
        ordered = [name for name, kind in columns if kind != "map"]
        self.random.shuffle(ordered)
        return ", ".join(name + self.random.choice(["", "", " DESC", " NULLS LAST", " DESC NULLS FIRST"]) for name in ordered)

    def window(self, query):
        call = self.filled(self.random.choice(WINDOWS), query.columns)
        partition = f"PARTITION BY {self.random.choice(query.columns)[0]} " if self.random.random() < 0.6 else ""
        name = self.name("w")
        kept = ", ".join(n for n, _ in query.columns)
        order = "ORDER BY " + self.random.choice(query.columns)[0]
        text = f"SELECT {kept}, {call} OVER ({partition}{order}) AS {name} FROM ({query.sql})"
        return Query(text, query.columns, query.operators + ["window"])

    def limit(self, query):
        if not self.is_complete(query):
            return query
        cut = self.random.choice(["LIMIT 3", "LIMIT 0", "LIMIT 2 OFFSET 1"])
        return Query(f"SELECT * FROM ({query.sql}) ORDER BY {self.orders(query.columns)} {cut}", query.columns, query.operators + ["limit"])

    def distinct(self, query):
        columns = self.random.sample(query.columns, min(len(query.columns), 2))
        text = ", ".join(name for name, _ in columns)
        return Query(f"SELECT DISTINCT {text} FROM ({query.sql})", columns, query.operators + ["distinct"])

    def subquery(self, query):
        numbers = [name for name, kind in query.columns if kind in NUMBERS] or ["1"]
        outer, alias = self.random.choice(numbers), self.name("s")
        outer = f"{alias}.{outer}" if outer != "1" else outer
        inner = self.random.choice([f"SELECT count(*) FROM more WHERE more.id = {outer}", "SELECT max(w) FROM more", f"SELECT sum(w) FROM more WHERE more.id = {outer}", f"SELECT min(other) FROM more WHERE more.id <= {outer}",
                                    f"SELECT first(nn) FROM data WHERE data.id = {outer}", "SELECT avg(n) FROM data WHERE id > 100"])
        test = self.random.choice([f"{outer} IN (SELECT id FROM more)", f"{outer} NOT IN (SELECT id FROM more WHERE id IS NOT NULL)", f"{outer} NOT IN (SELECT id FROM more)", f"EXISTS (SELECT 1 FROM more WHERE more.id = {outer})",
                                   f"NOT EXISTS (SELECT 1 FROM data d2 WHERE d2.id > {outer})", f"{outer} = (SELECT max(id) FROM more WHERE more.id = {outer})", f"({outer}, 10) IN (SELECT id, w FROM more)",
                                   f"{outer} IN (SELECT id FROM data WHERE {self.of_kind('boolean', list(COLUMNS['data'].items()))})", f"EXISTS (SELECT 1 FROM more WHERE w > 5) OR {outer} > 2"])
        name = self.name("q")
        return Query(f"SELECT {alias}.*, ({inner}) AS {name} FROM ({query.sql}) AS {alias} WHERE {test}" if self.random.random() < 0.7 else f"SELECT {alias}.*, ({test}) AS {name} FROM ({query.sql}) AS {alias}",
                     query.columns, query.operators + ["subquery"])

    def lateral(self, query):
        numbers = [name for name, kind in query.columns if kind in NUMBERS]
        if not numbers:
            return query
        alias, number = self.name("l"), self.random.choice(numbers)
        inner = self.random.choice([f"SELECT other AS o FROM more WHERE more.id = {alias}.{number}", f"SELECT count(*) AS o FROM more WHERE more.id < {alias}.{number}", f"SELECT {alias}.{number} + 1 AS o"])
        kind = self.random.choice([", LATERAL", "LEFT JOIN LATERAL"])
        on = " ON true" if kind.startswith("LEFT") else ""
        return Query(f"SELECT {alias}.*, t.o FROM ({query.sql}) AS {alias} {kind} ({inner}) AS t{on}", query.columns, query.operators + ["lateral"])

    def explode(self, query):
        arrays = [name for name, kind in query.columns if kind == "array"] + ["array(1, NULL)", "sequence(1, 3)"]
        view = self.random.choice(["explode", "posexplode"])
        outer = self.random.choice(["", "OUTER "])
        names = "e" if view == "explode" else "p, e"
        kept = ", ".join(name for name, _ in query.columns) or "1 AS one"
        return Query(f"SELECT {kept}, {names} FROM ({query.sql}) LATERAL VIEW {outer}{view}({self.random.choice(arrays)}) AS {names}", query.columns, query.operators + ["explode"])

    def pivot(self, query):
        strings = [name for name, kind in query.columns if kind == "string"]
        numbers = [name for name, kind in query.columns if kind in NUMBERS]
        if not strings or not numbers:
            return query
        keep = [name for name, kind in query.columns if kind in ("integer", "boolean", "date")][:1]
        columns = ", ".join(dict.fromkeys([strings[0], numbers[-1]] + keep))
        return Query(f"SELECT * FROM (SELECT {columns} FROM ({query.sql})) PIVOT (max({numbers[-1]}) FOR {strings[0]} IN ('a', 'b', 's'))", [], query.operators + ["pivot"])

    def unpivot(self, query):
        kinds = [k for _, k in query.columns]
        same = [name for name, kind in query.columns if kind in ("integer", "long")]
        if len(same) < 2 or not kinds:
            return query
        nulls = self.random.choice(["", "INCLUDE NULLS ", "EXCLUDE NULLS "])
        return Query(f"SELECT * FROM ({query.sql}) UNPIVOT {nulls}(v FOR n IN ({', '.join(same)}))", [], query.operators + ["unpivot"])

    def common_table(self, query):
        if not self.is_complete(query):
            return query
        left = self.random.choice(query.columns)
        name = self.name("t")
        text = f"WITH {name} AS ({query.sql}) SELECT a.*, b.{left[0]} AS z FROM {name} a JOIN {name} b ON a.{left[0]} <=> b.{left[0]}"
        return Query(text, query.columns, query.operators + ["cte"])
