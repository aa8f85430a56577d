// Evaluators against answers recorded from Spark 4.2 (test/ml/record_features_and_metrics.py).
#include <gtest/gtest.h>

#include "ml/registry.h"
#include "ml/test_data.h"

namespace firesteel::ml {
namespace {

using test::json;

void expect_metrics(const std::string& name, const test::Dataset& data, const json& recorded) {
  const Operator& row = find_operator("org.apache.spark.ml.evaluation." + name);
  for (const json& entry : recorded) {
    ParamMap params(*row.params, name + "_test");
    for (const auto& [key, value] : entry[0].items()) params.set(key, test::to_value(value));
    auto context = data.context();
    EXPECT_NEAR(row.evaluator->evaluate(params, *data.reader(), context), entry[1].get<double>(), 1e-12) << entry[0];
    EXPECT_EQ(row.evaluator->is_larger_better(params), entry[2].get<bool>()) << entry[0];
  }
}

std::vector<double> column(const json& rows, size_t at) {
  std::vector<double> values;
  for (const json& row : rows) values.push_back(row[at].get<double>());
  return values;
}

TEST(MulticlassClassificationEvaluator, AgreesWithSpark) {
  const json recorded = test::read_fixture("evaluators.json")["multiclass"];
  test::Dataset data;
  data.add_doubles("label", column(recorded["rows"], 0));
  data.add_doubles("prediction", column(recorded["rows"], 1));
  std::vector<Vector> probabilities;
  for (const json& row : recorded["rows"]) probabilities.push_back(test::to_vector(row[2]));
  data.add_vectors("probability", probabilities);
  data.add_doubles("weight", column(recorded["rows"], 3));
  expect_metrics("MulticlassClassificationEvaluator", data, recorded["metrics"]);
}

TEST(BinaryClassificationEvaluator, AgreesWithSpark) {
  const json recorded = test::read_fixture("evaluators.json")["binary"];
  test::Dataset data;
  data.add_doubles("rawPrediction", column(recorded["rows"], 0));
  data.add_doubles("label", column(recorded["rows"], 1));
  data.add_doubles("weight", column(recorded["rows"], 2));
  expect_metrics("BinaryClassificationEvaluator", data, recorded["metrics"]);
}

TEST(RegressionEvaluator, AgreesWithSpark) {
  const json recorded = test::read_fixture("evaluators.json")["regression"];
  test::Dataset data;
  data.add_doubles("label", column(recorded["rows"], 0));
  data.add_doubles("prediction", column(recorded["rows"], 1));
  data.add_doubles("weight", column(recorded["rows"], 2));
  expect_metrics("RegressionEvaluator", data, recorded["metrics"]);
}

}  // namespace
}  // namespace firesteel::ml
