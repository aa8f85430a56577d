#!/usr/bin/env python3
"""A classifier from a CSV file with a header: index the text, assemble, fit, evaluate, save and load."""
import os
import random
import tempfile

from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import BinaryClassificationEvaluator, MulticlassClassificationEvaluator
from pyspark.ml.feature import OneHotEncoder, StandardScaler, StringIndexer, VectorAssembler

from connect import arguments


def write_visitors(path, rows, seed=3):
    """Visitors of a shop: who buys depends on age, visits and where they come from."""
    source = random.Random(seed)
    with open(path, "w") as f:
        f.write("age,visits,origin,bought\n")
        for _ in range(rows):
            age, visits, origin = source.randint(18, 80), source.randint(0, 12), source.choice(["search", "mail", "friend"])
            score = 0.5 * visits - 0.04 * age + {"search": -0.5, "mail": 0.2, "friend": 1.2}[origin] + source.gauss(0, 1)
            f.write(f"{age},{visits},{origin},{int(score > 0)}\n")


def train(spark, path, model_folder):
    """(accuracy, area under ROC, the same accuracy after saving and loading)."""
    data = spark.read.csv(path, header=True, inferSchema=True)
    training, held_back = data.randomSplit([0.8, 0.2], seed=42)
    pipeline = Pipeline(stages=[
        StringIndexer(inputCol="origin", outputCol="origin_index"), OneHotEncoder(inputCol="origin_index", outputCol="origin_vector"),
        VectorAssembler(inputCols=["age", "visits", "origin_vector"], outputCol="raw"), StandardScaler(inputCol="raw", outputCol="features"),
        LogisticRegression(labelCol="bought", regParam=0.01)])
    model = pipeline.fit(training)
    predictions = model.transform(held_back)
    accuracy = MulticlassClassificationEvaluator(labelCol="bought", metricName="accuracy")
    area = BinaryClassificationEvaluator(labelCol="bought")
    model.write().overwrite().save(model_folder)
    again = PipelineModel.load(model_folder).transform(held_back)
    return accuracy.evaluate(predictions), area.evaluate(predictions), accuracy.evaluate(again)


if __name__ == "__main__":
    session, options = arguments(__doc__, rows=5000)
    with tempfile.TemporaryDirectory() as folder:
        write_visitors(os.path.join(folder, "visitors.csv"), options.rows)
        quality = train(session, os.path.join(folder, "visitors.csv"), os.path.join(folder, "model"))
    print(f"accuracy {quality[0]:.4f}, area under ROC {quality[1]:.4f}, after loading {quality[2]:.4f}")
