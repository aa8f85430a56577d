#!/usr/bin/env python3
"""Random strings with counts, summed by string."""
import random
import string

import pandas as pd
from pyspark.sql import functions as F

from connect import arguments


def pairs(rows, distinct, seed=1):
    """Pairs of a random string and a count."""
    source = random.Random(seed)
    words = ["".join(source.choices(string.ascii_lowercase, k=8)) for _ in range(distinct)]
    return pd.DataFrame({"key": source.choices(words, k=rows), "count": [source.randint(1, 100) for _ in range(rows)]})


def totals(spark, frame):
    return spark.createDataFrame(frame).groupBy("key").agg(F.sum("count").alias("total")).orderBy(F.desc("total"), "key")


if __name__ == "__main__":
    session, options = arguments(__doc__, rows=1_000_000, distinct=100_000)
    totals(session, pairs(options.rows, options.distinct)).show(10)
