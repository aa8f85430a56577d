"""Rows of the estimators' table: what is fitted on which data, through any Spark Connect server, and how good the outcome is."""
import dataclasses
import typing

from pyspark.ml import classification as C, evaluation as E, feature as F, regression as R
from pyspark.ml.linalg import Matrices

from estimator_data import COLUMNS

MILLION = 1_000_000


@dataclasses.dataclass
class Row:
    """One line of the table. `prepare` puts the features together, `fit` is timed; with `applies` the transform of all rows is timed
    too. `quality` is (its name, function of the model and held-out rows)."""
    name: str
    fit: typing.Callable
    quality: tuple
    kind: str = "numbers"
    rows: int = MILLION
    columns: int = 20
    applies: bool = False
    prepare: typing.Callable = None
    holds: bool = False             # the fit keeps the matrix: its memory is compared with it


ROWS = {}


def row(name, fit, quality, **more):
    ROWS[name] = Row(name, fit, quality, **more)


def assembled(frame, names=COLUMNS):
    return F.VectorAssembler(inputCols=list(names), outputCol="features").transform(frame)


def rmse(label):
    return "RMSE", lambda model, held: E.RegressionEvaluator(labelCol=label, metricName="rmse").evaluate(model.transform(held))


def log_loss(label):
    return "log loss", lambda model, held: E.MulticlassClassificationEvaluator(labelCol=label, metricName="logLoss").evaluate(
        model.transform(held))


def accuracy(label):
    return "accuracy", lambda model, held: E.MulticlassClassificationEvaluator(labelCol=label, metricName="accuracy").evaluate(
        model.transform(held))


def total(name):
    """Sum of the model's numbers called `name`."""
    def find(model, held):
        value = getattr(model, name)
        value = value.toArray() if hasattr(value, "toArray") else value
        return float(sum(map(float, value.ravel() if hasattr(value, "ravel") else value)))
    return f"sum of {name}", find


def predictor(name, make, label, quality, **more):
    row(name, lambda frame: make(labelCol=label).fit(frame), quality, prepare=assembled, holds=True, **more)


def linear_rows():
    predictor("LinearRegression, normal", lambda **k: R.LinearRegression(solver="normal", **k), "y", rmse("y"))
    predictor("LinearRegression, l-bfgs, elastic net", lambda **k: R.LinearRegression(
        solver="l-bfgs", regParam=0.05, elasticNetParam=0.5, standardization=False, **k), "y", rmse("y"))
    predictor("LinearRegression, huber", lambda **k: R.LinearRegression(loss="huber", epsilon=1.35, **k), "y_outliers", rmse("y_outliers"))
    for family, label in (("gaussian", "y"), ("binomial", "two"), ("poisson", "count"), ("gamma", "positive"), ("tweedie", "positive")):
        more = {"variancePower": 1.5, "linkPower": 0.0} if family == "tweedie" else {"link": "log"} if family == "gamma" else {}
        predictor(f"GeneralizedLinearRegression, {family}", lambda family=family, more=more, **k: R.GeneralizedLinearRegression(
            family=family, **more, **k), label, rmse(label))
    predictor("LogisticRegression, binomial", lambda **k: C.LogisticRegression(regParam=1e-3, **k), "two", log_loss("two"))
    predictor("LogisticRegression, multinomial", lambda **k: C.LogisticRegression(regParam=1e-3, **k), "five", log_loss("five"))
    predictor("LogisticRegression, bounds", lambda **k: C.LogisticRegression(
        regParam=1e-3, lowerBoundsOnCoefficients=Matrices.dense(1, 20, [0.0] * 20), **k), "two", log_loss("two"))
    predictor("LinearSVC", lambda **k: C.LinearSVC(regParam=1e-3, maxIter=50, **k), "two", accuracy("two"))


def tree_rows():
    predictor("DecisionTreeClassifier", lambda **k: C.DecisionTreeClassifier(maxDepth=5, **k), "five", log_loss("five"))
    predictor("DecisionTreeRegressor", lambda **k: R.DecisionTreeRegressor(maxDepth=5, **k), "y", rmse("y"))
    predictor("RandomForestClassifier, 10 trees", lambda **k: C.RandomForestClassifier(numTrees=10, maxDepth=8, seed=7, **k), "two",
              log_loss("two"))
    predictor("RandomForestRegressor, 10 trees", lambda **k: R.RandomForestRegressor(numTrees=10, maxDepth=8, seed=7, **k), "y", rmse("y"))
    predictor("GBTClassifier, 10 trees", lambda **k: C.GBTClassifier(maxIter=10, maxDepth=5, seed=7, **k), "two", log_loss("two"))
    predictor("GBTRegressor, 10 trees", lambda **k: R.GBTRegressor(maxIter=10, maxDepth=5, seed=7, **k), "y", rmse("y"))
    row("IsotonicRegression", lambda frame: R.IsotonicRegression(featuresCol="x0", labelCol="y").fit(frame), rmse("y"), columns=1, holds=True)


def feature(name, make, quality, **more):
    """A feature estimator: fitted, and all rows transformed."""
    row(name, lambda frame: make().fit(frame), quality, **{"applies": True, **more})


def scaler_rows():
    vector = {"inputCol": "features", "outputCol": "out"}
    feature("StandardScaler", lambda: F.StandardScaler(withMean=True, **vector), total("std"), prepare=assembled)
    feature("MinMaxScaler", lambda: F.MinMaxScaler(**vector), total("originalMax"), prepare=assembled)
    feature("MaxAbsScaler", lambda: F.MaxAbsScaler(**vector), total("maxAbs"), prepare=assembled)
    feature("RobustScaler", lambda: F.RobustScaler(withCentering=True, **vector), total("median"), prepare=assembled)
    feature("PCA, k = 5", lambda: F.PCA(k=5, **vector), total("explainedVariance"), prepare=assembled)
    feature("VarianceThresholdSelector", lambda: F.VarianceThresholdSelector(featuresCol="features", outputCol="out", varianceThreshold=2.0),
            total("selectedFeatures"), prepare=assembled)
    gaps = {"inputCols": [f"gap{i}" for i in range(4)], "outputCols": [f"out{i}" for i in range(4)]}
    surrogate = "sum of surrogates", lambda model, held: float(sum(model.surrogateDF.collect()[0]))
    feature("Imputer, mean", lambda: F.Imputer(strategy="mean", **gaps), surrogate, columns=4)
    feature("Imputer, median", lambda: F.Imputer(strategy="median", **gaps), surrogate, columns=4)
    ten = {"inputCols": COLUMNS[:5], "outputCols": [f"out{i}" for i in range(5)]}
    inner = "sum of splits", lambda model, held: float(sum(v for splits in model.getSplitsArray() for v in splits[1:-1]))
    feature("QuantileDiscretizer, 10 buckets", lambda: F.QuantileDiscretizer(numBuckets=10, **ten), inner, columns=5)
    splits = [-float("inf"), -1.0, -0.5, 0.0, 0.5, 1.0, float("inf")]
    row("Bucketizer", lambda frame: F.Bucketizer(splitsArray=[splits] * 5, **ten),
        ("–", lambda model, held: 0.0), columns=5, applies=True)
    random = {"inputCol": "features", "outputCol": "hashes", "seed": 7}
    feature("BucketedRandomProjectionLSH, 3 tables", lambda: F.BucketedRandomProjectionLSH(bucketLength=2.0, numHashTables=3, **random),
            ("first hash", lambda model, held: float(model.transform(held.limit(1)).collect()[0].hashes[0][0])), prepare=assembled)


def selector_rows():
    codes = [f"k{i}" for i in range(10)]
    whole = {"kind": "categories", "columns": 10, "prepare": lambda frame: assembled(frame, codes)}
    chosen = "sum of selected", lambda model, held: float(sum(model.selectedFeatures))
    feature("VectorIndexer", lambda: F.VectorIndexer(inputCol="features", outputCol="out", maxCategories=16),
            ("categorical", lambda model, held: float(len(model.categoryMaps))), **whole)
    feature("ChiSqSelector, 5 of 10", lambda: F.ChiSqSelector(numTopFeatures=5, labelCol="two", outputCol="out"), chosen, **whole)
    feature("UnivariateFeatureSelector, chi-squared", lambda: F.UnivariateFeatureSelector(
        labelCol="two", outputCol="out").setFeatureType("categorical").setLabelType("categorical").setSelectionThreshold(5), chosen, **whole)
    feature("UnivariateFeatureSelector, ANOVA", lambda: F.UnivariateFeatureSelector(
        labelCol="five", outputCol="out").setFeatureType("continuous").setLabelType("categorical").setSelectionThreshold(5), chosen,
        prepare=assembled)
    feature("UnivariateFeatureSelector, F-value", lambda: F.UnivariateFeatureSelector(
        labelCol="y", outputCol="out").setFeatureType("continuous").setLabelType("continuous").setSelectionThreshold(5), chosen,
        prepare=assembled)


def category_rows():
    texts = {"inputCols": ["few", "many"], "outputCols": ["few_index", "many_index"]}
    codes = {"inputCols": ["few_code", "many_code"], "outputCols": ["few_out", "many_out"]}
    feature("StringIndexer, 12 and 5,000 values", lambda: F.StringIndexer(**texts),
            ("labels", lambda model, held: float(sum(map(len, model.labelsArray)))), kind="categories", columns=2)
    feature("OneHotEncoder, 12 and 5,000 values", lambda: F.OneHotEncoder(**codes), total("categorySizes"), kind="categories", columns=2)
    feature("TargetEncoder", lambda: F.TargetEncoder(labelCol="y", targetType="continuous", smoothing=1.0, **codes),
            ("first mean", lambda model, held: float(model.transform(held.limit(1)).collect()[0].few_out)), kind="categories", columns=2)
    feature("RFormula, y ~ few + x0 + x1", lambda: F.RFormula(formula="y ~ few + x0 + x1"),
            ("features", lambda model, held: float(model.transform(held.limit(1)).collect()[0].features.size)), kind="categories", columns=3)


def hashed_words(frame):
    return F.HashingTF(inputCol="words", outputCol="counts", numFeatures=1 << 15).transform(frame)


def word_rows():
    documents = {"kind": "words", "columns": 20}
    feature("CountVectorizer, 20 words a row", lambda: F.CountVectorizer(inputCol="words", outputCol="out"),
            ("vocabulary", lambda model, held: float(len(model.vocabulary))), rows=500_000, **documents)
    feature("IDF over HashingTF", lambda: F.IDF(inputCol="counts", outputCol="out"), total("idf"), rows=500_000, prepare=hashed_words, **documents)
    feature("Word2Vec, 50 elements", lambda: F.Word2Vec(vectorSize=50, minCount=5, seed=7, inputCol="words", outputCol="out"),
            ("vocabulary", lambda model, held: float(model.getVectors().count())), rows=50_000, **documents)
    feature("MinHashLSH, 3 tables", lambda: F.MinHashLSH(inputCol="counts", outputCol="hashes", numHashTables=3, seed=7),
            ("first hash", lambda model, held: float(model.transform(held.limit(1)).collect()[0].hashes[0][0])), rows=500_000,
            prepare=hashed_words, **documents)


for declare in (linear_rows, tree_rows, scaler_rows, selector_rows, category_rows, word_rows):
    declare()
