#!/usr/bin/env python3
"""Writes docs/coverage.md from measured results.

    run_sql.py --report sql.json;  conformance/doctests.py --report doctests.json
    coverage.py --sql sql.json [--doctests doctests.json] [--golden golden.json]

golden.json tells of a replay of Spark's own SQL golden files: {"files": {NAME: [{"score": SCORE}]}}.
"""
import argparse
import collections
import json
import os
import re
import sys

TEST = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TEST)

from firesteel_testing import test_file       # noqa: E402

SOURCE = os.path.join(os.path.dirname(TEST), "src")
DOCUMENT = os.path.join(os.path.dirname(TEST), "docs", "coverage.md")


def bodies():
    """case -> its text."""
    found = {}
    for folder, _, names in os.walk(os.path.join(TEST, "sql")):
        for name in names:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, TEST)
            found.update({f"{relative}::{b.name}": b.body for b in test_file.read(path) if b.is_case})
    return found


def by_area(results):
    counts = collections.OrderedDict()
    for case, agrees in sorted(results.items()):
        area = case.split("::")[0][len("sql/"):-len(".test")]
        area = "examples of DESCRIBE FUNCTION" if area.startswith("examples/") else "casts" if area.startswith("casts/") else area
        good, all_ = counts.get(area, (0, 0))
        counts[area] = (good + agrees, all_ + 1)
    return counts


def by_function(results, texts):
    """function -> (examples that agree, examples, composed cases that agree, composed cases)."""
    counts = {}
    for case, agrees in results.items():
        if case.startswith("sql/examples/"):
            name = re.sub(r"_\d+$", "", case.split("::")[1])
            if not name.startswith("op_"):
                counts.setdefault(name, [0, 0, 0, 0])
                counts[name][0] += agrees
                counts[name][1] += 1
    for case, agrees in results.items():
        if case.startswith(("sql/functions/", "sql/windows/functions")):
            for name in set(re.findall(r"\b([a-z_0-9]+)\(", texts.get(case, ""))):
                if name in counts and not (case.split("_")[0].endswith("window") and name == "first_value"):
                    counts[name][2] += agrees
                    counts[name][3] += 1
    return counts


GOOD_SCORES = ("exact", "rows", "error")  # of a golden query: schema and rows, rows alone, the error's condition


def golden_section(files):
    """Shares per file, and what the other queries ended in."""
    scores = collections.Counter(q["score"] for queries in files.values() for q in queries)
    good = sum(scores[s] for s in GOOD_SCORES)
    shares = [f"{name.removesuffix('.sql.out')} {sum(q['score'] in GOOD_SCORES for q in queries)}/{len(queries)}"
              for name, queries in sorted(files.items())]
    others = ", ".join(f"{score} {count:,}" for score, count in scores.most_common() if score not in GOOD_SCORES)
    return ["", "## Spark's SQL golden files", "", f"{good:,} of {scores.total():,} queries of {len(files)} files agree "
            f"({100 * good / scores.total():.1f} %), without the folders that need Python or Java functions. The others: {others}.",
            "", ", ".join(shares) + "."]


REFUSAL = re.compile(r'throw_unsupported\(\s*"([A-Z_]+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+)(\+?)')
REFUSED_STATEMENTS = re.compile(r"((?:case Keyword::k\w+:\s*)+)unsupported_statement\(")


def refused_section():
    """What the sources refuse by UNSUPPORTED_FEATURE, in their own words; … stands for what the request says."""
    refused = collections.defaultdict(set)
    for folder, _, names in os.walk(SOURCE):
        for name in names:
            if name.endswith(".cc") and not name.endswith("_test.cc"):
                with open(os.path.join(folder, name)) as f:
                    text = f.read()
                for subclass, parts, goes_on in REFUSAL.findall(text):
                    words = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', parts)).replace('\\"', '"')
                    refused[subclass].add(words.replace("|", "\\|") + ("…" if goes_on else ""))
                for cases in REFUSED_STATEMENTS.findall(text):
                    refused["STATEMENT"].update(word.upper() for word in re.findall(r"Keyword::k(\w+):", cases))
    with open(os.path.join(SOURCE, "base", "config_values.cc")) as f:
        refused["SETTING"].update(f"{key} other than {values}" for key, values in re.findall(r'Honoured\{"([^"]+)", "([^"]+)"', f.read()))
    return ["", "## What is refused", "", "Each with the condition `UNSUPPORTED_FEATURE` of this subclass, which names it.", "",
            *[f"- `{subclass}`: {'; '.join(sorted(what, key=str.lower))}" for subclass, what in sorted(refused.items())]]


def document(sql, doctests, golden):
    results = {r["case"]: r["kind"] is None for r in sql}
    kinds = collections.Counter(r["kind"].split()[0] for r in sql if r["kind"])
    out = ["# Coverage", "", "Measured against the recorded answers of Spark 4.2.0 (`test/README.md` says how), worse figures included.",
           "Written by `test/generate/coverage.py`.", "", f"**{sum(results.values()):,} of {len(results):,} recorded cases agree.** "
           "A case agrees when names, types, nullability, rows, or the error's class, condition, SQL state and parameters are equal.", "",
           "| what differs | cases |", "|---|---|", *[f"| {kind} | {count} |" for kind, count in kinds.most_common()], "",
           "## Recorded cases", "", "| area | agree | of |", "|---|---|---|"]
    out += [f"| {area} | {good} | {count} |" for area, (good, count) in by_area(results).items()]
    if doctests:
        modules = collections.OrderedDict()
        for name, why in sorted(doctests.items()):
            module = max((m for m in MODULES if name == m or name.startswith(m + ".")), key=len, default="other")
            good, count = modules.get(module, (0, 0))
            modules[module] = (good + (why is None), count + 1)
        out += ["", "## Docstrings of the PySpark client", "", "| module | pass | of |", "|---|---|---|"]
        out += [f"| {module} | {good} | {count} |" for module, (good, count) in modules.items()]
    if golden:
        out += golden_section(golden["files"])
    functions = by_function(results, bodies())
    whole = sorted(n for n, c in functions.items() if c[0] == c[1] and c[2] == c[3] and c[3])
    only = sorted(n for n, c in functions.items() if c[0] == c[1] and not c[3])
    partly = {n: c for n, c in sorted(functions.items()) if n not in whole and n not in only and c[0] + c[2]}
    none = sorted(n for n, c in functions.items() if not c[0] + c[2])
    out += ["", "## Functions", "", "Composed means: plain with nulls in ANSI and legacy mode and two time zones, under a join, an aggregate and a window.", "",
            f"Agree in every example and composed case ({len(whole)}): {', '.join(whole) or 'none'}.", "",
            f"Agree in every example, not composed ({len(only)}): {', '.join(only) or 'none'}.", "",
            f"Agree in part ({len(partly)}), examples and composed cases: "
            + (", ".join(f"{n} ({c[0]}/{c[1]}, {c[2]}/{c[3]})" for n, c in partly.items()) or "none") + ".", "",
            f"Not yet ({len(none)}): {', '.join(none) or 'none'}."]
    out += [*refused_section(), ""]
    return "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sql", required=True)
    parser.add_argument("--doctests")
    parser.add_argument("--golden")
    a = parser.parse_args()
    with open(a.sql) as f:
        sql = json.load(f)
    doctests, golden = {}, {}
    if a.doctests:
        with open(a.doctests) as f:
            doctests = json.load(f)
    if a.golden:
        with open(a.golden) as f:
            golden = json.load(f)
    os.makedirs(os.path.dirname(DOCUMENT), exist_ok=True)
    with open(DOCUMENT, "w") as f:
        f.write(document(sql, doctests, golden))


if __name__ == "__main__":
    sys.path.insert(0, os.path.join(TEST, "conformance"))
    from doctests import MODULES
    main()
