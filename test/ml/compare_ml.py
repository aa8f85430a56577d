"""Compares results of a machine-learning case with Spark's recorded ones."""
import json
import math


def numbers(value):
    """All numbers of a nested value, and its shape with `#` in place of each number."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return [], value
    if isinstance(value, (int, float)):
        return [float(value)], "#"
    if isinstance(value, dict):
        found, shape = [], {}
        for key in sorted(value):
            part, shape[key] = numbers(value[key])
            found += part
        return found, shape
    found, shape = [], []
    for item in value:
        part, form = numbers(item)
        found += part
        shape.append(form)
    return found, shape


def near(want, got, tolerance):
    (a, shape_a), (b, shape_b) = numbers(want), numbers(got)
    if shape_a != shape_b:
        return "another shape"
    for x, y in zip(a, b):
        same = x == y or (math.isnan(x) and math.isnan(y))
        if not same and not abs(x - y) <= tolerance * max(1.0, abs(x)):
            return f"{y!r} where Spark has {x!r}"
    return None


def vectors(want, got, tolerance):
    if len(want) != len(got):
        return "another length"
    distance = math.sqrt(sum((x - y) ** 2 for x, y in zip(want, got)))
    size = math.sqrt(sum(x * x for x in want))
    return None if distance <= tolerance * max(size, 1e-12) else f"relative distance {distance / max(size, 1e-300):.3g}"


def differences(recorded, results):
    """One line for each result that disagrees."""
    results, found = json.loads(json.dumps(results)), []
    for name, want in recorded.items():
        if name not in results:
            found.append(f"{name}: missing")
            continue
        a, b, kind = want["value"], results[name]["value"], want["compare"]
        if kind == "exact":
            why = None if json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True) else f"{json.dumps(b)[:300]} where Spark has {json.dumps(a)[:300]}"
        elif kind == "near":
            why = near(a, b, want["tolerance"])
        elif kind == "vector":
            why = vectors(a, b, want["tolerance"])
        elif kind == "error":
            is_met = results[name]["compare"] == "error" and (a == b or a[0] == "UnknownException")
            why = None if is_met else f"{json.dumps(b)[:200]} where Spark raises {a}"
        else:
            why = None if b <= a + 1e-8 * max(1.0, abs(a)) else f"objective {b!r} is worse than Spark's {a!r}"
        if why:
            found.append(f"{name}: {why}")
    return found
