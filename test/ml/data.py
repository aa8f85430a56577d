"""Data for the machine-learning cases, made from one integer generator so that every machine has the same numbers."""
import math


class Numbers:
    """A 64-bit linear congruential generator: the same stream everywhere."""

    def __init__(self, seed):
        self.state = seed * 2 + 1

    def unit(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
        return (self.state >> 11) / 2 ** 53

    def normal(self):
        u, v = self.unit() or 0.5, self.unit()
        return round(math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v), 6)

    def below(self, n):
        return int(self.unit() * n)


def classification(rows, features, classes, seed, noise=1.0):
    """(label, weight, x0..) with labels drawn from a soft-max of known linear scores."""
    numbers = Numbers(seed)
    slopes = [[numbers.normal() for _ in range(features)] for _ in range(classes)]
    out = []
    for _ in range(rows):
        x = [round(numbers.normal() * (1 + 2 * j), 4) for j in range(features)]
        scores = [sum(a * b / (1 + 2 * j) for j, (a, b) in enumerate(zip(s, x))) + noise * numbers.normal() for s in slopes]
        label = float(max(range(classes), key=lambda c: scores[c]))
        out.append((label, round(0.5 + numbers.unit() * 2, 3), *x))
    return out


def regression(rows, features, seed):
    """(label, weight, x0..) with a linear truth and noise."""
    numbers = Numbers(seed)
    slopes = [round(numbers.normal() * 3, 2) for _ in range(features)]
    out = []
    for _ in range(rows):
        x = [round(numbers.normal() * (1 + j), 4) for j in range(features)]
        y = round(4.2 + sum(a * b for a, b in zip(slopes, x)) + numbers.normal(), 4)
        out.append((y, round(0.5 + numbers.unit() * 2, 3), *x))
    return out


def schema(features):
    return "label double, weight double, " + ", ".join(f"x{j} double" for j in range(features))


def assembled(spark, rows, features):
    """One partition, so that sums come in one order."""
    from pyspark.ml.feature import VectorAssembler
    df = spark.createDataFrame(rows, schema(features)).coalesce(1)
    return VectorAssembler(inputCols=[f"x{j}" for j in range(features)], outputCol="features").transform(df)
