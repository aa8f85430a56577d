"""Cases of the feature transformers and feature estimators: values, schema with column metadata, and what a model tells."""
from pyspark.ml import feature as f
from pyspark.ml.functions import array_to_vector, vector_to_array
from pyspark.ml.linalg import Vectors
from pyspark.sql import functions as F

import data
from cases import case, column, exact, failure, near, plain

NAN = float("nan")


def shown(value):
    """NaN has no form in JSON that equals itself."""
    if isinstance(value, float) and value != value:
        return "NaN"
    if isinstance(value, (list, tuple)):
        return [shown(v) for v in value]
    if isinstance(value, dict):
        return {k: shown(v) for k, v in value.items()}
    return value


def seen(df, *names, key="id"):
    """Values and fields of columns; the values within a few units in the last place."""
    rows = df.orderBy(key).select(*names).collect()
    values = [[shown(plain(cell)) for cell in row] for row in rows]
    return near([values, [df.schema[n].jsonValue() for n in names]], 1e-12)


def frame(spark, rows, schema):
    return spark.createDataFrame(rows, schema).coalesce(1)


NUMBERS = [(1, -0.5, 3, 1.0), (2, 0.0, 4, None), (3, 0.5, -7, NAN), (4, 2.0, 0, 3.5), (5, 1e9, 2, 3.5), (6, -3.25, 2, -8.0)]


def numbers(spark):
    return frame(spark, NUMBERS, "id int, a double, b int, c double")


VECTORS = [(1, Vectors.dense([1.0, -2.0, 0.0, 4.0])), (2, Vectors.sparse(4, [1, 3], [3.0, -1.5])), (3, Vectors.sparse(4, [], [])),
           (4, Vectors.dense([0.5, 0.25, 0.0, 8.0])), (5, Vectors.sparse(4, [0], [7.0]))]


def vectors(spark):
    return frame(spark, VECTORS, ["id", "v"])


TEXTS = [(1, "Hi I heard about Spark"), (2, "I wish Java could use case classes"), (3, "Logistic,regression  models,are neat"), (4, ""),
         (5, "été ÉTÉ i I the The a b a b a")]


def words(spark):
    return frame(spark, TEXTS, "id int, s string").withColumn("w", F.split("s", "[ ,]+"))


def points(spark, rows=60, features=5, seed=17):
    """Vectors of normal numbers, some of them sparse, and a label."""
    out = [(i, r[0], Vectors.dense(r[2:])) for i, r in enumerate(data.regression(rows, features, seed))]
    out += [(rows, 1.0, Vectors.sparse(features, [0, features - 1], [1.25, -2.0])), (rows + 1, 2.0, Vectors.sparse(features, [1], [3.5]))]
    return frame(spark, out, ["id", "label", "v"])


# ---------------------------------------------------------------- transformers

@case
def bucketizer(spark):
    df, inf = numbers(spark), float("inf")
    splits = [-inf, -1.0, 0.0, 0.5, 10.0, inf]
    out = {"one": seen(f.Bucketizer(splits=splits, inputCol="a", outputCol="o").transform(df), "o"),
           "whole": seen(f.Bucketizer(splits=[-10, 0, 3, 4], inputCol="b", outputCol="o").transform(df), "o")}
    for mode in ("keep", "skip"):
        out[mode] = seen(f.Bucketizer(splits=splits, inputCol="c", outputCol="o", handleInvalid=mode).transform(df), "id", "o")
    out["many"] = seen(f.Bucketizer(splitsArray=[splits, [-inf, 1.5, inf]], inputCols=["a", "b"], outputCols=["x", "y"]).transform(df), "x", "y")
    out["error"] = failure(lambda: f.Bucketizer(splits=splits, inputCol="c", outputCol="o").transform(df).collect())
    out["outside"] = failure(lambda: f.Bucketizer(splits=[0, 1, 2], inputCol="a", outputCol="o").transform(df).collect())
    return out


@case
def binarizer(spark):
    df, v = numbers(spark), vectors(spark)
    return {"one": seen(f.Binarizer(threshold=0.25, inputCol="a", outputCol="o").transform(df), "o"),
            "whole": failure(lambda: f.Binarizer(threshold=2, inputCol="b", outputCol="o").transform(df).collect()),
            "vector": seen(f.Binarizer(threshold=0.5, inputCol="v", outputCol="o").transform(v), "o"),
            "below_zero": seen(f.Binarizer(threshold=-1.0, inputCol="v", outputCol="o").transform(v), "o"),
            "many": seen(f.Binarizer(thresholds=[0.0, 2.5], inputCols=["a", "c"], outputCols=["x", "y"]).transform(df), "x", "y")}


@case
def tokenizers(spark):
    df = words(spark)
    return {"tokenizer": seen(f.Tokenizer(inputCol="s", outputCol="o").transform(df), "o"),
            "gaps": seen(f.RegexTokenizer(inputCol="s", outputCol="o", pattern="[ ,]").transform(df), "o"),
            "matches": seen(f.RegexTokenizer(inputCol="s", outputCol="o", pattern="\\w+", gaps=False, toLowercase=False).transform(df), "o"),
            "long": seen(f.RegexTokenizer(inputCol="s", outputCol="o", minTokenLength=4).transform(df), "o")}


@case
def ngram(spark):
    df = words(spark)
    return {str(n): seen(f.NGram(n=n, inputCol="w", outputCol="o").transform(df), "o") for n in (1, 2, 3)}


@case
def hashing_tf(spark):
    df = words(spark).withColumn("n", F.array(F.lit(1), F.lit(7), F.lit(1)))
    model = f.HashingTF(inputCol="w", outputCol="o")
    return {"default": seen(model.transform(df), "o"),
            "small": seen(f.HashingTF(inputCol="w", outputCol="o", numFeatures=10).transform(df), "o"),
            "binary": seen(f.HashingTF(inputCol="w", outputCol="o", numFeatures=10, binary=True).transform(df), "o")}


@case
def vector_arithmetic(spark):
    df = vectors(spark)
    out = {f"normalizer_{p}": seen(f.Normalizer(p=p, inputCol="v", outputCol="o").transform(df), "o") for p in (1.0, 2.0, 3.0, float("inf"))}
    out["product"] = seen(f.ElementwiseProduct(scalingVec=Vectors.dense([1.0, 2.0, 0.0, -1.0]), inputCol="v", outputCol="o").transform(df), "o")
    out["polynomial_2"] = seen(f.PolynomialExpansion(degree=2, inputCol="v", outputCol="o").transform(df), "o")
    out["polynomial_3"] = seen(f.PolynomialExpansion(degree=3, inputCol="v", outputCol="o").transform(df), "o")
    out["dct"] = seen(f.DCT(inputCol="v", outputCol="o").transform(df), "o")
    out["dct_inverse"] = seen(f.DCT(inverse=True, inputCol="v", outputCol="o").transform(df), "o")
    return out


@case
def index_to_string(spark):
    df = frame(spark, [(1, "b"), (2, "a"), (3, "b"), (4, "c")], "id int, s string")
    model = f.StringIndexer(inputCol="s", outputCol="i").fit(df)
    indexed = model.transform(df)
    return {"metadata": seen(f.IndexToString(inputCol="i", outputCol="o").transform(indexed), "o"),
            "labels": seen(f.IndexToString(inputCol="i", outputCol="o", labels=["x", "y", "z"]).transform(indexed), "o"),
            "outside": failure(lambda: f.IndexToString(inputCol="i", outputCol="o", labels=["x"]).transform(indexed).collect())}


# ---------------------------------------------------------------- estimators

@case
def min_max_scaler(spark):
    df, out = points(spark), {}
    for low, high in ((0.0, 1.0), (-5.0, 5.0)):
        model = f.MinMaxScaler(min=low, max=high, inputCol="v", outputCol="o").fit(df)
        out[f"{low}"] = seen(model.transform(df), "o")
        out[f"model_{low}"] = near([plain(model.originalMin), plain(model.originalMax)], 1e-12)
    flat = frame(spark, [(1, Vectors.dense([1.0, 2.0])), (2, Vectors.sparse(2, [0], [1.0]))], ["id", "v"])
    out["flat"] = seen(f.MinMaxScaler(inputCol="v", outputCol="o").fit(flat).transform(flat), "o")
    return out


@case
def max_abs_scaler(spark):
    df = vectors(spark)
    model = f.MaxAbsScaler(inputCol="v", outputCol="o").fit(df)
    return {"model": near(plain(model.maxAbs), 1e-12), "o": seen(model.transform(df), "o")}


@case
def robust_scaler(spark):
    df, out = points(spark), {}
    for centering, scaling in ((False, True), (True, True), (True, False)):
        model = f.RobustScaler(withCentering=centering, withScaling=scaling, inputCol="v", outputCol="o").fit(df)
        out[f"{centering}_{scaling}"] = seen(model.transform(df), "o")
        out[f"model_{centering}_{scaling}"] = near([plain(model.median), plain(model.range)], 1e-12)
    model = f.RobustScaler(lower=0.1, upper=0.8, inputCol="v", outputCol="o").fit(df)
    out["bounds"] = near([plain(model.median), plain(model.range)], 1e-12)
    return out


@case
def idf(spark):
    df, out = f.HashingTF(inputCol="w", outputCol="t", numFeatures=16).transform(words(spark)), {}
    for least in (0, 2):
        model = f.IDF(minDocFreq=least, inputCol="t", outputCol="o").fit(df)
        out[str(least)] = seen(model.transform(df), "o")
        out[f"model_{least}"] = near([plain(model.idf), list(model.docFreq), model.numDocs], 1e-12)
    return out


@case
def quantile_discretizer(spark):
    rows = [(i, r[2], r[3]) for i, r in enumerate(data.regression(200, 2, 4))]
    df, out = frame(spark, rows, "id int, a double, b double"), {}
    for buckets in (2, 3, 5, 10):
        model = f.QuantileDiscretizer(numBuckets=buckets, inputCol="a", outputCol="o").fit(df)
        out[str(buckets)] = exact([str(s) for s in model.getSplits()])
        out[f"o_{buckets}"] = seen(model.transform(df), "o")
    model = f.QuantileDiscretizer(numBuckets=4, relativeError=0.0, inputCol="a", outputCol="o").fit(df)
    out["exact"] = exact([str(s) for s in model.getSplits()])
    model = f.QuantileDiscretizer(numBucketsArray=[3, 4], inputCols=["a", "b"], outputCols=["x", "y"]).fit(df)
    out["many"] = exact([[str(x) for x in s] for s in model.getSplitsArray()])
    gaps = numbers(spark)
    for mode in ("keep", "skip"):
        model = f.QuantileDiscretizer(numBuckets=2, inputCol="c", outputCol="o", handleInvalid=mode).fit(gaps)
        out[mode] = seen(model.transform(gaps), "id", "o")
    return out
