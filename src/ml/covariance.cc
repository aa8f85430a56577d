#include "ml/covariance.h"

#include <arrow/api.h>
#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "ml/model_table.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

// Adds rows up to sums and products of their differences from the first dense row: near the data's
// own centre the sums of squares lose no digits, and one pass is enough.
class CovarianceSums {
 public:
  CovarianceSums(int32_t size, FitContext& context) : size_(size) {
    const int64_t bytes = int64_t{8} * size * size;
    if (context.memory != nullptr && !context.memory->try_reserve(bytes)) {
      throw_spark_exception("The covariance matrix of " + std::to_string(size) +
                            " features takes " + std::to_string(bytes) +
                            " bytes, more than the memory limit leaves");
    }
    products_.assign(static_cast<size_t>(size) * size, 0.0);
    sums_.assign(size, 0.0);
    shift_.assign(size, 0.0);
    block_.reserve(static_cast<size_t>(size) * kRowsTogether);
  }

  void add(const double* values) {
    if (rows_++ == 0) std::copy(values, values + size_, shift_.begin());
    for (int32_t i = 0; i < size_; ++i) {
      block_.push_back(values[i] - shift_[i]);
      sums_[i] += block_.back();
    }
    if (block_.size() == static_cast<size_t>(size_) * kRowsTogether) flush();
  }

  Covariance finish() {
    flush();
    Covariance result{size_, rows_, std::move(products_)};
    const auto n = static_cast<double>(rows_);
    for (int32_t i = 0; i < size_; ++i) {
      for (int32_t j = 0; j <= i; ++j) {
        const size_t at = static_cast<size_t>(i) * size_ + j;
        result.entries[at] = (result.entries[at] - sums_[i] * sums_[j] / n) / (n - 1.0);
        result.entries[static_cast<size_t>(j) * size_ + i] = result.entries[at];
      }
    }
    return result;
  }

 private:
  static constexpr int kRowsTogether = 256;

  void flush() {
    const auto rows = static_cast<int>(size_ == 0 ? 0 : block_.size() / size_);
    if (rows > 0) {
      cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, size_, rows, 1.0, block_.data(), size_,
                  1.0, products_.data(), size_);
    }
    block_.clear();
  }

  int32_t size_;
  int64_t rows_ = 0;
  std::vector<double> products_;  // lower triangle
  std::vector<double> sums_;
  std::vector<double> shift_;
  std::vector<double> block_;
};

Covariance checked(CovarianceSums& sums, int64_t rows) {
  require(rows > 1, "RowMatrix.computeCovariance called on matrix with only " +
                        std::to_string(rows) +
                        " rows.  Cannot compute the covariance of a RowMatrix with <= 1 row.");
  return sums.finish();
}

// All values of a column of vectors, feature by feature.
std::vector<std::vector<double>> read_features(arrow::RecordBatchReader& dataset,
                                               FitContext& context, const std::string& column) {
  std::vector<std::vector<double>> features;
  bool is_first = true;
  for_each_vector(dataset, context, column, [&](const VectorView& view) {
    if (is_first) features.resize(view.size);
    is_first = false;
    require(static_cast<size_t>(view.size) == features.size(),
            "The vectors of column " + column + " differ in size");
    const std::vector<double> values = view.to_vector().to_array();
    if (context.memory != nullptr && features.empty() == false &&
        (features[0].size() & 8191) == 0 &&
        !context.memory->try_reserve(int64_t{8} * 8192 * static_cast<int64_t>(features.size()))) {
      throw_spark_exception("The ranks of column " + column + " do not fit the memory limit");
    }
    for (size_t i = 0; i < values.size(); ++i) features[i].push_back(values[i]);
  });
  return features;
}

// Ranks from 1; equal values share the mean of theirs. NaN is the greatest.
void to_ranks(std::vector<double>& values) {
  std::vector<int64_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  const auto is_less = [&](int64_t a, int64_t b) {
    return values[a] < values[b] || (std::isnan(values[b]) && !std::isnan(values[a]));
  };
  std::stable_sort(order.begin(), order.end(), is_less);
  std::vector<double> ranks(values.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin + 1;
    while (end < order.size() && !is_less(order[begin], order[end])) ++end;
    const double shared = static_cast<double>(begin + 1 + end) / 2.0;
    for (size_t i = begin; i < end; ++i) ranks[order[i]] = shared;
    begin = end;
  }
  values = std::move(ranks);
}

Covariance rank_covariance(arrow::RecordBatchReader& dataset, FitContext& context,
                           const std::string& column) {
  std::vector<std::vector<double>> features = read_features(dataset, context, column);
  for (std::vector<double>& feature : features) {
    context.check_canceled();
    to_ranks(feature);
  }
  CovarianceSums sums(static_cast<int32_t>(features.size()), context);
  const size_t rows = features.empty() ? 0 : features[0].size();
  std::vector<double> row(features.size());
  for (size_t r = 0; r < rows; ++r) {
    if ((r & 1023) == 0) context.check_canceled();
    for (size_t i = 0; i < features.size(); ++i) row[i] = features[i][r];
    sums.add(row.data());
  }
  return checked(sums, static_cast<int64_t>(rows));
}

}  // namespace

Covariance covariance_of(arrow::RecordBatchReader& dataset, FitContext& context,
                         const std::string& column) {
  std::unique_ptr<CovarianceSums> sums;
  int32_t size = 0;
  std::vector<double> sparse;
  const int64_t rows = for_each_vector(dataset, context, column, [&](const VectorView& view) {
    if (!sums) {
      size = view.size;
      sums = std::make_unique<CovarianceSums>(size, context);
    }
    if (view.size != size) {
      throw_illegal_argument(
          "requirement failed: Dimensions mismatch when adding new sample. Expecting " +
          std::to_string(size) + " but got " + std::to_string(view.size) + ".");
    }
    if (view.indices == nullptr) {
      sums->add(view.values);
    } else {
      sparse.assign(size, 0.0);
      for (int32_t k = 0; k < view.count; ++k) sparse[view.indices[k]] = view.values[k];
      sums->add(sparse.data());
    }
  });
  if (!sums) sums = std::make_unique<CovarianceSums>(0, context);
  return checked(*sums, rows);
}

TableAttribute correlation(arrow::RecordBatchReader& dataset, FitContext& context,
                           const std::string& column, const std::string& method) {
  if (method != "pearson" && method != "spearman") {
    throw_illegal_argument("Unrecognized method name. Supported correlations: pearson, spearman");
  }
  check_vector_field(context.fields, column);
  Covariance held = method == "pearson" ? covariance_of(dataset, context, column)
                                        : rank_covariance(dataset, context, column);
  const auto n = static_cast<size_t>(held.size);
  std::vector<double> deviations(n);
  for (size_t i = 0; i < n; ++i) {
    const double variance = held.entries[i * n + i];
    // What rounding leaves of a constant feature's variance is none.
    deviations[i] = std::abs(variance) <= 1e-12 ? 0.0 : std::sqrt(variance);
  }
  Matrix matrix;
  matrix.rows = matrix.columns = held.size;
  matrix.values.resize(n * n);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      const bool is_constant = deviations[i] == 0.0 || deviations[j] == 0.0;
      const double value =
          is_constant
              ? std::numeric_limits<double>::quiet_NaN()
              : held.entries[i * n + j] / (deviations[std::max(i, j)] * deviations[std::min(i, j)]);
      matrix.values[j * n + i] = i == j ? 1.0 : value;
    }
  }
  const std::string name = method + "(" + column + ")";
  const auto array = matrix_array(matrix);
  return {{{name, matrix_type(), false, ""}},
          arrow::Table::Make(arrow::schema({arrow::field(name, array->type())}), {array})};
}

}  // namespace firesteel::ml
