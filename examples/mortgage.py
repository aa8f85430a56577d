#!/usr/bin/env python3
"""The demo's mortgage pipeline, one step after the other, as a plain script."""
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "demo"))

from pyspark.ml.evaluation import MulticlassClassificationEvaluator  # noqa: E402
from pyspark.sql import functions as F                               # noqa: E402

import generate                                                      # noqa: E402
from columns import LABEL                                            # noqa: E402
from connect import arguments                                        # noqa: E402
from pipeline import read_raw, stages, training_table                # noqa: E402


def prepare(spark, folder):
    """Raw files to Parquet, then the training table to Parquet; gives the table."""
    raw, table = os.path.join(folder, "raw.parquet"), os.path.join(folder, "train.parquet")
    read_raw(spark, folder).write.mode("overwrite").parquet(raw)
    training_table(spark, spark.read.parquet(raw)).write.mode("overwrite").parquet(table)
    return spark.read.parquet(table)


def learn(table, iterations):
    """(model, log loss of the rows held back)."""
    data = table.withColumn("loc", (F.col("msa") * 1000 + F.col("zip")).cast("int")).drop("zip", "msa")
    training, held_back = data.randomSplit([0.8, 0.2], seed=1234)
    model = stages(data, iterations).fit(training)
    return model, MulticlassClassificationEvaluator(metricName="logLoss", labelCol=LABEL).evaluate(model.transform(held_back))


if __name__ == "__main__":
    session, options = arguments(__doc__, loans=1000, quarters=2, iterations=50)
    with tempfile.TemporaryDirectory() as data_folder:
        truth = generate.generate(data_folder, options.loans, options.quarters, seed=42)
        begin = time.perf_counter()
        train_table = prepare(session, data_folder)
        print(f"{train_table.count():,} of {truth['rows']:,} rows, {time.perf_counter() - begin:.1f} s")
        begin = time.perf_counter()
        _, loss = learn(train_table, options.iterations)
        print(f"log loss {loss:.5f}, {time.perf_counter() - begin:.1f} s")
