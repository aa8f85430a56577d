// Linear regression against answers recorded from Spark 4.2 (test/ml/record_features_and_metrics.py).
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "ml/registry.h"
#include "ml/test_data.h"

namespace firesteel::ml {
namespace {

using test::json;

constexpr const char* kClass = "org.apache.spark.ml.regression.LinearRegression";

const json& fixtures() {
  static const json all = test::read_fixture("linear_regression.json");
  return all;
}

class LinearRegressionCase : public testing::TestWithParam<std::string> {};

TEST_P(LinearRegressionCase, AgreesWithSpark) {
  const json& fixture = fixtures()[GetParam()];
  const json& spark = fixture["spark"];
  test::Dataset data;
  std::vector<double> labels;
  std::vector<double> weights;
  std::vector<Vector> vectors;
  for (const json& row : fixture["rows"]) {
    labels.push_back(row[0]);
    weights.push_back(row[1]);
    vectors.push_back(test::to_vector(row[2]));
  }
  data.add_doubles("label", labels);
  data.add_doubles("weight", weights);
  data.add_vectors("features", vectors);
  ParamMap params(*find_operator(kClass).params, "LinearRegression_test");
  for (const auto& [name, value] : fixture["params"].items()) params.set(name, test::to_value(value));
  auto context = data.context();
  const auto model = find_operator(kClass).estimator->fit(params, *data.reader(), context);
  const auto value = [&](std::vector<MethodCall> calls) { return std::get<Value>(fetch(model, calls)); };

  const auto coefficients = std::get<Vector>(value({{"coefficients"}})).to_array();
  ASSERT_EQ(coefficients.size(), spark["coefficients"].size());
  for (size_t i = 0; i < coefficients.size(); ++i) {
    EXPECT_NEAR(coefficients[i], spark["coefficients"][i].get<double>(), 1e-6) << i;
  }
  EXPECT_NEAR(std::get<double>(value({{"intercept"}})), spark["intercept"].get<double>(), 1e-5);
  const auto batch = model->bind(data.fields, params)->apply(data.batch());
  for (size_t row = 0; row < spark["predictions"].size(); ++row) {
    EXPECT_NEAR(read_numbers(*batch->column(3)).values[row], spark["predictions"][row].get<double>(), 1e-5);
  }
  for (const auto& [method, expected] : spark.items()) {
    if (method == "coefficients" || method == "intercept" || method == "predictions" || method == "totalIterations") continue;
    if (expected.is_object()) {
      EXPECT_THROW(value({{"summary"}, {method}}), SparkError) << method;
      continue;
    }
    const Value actual = value({{"summary"}, {method}});
    if (method == "objectiveHistory") {
      EXPECT_NEAR(std::get<std::vector<double>>(actual).back(), expected.back().get<double>(), 1e-8);
    } else if (expected.is_array()) {
      const auto& numbers = std::get<std::vector<double>>(actual);
      ASSERT_EQ(numbers.size(), expected.size()) << method;
      for (size_t i = 0; i < numbers.size(); ++i) {
        const double wanted = test::to_number(expected[i]);
        if (!std::isfinite(wanted)) continue;
        EXPECT_NEAR(numbers[i], wanted, 1e-6 * std::max(1.0, std::abs(wanted))) << method;
      }
    } else if (std::holds_alternative<int64_t>(actual)) {
      EXPECT_EQ(std::get<int64_t>(actual), expected.get<int64_t>()) << method;
    } else if (const double wanted = test::to_number(expected); std::isfinite(wanted)) {
      EXPECT_NEAR(std::get<double>(actual), wanted, 1e-6 * std::max(1.0, std::abs(wanted))) << method;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Recorded, LinearRegressionCase, testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const auto& [name, value] : fixtures().items()) names.push_back(name);
                           return names;
                         }()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace firesteel::ml
