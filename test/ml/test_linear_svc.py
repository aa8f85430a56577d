"""LinearSVC against the answers of Spark 4.2: parameters, coefficients, intercept, iterations, objective, accuracy, area under ROC."""
import numpy as np
import pytest
from pyspark.errors import PySparkException
from pyspark.ml.classification import LinearSVC, LinearSVCModel
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import functions as F

RECORDED = [
    ({},
     [0.6065373959063188, -0.45779878680912767, 0.11266194123068361, -0.02450891034258359],
     -0.0008928816575810572, 70, 0.32733653860718964, 0.858, 0.9317375721899317),
    ({'regParam': 0.01, 'maxIter': 10},
     [0.49803255454107986, -0.3470666978602257, 0.11653605770209066, -0.0],
     -0.3264760246636669, 10, 0.3475373237178644, 0.854, 0.932628920540008),
    ({'regParam': 0.1, 'standardization': False},
     [0.4949497068922718, -0.3449453027386944, 0.1138309086918951, -9.088891223337095e-06],
     -0.30493661776380065, 62, 0.3503391438024581, 0.854, 0.9326474902973013),
    ({'fitIntercept': False, 'regParam': 0.05},
     [0.3737198287582254, -0.262332480928686, 0.07903857207604163, -0.004267229657647058],
     0.0, 44, 0.3950813872103556, 0.858, 0.9323689439379024),
    ({'weightCol': 'w', 'regParam': 0.01},
     [0.5287550636584667, -0.37598521917281846, 0.11124514330411792, -0.009028424306191045],
     -0.22189488048319417, 69, 0.3427741335119842, 0.8573333333333333, 0.9337091753403381),
    ({'regParam': 0.01, 'threshold': 0.5, 'maxIter': 1000, 'tol': 1e-12},
     [0.508279099021871, -0.354957416467149, 0.11286948937416204, -0.0033559181039590803],
     -0.29414287983145515, 555, 0.34743295900478266, 0.836, 0.9326289205400081),
]


def data(spark):
    frame = spark.range(0, 500, 1, 1).select(
        *[((F.col("id") * (7919 + 2 * k)) % (1009 + 10 * k) / (100.0 + k)).alias(f"x{k}") for k in range(4)],
        (F.col("id") % 5 + 1).cast("double").alias("w"), F.col("id"))
    score = F.col("x0") - F.col("x1") * 0.7 + F.col("x2") * 0.3 + F.col("id") % 7 - 4
    return VectorAssembler(inputCols=[f"x{k}" for k in range(4)], outputCol="features").transform(
        frame.withColumn("label", (score > 0).cast("double")))


@pytest.mark.parametrize("params,coefficients,intercept,iterations,objective,accuracy,area", RECORDED)
def test_fit(spark, tmp_path, params, coefficients, intercept, iterations, objective, accuracy, area):
    model = LinearSVC(**params).fit(data(spark))
    wanted, got = np.array([*coefficients, intercept]), np.array([*model.coefficients.toArray(), model.intercept])
    assert np.linalg.norm(wanted - got) <= 1e-8 * np.linalg.norm(wanted)
    summary = model.summary()
    assert summary.totalIterations == iterations
    assert summary.objectiveHistory[-1] == pytest.approx(objective, rel=1e-10)
    assert summary.accuracy == pytest.approx(accuracy, abs=1e-12)
    assert summary.areaUnderROC == pytest.approx(area, abs=1e-12)
    assert summary.scoreCol == "rawPrediction"
    model.write().save(str(tmp_path / "model"))
    read = LinearSVCModel.load(str(tmp_path / "model"))
    assert read.coefficients == model.coefficients and read.intercept == model.intercept
    assert read.getThreshold() == model.getThreshold()


@pytest.mark.parametrize("label,message", [(F.lit(0.0), "LinearSVC only supports binary classification. 1 classes detected in"),
                                           (F.col("id") % 3, "Labels MUST be in {0, 1}, but got 2.0"),
                                           (F.col("id") * 0.5, "Labels MUST be in {0, 1}, but got 0.5")],
                         ids=["one class", "three classes", "no class"])
def test_labels_that_do_not_fit(spark, label, message):
    with pytest.raises(PySparkException) as error:
        LinearSVC().fit(data(spark).withColumn("label", label))
    assert message in str(error.value)
