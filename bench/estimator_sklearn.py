"""The same rows by scikit-learn where it has the model with the same parameters; loading from the Parquet file is timed with it."""
import sys
import time

import numpy as np
import pyarrow.parquet as pq

from estimator_data import COLUMNS, path

MODELS = {}
KINDS = {}                                                                 # of other data than `numbers`: kind and rows


def frame_of(file, names):
    return pq.read_table(file, columns=list(names)).to_pandas()


def matrix_of(file, names):
    return frame_of(file, names).to_numpy(float)


def model(name):
    def keep(function):
        MODELS[name] = function
        return function
    return keep


def rmse(fitted, x, y):
    return float(np.sqrt(np.mean((fitted.predict(x) - y) ** 2)))


def log_loss(fitted, x, y):
    from sklearn.metrics import log_loss
    return float(log_loss(y, fitted.predict_proba(x)))


def accuracy(fitted, x, y):
    return float(fitted.score(x, y))


def of_kind(kind, rows, *names):
    KINDS.update({name: (kind, rows) for name in names})


def predictor(name, make, label, quality, columns=COLUMNS):
    """`make` is called with the number of rows; quality is judged on the held-out rows."""
    def run(full, held):
        frame = frame_of(full, [*columns, label])
        y = frame.pop(label).to_numpy()
        fitted = make(len(y)).fit(frame.to_numpy(float), y)
        return lambda: quality(fitted, matrix_of(held, columns), frame_of(held, [label])[label].to_numpy())
    MODELS[name] = run


def transformer(name, make, facts, columns=COLUMNS, label=None, as_text=False):
    """Fitted, and all rows transformed."""
    def run(full, held):
        frame = frame_of(full, [*columns, *([label] if label else [])])
        y = frame.pop(label).to_numpy() if label else None
        x = frame.to_numpy(object) if as_text else frame.to_numpy(float)
        fitted = make().fit(x, y)
        fitted.transform(x)
        return lambda: facts(fitted)
    MODELS[name] = run


def declare_linear():
    from sklearn import linear_model as L, svm
    predictor("LinearRegression, normal", lambda n: L.LinearRegression(), "y", rmse)
    predictor("LinearRegression, l-bfgs, elastic net", lambda n: L.ElasticNet(alpha=0.05, l1_ratio=0.5, tol=1e-6), "y", rmse)
    predictor("LinearRegression, huber", lambda n: L.HuberRegressor(epsilon=1.35, alpha=0.0, tol=1e-6), "y_outliers", rmse)
    predictor("GeneralizedLinearRegression, gaussian", lambda n: L.LinearRegression(), "y", rmse)
    predictor("GeneralizedLinearRegression, binomial", lambda n: L.LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-6), "two",
              lambda fitted, x, y: float(np.sqrt(np.mean((fitted.predict_proba(x)[:, 1] - y) ** 2))))
    newton = {"alpha": 0.0, "solver": "newton-cholesky", "tol": 1e-6}
    predictor("GeneralizedLinearRegression, poisson", lambda n: L.PoissonRegressor(**newton), "count", rmse)
    predictor("GeneralizedLinearRegression, gamma", lambda n: L.GammaRegressor(**newton), "positive", rmse)
    predictor("GeneralizedLinearRegression, tweedie", lambda n: L.TweedieRegressor(power=1.5, link="log", **newton), "positive", rmse)
    lbfgs = {"solver": "lbfgs", "tol": 1e-6}
    predictor("LogisticRegression, binomial", lambda n: L.LogisticRegression(C=1e3 / n, **lbfgs), "two", log_loss)
    predictor("LogisticRegression, multinomial", lambda n: L.LogisticRegression(C=1e3 / n, **lbfgs), "five", log_loss)
    predictor("LinearSVC", lambda n: svm.LinearSVC(loss="hinge", C=1e3 / n, max_iter=50), "two", accuracy)


def declare_trees():
    from sklearn import ensemble as E, isotonic, tree as T
    predictor("DecisionTreeClassifier", lambda n: T.DecisionTreeClassifier(max_depth=5), "five", log_loss)
    predictor("DecisionTreeRegressor", lambda n: T.DecisionTreeRegressor(max_depth=5), "y", rmse)
    forest = {"n_estimators": 10, "max_depth": 8, "n_jobs": -1, "random_state": 7}
    predictor("RandomForestClassifier, 10 trees", lambda n: E.RandomForestClassifier(max_features="sqrt", **forest), "two", log_loss)
    predictor("RandomForestRegressor, 10 trees", lambda n: E.RandomForestRegressor(max_features=1 / 3, **forest), "y", rmse)
    boosted = {"max_iter": 10, "max_depth": 5, "max_leaf_nodes": None, "min_samples_leaf": 1, "learning_rate": 0.1, "max_bins": 32,
               "early_stopping": False}
    predictor("GBTClassifier, 10 trees", lambda n: E.HistGradientBoostingClassifier(**boosted), "two", log_loss)
    predictor("GBTRegressor, 10 trees", lambda n: E.HistGradientBoostingRegressor(**boosted), "y", rmse)

    @model("IsotonicRegression")
    def run(full, held):
        frame = frame_of(full, ["x0", "y"])
        fitted = isotonic.IsotonicRegression(out_of_bounds="clip").fit(frame["x0"].to_numpy(), frame["y"].to_numpy())
        test = frame_of(held, ["x0", "y"])
        return lambda: rmse(fitted, test["x0"].to_numpy(), test["y"].to_numpy())


def declare_features():
    from sklearn import decomposition, feature_selection as S, impute, preprocessing as P
    transformer("StandardScaler", P.StandardScaler, lambda m: float(np.sum(m.scale_)))
    transformer("MinMaxScaler", P.MinMaxScaler, lambda m: float(m.data_max_.sum()))
    transformer("MaxAbsScaler", P.MaxAbsScaler, lambda m: float(m.max_abs_.sum()))
    transformer("RobustScaler", P.RobustScaler, lambda m: float(m.center_.sum()))
    transformer("PCA, k = 5", lambda: decomposition.PCA(5), lambda m: float(m.explained_variance_ratio_.sum()))
    transformer("VarianceThresholdSelector", lambda: S.VarianceThreshold(2.0), lambda m: float(m.get_support(True).sum()))
    gaps = [f"gap{i}" for i in range(4)]
    transformer("Imputer, mean", lambda: impute.SimpleImputer(strategy="mean"), lambda m: float(m.statistics_.sum()), gaps)
    transformer("Imputer, median", lambda: impute.SimpleImputer(strategy="median"), lambda m: float(m.statistics_.sum()), gaps)
    transformer("QuantileDiscretizer, 10 buckets", lambda: P.KBinsDiscretizer(10, encode="ordinal", strategy="quantile", subsample=None),
                lambda m: float(sum(e[1:-1].sum() for e in m.bin_edges_)), COLUMNS[:5])
    codes = [f"k{i}" for i in range(10)]
    chosen = lambda m: float(m.get_support(True).sum())                    # noqa: E731
    transformer("UnivariateFeatureSelector, ANOVA", lambda: S.SelectKBest(S.f_classif, k=5), chosen, label="five")
    transformer("UnivariateFeatureSelector, F-value", lambda: S.SelectKBest(S.f_regression, k=5), chosen, label="y")
    transformer("ChiSqSelector, 5 of 10", lambda: S.SelectKBest(S.chi2, k=5), chosen, codes, "two")
    transformer("UnivariateFeatureSelector, chi-squared", lambda: S.SelectKBest(S.chi2, k=5), chosen, codes, "two")
    of_kind("categories", 1_000_000, "ChiSqSelector, 5 of 10", "UnivariateFeatureSelector, chi-squared", "StringIndexer, 12 and 5,000 values",
            "OneHotEncoder, 12 and 5,000 values", "TargetEncoder")
    transformer("StringIndexer, 12 and 5,000 values", P.OrdinalEncoder, lambda m: float(sum(map(len, m.categories_))), ["few", "many"],
                as_text=True)
    transformer("OneHotEncoder, 12 and 5,000 values", P.OneHotEncoder, lambda m: float(sum(map(len, m.categories_))),
                ["few_code", "many_code"])
    transformer("TargetEncoder", lambda: P.TargetEncoder(target_type="continuous", smooth=1.0), lambda m: float(m.encodings_[0][0]),
                ["few_code", "many_code"], "y")


def declare_words():
    from sklearn.feature_extraction import text

    of_kind("words", 500_000, "CountVectorizer, 20 words a row", "IDF over HashingTF")

    def lists(file):
        return pq.read_table(file, columns=["words"])["words"].to_pylist()

    @model("CountVectorizer, 20 words a row")
    def count(full, held):
        rows = lists(full)
        fitted = text.CountVectorizer(analyzer=list).fit(rows)
        fitted.transform(rows)
        return lambda: float(len(fitted.vocabulary_))

    @model("IDF over HashingTF")
    def idf(full, held):
        counts = text.HashingVectorizer(analyzer=list, n_features=1 << 15, alternate_sign=False, norm=None).transform(lists(full))
        fitted = text.TfidfTransformer(norm=None).fit(counts)
        fitted.transform(counts)
        return lambda: float(fitted.idf_.sum())


def run(name, folder, repeat):
    """Seconds and CPU seconds of each repetition, and the quality; imports and a few rows come before."""
    for declare in (declare_linear, declare_trees, declare_features, declare_words):
        declare()
    if name not in MODELS:
        return None
    kind, rows = KINDS.get(name, ("numbers", 1_000_000))
    files = [path(folder, kind, rows, size) for size in ("full", "held", "small")]
    MODELS[name](files[2], files[1])
    taken = []
    while len(taken) < repeat and sum(seconds for seconds, _ in taken) < 5:
        begin, cpu = time.perf_counter(), time.process_time()
        judge = MODELS[name](files[0], files[1])
        taken.append((time.perf_counter() - begin, time.process_time() - cpu))
        sys.stdout.flush()
    return {"runs": taken, "quality": judge()}
