#!/usr/bin/env python3
"""The most frequent words of text files, also written as text."""
from pyspark.sql import functions as F

from connect import arguments


def count_words(spark, path):
    words = spark.read.text(path).select(F.explode(F.split(F.col("value"), r"\s+")).alias("word"))
    return words.where(F.col("word") != "").groupBy("word").count().orderBy(F.desc("count"), "word")


def write_counts(counts, folder):
    """One file of `word count` lines."""
    counts.select(F.concat_ws(" ", "word", "count").alias("value")).coalesce(1).write.mode("overwrite").text(folder)


if __name__ == "__main__":
    session, options = arguments(__doc__, input="README.md", output="word_counts")
    result = count_words(session, options.input)
    result.show(20)
    write_counts(result, options.output)
