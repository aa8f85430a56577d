// Covariances and correlations of the elements of vectors.
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

struct Covariance {
  int32_t size = 0;
  int64_t rows = 0;
  std::vector<double> entries;  // size × size; symmetric
};

// Sample covariance of the vectors of a column, in one pass over the dataset. Throws Spark's errors
// for fewer than two rows and for vectors of different sizes, and an error where the matrix does
// not fit the memory account.
Covariance covariance_of(arrow::RecordBatchReader& dataset, FitContext& context,
                         const std::string& column);

// The DataFrame of Correlation.corr; `method` is "pearson" or "spearman".
TableAttribute correlation(arrow::RecordBatchReader& dataset, FitContext& context,
                           const std::string& column, const std::string& method);

}  // namespace firesteel::ml
