#include "ml/weighted_least_squares.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "ml/optimizer.h"
#include "ml/parallel.h"
#include "ml/params.h"

// LAPACK, packed symmetric storage: Cholesky solution and inverse.
extern "C" {
void dppsv_(const char* uplo, const int* n, const int* nrhs, double* ap, double* b, const int* ldb, int* info);
void dpptri_(const char* uplo, const int* n, double* ap, int* info);
}

namespace firesteel::ml {

namespace {

constexpr int32_t kChunkRows = 256;

// Rows of a block, expanded and scaled by the root of their weight, one column per row.
void add_block(const InstanceBlock& block, const std::vector<int32_t>& dense_columns, NormalEquation& sums,
               Eigen::MatrixXd& products, const FitContext& context) {
  Eigen::MatrixXd chunk(sums.features, kChunkRows);
  Eigen::VectorXd roots(kChunkRows);
  Eigen::VectorXd labels(kChunkRows);
  Eigen::Map<Eigen::VectorXd> feature_sum(sums.feature_sum.data(), sums.features);
  Eigen::Map<Eigen::VectorXd> feature_label_sum(sums.feature_label_sum.data(), sums.features);
  for (int32_t begin = 0; begin < block.rows; begin += kChunkRows) {
    context.check_canceled();
    const int32_t rows = std::min(kChunkRows, block.rows - begin);
    chunk.leftCols(rows).setZero();
    for (int32_t i = 0; i < rows; ++i) {
      const int32_t row = begin + i;
      const double weight = block.weights[row];
      const double root = std::sqrt(weight);
      const double label = block.labels[row];
      for (int32_t d = 0; d < block.dense_width; ++d) {
        chunk(dense_columns[d], i) = root * block.dense[static_cast<int64_t>(row) * block.dense_width + d];
      }
      for (int32_t k = block.offsets[row]; k < block.offsets[row + 1]; ++k) {
        chunk(block.indices[k], i) += root * (block.values == nullptr ? 1.0 : block.values[k]);
      }
      roots[i] = root;
      labels[i] = root * label;
      sums.weight_sum += weight;
      sums.label_sum += weight * label;
      sums.label_square_sum += weight * label * label;
    }
    sums.count += rows;
    feature_sum.noalias() += chunk.leftCols(rows) * roots.head(rows);
    feature_label_sum.noalias() += chunk.leftCols(rows) * labels.head(rows);
    products.selfadjointView<Eigen::Upper>().rankUpdate(chunk.leftCols(rows));
  }
}

// The equation in standardized space.
struct ScaledEquation {
  int features = 0;
  bool fit_intercept = true;
  std::vector<double> deviation;  // per feature
  double label_scale = 1;
  double label_mean = 0;         // scaled
  double label_square_mean = 0;  // scaled
  std::vector<double> mean;      // per feature, scaled; 0 for constants
  Eigen::MatrixXd products;      // with the penalty, and the intercept's row and column last
  Eigen::VectorXd label_products;

  int size() const { return features + (fit_intercept ? 1 : 0); }
};

ScaledEquation scale(const NormalEquation& e, const LeastSquaresOptions& options, double label_scale) {
  ScaledEquation s;
  const int k = e.features;
  const double w = e.weight_sum;
  s.features = k;
  s.fit_intercept = options.fit_intercept;
  s.label_scale = label_scale;
  s.label_mean = e.label_sum / w / label_scale;
  s.label_square_mean = e.label_square_sum / w / (label_scale * label_scale);
  s.deviation.resize(k);
  s.mean.assign(k, 0.0);
  std::vector<double> inverse(k, 0.0);
  const auto product = [&](int i, int j) { return e.products[static_cast<size_t>(i) * k + j]; };
  for (int i = 0; i < k; ++i) {
    const double variance = (w * product(i, i) - e.feature_sum[i] * e.feature_sum[i]) / (w * w);
    s.deviation[i] = std::sqrt(std::max(variance, 0.0));
    if (s.deviation[i] != 0.0) inverse[i] = 1.0 / s.deviation[i];
    s.mean[i] = e.feature_sum[i] / w * inverse[i];
  }
  double l2 = (1.0 - options.elastic_net) * options.reg_param / label_scale;
  if (!options.standardize_label) l2 *= label_scale;
  s.products = Eigen::MatrixXd::Zero(s.size(), s.size());
  s.label_products = Eigen::VectorXd::Zero(s.size());
  for (int i = 0; i < k; ++i) {
    s.label_products[i] = e.feature_label_sum[i] / w * inverse[i] / label_scale;
    for (int j = 0; j < k; ++j) s.products(i, j) = product(i, j) / w * inverse[i] * inverse[j];
    s.products(i, i) += options.standardize ? l2 : l2 * inverse[i] * inverse[i];
  }
  if (options.fit_intercept) {
    for (int i = 0; i < k; ++i) s.products(i, k) = s.products(k, i) = s.mean[i];
    s.products(k, k) = 1.0;
    s.label_products[k] = s.label_mean;
  }
  return s;
}

struct CholeskySolution {
  Eigen::VectorXd x;
  std::vector<double> inverse_diagonal;
};

// Nothing if the matrix is not positive definite.
std::optional<CholeskySolution> solve_cholesky(const ScaledEquation& s) {
  const int n = s.size();
  const int one = 1;
  int info = 0;
  std::vector<double> packed(static_cast<size_t>(n) * (n + 1) / 2);
  for (int j = 0, at = 0; j < n; ++j) {
    for (int i = 0; i <= j; ++i) packed[at++] = s.products(i, j);
  }
  CholeskySolution solution{s.label_products, {}};
  dppsv_("U", &n, &one, packed.data(), solution.x.data(), &n, &info);
  if (info != 0) return std::nullopt;
  dpptri_("U", &n, packed.data(), &info);
  if (info != 0) return std::nullopt;
  for (int i = 1; i <= n; ++i) solution.inverse_diagonal.push_back(packed[static_cast<size_t>(i) * (i + 1) / 2 - 1]);
  return solution;
}

OptimizerResult solve_iteratively(const ScaledEquation& s, const LeastSquaresOptions& options,
                                  const FitContext& context) {
  OptimizerOptions optimizer;
  optimizer.iterations_max = options.iterations_max;
  optimizer.tolerance = options.tolerance;
  const double l1 = options.elastic_net * options.reg_param / s.label_scale;
  if (l1 != 0.0) {
    optimizer.l1.assign(s.size(), 0.0);
    for (int i = 0; i < s.features; ++i) {
      optimizer.l1[i] = options.standardize ? l1 : s.deviation[i] != 0.0 ? l1 / s.deviation[i] : 0.0;
    }
  }
  const Objective objective = [&](std::vector<double>& x, std::vector<double>& gradient) {
    if (s.fit_intercept) {
      // The best intercept for the other coefficients is known.
      double best = s.label_mean;
      for (int i = 0; i < s.features; ++i) best -= s.mean[i] * x[i];
      x[s.features] = best;
    }
    const Eigen::Map<const Eigen::VectorXd> point(x.data(), s.size());
    Eigen::Map<Eigen::VectorXd> slope(gradient.data(), s.size());
    const Eigen::VectorXd product = s.products * point;
    slope = product - s.label_products;
    return 0.5 * s.label_square_mean - s.label_products.dot(point) + 0.5 * point.dot(product);
  };
  std::vector<double> start(s.size(), 0.0);
  if (s.fit_intercept) start.back() = s.label_mean;
  return minimize(objective, std::move(start), optimizer, [&](int iteration, double value) {
    context.check_canceled();
    context.report({"iteration", 0, iteration, options.iterations_max, value});
  });
}

}  // namespace

NormalEquation sum_products(const InstanceBlocks& blocks, const FitContext& context, const Reweight& reweight) {
  const int32_t k = blocks.features();
  require(k <= kNormalFeaturesMax, "In order to take the normal equation approach efficiently, we set the max number of "
                                   "features to 4096 but got " + std::to_string(k) + ".");
  const int parts = std::max(1, std::min<int>(context.threads, static_cast<int>(blocks.size())));
  std::vector<NormalEquation> partial(parts);
  std::vector<Eigen::MatrixXd> products(parts);
  for_each_part(parts, [&](int part) {
    NormalEquation& sums = partial[part];
    sums.features = k;
    sums.feature_sum.assign(k, 0.0);
    sums.feature_label_sum.assign(k, 0.0);
    products[part] = Eigen::MatrixXd::Zero(k, k);
    std::vector<double> labels;
    std::vector<double> weights;
    const BlockRange range = block_range(blocks.size(), part, parts);
    for (size_t b = range.begin; b < range.end; ++b) {
      InstanceBlock block = blocks[b];
      if (reweight) {
        labels.resize(block.rows);
        weights.resize(block.rows);
        reweight(block, labels, weights);
        block.labels = labels.data();
        block.weights = weights.data();
      }
      add_block(block, blocks.dense_columns(), sums, products[part], context);
      blocks.release(b);
    }
  });
  NormalEquation total = std::move(partial[0]);
  for (int part = 1; part < parts; ++part) {
    const NormalEquation& other = partial[part];
    total.count += other.count;
    total.weight_sum += other.weight_sum;
    total.label_sum += other.label_sum;
    total.label_square_sum += other.label_square_sum;
    for (int32_t i = 0; i < k; ++i) {
      total.feature_sum[i] += other.feature_sum[i];
      total.feature_label_sum[i] += other.feature_label_sum[i];
    }
    products[0] += products[part];
  }
  total.products.resize(static_cast<size_t>(k) * k);
  for (int32_t i = 0; i < k; ++i) {
    for (int32_t j = 0; j < k; ++j) {
      total.products[static_cast<size_t>(i) * k + j] = i <= j ? products[0](i, j) : products[0](j, i);
    }
  }
  return total;
}

LeastSquaresSolution solve_least_squares(const NormalEquation& equation, const LeastSquaresOptions& options,
                                         const FitContext& context) {
  const int k = equation.features;
  if (!(equation.weight_sum > 0.0)) {
    throw SparkError("_LEGACY_ERROR_ML_ASSERTION", {{"message", "assertion failed: Sum of weights cannot be zero."}});
  }
  const double label_mean = equation.label_sum / equation.weight_sum;
  const double variance = equation.label_square_sum / equation.weight_sum - label_mean * label_mean;
  const double label_deviation = std::sqrt(std::max(variance, 0.0));
  if (label_deviation == 0.0) {
    if (options.fit_intercept || label_mean == 0.0) {
      return {std::vector<double>(k, 0.0), label_mean, {0.0}, {0.0}};
    }
    require(options.reg_param == 0.0 || !options.standardize_label,
            "The standard deviation of the label is zero. Model cannot be regularized when labels are standardized.");
  }
  // A constant label is not scaled.
  const ScaledEquation scaled =
      scale(equation, options, label_deviation == 0.0 ? std::abs(label_mean) : label_deviation);
  LeastSquaresSolution solution;
  std::vector<double> x;
  std::optional<CholeskySolution> exact;
  if (options.elastic_net == 0.0 || options.reg_param == 0.0) exact = solve_cholesky(scaled);
  if (exact) {
    x.assign(exact->x.data(), exact->x.data() + exact->x.size());
    solution.objective_history = {0.0};
    for (int i = 0; i < scaled.size(); ++i) {
      const double spread = i < k ? scaled.deviation[i] * scaled.deviation[i] : 1.0;
      solution.inverse_diagonal.push_back(exact->inverse_diagonal[i] / (equation.weight_sum * spread));
    }
  } else {
    OptimizerResult result = solve_iteratively(scaled, options, context);
    x = std::move(result.x);
    solution.objective_history = std::move(result.objective_history);
    solution.inverse_diagonal = {0.0};
  }
  if (options.fit_intercept) solution.intercept = x[k] * scaled.label_scale;
  for (int i = 0; i < k; ++i) {
    solution.coefficients.push_back(scaled.deviation[i] != 0.0 ? x[i] * scaled.label_scale / scaled.deviation[i] : 0.0);
  }
  return solution;
}

}  // namespace firesteel::ml
