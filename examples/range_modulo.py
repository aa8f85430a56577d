#!/usr/bin/env python3
"""How many of the numbers below 2**POWER leave each remainder of ten."""
from pyspark.sql.functions import col, count, lit

from connect import arguments


def remainders(spark, power):
    numbers = spark.range(2 ** power).withColumn("mod10", col("id") % lit(10))
    return numbers.groupBy("mod10").agg(count("*")).orderBy("mod10")


if __name__ == "__main__":
    session, options = arguments(__doc__, power=30)
    result = remainders(session, options.power)
    result.explain(mode="extended")
    result.show()
