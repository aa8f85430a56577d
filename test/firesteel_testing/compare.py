"""Compares a recorded answer with a given one and names the kind of the first difference."""
import json
import re


def difference(block, answer):
    """None if the answer agrees with the recorded one, else (kind, explanation)."""
    want, got = block.answer, answer
    if want == got:
        return None
    kind = _kind(want, got)
    if kind == "parameters" and "condition-only" in block.options:
        return None
    if kind == "rows" and block.tolerance is not None and _rows_near(want, got, block.tolerance):
        return None
    return kind, explain(want, got)


def explain(want, got):
    lines = [f"  - {line}" for line in want if line not in got]
    lines += [f"  + {line}" for line in got if line not in want]
    return "\n".join(line[:400] for line in lines[:12]) or "  the lines come in another order"


def _part(lines, word):
    return [line for line in lines if line.startswith(word + " ")]


def _kind(want, got):
    if got and got[0].startswith("timeout"):
        return "timeout"
    if _part(want, "error") and not _part(got, "error"):
        return "missed-error"
    if not _part(want, "error") and _part(got, "error"):
        condition = got[0].split()[2]
        return f"unexpected-error {condition}"
    if _part(want, "error"):
        if want[0].split()[2] != got[0].split()[2]:
            return "other-condition"
        return "parameters" if want[0] == got[0] else "other-error-class"
    if _part(want, "column") != _part(got, "column"):
        names = [[_name(line) for line in _part(x, "column")] for x in (want, got)]
        if names[0] != names[1]:
            return "names"
        bare = [[line.replace("!", "") for line in _part(x, "column")] for x in (want, got)]
        return "types" if bare[0] != bare[1] else "nullability"
    return "rows"


def _name(line):
    return json.JSONDecoder().raw_decode(line[len("column "):])[0]


_NUMBER = re.compile(r"-?(?:\d+\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|NaN|Infinity)")


def _rows_near(want, got, tolerance):
    """Rows agree when their texts do, but for doubles that differ by at most the relative tolerance."""
    if len(want) != len(got):
        return False
    for a, b in zip(want, got):
        if _NUMBER.sub("#", a) != _NUMBER.sub("#", b):
            return False
        for x, y in zip(_NUMBER.findall(a), _NUMBER.findall(b)):
            if x != y and not abs(float(x) - float(y)) <= tolerance * max(1.0, abs(float(x))):
                return False
    return True
