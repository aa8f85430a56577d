#!/usr/bin/env python3
"""Mortgage data from raw files to a trained model, step by step, on any Spark Connect server.

    pipeline.py --remote sc://localhost:15002 --data DIR [--out DIR] [--iterations 200] [--report report.html]

DIR holds the files and the truth.json of generate.py. The script checks what it finds against the truth, prints a table of times and
the model's quality, and writes an HTML report. Its exit status is 1 if a check fails.
"""
import argparse
import json
import os
import sys
import time

from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import FeatureHasher, VectorAssembler
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.types import IntegerType

from columns import CATEGORICAL, LABEL, NUMERIC, SCHEMA, seller_pairs
from progress import Steps
from report import write_report

PERFORMANCE = ["loan_id", "quarter", "monthly_reporting_period", "servicer", "interest_rate", "current_actual_upb", "loan_age",
               "remaining_months_to_legal_maturity", "adj_remaining_months_to_maturity", "maturity_date", "msa",
               "current_loan_delinquency_status", "mod_flag", "zero_balance_code", "zero_balance_effective_date",
               "last_paid_installment_date", "foreclosed_after", "disposition_date", "foreclosure_costs",
               "prop_preservation_and_repair_costs", "asset_recovery_costs", "misc_holding_expenses", "holding_taxes", "net_sale_proceeds",
               "credit_enhancement_proceeds", "repurchase_make_whole_proceeds", "other_foreclosure_proceeds", "non_interest_bearing_upb",
               "principal_forgiveness_upb", "repurchase_make_whole_proceeds_flag", "foreclosure_principal_write_off_amount",
               "servicing_activity_indicator"]
ACQUISITION = ["loan_id", "quarter", "orig_channel", "seller_name", "orig_interest_rate", "orig_upb", "orig_loan_term", "orig_date",
               "first_pay_date", "orig_ltv", "orig_cltv", "num_borrowers", "dti", "borrower_credit_score", "first_home_buyer",
               "loan_purpose", "property_type", "num_units", "occupancy_status", "property_state", "zip", "mortgage_insurance_percent",
               "product_type", "coborrow_credit_score", "mortgage_insurance_type", "relocation_mortgage_indicator"]
HISTORY = {30: 1, 90: 3, 180: 6}                       # days late: least status


def read_raw(spark, folder):
    """The raw files with their schema, and the quarter out of each file's name."""
    raw = (spark.read.format("csv").option("nullValue", "").option("header", False).option("delimiter", "|")
           .schema(SCHEMA).load(os.path.join(folder, "*.csv")))
    quarter = F.substring_index(F.substring_index(F.input_file_name(), ".", 1), "/", -1)
    return raw.withColumn("quarter", quarter)


def reformatted(name, pattern):
    """Digits MMyyyy, as text in another form."""
    return F.date_format(F.to_date(F.col(name), "MMyyyy"), pattern).alias(name)


def performance(raw):
    """Monthly rows that still have a balance; dates go through text and back, as in the files that people exchange."""
    days = {"monthly_reporting_period", "last_paid_installment_date", "foreclosed_after", "disposition_date"}
    months = {"maturity_date", "zero_balance_effective_date"}
    columns = [reformatted(c, "MM/dd/yyyy") if c in days else reformatted(c, "MM/yyyy") if c in months else
               F.upper(F.col(c)).alias(c) if c == "servicer" else F.col(c) for c in PERFORMANCE]
    perf = raw.select(*columns).filter("current_actual_upb != 0.0")
    for name in sorted(days):
        perf = perf.withColumn(name, F.to_date(F.col(name), "MM/dd/yyyy"))
    for name in sorted(months):
        perf = perf.withColumn(name, F.to_date(F.col(name), "MM/yyyy"))
    period = F.col("monthly_reporting_period")
    return (perf.withColumn("timestamp_month", F.month(period)).withColumn("timestamp_year", F.year(period))
            .withColumn("timestamp_day", F.dayofmonth(period)))


def acquisition(raw):
    """The first report of each loan."""
    first = Window.partitionBy("loan_id").orderBy(F.to_date(F.col("monthly_reporting_period"), "MMyyyy"))
    columns = [reformatted(c, "MM/yyyy") if c in ("orig_date", "first_pay_date") else
               F.upper(F.col(c)).alias(c) if c == "seller_name" else F.col(c) for c in ACQUISITION]
    acq = raw.select(*columns, F.dense_rank().over(first).alias("rank")).filter(F.col("rank") == 1).drop("rank")
    return acq.withColumn("orig_date", F.to_date("orig_date", "MM/yyyy")).withColumn("first_pay_date", F.to_date("first_pay_date", "MM/yyyy"))


def with_delinquency(perf):
    """When a loan was first late, and the worst that happens to it in the twelve months from each row on."""
    status = F.col("current_loan_delinquency_status")
    ever = (perf.select("quarter", "loan_id", status, *[F.when(status >= least, F.col("monthly_reporting_period")).alias(f"delinquency_{days}")
                                                         for days, least in HISTORY.items()])
            .groupBy("quarter", "loan_id")
            .agg(F.max(status).alias("worst"), *[F.min(f"delinquency_{days}").alias(f"delinquency_{days}") for days in HISTORY])
            .select("quarter", "loan_id", *[(F.col("worst") >= least).alias(f"ever_{days}") for days, least in HISTORY.items()],
                    *[f"delinquency_{days}" for days in HISTORY]))
    joined = perf.select("quarter", "loan_id", "timestamp_year", "timestamp_month", status.alias("status"),
                         F.col("current_actual_upb").alias("upb")).join(ever, ["loan_id", "quarter"], "left")
    month_number = F.col("timestamp_year") * 12 + F.col("timestamp_month") - F.lit(24000) - F.col("month_y")
    flags = [f"ever_{d}" for d in HISTORY] + [f"delinquency_{d}" for d in HISTORY]
    ahead = (joined.withColumn("month_y", F.explode(F.array([F.lit(i) for i in range(12)])))
             .withColumn("n", F.floor(month_number / 12))
             .groupBy("quarter", "loan_id", "n", *flags, "month_y")
             .agg(F.max("status").alias("status"), F.min("upb").alias("upb"))
             .withColumn("timestamp_year", F.floor((F.lit(24000) + F.col("n") * 12 + (F.col("month_y") - 1)) / 12))
             .selectExpr("*", "pmod(24000 + n * 12 + month_y, 12) AS month_of_year")
             .withColumn("timestamp_month", F.when(F.col("month_of_year") == 0, 12).otherwise(F.col("month_of_year")))
             .withColumn(LABEL, (F.col("status") > 9).cast("int") + (F.col("status") > 6).cast("int") + (F.col("status") > 3).cast("int")
                         + (F.col("upb") == 0).cast("int"))
             .drop("status", "upb", "n", "month_y", "month_of_year"))
    return perf.join(ahead, ["quarter", "loan_id", "timestamp_year", "timestamp_month"], "left")


def with_seller_names(spark, acq):
    """One name for each seller, from a table that the client holds."""
    names = spark.createDataFrame(seller_pairs(), ["from_seller_name", "to_seller_name"])
    return (acq.join(names, F.col("seller_name") == F.col("from_seller_name"), "left")
            .withColumn("seller_name", F.coalesce(F.col("to_seller_name"), F.col("seller_name")))
            .drop("from_seller_name", "to_seller_name"))


def encode(clean):
    """Each text column becomes the rank of its value by frequency; the dictionary is one cached table."""
    dictionary = (clean.select(F.posexplode(F.array([F.col(c) for c in CATEGORICAL])).alias("column_id", "data"))
                  .filter("data is not null").groupBy("column_id", "data").count())
    by_count = Window.partitionBy("column_id").orderBy(F.col("count").desc(), F.col("data"))
    dictionary = dictionary.withColumn("id", F.row_number().over(by_count)).select("column_id", "data", "id").cache()
    for number, name in enumerate(CATEGORICAL):
        codes = dictionary.filter(F.col("column_id") == number).select(F.col("data").alias(name), F.col("id").alias(f"{name}_id"))
        clean = clean.join(F.broadcast(codes), name, "left").drop(name).withColumnRenamed(f"{name}_id", name)
    return clean


def training_table(spark, raw):
    """28 numeric columns without nulls, a row for each month of each loan."""
    clean = with_delinquency(performance(raw)).join(with_seller_names(spark, acquisition(raw)), ["loan_id", "quarter"], "inner").drop("quarter")
    label = F.when(F.col(LABEL) > 0, F.col(LABEL)).otherwise(0).alias(LABEL)
    return encode(clean).select(*CATEGORICAL, *NUMERIC, label).fillna(0.0)


def stages(data, iterations):
    """Hash the categories, put all features into one vector, fit a multinomial model."""
    inputs = [f for f in data.schema.fields if f.name != LABEL]
    categories = [f.name for f in inputs if f.dataType == IntegerType()]
    numbers = [f.name for f in inputs if f.name not in categories]
    return Pipeline(stages=[
        FeatureHasher(inputCols=categories, categoricalCols=categories, outputCol="hashed", numFeatures=1 << 15),
        VectorAssembler(inputCols=[*numbers, "hashed"], outputCol="features"),
        LogisticRegression(maxIter=iterations, regParam=2e-5, elasticNetParam=0.1, tol=1e-12, family="multinomial",
                           featuresCol="features", labelCol=LABEL)])


def run(spark, folder, out, iterations, fraction, steps):
    """All steps; gives the figures for the report."""
    facts = {}
    raw_path, table_path = os.path.join(out, "raw.parquet"), os.path.join(out, "train.parquet")
    with steps("Raw files to Parquet"):
        read_raw(spark, folder).write.mode("overwrite").parquet(raw_path)
    with steps("Count the rows"):
        raw = spark.read.parquet(raw_path)
        facts["raw_rows"] = raw.count()
    with steps("Clean, join, label, encode"):
        training_table(spark, raw).write.mode("overwrite").parquet(table_path)
    with steps("Labels of the training table"):
        table = spark.read.parquet(table_path)
        counts = {r[LABEL]: r["count"] for r in table.groupBy(LABEL).count().collect()}
        facts["labels"] = [counts.get(i, 0) for i in range(4)]
        facts["rows"] = sum(counts.values())
    with steps("Describe"):
        table.describe().show(vertical=True, truncate=False) if steps.verbose else table.describe().collect()
    data = (table.sample(fraction, seed=1234) if fraction < 1 else table).withColumn("loc", (F.col("msa") * 1000 + F.col("zip")).cast("int")).drop("zip", "msa")
    train, test = data.randomSplit([0.8, 0.2], seed=1234)
    with steps("Split"):
        facts["train_rows"], facts["test_rows"], facts["sampled_rows"] = train.count(), test.count(), data.count()
    with steps("Fit"):
        model = stages(data, iterations).fit(train)
        facts["iterations"] = model.stages[-1].summary.totalIterations
        facts["objective"] = list(model.stages[-1].summary.objectiveHistory)
    with steps("Predict"):
        predictions = model.transform(test)
        predictions.sample(0.1, seed=1).show(1, vertical=True, truncate=False) if steps.verbose else predictions.select("prediction").first()
    for metric in ("logLoss", "accuracy"):
        with steps(f"Evaluate {metric}"):
            facts[metric] = MulticlassClassificationEvaluator(metricName=metric, labelCol=LABEL).evaluate(predictions)
    spark.catalog.clearCache()
    return facts


def check(facts, truth):
    """(what, wanted, found) of each fact that the generator knows."""
    return [("raw rows", truth["raw_rows"], facts["raw_rows"]), ("training rows", truth["rows"], facts["rows"]),
            ("rows by label", truth["labels"], facts["labels"]),
            ("train + test", facts["sampled_rows"], facts["train_rows"] + facts["test_rows"])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--remote", default="sc://localhost:15002")
    parser.add_argument("--data", required=True, help="folder made by generate.py; the server must see it under the same path")
    parser.add_argument("--out", help="folder for the tables (default: DATA/out)")
    parser.add_argument("--iterations", type=int, default=200)
    parser.add_argument("--fraction", type=float, default=0.1, help="part of the training table that the model sees")
    parser.add_argument("--report", help="write an HTML report here")
    parser.add_argument("--verbose", action="store_true", help="show the statistics and a prediction")
    a = parser.parse_args()
    data, out = os.path.abspath(a.data), os.path.abspath(a.out or os.path.join(a.data, "out"))
    with open(os.path.join(data, "truth.json")) as f:
        truth = json.load(f)
    spark = SparkSession.builder.appName("mortgage").remote(a.remote).getOrCreate()
    steps = Steps(total=10, verbose=a.verbose)
    begin = time.perf_counter()
    facts = run(spark, data, out, a.iterations, a.fraction, steps)
    checks = check(facts, truth)
    steps.table()
    print(f"\n{facts['rows']:,} rows, {facts['iterations']} iterations, log loss {facts['logLoss']:.5f}, accuracy {facts['accuracy']:.5f}, "
          f"{time.perf_counter() - begin:.1f} s in all")
    wrong = [c for c in checks if c[1] != c[2]]
    for what, wanted, found in checks:
        print(f"  {'ok  ' if wanted == found else 'WRONG'} {what}: {found}" + ("" if wanted == found else f", the generator says {wanted}"))
    if a.report:
        write_report(a.report, facts, truth, steps.times, checks, spark.version)
        print(f"report: {a.report}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
