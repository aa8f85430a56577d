"""One text form for everything that a server answers: columns, rows, values and errors."""
import datetime as dt
import json
import math

import numpy as np
from pyspark.sql import types as T


def type_text(data_type, nullable=True):
    """A type with `!` behind each part that cannot be null."""
    if isinstance(data_type, T.ArrayType):
        text = f"array<{type_text(data_type.elementType, data_type.containsNull)}>"
    elif isinstance(data_type, T.MapType):
        value = type_text(data_type.valueType, data_type.valueContainsNull)
        text = f"map<{type_text(data_type.keyType)},{value}>"
    elif isinstance(data_type, T.StructType):
        text = "struct<" + ",".join(f"{json.dumps(f.name, ensure_ascii=False)}:{type_text(f.dataType, f.nullable)}"
                                    for f in data_type.fields) + ">"
    elif isinstance(data_type, T.UserDefinedType):
        text = f"udt<{type(data_type).__name__}>"
    else:
        text = data_type.simpleString()
    return text + ("" if nullable else "!")


def column_lines(schema):
    return [f"column {json.dumps(f.name, ensure_ascii=False)} {type_text(f.dataType, f.nullable)}"
            for f in schema.fields]


def double_text(value, shortest=None):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return shortest or repr(value)


def _micros_text(micros, zone):
    try:
        moment = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=micros)
    except OverflowError:
        return f"{micros} us{zone}"
    return moment.isoformat(sep=" ") + zone


def cell_text(scalar, data_type):
    """One pyarrow scalar of a Spark type; strings are written as JSON strings."""
    if not scalar.is_valid:
        return "NULL"
    if isinstance(data_type, T.UserDefinedType):
        return cell_text(scalar, data_type.sqlType())
    if isinstance(data_type, T.ArrayType):
        return "[" + ", ".join(cell_text(x, data_type.elementType) for x in (scalar.values or [])) + "]"
    if isinstance(data_type, T.MapType):
        pairs = [f"{cell_text(e['key'], data_type.keyType)}: {cell_text(e['value'], data_type.valueType)}"
                 for e in (scalar.values or [])]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(data_type, T.StructType):
        return "(" + ", ".join(cell_text(scalar[i], f.dataType) for i, f in enumerate(data_type.fields)) + ")"
    return _atom_text(scalar, type(data_type).__name__)


def _atom_text(scalar, kind):
    if kind == "TimestampType":
        return _micros_text(scalar.cast("int64").as_py(), "Z")
    if kind == "TimestampNTZType":
        return _micros_text(scalar.cast("int64").as_py(), "")
    if kind == "DayTimeIntervalType":
        return f"{scalar.cast('int64').as_py()} us"
    if kind == "FloatType":
        single = np.float32(scalar.as_py())
        return double_text(float(single), str(single))
    if kind == "DateType":
        try:
            return scalar.as_py().isoformat()
        except (OverflowError, ValueError):
            return f"{scalar.cast('int32').as_py()} days"
    if kind in ("StringType", "CharType", "VarcharType"):       # may hold bytes that are not UTF-8
        return json.dumps(scalar.as_buffer().to_pybytes().decode("utf-8", "backslashreplace"), ensure_ascii=False)
    value = scalar.as_py()
    if kind == "DoubleType":
        return double_text(value)
    if kind == "CalendarIntervalType":
        return f"{value.months} months {value.days} days {value.nanoseconds} ns"
    if kind == "DecimalType":
        return format(value, "f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (bytes, bytearray)):
        return f"X'{value.hex().upper()}'"
    if isinstance(value, dt.time):
        return value.isoformat()
    return str(value)


def frame_lines(df, ordered, hide=()):
    """Columns and rows of a DataFrame. Types that pyarrow cannot hold are cast to strings by the server."""
    from pyspark.sql import functions as F
    schema = df.schema
    lines = column_lines(schema)
    if not schema.fields:
        return lines + [f"rows {df.count()}"]
    foreign = [_is_foreign(f.dataType) for f in schema.fields]
    source = df
    if any(foreign):
        source = df.toDF(*[f"c{i}" for i in range(len(foreign))])
        source = source.select(*[F.col(f"c{i}").cast("string") if cast else F.col(f"c{i}")
                                 for i, cast in enumerate(foreign)])
    table = source._to_table()[0]
    types = [T.StringType() if cast else f.dataType for cast, f in zip(foreign, schema.fields)]
    rows = []
    for number in range(table.num_rows):
        text = "row " + "\t".join(cell_text(table.column(i)[number], t) for i, t in enumerate(types))
        for shown, hidden in hide:
            text = text.replace(hidden, shown)
        rows.append(text.replace("\n", "\\n"))
    return lines + (rows if ordered else sorted(rows))


def _is_foreign(data_type):
    if isinstance(data_type, T.ArrayType):
        return _is_foreign(data_type.elementType)
    return type(data_type).__name__ in ("YearMonthIntervalType", "VariantType")


def value_lines(value, hide=()):
    """A Python value that is no DataFrame; a text of several lines becomes several lines."""
    if isinstance(value, str):
        for shown, hidden in hide:
            value = value.replace(hidden, shown)
        return [("text " + line) if line else "text" for line in value.split("\n")]
    if isinstance(value, T.StructType):
        return column_lines(value)
    if isinstance(value, float):
        return ["value " + double_text(value)]
    text = repr(value)
    for shown, hidden in hide:
        text = text.replace(hidden, shown)
    return ["value " + text.replace("\n", "\\n")]


def error_lines(error, hide=()):
    """Class, condition, SQL state and message parameters of an exception."""
    get = lambda name: getattr(error, name)() if hasattr(error, name) else None
    condition = get("getCondition") or "-"
    lines = [f"error {type(error).__name__} {condition} {get('getSqlState') or '-'}"]
    parameters = get("getMessageParameters")
    if parameters:
        text = json.dumps(dict(parameters), ensure_ascii=False, sort_keys=True)
        for shown, hidden in hide:
            text = text.replace(hidden, shown)
        lines.append("parameters " + text)
    elif condition == "-":
        lines.append("message " + json.dumps(str(error).split("\n")[0][:200]))
    return lines
