// Logistic regression against answers recorded from Spark 4.2 (test/ml/record_logistic_regression.py).
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "base/error.h"
#include "ml/registry.h"
#include "ml/test_data.h"

namespace firesteel::ml {
namespace {

using test::json;

constexpr const char* kClass = "org.apache.spark.ml.classification.LogisticRegression";

const json& fixtures() {
  static const json all = test::read_fixture("logistic_regression.json");
  return all;
}

test::Dataset dataset_of(const json& rows) {
  std::vector<double> labels;
  std::vector<double> weights;
  std::vector<Vector> vectors;
  for (const json& row : rows) {
    labels.push_back(row[0]);
    weights.push_back(row[1]);
    vectors.push_back(test::to_vector(row[2]));
  }
  test::Dataset data;
  data.add_doubles("label", labels);
  data.add_doubles("weight", weights);
  data.add_vectors("features", vectors);
  return data;
}

ParamMap params_of(const json& params) {
  ParamMap map(*find_operator(kClass).params, "LogisticRegression_test");
  for (const auto& [name, value] : params.items()) map.set(name, test::to_value(value));
  return map;
}

template <typename T>
T attribute(const std::shared_ptr<const Attributed>& object, std::vector<MethodCall> calls) {
  return std::get<T>(std::get<Value>(fetch(object, calls)));
}

// Distance relative to the expected length; NaN where infinities differ.
double relative_distance(const std::vector<double>& actual, const std::vector<double>& expected) {
  if (actual.size() != expected.size()) return NAN;
  double distance = 0;
  double length = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    if (std::isinf(expected[i]) && actual[i] == expected[i]) continue;
    distance += (actual[i] - expected[i]) * (actual[i] - expected[i]);
    length += expected[i] * expected[i];
  }
  return std::sqrt(distance) / std::max(std::sqrt(length), 1e-300);
}

std::vector<double> numbers_of(const json& values) {
  std::vector<double> result;
  for (const json& value : values) result.push_back(test::to_number(value));
  return result;
}

class LogisticRegressionCase : public testing::TestWithParam<std::string> {};

TEST_P(LogisticRegressionCase, AgreesWithSpark) {
  const json& fixture = fixtures()[GetParam()];
  const json& spark = fixture["spark"];
  const auto data = dataset_of(fixture["rows"]);
  auto context = data.context();
  const ParamMap params = params_of(fixture["params"]);
  const auto model = find_operator(kClass).estimator->fit(params, *data.reader(), context);

  EXPECT_EQ(attribute<int32_t>(model, {{"numClasses"}}), spark["numClasses"].get<int>());
  const auto history = attribute<std::vector<double>>(model, {{"summary"}, {"objectiveHistory"}});
  EXPECT_NEAR(history.back(), spark["objectiveHistory"].back().get<double>(),
              1e-8 * std::max(1.0, std::abs(history.back())));
  const auto coefficients = attribute<Matrix>(model, {{"coefficientMatrix"}});
  const bool converges = !fixture["params"].contains("maxIter") || fixture["params"]["maxIter"] == 1000;
  // Spark's default tolerance of 1e-6 leaves more room than a converged fit.
  const double tolerance = fixture["params"].contains("tol") ? 1e-6 : converges ? 1e-4 : 1e-5;
  EXPECT_LE(relative_distance(coefficients.to_row_major(), numbers_of(spark["coefficientMatrix"])), tolerance);
  const auto intercepts = attribute<Vector>(model, {{"interceptVector"}});
  EXPECT_LE(relative_distance(intercepts.to_array(), numbers_of(spark["interceptVector"])), tolerance);

  EXPECT_EQ(attribute<std::vector<double>>(model, {{"summary"}, {"labels"}}), numbers_of(spark["labels"]));
  const auto metric = [&](const std::string& name) {
    return attribute<double>(model, {{"summary"}, {name, {Value(2.0)}}});
  };
  for (const char* name : {"accuracy", "weightedPrecision", "weightedFMeasure"}) {
    EXPECT_NEAR(metric(name), spark[name].get<double>(), 1e-12) << name;
  }
  EXPECT_EQ(attribute<std::vector<double>>(model, {{"summary"}, {"fMeasureByLabel"}}).size(), spark["labels"].size());
  if (spark.contains("areaUnderROC")) {
    EXPECT_NEAR(metric("areaUnderROC"), spark["areaUnderROC"].get<double>(), 1e-9);
    const auto roc = std::get<TableAttribute>(fetch(model, {{"summary"}, {"roc"}}));
    EXPECT_EQ(roc.table->num_rows(), static_cast<int64_t>(spark["roc"].size()));
  }
}

TEST_P(LogisticRegressionCase, PredictsAsSpark) {
  const json& fixture = fixtures()[GetParam()];
  const auto data = dataset_of(fixture["rows"]);
  auto context = data.context();
  const ParamMap params = params_of(fixture["params"]);
  const auto model = find_operator(kClass).estimator->fit(params, *data.reader(), context);
  const Fields output = model->transform_schema(data.fields, params);
  ASSERT_EQ(output.size(), 6U);
  EXPECT_EQ(output[3].name, "rawPrediction");
  EXPECT_EQ(output[5].name, "prediction");
  const auto batch = model->bind(data.fields, params)->apply(data.batch());
  const VectorColumn raw(batch->column(3));
  const VectorColumn probability(batch->column(4));
  const NumberColumn prediction = read_numbers(*batch->column(5));
  const json& expected = fixture["spark"]["predictions"];
  for (size_t row = 0; row < expected.size(); ++row) {
    EXPECT_LE(relative_distance(raw[row].to_vector().values, numbers_of(expected[row][0])), 1e-3);
    EXPECT_LE(relative_distance(probability[row].to_vector().values, numbers_of(expected[row][1])), 1e-3);
    EXPECT_EQ(prediction.values[row], expected[row][2].get<double>()) << row;
  }
}

INSTANTIATE_TEST_SUITE_P(Recorded, LogisticRegressionCase, testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const auto& [name, value] : fixtures().items()) names.push_back(name);
                           return names;
                         }()),
                         [](const auto& info) { return info.param; });

// A strictly convex problem is solved in as many steps as Spark needs, or one or two more or less.
TEST(LogisticRegression, TakesTheStepsThatSparkTakes) {
  for (const char* name : {"binomial_ridge", "binomial_elastic", "multinomial_ridge", "iteration_limit"}) {
    const json& fixture = fixtures()[name];
    const auto data = dataset_of(fixture["rows"]);
    auto context = data.context(1);
    const auto model = find_operator(kClass).estimator->fit(params_of(fixture["params"]), *data.reader(), context);
    const auto history = attribute<std::vector<double>>(model, {{"summary"}, {"objectiveHistory"}});
    const auto expected = numbers_of(fixture["spark"]["objectiveHistory"]);
    EXPECT_NEAR(static_cast<double>(history.size()), static_cast<double>(expected.size()), 3) << name;
    for (size_t i = 0; i < std::min<size_t>(5, expected.size()); ++i) {
      EXPECT_NEAR(history[i], expected[i], 1e-9) << name << " iteration " << i;
    }
  }
}

std::string error_of(const test::Dataset& data, const json& params) {
  auto context = data.context();
  try {
    const auto map = params_of(params);
    find_operator(kClass).estimator->fit(map, *data.reader(), context);
  } catch (const SparkError& error) {
    return error.what();
  }
  return "no error";
}

TEST(LogisticRegression, RefusesWhatSparkRefuses) {
  const json vector = {1.0, 2.0};
  const auto rows = [&](double label) { return dataset_of(json::array({json::array({label, 1.0, vector})})); };
  EXPECT_EQ(error_of(rows(0.5), {}), "[USER_RAISED_EXCEPTION] Labels MUST be Integers, but got 0.5 SQLSTATE: P0001");
  EXPECT_EQ(error_of(rows(1), {{"maxIter", -1}}),
            "LogisticRegression_test parameter maxIter given invalid value -1.");
  EXPECT_EQ(error_of(rows(1), {{"featuresCol", "nope"}}),
            "[FIELD_NOT_FOUND] No such struct field `nope` in `label`, `weight`, `features`. SQLSTATE: 42704");
  EXPECT_EQ(error_of(rows(1), {{"predictionCol", "label"}}), "requirement failed: Column label already exists.");
  EXPECT_EQ(error_of(dataset_of(json::array()), {}), "ML algorithm was given empty dataset.");
  const auto three = dataset_of(fixtures()["multinomial_plain"]["rows"]);
  EXPECT_EQ(error_of(three, {{"family", "binomial"}}),
            "requirement failed: Binomial family only supports 1 or 2 outcome classes but found 3.");
  EXPECT_EQ(error_of(three, {{"thresholds", {0.1, 0.2}}}),
            "requirement failed: LogisticRegression.train() called with non-matching numClasses and "
            "thresholds.length. numClasses=3, but thresholds has length 2");
}

class NoMemory : public MemoryAccount {
 public:
  bool try_reserve(int64_t) override { return false; }
  void release(int64_t) override {}
};

TEST(LogisticRegression, GivesTheSameModelWhenItSpills) {
  const json& fixture = fixtures()["sparse_multinomial_elastic"];
  const auto data = dataset_of(fixture["rows"]);
  const ParamMap params = params_of(fixture["params"]);
  NoMemory none;
  auto context = data.context();
  const auto in_memory = find_operator(kClass).estimator->fit(params, *data.reader(), context);
  context.memory = &none;
  const auto spilled = find_operator(kClass).estimator->fit(params, *data.reader(), context);
  EXPECT_EQ(attribute<Matrix>(in_memory, {{"coefficientMatrix"}}), attribute<Matrix>(spilled, {{"coefficientMatrix"}}));
}

TEST(LogisticRegression, StopsWhenCanceledAndReportsIterations) {
  const auto data = dataset_of(fixtures()["multinomial_ten_classes"]["rows"]);
  auto context = data.context();
  std::atomic<bool> canceled = false;
  int iterations = 0;
  context.canceled = &canceled;
  context.progress = [&](const FitProgress& progress) {
    if (progress.stage != "iteration") return;
    ++iterations;
    EXPECT_EQ(progress.iteration, iterations);
    if (iterations == 3) canceled = true;
  };
  const auto params = params_of({{"maxIter", 1000}, {"tol", 0.0}});
  try {
    find_operator(kClass).estimator->fit(params, *data.reader(), context);
    FAIL() << "the fit went on";
  } catch (const SparkError& error) {
    EXPECT_EQ(error.condition(), "OPERATION_CANCELED");
  }
  EXPECT_EQ(iterations, 3);
}

TEST(Registry, NamesTheOperatorThatItLacks) {
  try {
    find_operator("org.apache.spark.ml.clustering.LDA");
    FAIL();
  } catch (const SparkError& error) {
    EXPECT_EQ(error.condition(), "UNSUPPORTED_FEATURE.ML_OPERATOR");
  }
}

}  // namespace
}  // namespace firesteel::ml
