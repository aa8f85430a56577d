"""Cases of the operators that fill, index, encode and cross columns: Imputer, VectorIndexer, TargetEncoder, Interaction, RFormula and small helpers."""
import os
import re

from pyspark.ml import Pipeline
from pyspark.ml import feature as f
from pyspark.ml.linalg import Vectors
from pyspark.sql import functions as F

from cases import case, exact, failure, near, plain
from feature_cases import NAN, NUMBERS, frame, numbers, seen, shown, vectors, words


def message(action):
    """Condition and first line of the message, without the random part of a uid."""
    try:
        action()
    except Exception as error:
        condition = error.getCondition() if hasattr(error, "getCondition") else None
        line = str(error).split("\n")[0].split(" SQLSTATE")[0]
        return exact([type(error).__name__, condition, re.sub("_[0-9a-f]{12}", "_uid", line)])
    return exact("no error")


def refused(action):
    """Spark's own failure is an accident of its code (a MatchError, a missing head): some error is all that there is to agree on."""
    try:
        action()
    except Exception:
        return exact("refused")
    return exact("no error")


def table(df):
    return exact([[shown(plain(c)) for c in row] for row in df.collect()] + [[n.jsonValue() for n in df.schema]])


# ---------------------------------------------------------------- imputer

GAPS = [(1, 1.0, None, 4, 2.5), (2, 2.0, 3.0, None, 2.5), (3, NAN, 4.0, 7, None), (4, 4.0, NAN, 7, 1.0), (5, None, 4.0, -1, 1.0)]


def gaps(spark):
    return frame(spark, GAPS, "id int, a double, b float, c int, d double").withColumn("d", F.col("d").cast("decimal(10,2)"))


@case
def imputer(spark):
    df, out = gaps(spark), {}
    for strategy in ("mean", "median", "mode"):
        model = f.Imputer(strategy=strategy, inputCols=["a", "b", "c", "d"], outputCols=["w", "x", "y", "z"]).fit(df)
        out[strategy] = seen(model.transform(df).withColumn("decimal", F.col("z").cast("string")), "w", "x", "y", "decimal")
        out[f"surrogate_{strategy}"] = table(model.surrogateDF)
    model = f.Imputer(missingValue=4.0, inputCol="a", outputCol="o").fit(df)
    out["missing"] = seen(model.transform(df), "o")
    out["one_surrogate"] = table(model.surrogateDF)
    return out


@case
def imputer_in_place(spark):
    df = gaps(spark)
    model = f.Imputer(inputCols=["b", "a"], outputCols=["b", "a"]).fit(df)
    filled = model.transform(df)
    return {"columns": exact(filled.columns), "o": seen(filled, "a", "b"), "joined": seen(filled.join(df.select("id", F.col("a").alias("z")), "id"), "a", "z"),
            "filtered": seen(filled.where("a > 2"), "id", "a"), "grouped": seen(filled.groupBy("a").count(), "a", "count", key="a"),
            "assembled": seen(f.VectorAssembler(inputCols=["a", "b"], outputCol="v").transform(filled), "v"),
            "not_null": seen(model.transform(df.select("id", F.lit(1.5).alias("a"), F.lit(2.0).cast("float").alias("b"))), "a", "b")}


@case
def imputer_errors(spark):
    df = gaps(spark)
    empty = frame(spark, [(1, None), (2, NAN)], "id int, a double")
    return {"nothing": message(lambda: f.Imputer(inputCol="a", outputCol="o").fit(empty)),
            "no_rows": message(lambda: f.Imputer(inputCol="a", outputCol="o").fit(empty.where("id > 5"))),
            "text": message(lambda: f.Imputer(inputCol="s", outputCol="o").fit(words(spark))),
            "absent": message(lambda: f.Imputer(inputCol="q", outputCol="o").fit(df)),
            "twice": message(lambda: f.Imputer(inputCols=["a", "a"], outputCols=["x", "y"]).fit(df)),
            "counts": message(lambda: f.Imputer(inputCols=["a", "b"], outputCols=["x"]).fit(df)),
            "both": message(lambda: f.Imputer(inputCol="a", outputCol="o", inputCols=["a"], outputCols=["x"]).fit(df)),
            "strategy": message(lambda: f.Imputer(strategy="maximum", inputCol="a", outputCol="o").fit(df))}


# ---------------------------------------------------------------- interaction

def crossed(spark):
    rows = [(1, 2.0, 1, True, Vectors.dense([1.0, 2.0, 0.0]), "b"), (2, 0.0, 3, False, Vectors.sparse(3, [2], [4.0]), "a"),
            (3, -1.5, 0, True, Vectors.dense([0.0, 0.0, 7.0]), "b"), (4, 3.0, 2, False, Vectors.sparse(3, [], []), "c")]
    df = frame(spark, rows, ["id", "n", "w", "t", "v", "s"])
    return f.StringIndexer(inputCol="s", outputCol="i").fit(df).transform(df)


@case
def interaction(spark):
    df = crossed(spark)
    sized = f.VectorSizeHint(inputCol="v", size=3).transform(df)
    named = f.VectorAssembler(inputCols=["n", "i", "w"], outputCol="m").transform(df)
    cross = lambda data, *names: f.Interaction(inputCols=list(names), outputCol="o").transform(data)
    return {"numbers": seen(cross(df, "n", "w"), "o"), "flag": failure(lambda: cross(df, "t", "n").collect()), "nominal": seen(cross(df, "i", "n"), "o"),
            "nominal_only": seen(cross(df, "i"), "o"), "vector_named": seen(cross(named, "i", "m"), "o"), "three": seen(cross(named, "w", "m", "i"), "o"),
            "unnamed": message(lambda: cross(df, "n", "v").collect()), "sized": message(lambda: cross(sized, "n", "v").collect()),
            "twice": message(lambda: cross(df, "n", "n").collect()), "none": message(lambda: cross(df).collect()),
            "null": failure(lambda: cross(df.withColumn("z", F.expr("CASE WHEN id > 1 THEN n END")), "z", "n").collect()),
            "not_index": failure(lambda: cross(df.withColumn("i", F.col("i").alias("i", metadata={"ml_attr": {"type": "nominal", "vals": ["x", "y"]}})), "i", "n").collect())}


# ---------------------------------------------------------------- size hints and SQL

@case
def vector_size_hint(spark):
    df = vectors(spark)
    mixed = df.union(frame(spark, [(9, None), (10, Vectors.dense([1.0]))], df.schema)).coalesce(1)
    hint = lambda data, **kw: f.VectorSizeHint(inputCol="v", **kw).transform(data)
    out = {"error": seen(hint(df, size=4), "v"), "skip": seen(hint(mixed, size=4, handleInvalid="skip"), "id", "v"),
           "optimistic": seen(hint(mixed, size=4, handleInvalid="optimistic"), "id", "v"), "again": seen(hint(hint(df, size=4), size=4), "v"),
           "wrong": failure(lambda: hint(df, size=3).collect()), "null": failure(lambda: hint(mixed, size=4).collect()),
           "other": message(lambda: hint(hint(df, size=4), size=3).collect()), "number": message(lambda: f.VectorSizeHint(inputCol="a", size=3).transform(numbers(spark)).collect()),
           "columns": exact(hint(df.withColumn("z", F.lit(1)), size=4).columns)}
    out["keep"] = seen(f.VectorAssembler(inputCols=["v"], outputCol="o", handleInvalid="keep").transform(hint(mixed.where("id <> 10"), size=4, handleInvalid="optimistic")), "id", "o")
    return out


@case
def sql_transformer(spark):
    df = numbers(spark)
    run = lambda text: f.SQLTransformer(statement=text).transform(df)
    return {"columns": seen(run("SELECT *, a + b AS s FROM __THIS__"), "id", "s"), "where": seen(run("SELECT id, b * 2 AS t FROM __THIS__ WHERE b > 2"), "id", "t"),
            "grouped": seen(run("SELECT b, count(*) AS n, sum(a) s FROM __THIS__ GROUP BY b"), "b", "n", "s", key="b"),
            "twice": seen(run("SELECT x.id, y.b FROM __THIS__ x JOIN __THIS__ y ON x.id = y.id"), "id", "b"),
            "pipeline": seen(Pipeline(stages=[f.SQLTransformer(statement="SELECT id, a, b FROM __THIS__"), f.VectorAssembler(inputCols=["a", "b"], outputCol="v")]).fit(df).transform(df), "v"),
            "absent": failure(lambda: run("SELECT nothing FROM __THIS__").collect()), "syntax": failure(lambda: run("SELECT FROM WHERE").collect())}


@case
def stop_words_remover(spark):
    rows = [(1, ["I", "saw", "the", "red", "balloon", None]), (2, ["Mary", "had", "a", "little", "lamb"]), (3, []), (4, ["ÉTÉ", "été", "The", "İ", "ı", "I", "i"])]
    df = frame(spark, rows, "id int, w array<string>")
    run = lambda **kw: f.StopWordsRemover(inputCol="w", outputCol="o", **kw).transform(df)
    out = {"default": seen(run(), "o"), "sensitive": seen(run(caseSensitive=True), "o"), "own": seen(run(stopWords=["Red", "été", "i"]), "o"),
           "own_sensitive": seen(run(stopWords=["red", "été", "I"], caseSensitive=True), "o"), "turkish": seen(run(stopWords=["I", "İ"], locale="tr"), "o"),
           "many": seen(f.StopWordsRemover(inputCols=["w", "w"], outputCols=["x", "y"]).transform(df), "x", "y"),
           "null": failure(lambda: run().union(run().limit(0)).collect()), "text": message(lambda: f.StopWordsRemover(inputCol="s", outputCol="o").transform(words(spark)).collect()),
           "language": message(lambda: f.StopWordsRemover.loadDefaultStopWords("klingon")), "locale": message(lambda: run(locale="zz_TOP").collect()),
           "null_row": failure(lambda: f.StopWordsRemover(inputCol="w", outputCol="o").transform(frame(spark, [(1, None)], "id int, w array<string>")).collect())}
    for language in ("danish", "dutch", "english", "finnish", "french", "german", "hungarian", "italian", "norwegian", "portuguese", "russian", "spanish", "swedish", "turkish"):
        out[language] = exact(f.StopWordsRemover.loadDefaultStopWords(language))
    return out


@case
def models_from_labels(spark):
    df = frame(spark, [(1, "b", 0.0), (2, "a", 2.0), (3, "q", 1.0)], "id int, s string, n double")
    one = f.StringIndexerModel.from_labels(["a", "b"], inputCol="s", outputCol="o", handleInvalid="keep")
    many = f.StringIndexerModel.from_arrays_of_labels([["a", "b"], ["0.0", "1.0", "2.0"]], inputCols=["s", "n"], outputCols=["x", "y"], handleInvalid="skip")
    counts = f.CountVectorizerModel.from_vocabulary(["b", "a", "zz"], inputCol="w", outputCol="o")
    return {"one": seen(one.transform(df), "o"), "many": seen(many.transform(df), "x", "y"), "labels": exact([list(one.labels), many.labelsArray]),
            "counts": seen(counts.transform(words(spark)), "o"), "vocabulary": exact(list(counts.vocabulary))}


# ---------------------------------------------------------------- vector indexer

def codes(spark):
    rows = [(1, Vectors.dense([-1.0, 0.0, 3.5, 1.0])), (2, Vectors.sparse(4, [1, 2], [1.0, 2.5])), (3, Vectors.dense([0.0, 2.0, 3.5, -7.0])),
            (4, Vectors.dense([-1.0, 1.0, 9.0, 1.0])), (5, Vectors.sparse(4, [0], [-1.0]))]
    return frame(spark, rows, ["id", "v"])


UNSEEN = [(6, Vectors.dense([5.0, 1.0, 3.5, 1.0])), (7, Vectors.sparse(4, [0, 3], [5.0, 2.0])), (8, Vectors.dense([0.0, 0.0, 100.0, 0.0]))]


@case
def vector_indexer(spark):
    df, unseen = codes(spark), frame(spark, UNSEEN, ["id", "v"])
    out = {}
    for most in (2, 3, 20):
        model = f.VectorIndexer(maxCategories=most, inputCol="v", outputCol="o").fit(df)
        out[f"o_{most}"] = seen(model.transform(df), "o")
        out[f"maps_{most}"] = exact(sorted([k, sorted(v.items())] for k, v in model.categoryMaps.items()))
        out[f"size_{most}"] = exact(model.numFeatures)
    for mode in ("keep", "skip"):
        model = f.VectorIndexer(maxCategories=3, inputCol="v", outputCol="o", handleInvalid=mode).fit(df)
        out[mode] = seen(model.transform(unseen), "id", "o")
        out[f"seen_{mode}"] = seen(model.transform(df), "id", "o")
    named = f.VectorAssembler(inputCols=["a", "b", "i"], outputCol="v").transform(
        f.StringIndexer(inputCol="c", outputCol="i").fit(numbers(spark).na.fill(0.0)).transform(numbers(spark).na.fill(0.0)))
    out["named"] = seen(f.VectorIndexer(maxCategories=4, inputCol="v", outputCol="o").fit(named).transform(named), "o")
    model = f.VectorIndexer(maxCategories=3, inputCol="v", outputCol="o").fit(df)
    out["error"] = failure(lambda: model.transform(unseen).collect())
    out["smaller"] = failure(lambda: model.transform(frame(spark, [(1, Vectors.dense([1.0]))], ["id", "v"])).collect())
    out["sizes"] = failure(lambda: f.VectorIndexer(inputCol="v", outputCol="o").fit(df.union(frame(spark, [(1, Vectors.dense([1.0]))], ["id", "v"]))))
    out["few"] = message(lambda: f.VectorIndexer(maxCategories=1, inputCol="v", outputCol="o").fit(df))
    out["empty"] = refused(lambda: f.VectorIndexer(inputCol="v", outputCol="o").fit(df.where("id > 9")))
    out["nulls"] = refused(lambda: f.VectorIndexer(inputCol="v", outputCol="o").fit(frame(spark, [(1, None), (2, Vectors.dense([1.0]))], df.schema)))
    return out


# ---------------------------------------------------------------- target encoder

def targets(spark):
    rows = [(1, 0, 3.0, 5, 1.0, 10.0), (2, 1, 4.0, 6, 0.0, 20.0), (3, 2, 5.0, 5, 1.0, 30.5), (4, 0, 3.0, None, 0.0, 40.0), (5, 1, 4.0, 6, 1.0, -5.0), (6, 2, 4.0, None, 0.0, 0.25),
            (7, 0, 3.0, 7, 1.0, 12.0)]
    return frame(spark, rows, "id int, x int, y double, z smallint, b double, t double")


@case
def target_encoder(spark):
    df, out = targets(spark), {}
    extra = frame(spark, [(8, 9, 3.0, None, 0.0, 0.0), (9, 1, 77.0, 5, 0.0, 0.0), (10, None, 4.0, 9, 0.0, 0.0)], df.schema)
    for kind, label in (("binary", "b"), ("continuous", "t")):
        for smoothing in (0.0, 1.5):
            model = f.TargetEncoder(inputCols=["x", "y", "z"], outputCols=["p", "q", "r"], labelCol=label, targetType=kind, smoothing=smoothing).fit(df)
            got = model.transform(df)
            rows = [[shown(plain(c)) for c in r] for r in got.orderBy("id").select("p", "q", "r").collect()]
            out[f"{kind}_{smoothing}"] = near([rows, [[got.schema[n].dataType.simpleString(), got.schema[n].nullable] for n in "pqr"]], 1e-12)
            kept = f.TargetEncoder(inputCols=["x", "y", "z"], outputCols=["p", "q", "r"], labelCol=label, targetType=kind, smoothing=smoothing, handleInvalid="keep").fit(df)
            out[f"keep_{kind}_{smoothing}"] = near([[shown(plain(c)) for c in r] for r in kept.transform(extra).orderBy("id").select("p", "q", "r").collect()], 1e-12)
    one = f.TargetEncoder(inputCol="x", outputCol="o", labelCol="b").fit(df)
    out["one"] = near([list(r) for r in one.transform(df).orderBy("id").select("o").collect()], 1e-12)
    got = one.transform(df).schema["o"].metadata["ml_attr"]
    out["metadata"] = exact([got["type"], got["name"], sorted(got.get("vals", [])), got.get("num_vals")])
    out["default_name"] = message(lambda: f.TargetEncoder(inputCols=["x"], labelCol="b").fit(df).transform(df).select("x_indexed").collect())
    out["unseen"] = message(lambda: one.transform(extra.where("id = 8")).collect())
    out["unseen_null"] = message(lambda: one.transform(extra.where("id = 10")).collect())
    out["not_binary"] = failure(lambda: f.TargetEncoder(inputCol="x", outputCol="o", labelCol="t").fit(df))
    out["not_index"] = failure(lambda: f.TargetEncoder(inputCol="t", outputCol="o", labelCol="b").fit(df))
    out["text"] = failure(lambda: f.TargetEncoder(inputCol="s", outputCol="o", labelCol="id").fit(words(spark)))
    out["absent"] = message(lambda: f.TargetEncoder(inputCol="q", outputCol="o", labelCol="b").fit(df))
    out["none"] = message(lambda: f.TargetEncoder(labelCol="b").fit(df))
    out["null_label"] = failure(lambda: f.TargetEncoder(inputCol="x", outputCol="o", labelCol="z", targetType="continuous").fit(df))
    out["float_label"] = failure(lambda: f.TargetEncoder(inputCol="x", outputCol="o", labelCol="t", targetType="continuous").fit(df.withColumn("t", F.col("t").cast("float"))))
    out["empty"] = refused(lambda: f.TargetEncoder(inputCol="x", outputCol="o", labelCol="b").fit(df.where("id > 99")).transform(df).collect())
    holes = df.withColumn("t", F.expr("CASE WHEN id = 2 THEN double('NaN') WHEN id <> 3 THEN t END"))
    out["no_label"] = near([list(r) for r in f.TargetEncoder(inputCol="x", outputCol="o", labelCol="t", targetType="continuous").fit(holes).transform(df).orderBy("id").select("o").collect()], 1e-12)
    out["replaced"] = near([list(r) for r in f.TargetEncoder(inputCol="x", outputCol="y", labelCol="b").fit(df).transform(df).orderBy("id").collect()], 1e-12)
    kept = f.TargetEncoder(inputCol="x", outputCol="o", labelCol="b", handleInvalid="keep").fit(df)
    out["nullable"] = exact([kept.transform(df).schema["o"].nullable, kept.transform(df.withColumn("x", F.lit(1))).schema["o"].nullable])
    return out


# ---------------------------------------------------------------- formulas

FORMULA = [(1, 1.0, 2.0, "a", "x", True, 3), (2, 0.0, -1.0, "b", "y", False, 2), (3, 0.0, 0.5, "a", "x", True, 3), (4, 1.0, 4.0, "c", "y", False, 7),
           (5, 1.0, 0.0, "b", "z", True, 2)]


def formula_data(spark):
    return frame(spark, FORMULA, "id int, y double, n double, s string, t string, f boolean, k int")


FORMULAS = ["y ~ n", "y ~ n + s", "y ~ s + t", "y ~ s + t - 1", "y ~ n + s + 0", "y ~ . - id", "y ~ . - id - s - t", "y ~ n:k", "y ~ s:n", "y ~ s:t", "y ~ n*s", "y ~ (n + s)^2",
            "y ~ (n + s + k)^2 - n:k", "y ~ f + n", "y ~ n + n + n:n", "s ~ n + k", "~ n + s", "y ~ s:t:n", "y ~ (. - id - f):n", "y ~ s*t - s", "q ~ n"]


@case
def r_formula(spark):
    df, out = formula_data(spark), {}
    for text in FORMULAS:
        model = f.RFormula(formula=text).fit(df)
        got = model.transform(df)
        added = [n for n in got.columns if n not in df.columns]
        out[text] = seen(got, *added)
        out[f"columns {text}"] = exact(got.columns)
    for order in ("frequencyAsc", "alphabetDesc", "alphabetAsc"):
        out[order] = seen(f.RFormula(formula="y ~ s", stringIndexerOrderType=order).fit(df).transform(df), "features")
    out["forced"] = seen(f.RFormula(formula="k ~ n", forceIndexLabel=True).fit(df).transform(df), "features", "label")
    out["named"] = seen(f.RFormula(formula="y ~ n", featuresCol="g", labelCol="l").fit(df).transform(df), "g", "l")
    out["own_label"] = seen(f.RFormula(formula="y ~ n", labelCol="y").fit(df).transform(df), "features", "y")
    return out


@case
def r_formula_invalid(spark):
    df = formula_data(spark)
    holes = frame(spark, [(6, 1.0, 2.0, "q", "x", True, 3), (7, 0.0, None, "b", "y", False, 2), (8, 1.0, 3.0, None, "x", True, 1), (9, 1.0, 3.0, "c", "x", True, 1)], df.schema)
    run = lambda text, **kw: f.RFormula(formula=text, **kw).fit(df)
    out = {}
    for mode in ("skip", "keep"):
        for text in ("y ~ s + n", "s ~ n", "y ~ s:t"):
            out[f"{mode} {text}"] = seen(run(text, handleInvalid=mode).transform(holes), "id", "features", "label")
    out["error"] = failure(lambda: run("y ~ s").transform(holes).collect())
    out["without_label"] = seen(run("y ~ s").transform(df.drop("y")), "features")
    for text in ("y", "y ~", "y ~ n +", "y ~ n ^ 0", "~ ~ n", "y ~ 2", "1 ~ n", "y ~ n - (s - k)"):
        out[f"syntax {text}"] = message(lambda: run(text).transform(df).collect())
    out["flags_cross"] = failure(lambda: run("y ~ f:n").transform(df).collect())
    out["absent"] = failure(lambda: run("y ~ nothing").transform(df).collect())
    out["features_exist"] = message(lambda: run("y ~ n").transform(df.withColumn("features", F.lit(1))).collect())
    out["label_text"] = message(lambda: run("y ~ n").transform(df.withColumn("label", F.lit("a"))).collect())
    out["label_kept"] = seen(run("y ~ n").transform(df.withColumn("label", F.lit(7))), "features", "label")
    out["forced_label"] = message(lambda: run("y ~ n", forceIndexLabel=True, labelCol="k"))
    out["vector"] = seen(f.RFormula(formula="id ~ v").fit(vectors(spark)).transform(vectors(spark)), "features", "label")
    out["no_formula"] = failure(lambda: f.RFormula().fit(df))
    return out


# ---------------------------------------------------------------- persistence

def saved_models(spark):
    df = targets(spark)
    return {"imputer": f.Imputer(strategy="median", inputCols=["a", "b"], outputCols=["x", "y"]).fit(gaps(spark)),
            "vector_indexer": f.VectorIndexer(maxCategories=3, inputCol="v", outputCol="o", handleInvalid="keep").fit(codes(spark)),
            "target_encoder": f.TargetEncoder(inputCols=["x", "z"], outputCols=["p", "r"], labelCol="b", handleInvalid="keep").fit(df),
            "r_formula": f.RFormula(formula="y ~ n + s + s:t").fit(formula_data(spark)),
            "r_formula_label": f.RFormula(formula="s ~ n + t - 1", handleInvalid="keep").fit(formula_data(spark))}


def loaded_encoders(spark, folder):
    load = lambda kind, name: getattr(f, kind).load(os.path.join(folder, name))
    fill, index, encode = load("ImputerModel", "imputer"), load("VectorIndexerModel", "vector_indexer"), load("TargetEncoderModel", "target_encoder")
    first, second = load("RFormulaModel", "r_formula"), load("RFormulaModel", "r_formula_label")
    data = formula_data(spark)
    return {"imputer": seen(fill.transform(gaps(spark)), "x", "y"), "strategy": exact(fill.getStrategy()), "vector_indexer": seen(index.transform(frame(spark, UNSEEN, ["id", "v"])), "o"),
            "maps": exact(sorted([k, sorted(v.items())] for k, v in index.categoryMaps.items())),
            "target_encoder": near([[shown(plain(c)) for c in r] for r in encode.transform(targets(spark)).orderBy("id").select("p", "r").collect()], 1e-12),
            "r_formula": seen(first.transform(data), "features", "label"), "r_formula_label": seen(second.transform(data), "features", "label"),
            "formula": exact([first.getFormula(), second.getHandleInvalid()])}


@case
def encoders_loaded_from_spark(spark):
    return loaded_encoders(spark, os.path.join(os.path.dirname(os.path.abspath(__file__)), "saved_by_spark"))
