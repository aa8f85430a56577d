"""Data of the estimators' table: the same arguments give the same files. Numbers, categories and words, with a few thousand rows apart
to warm up on and more to judge on."""
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS = [f"x{i}" for i in range(20)]
SIZES = {"small": (20_000, 1), "held": (50_000, 2), "full": (None, 3)}      # rows, seed


def numbers(random, rows):
    """20 correlated columns and labels of every kind that depend on them."""
    base = random.normal(size=(rows, 5))
    x = random.normal(size=(rows, 20)) + 0.5 * base @ np.random.default_rng(7).normal(size=(5, 20))
    beta = np.random.default_rng(8).normal(size=20) * 0.3
    line = x @ beta
    curved = line + np.sin(2 * x[:, 0]) * x[:, 1] + np.abs(x[:, 2])
    noise = random.normal(size=rows)
    outliers = np.where(random.random(rows) < 0.05, random.normal(size=rows) * 20, 0.0)
    classes = np.stack([x @ b for b in np.random.default_rng(9).normal(size=(5, 20)) * 0.3], axis=1)
    table = {name: x[:, i] for i, name in enumerate(COLUMNS)}
    table.update(y=curved + noise, y_outliers=line + 0.3 * noise + outliers,
                 two=(curved + noise * 2 > 1).astype(float), five=(classes + random.gumbel(size=classes.shape)).argmax(1).astype(float),
                 count=random.poisson(np.exp(0.3 * np.tanh(line) + 0.5)).astype(float),
                 positive=random.gamma(2.0, np.exp(0.3 * np.tanh(line)) / 2) + 1e-3)
    for i in range(4):                                                     # a fifth of the values is missing
        table[f"gap{i}"] = np.where(random.random(rows) < 0.2, np.nan, x[:, i])
    return pa.table(table)


def categories(random, rows):
    """Text columns of few and many values, whole numbers of few values, and a label that depends on both."""
    few, many = random.integers(0, 12, rows), np.minimum(random.zipf(1.3, rows), 5000) - 1
    codes = {f"k{i}": random.integers(0, 3 + 2 * i, rows).astype(float) for i in range(10)}
    score = np.sin(few) + np.cos(many) + codes["k3"] * 0.2 + codes["k7"] * 0.1 + random.normal(size=rows)
    return pa.table({"few": pa.array([f"c{v:02d}" for v in few]), "many": pa.array([f"value {v}" for v in many]), **codes,
                     "few_code": few.astype(float), "many_code": many.astype(float),
                     "x0": random.normal(size=rows), "x1": random.normal(size=rows), "y": score, "two": (score > 1).astype(float)})


def words(random, rows):
    """Documents of 20 words out of 20,000."""
    drawn = np.minimum(random.zipf(1.2, rows * 20), 20_000)
    texts = np.array([f"word{i}" for i in range(20_001)], dtype=object)[drawn]
    return pa.table({"words": pa.ListArray.from_arrays(pa.array(np.arange(0, rows * 20 + 1, 20), pa.int32()), pa.array(texts, pa.string()))})


KINDS = {"numbers": numbers, "categories": categories, "words": words}


def path(folder, kind, rows, size="full"):
    return os.path.join(folder, f"{kind}_{SIZES[size][0] or rows}_{size}.parquet")


def make(folder, kind, rows):
    """Writes what is not there yet."""
    os.makedirs(folder, exist_ok=True)
    for size, (count, seed) in SIZES.items():
        file = path(folder, kind, rows, size)
        if os.path.exists(file):
            continue
        table = KINDS[kind](np.random.default_rng(seed), count or rows)
        pq.write_table(table, file + ".part", row_group_size=131072)
        os.replace(file + ".part", file)
