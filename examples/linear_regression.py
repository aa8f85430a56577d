#!/usr/bin/env python3
"""A linear fit of data whose coefficients are known."""
from pyspark.ml.evaluation import RegressionEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.regression import LinearRegression
from pyspark.sql import functions as F

from connect import arguments

COEFFICIENTS, INTERCEPT = [1.5, -2.0, 0.25], 4.0


def fit(spark, rows):
    """(model, root mean squared error)."""
    data = spark.range(rows).select(F.randn(1).alias("a"), F.randn(2).alias("b"), F.randn(3).alias("c"), F.randn(4).alias("noise"))
    truth = sum((F.col(name) * w for name, w in zip("abc", COEFFICIENTS)), F.lit(INTERCEPT))
    data = VectorAssembler(inputCols=["a", "b", "c"], outputCol="features").transform(data.withColumn("label", truth + 0.1 * F.col("noise")))
    model = LinearRegression(maxIter=50, elasticNetParam=0.0, regParam=0.0).fit(data)
    return model, RegressionEvaluator(metricName="rmse").evaluate(model.transform(data))


if __name__ == "__main__":
    session, options = arguments(__doc__, rows=100_000)
    fitted, error = fit(session, options.rows)
    print("coefficients", [round(float(w), 3) for w in fitted.coefficients], "intercept", round(fitted.intercept, 3))
    print("r2", round(fitted.summary.r2, 5), "rmse", round(error, 5))
