// Statistical tests of every feature of a dataset against its label, with the arithmetic of Spark's
// org.apache.spark.ml.stat, and of one column against a distribution.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ml/context.h"
#include "ml/model.h"

namespace arrow {
class RecordBatchReader;
}

namespace firesteel::ml {

struct TestResult {
  double p_value = 1;
  int64_t degrees_of_freedom = 0;
  double statistic = 0;
};

// One result per feature. Each reads the dataset once, to its end.
// Pearson's test of independence; values and labels are categories.
std::vector<TestResult> chi_square_test(arrow::RecordBatchReader& dataset, FitContext& context,
                                        const std::string& features, const std::string& label);
// Analysis of variance of continuous features among the classes of the label.
std::vector<TestResult> analysis_of_variance(arrow::RecordBatchReader& dataset, FitContext& context,
                                             const std::string& features, const std::string& label);
// F-test of the correlation of continuous features with a continuous label.
std::vector<TestResult> f_value_test(arrow::RecordBatchReader& dataset, FitContext& context,
                                     const std::string& features, const std::string& label);

// The DataFrame of ChiSquareTest.test: a row per feature if `flatten`, else one row of vectors.
TableAttribute chi_square_table(const std::vector<TestResult>& results, bool flatten);

// KolmogorovSmirnovTest.test of a numeric column against the normal distribution: `distribution` is
// "norm" and `parameters` are mean and standard deviation, or none for the standard one.
TableAttribute kolmogorov_smirnov_test(arrow::RecordBatchReader& dataset, FitContext& context,
                                       const std::string& column, const std::string& distribution,
                                       const std::vector<double>& parameters);

}  // namespace firesteel::ml
