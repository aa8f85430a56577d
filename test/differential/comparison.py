"""Two servers, one question: what differs between their answers."""
import dataclasses
import math
import signal

from pyspark.sql.connect.dataframe import DataFrame
from pyspark.sql.connect.plan import SQL

from firesteel_testing import canonical, session, test_file

# Sums and functions of floating point may end in other digits; more than that is a difference of values.
RELATIVE_TOLERANCE = 1e-12
# What is left where numbers cancel each other out.
ABSOLUTE_TOLERANCE = 1e-13


@dataclasses.dataclass
class Answer:
    """Columns as (name, type) and rows as lists of cells, or the condition of an error."""
    columns: list
    rows: list
    condition: str = None
    detail: str = ""
    data_types: list = dataclasses.field(default_factory=list)

    def lines(self):
        if self.condition:
            return [f"error {self.condition}", self.detail]
        return [f"column {name} {kind}" for name, kind in self.columns] + ["\t".join(row) for row in self.rows]

    def column(self, number):
        """The answer to one expression of a batch: the key column and the expression's."""
        return Answer([self.columns[0], self.columns[number]], [[row[0], row[number]] for row in self.rows],
                      data_types=[self.data_types[0], self.data_types[number]])


# Spark answers tiny queries several times faster without compiling them; what it answers is the same.
QUICK_SPARK = {"spark.sql.shuffle.partitions": "2", "spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN", "spark.sql.adaptive.enabled": "false"}


class ServerGone(Exception):
    """The server does not answer any more."""


class Server:
    def __init__(self, remote, ansi, setup, settings=None, timeout_seconds=30):
        self.session = session.FileSession(remote, timeout_seconds=timeout_seconds)
        self.session.configure({"spark.sql.ansi.enabled": ansi, "spark.sql.session.timeZone": session.ZONE, **(settings or {})})
        self.session.run(test_file.Block("setup", body=setup))
        self.questions = 0

    def ask(self, query):
        """Rows are sorted by their text: no query here asks for an order."""
        self.questions += 1
        signal.signal(signal.SIGALRM, session._raise_timeout)
        signal.alarm(self.session.timeout_seconds)
        try:
            return self._ask(query)
        except session.CaseTimeout:
            return Answer([], [], "TIMEOUT")
        except Exception as error:
            lines = canonical.error_lines(error)
            if "UNAVAILABLE" in str(error) and "Connection refused" in str(error):
                raise ServerGone(str(error)[:200]) from error
            return Answer([], [], lines[0].split()[2], " ".join(lines[1:])[:600] or str(error)[:600])
        finally:
            signal.alarm(0)

    def _ask(self, query):
        frame = DataFrame(SQL(query), self.session.spark)
        schema = frame.schema
        if any(canonical._is_foreign(f.dataType) for f in schema.fields):
            lines = canonical.frame_lines(frame, False)
            rows = [line[4:].split("\t") for line in lines if line.startswith("row ")]
        else:
            table, _ = frame._to_table()
            columns = [[canonical.cell_text(cell, field.dataType) for cell in table.column(number)]
                       for number, field in enumerate(schema.fields)]
            rows = sorted([list(row) for row in zip(*columns)])
        names = [(f.name, canonical.type_text(f.dataType, f.nullable)) for f in schema.fields]
        return Answer(names, rows, data_types=[f.dataType for f in schema.fields])


def close(wanted, given):
    """Whether two cells are the same but for the last digits of floating point."""
    if wanted == given:
        return True
    if wanted[:1] in "[({" and given[:1] == wanted[:1]:
        parts = [cell[1:-1].replace(": ", ", ").split(", ") for cell in (wanted, given)]
        return len(parts[0]) == len(parts[1]) and all(map(close, *parts))
    try:
        return math.isclose(float(wanted), float(given), rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)
    except ValueError:
        return False


def difference(want, got):
    """None when the answers agree, else a short name of how they differ."""
    if want.condition or got.condition:
        if want.condition == got.condition:
            return None
        return f"error {want.condition or 'none'} / {got.condition or 'none'}"
    if want.columns != got.columns:
        types = [[kind.replace("!", "") for _, kind in answer.columns] for answer in (want, got)]
        if types[0] != types[1]:
            return "types"
        if [kind for _, kind in want.columns] != [kind for _, kind in got.columns]:
            return "nullability"
        return "names"
    if want.rows == got.rows:
        return None
    if any("\\x" in cell for row in want.rows for cell in row) and any("\ufffd" in cell for row in got.rows for cell in row):
        return "bytes that are no text"
    if len(want.rows) == len(got.rows) and all(close(*cells) for rows in zip(want.rows, got.rows) for cells in zip(*rows)):
        return "last digits"
    return "values"


class Comparison:
    """Asks both servers, and keeps what differs. Firesteel's own answers say which expressions can be asked of Spark together."""

    def __init__(self, firesteel, spark):
        self.firesteel, self.spark = firesteel, spark
        self.differences, self.agreeing, self.count = [], [], 0

    def note(self, query, head, want, got):
        """Counts one comparison; whether it agreed."""
        self.count += 1
        kind = difference(want, got)
        if kind:
            self.differences.append({"query": query, "head": head, "kind": kind, "ansi": self.firesteel.session.settings["spark.sql.ansi.enabled"],
                                     "want": want.lines(), "got": got.lines()})
        else:
            self.agreeing.append((query, bool(want.condition)))
        return kind is None

    def one(self, query, head):
        got = self.firesteel.ask(query)
        return self.note(query, head, self.spark.ask(query), got)

    def batch(self, expressions, wrap):
        """`expressions` are (text, head); `wrap` makes a query around a list of expressions whose first column is a key.
        Gives back (text, data type) of those that gave rows on both sides and agree."""
        texts = [text for text, _ in expressions]
        heads = dict(expressions)
        got = {text: self.firesteel.ask(wrap(text)) for text in texts}
        good = [text for text in texts if not got[text].condition]
        want = {text: self.spark.ask(wrap(text)) for text in texts if got[text].condition}
        self._ask_together(good, wrap, want)
        agreeing = []
        for text in texts:
            if self.note(wrap(text), heads[text], want[text], got[text]) and not want[text].condition:
                agreeing.append((text, want[text].data_types[1]))
        return agreeing

    def _ask_together(self, texts, wrap, answers):
        """One query for all; halves where that fails."""
        if not texts:
            return
        whole = self.spark.ask(wrap(", ".join(texts)))
        if not whole.condition and len(whole.columns) == len(texts) + 1:
            answers.update((text, whole.column(number + 1)) for number, text in enumerate(texts))
        elif len(texts) == 1:
            answers[texts[0]] = whole
        else:
            half = len(texts) // 2
            self._ask_together(texts[:half], wrap, answers)
            self._ask_together(texts[half:], wrap, answers)
