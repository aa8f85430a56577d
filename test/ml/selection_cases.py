"""Cases of feature selection, projection, hashing and word vectors, of the statistical tests and of vector columns as arrays."""
import os

from pyspark.ml import feature as f
from pyspark.ml.functions import array_to_vector, vector_to_array
from pyspark.ml.linalg import Vectors
from pyspark.ml.stat import ChiSquareTest, Correlation, KolmogorovSmirnovTest
from pyspark.sql import functions as F

import data
from cases import case, exact, failure, near, plain
from encoding_cases import message, refused
from feature_cases import frame, points, seen, shown, vectors


def labelled(spark, rows=80, features=6, seed=23):
    """Class labels, numbers and codes whose ties and constants the tests must bear."""
    out = []
    for i, r in enumerate(data.regression(rows, features, seed)):
        label, values = float(i % 3), r[2:]
        codes = [float(int(abs(v) * 3) % 4) for v in values[:3]] + [float(i % 3), 1.0, float((i // 3) % 2)]
        numbers = [values[0], values[1] + label, values[2] * (label + 1), 5.0, values[4] - 2 * label, values[5]]
        code_vector = Vectors.dense(codes) if i % 2 else Vectors.sparse(6, [(k, c) for k, c in enumerate(codes) if c])
        out.append((i, label, r[0], code_vector, Vectors.dense(numbers)))
    return frame(spark, out, ["id", "label", "y", "codes", "numbers"])


SELECTIONS = (("numTopFeatures", 2), ("percentile", 0.5), ("fpr", 0.05), ("fdr", 0.2), ("fwe", 0.3))


@case
def chi_square_selector(spark):
    df, out = labelled(spark), {}
    for mode, value in SELECTIONS:
        model = f.ChiSqSelector(featuresCol="codes", outputCol="o", selectorType=mode, **{mode: value}).fit(df)
        out[mode] = exact(model.selectedFeatures)
        out[f"o_{mode}"] = seen(model.transform(df), "o")
    named = f.VectorAssembler(inputCols=["label", "y"], outputCol="v").transform(df)
    out["named"] = seen(f.ChiSqSelector(featuresCol="v", outputCol="o", numTopFeatures=1).fit(named).transform(named), "o")
    out["text"] = message(lambda: f.ChiSqSelector(featuresCol="id", outputCol="o").fit(df))
    out["taken"] = message(lambda: f.ChiSqSelector(featuresCol="codes", outputCol="label").fit(df))
    out["range"] = message(lambda: f.ChiSqSelector(featuresCol="codes", outputCol="o", fpr=2.0).fit(df))
    return out


@case
def univariate_selector(spark):
    df, out = labelled(spark), {}
    for features, kind, label_kind, label in (("codes", "categorical", "categorical", "label"), ("numbers", "continuous", "categorical", "label"),
                                              ("numbers", "continuous", "continuous", "y")):
        for mode, value in SELECTIONS + (("numTopFeatures", 4),):
            selector = f.UnivariateFeatureSelector(featuresCol=features, labelCol=label, outputCol="o", selectionMode=mode)
            model = selector.setFeatureType(kind).setLabelType(label_kind).setSelectionThreshold(value).fit(df)
            out[f"{kind}_{label_kind}_{mode}_{value}"] = exact(sorted(model.selectedFeatures))
            if mode == "fdr":
                out[f"o_{kind}_{label_kind}"] = seen(model.transform(df), "o")
    run = lambda **kw: f.UnivariateFeatureSelector(featuresCol="numbers", outputCol="o", **kw)
    out["default"] = exact(run().setFeatureType("continuous").setLabelType("categorical").fit(df).selectedFeatures)
    out["unset"] = message(lambda: run().fit(df))
    out["combination"] = message(lambda: run().setFeatureType("categorical").setLabelType("continuous").fit(df))
    out["threshold"] = message(lambda: run().setFeatureType("continuous").setLabelType("continuous").setSelectionThreshold(0.5).fit(df))
    out["share"] = message(lambda: run(selectionMode="fdr").setFeatureType("continuous").setLabelType("continuous").setSelectionThreshold(1.5).fit(df))
    return out


@case
def variance_selector(spark):
    df, out = labelled(spark), {}
    for bound in (0.0, 0.5, 2.0, 100.0):
        for column in ("codes", "numbers"):
            model = f.VarianceThresholdSelector(varianceThreshold=bound, featuresCol=column, outputCol="o").fit(df)
            out[f"{column}_{bound}"] = exact(model.selectedFeatures)
            out[f"o_{column}_{bound}"] = seen(model.transform(df), "o")
    out["one_row"] = exact(f.VarianceThresholdSelector(featuresCol="codes", outputCol="o").fit(df.limit(1)).selectedFeatures)
    out["empty"] = failure(lambda: f.VarianceThresholdSelector(featuresCol="codes", outputCol="o").fit(df.where("id < 0")))
    out["negative"] = message(lambda: f.VarianceThresholdSelector(varianceThreshold=-1.0, featuresCol="codes", outputCol="o").fit(df))
    return out


@case
def principal_components(spark):
    df, out = points(spark), {}
    for k in (1, 3, 5):
        model = f.PCA(k=k, inputCol="v", outputCol="o").fit(df)
        out[f"pc_{k}"] = near([plain(model.pc), plain(model.explainedVariance)], 1e-9)
        rows = [plain(r[0]) for r in model.transform(df).orderBy("id").select("o").collect()]
        out[f"o_{k}"] = near([rows, model.transform(df).schema["o"].jsonValue()], 1e-9)
    wide = frame(spark, [(i, Vectors.dense(r[2:])) for i, r in enumerate(data.regression(90, 40, 5))], ["id", "v"])
    model = f.PCA(k=6, inputCol="v", outputCol="o").fit(wide)
    out["wide"] = near([plain(model.pc), plain(model.explainedVariance)], 1e-8)
    out["too_many"] = message(lambda: f.PCA(k=6, inputCol="v", outputCol="o").fit(df))
    out["one_row"] = failure(lambda: f.PCA(k=1, inputCol="v", outputCol="o").fit(df.where("id = 0")))
    out["number"] = message(lambda: f.PCA(k=1, inputCol="label", outputCol="o").fit(df))
    out["smaller"] = failure(lambda: f.PCA(k=1, inputCol="v", outputCol="o").fit(df).transform(vectors(spark)).collect())
    return out


# ---------------------------------------------------------------- hashing

def sets(spark, rows=40):
    out = []
    for i, r in enumerate(data.regression(rows, 12, 31)):
        held = [k for k, v in enumerate(r[2:]) if v > 0.4] or [0]
        out.append((i, Vectors.sparse(12, held, [1.0 + k % 3 for k in held])))
    return frame(spark, out, ["id", "v"])


def near_rows(df, key="distCol"):
    return near([[shown(plain(c)) for c in r] for r in df.orderBy(key, "id").select("id", key).collect()], 1e-12)


def hashes(df):
    return exact([[plain(h) for h in r[0]] for r in df.orderBy("id").select("o").collect()])


@case
def projection_hashing(spark):
    df, out = points(spark, rows=40), {}
    other = points(spark, rows=30, seed=29).withColumn("id", F.col("id") + 100)
    for tables, length in ((1, 2.0), (3, 0.7)):
        model = f.BucketedRandomProjectionLSH(inputCol="v", outputCol="o", numHashTables=tables, bucketLength=length, seed=12345).fit(df)
        hashed = model.transform(df)
        out[f"o_{tables}"] = hashes(hashed)
        out[f"schema_{tables}"] = exact(hashed.schema["o"].jsonValue())
        key = Vectors.dense([0.1, -0.2, 0.3, 0.0, 0.5])
        out[f"near_{tables}"] = near_rows(model.approxNearestNeighbors(other, key, 5))
        out[f"hashed_{tables}"] = near_rows(model.approxNearestNeighbors(hashed, key, 4, "far"), "far")
        out[f"columns_{tables}"] = exact(model.approxNearestNeighbors(other, key, 5).columns)
        joined = model.approxSimilarityJoin(df, other, 2.5, "d")
        pairs = joined.select("datasetA.id", F.col("datasetB.id").alias("other"), "d").orderBy("id", "other")
        out[f"join_{tables}"] = near([list(r) for r in pairs.collect()], 1e-12)
        out[f"join_fields_{tables}"] = exact([[x.name, x.dataType.names if hasattr(x.dataType, "names") else x.dataType.simpleString(), x.nullable] for x in joined.schema])
        self_join = model.approxSimilarityJoin(hashed, hashed, 1.2).select("datasetA.id", F.col("datasetB.id").alias("other"), "distCol").orderBy("id", "other")
        out[f"self_{tables}"] = near([list(r) for r in self_join.collect()], 1e-12)
    model = f.BucketedRandomProjectionLSH(inputCol="v", outputCol="o", bucketLength=1.0).fit(df)
    out["default_seed"] = hashes(model.transform(df))
    out["count"] = message(lambda: model.approxNearestNeighbors(df, Vectors.dense([0.0] * 5), 0).collect())
    out["number"] = message(lambda: f.BucketedRandomProjectionLSH(inputCol="label", outputCol="o", bucketLength=1.0).fit(df))
    out["length"] = message(lambda: f.BucketedRandomProjectionLSH(inputCol="v", outputCol="o", bucketLength=0.0).fit(df))
    return out


@case
def min_hashing(spark):
    df, out = sets(spark), {}
    other = sets(spark, 55).where("id >= 20").withColumn("id", F.col("id") + 100)
    for tables in (1, 4):
        model = f.MinHashLSH(inputCol="v", outputCol="o", numHashTables=tables, seed=77).fit(df)
        out[f"o_{tables}"] = hashes(model.transform(df))
        out[f"near_{tables}"] = near_rows(model.approxNearestNeighbors(other, Vectors.sparse(12, [1, 2, 5], [1.0, 1.0, 1.0]), 100))
        pairs = model.approxSimilarityJoin(df, other, 0.7).select("datasetA.id", F.col("datasetB.id").alias("other"), "distCol").orderBy("id", "other")
        out[f"join_{tables}"] = near([list(r) for r in pairs.collect()], 1e-12)
    out["default_seed"] = hashes(f.MinHashLSH(inputCol="v", outputCol="o").fit(df).transform(df))
    out["nothing"] = failure(lambda: model.transform(frame(spark, [(1, Vectors.sparse(12, [], []))], ["id", "v"])).collect())
    out["taken"] = message(lambda: model.transform(df.withColumn("o", F.lit(1))).collect())
    return out


# ---------------------------------------------------------------- words

def sentences(spark):
    """No two words are equally frequent: Spark leaves the order of such words to its shuffle."""
    words, rows = ["alpha"] * 6 + ["beta"] * 5 + ["gamma"] * 4 + ["delta"] * 3 + ["eps"] * 2 + ["rare"], []
    for i in range(40):
        rows.append((i, [words[(i * 7 + k * 5 + (k * k) % 11) % len(words)] for k in range(9)]))
    return frame(spark, rows + [(40, []), (41, ["unknown", "alpha"]), (42, ["alpha", "delta"])], "id int, w array<string>")


@case
def word_vectors(spark):
    # Single floats, summed in lanes as wide as the machine's: the last digits are the machine's own.
    df, out = sentences(spark), {}
    for name, settings in {"plain": {}, "long": {"maxIter": 3, "windowSize": 2, "stepSize": 0.1}, "cut": {"maxSentenceLength": 4}, "few": {"minCount": 60}}.items():
        model = f.Word2Vec(vectorSize=6, seed=42, inputCol="w", outputCol="o", **{"minCount": 3, **settings}).fit(df)
        out[f"vectors_{name}"] = near(sorted([r.word, plain(r.vector)] for r in model.getVectors().collect()), 1e-3)
        out[f"o_{name}"] = near([plain(r[0]) for r in model.transform(df).orderBy("id").select("o").collect()], 1e-3)
        out[f"synonyms_{name}"] = near([[w, s] for w, s in model.findSynonymsArray("alpha", 2)], 1e-3)
        out[f"near_{name}"] = near([[w, s] for w, s in model.findSynonymsArray(Vectors.dense([0.1, 0.2, -0.3, 0.4, -0.5, 0.6]), 3)], 1e-3)
    out["fields"] = exact([model.transform(df).schema["o"].jsonValue(), model.getVectors().schema.jsonValue()["fields"][0], model.findSynonyms("alpha", 1).schema.jsonValue()])
    out["absent"] = refused(lambda: model.findSynonyms("nowhere", 1).collect())
    out["none"] = message(lambda: f.Word2Vec(vectorSize=3, minCount=1000, inputCol="w", outputCol="o").fit(df))
    out["type"] = message(lambda: f.Word2Vec(inputCol="id", outputCol="o").fit(df))
    return out


# ---------------------------------------------------------------- tests

@case
def statistics(spark):
    df, out = labelled(spark), {}
    flat = ChiSquareTest.test(df, "codes", "label", True)
    out["chi_square_flat"] = near([list(r) for r in flat.orderBy("featureIndex").collect()] + [[x.jsonValue() for x in flat.schema]], 1e-9)
    row = ChiSquareTest.test(df, "codes", "label")
    out["chi_square"] = near([[plain(c) for c in r] for r in row.collect()] + [[x.jsonValue() for x in row.schema]], 1e-9)
    out["chi_square_filtered"] = near([list(r) for r in flat.where("pValue < 0.5").select("featureIndex", "statistic").orderBy("featureIndex").collect()], 1e-9)
    for method in ("pearson", "spearman"):
        for column in ("numbers", "codes"):
            result = Correlation.corr(df, column, method)
            out[f"{method}_{column}"] = near([[shown(float(x)) for x in result.collect()[0][0].toArray().ravel()], result.schema.jsonValue()], 1e-9)
    out["norm"] = near([list(r) for r in KolmogorovSmirnovTest.test(df, "y", "norm", 0.0, 1.0).collect()], 1e-9)
    out["norm_fitting"] = near([list(r) for r in KolmogorovSmirnovTest.test(df, "y", "norm", 0.3, 2.5).collect()], 1e-9)
    many = frame(spark, [(float(r[2]),) for r in data.regression(400, 1, 9)], "x double")
    out["norm_many"] = near([list(r) for r in KolmogorovSmirnovTest.test(many, "x", "norm", 0.05, 1.02).collect()], 1e-8)
    few = frame(spark, [(-1.0,), (0.2,), (0.9,)], "x double")
    out["norm_few"] = near([list(r) for r in KolmogorovSmirnovTest.test(few, "x", "norm", 0.0, 1.0).collect()], 1e-9)
    out["method"] = message(lambda: Correlation.corr(df, "numbers", "kendall").collect())
    out["distribution"] = message(lambda: KolmogorovSmirnovTest.test(df, "y", "exp", 1.0).collect())
    out["text"] = message(lambda: ChiSquareTest.test(df, "id", "label").collect())
    return out


@case
def vectors_and_arrays(spark):
    df = vectors(spark)
    arrays = df.select("id", vector_to_array("v").alias("a"), vector_to_array("v", "float32").alias("b"))
    numbers = frame(spark, [(1, [1, 2, 3]), (2, []), (3, [0, 0, 5])], "id int, x array<int>")
    back = numbers.select("id", array_to_vector("x").alias("v"))
    with_null = frame(spark, [(1, Vectors.dense([1.0])), (2, None)], df.schema)
    return {"arrays": seen(arrays, "a", "b"), "names": exact(df.select(vector_to_array("v"), vector_to_array(F.col("v"), "float32")).columns), "vectors": seen(back, "v"),
            "name": exact(numbers.select(array_to_vector("x")).columns),
            "both_ways": seen(arrays.select("id", array_to_vector("a").alias("v"), array_to_vector("b").alias("w")), "v", "w"),
            "sized": seen(arrays.groupBy(F.size("a").alias("n")).agg(F.count("*").alias("c"), F.sum(F.col("a")[0]).alias("s")), "n", "c", "s", key="n"),
            "assembled": seen(f.VectorAssembler(inputCols=["v", "id"], outputCol="o").transform(back), "id"),
            "dtype": message(lambda: df.select(vector_to_array("v", "int32")).collect()), "null": failure(lambda: with_null.select(vector_to_array("v")).collect()),
            "number": failure(lambda: df.select(vector_to_array("id")).collect()), "no_array": message(lambda: df.select(array_to_vector("id")).collect()),
            "null_array": failure(lambda: frame(spark, [(1, None)], "id int, x array<double>").select(array_to_vector("x").alias("v")).collect()),
            "null_element": failure(lambda: frame(spark, [(1, [1.0, None])], "id int, x array<double>").select(array_to_vector("x").alias("v")).collect())}


# ---------------------------------------------------------------- persistence

def saved_models(spark):
    df = labelled(spark)
    univariate = f.UnivariateFeatureSelector(featuresCol="numbers", outputCol="o").setFeatureType("continuous").setLabelType("categorical").setSelectionThreshold(3)
    return {"chi_square_selector": f.ChiSqSelector(featuresCol="codes", outputCol="o", numTopFeatures=2).fit(df), "univariate_selector": univariate.fit(df),
            "variance_selector": f.VarianceThresholdSelector(featuresCol="numbers", outputCol="o", varianceThreshold=0.5).fit(df),
            "pca": f.PCA(k=3, inputCol="v", outputCol="o").fit(points(spark)), "word2vec": f.Word2Vec(vectorSize=4, seed=1, minCount=3, inputCol="w", outputCol="o").fit(sentences(spark)),
            "projections": f.BucketedRandomProjectionLSH(inputCol="v", outputCol="o", numHashTables=3, bucketLength=0.7, seed=5).fit(points(spark)),
            "min_hashes": f.MinHashLSH(inputCol="v", outputCol="o", numHashTables=3, seed=5).fit(sets(spark))}


def loaded_selectors(spark, folder):
    load = lambda kind, name: getattr(f, kind).load(os.path.join(folder, name))
    chi, uni, variance = load("ChiSqSelectorModel", "chi_square_selector"), load("UnivariateFeatureSelectorModel", "univariate_selector"), load("VarianceThresholdSelectorModel", "variance_selector")
    pca, words = load("PCAModel", "pca"), load("Word2VecModel", "word2vec")
    projections, min_hashes = load("BucketedRandomProjectionLSHModel", "projections"), load("MinHashLSHModel", "min_hashes")
    return {"selected": exact([chi.selectedFeatures, sorted(uni.selectedFeatures), variance.selectedFeatures]), "univariate": seen(uni.transform(labelled(spark)), "o"),
            "pca": near([plain(pca.pc), plain(pca.explainedVariance), pca.getK()], 1e-9),
            "words": near(sorted([r.word, plain(r.vector)] for r in words.getVectors().collect()), 1e-4),
            "word_means": near([plain(r[0]) for r in words.transform(sentences(spark)).orderBy("id").select("o").collect()], 1e-4),
            "projections": hashes(projections.transform(points(spark))), "min_hashes": hashes(min_hashes.transform(sets(spark)))}


@case
def selectors_loaded_from_spark(spark):
    return loaded_selectors(spark, os.path.join(os.path.dirname(os.path.abspath(__file__)), "saved_by_spark"))
