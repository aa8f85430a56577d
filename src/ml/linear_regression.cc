// Linear regression with squared error and elastic-net penalty, by normal equations or L-BFGS, and
// with Huber loss by L-BFGS-B.
// Follows org.apache.spark.ml.regression.LinearRegression.
#include <arrow/api.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <optional>

#include "base/error.h"
#include "ml/estimator.h"
#include "ml/huber_loss.h"
#include "ml/instance_blocks.h"
#include "ml/linear_regression_model.h"
#include "ml/operators.h"
#include "ml/optimizer.h"
#include "ml/parallel.h"
#include "ml/shared_params.h"
#include "ml/summarizer.h"
#include "ml/weighted_least_squares.h"

namespace firesteel::ml {

const ParamTable& linear_regression_params() {
  static const ParamTable table =
      extend(predictor_params(),
             {{"maxIter", ValueType::kInt, Value(100), at_least(0)},
              {"regParam", ValueType::kDouble, Value(0.0), at_least(0)},
              {"elasticNetParam", ValueType::kDouble, Value(0.0), in_range(0, 1)},
              {"tol", ValueType::kDouble, Value(1e-6), at_least(0)},
              {"fitIntercept", ValueType::kBool, Value(true)},
              {"standardization", ValueType::kBool, Value(true)},
              {"weightCol", ValueType::kString},
              {"solver", ValueType::kString, Value("auto"), one_of({"auto", "normal", "l-bfgs"})},
              {"aggregationDepth", ValueType::kInt, Value(2), at_least(2)},
              {"loss", ValueType::kString, Value("squaredError"), one_of({"squaredError", "huber"})},
              {"epsilon", ValueType::kDouble, Value(1.35), greater_than(1.0)},
              {"maxBlockSizeInMB", ValueType::kDouble, Value(0.0), at_least(0)}});
  return table;
}

namespace {

// Mean squared error in standardized space; features are centered virtually when there is an
// intercept.
class LeastSquaresLoss {
 public:
  struct Problem {
    bool intercept = true;
    std::vector<double> inverse_deviation;
    std::vector<double> scaled_mean;
    std::vector<double> l2;
    double label_scale = 1;
    double label_mean = 0;
    double weight_sum = 0;
  };

  LeastSquaresLoss(const InstanceBlocks& blocks, const Problem& problem, const FitContext& context)
      : blocks_(blocks),
        problem_(problem),
        context_(context),
        runner_(std::max(1, std::min<int>(context.threads, static_cast<int>(blocks.size())))),
        weights_(problem.inverse_deviation.size()),
        partials_(runner_.parts()) {}

  double operator()(const std::vector<double>& x, std::vector<double>& gradient) {
    double offset = problem_.intercept ? problem_.label_mean / problem_.label_scale : 0.0;
    for (size_t f = 0; f < x.size(); ++f) {
      weights_[f] = x[f] * problem_.inverse_deviation[f];
      if (problem_.intercept) offset -= x[f] * problem_.scaled_mean[f];
    }
    runner_.run([&](int part) { pass(part, offset); });
    double loss = 0;
    double multiplier = 0;
    for (const Partial& partial : partials_) {
      loss += partial.loss;
      multiplier += partial.multiplier;
    }
    loss /= problem_.weight_sum;
    for (size_t f = 0; f < x.size(); ++f) {
      double sum = 0;
      for (const Partial& partial : partials_) sum += partial.gradient[f];
      sum *= problem_.inverse_deviation[f];
      if (problem_.intercept) sum -= multiplier * problem_.scaled_mean[f];
      gradient[f] = sum / problem_.weight_sum + problem_.l2[f] * x[f];
      loss += 0.5 * problem_.l2[f] * x[f] * x[f];
    }
    return loss;
  }

 private:
  struct Partial {
    std::vector<double> gradient;
    double multiplier = 0;
    double loss = 0;
  };

  void pass(int part, double offset) {
    Partial& partial = partials_[part];
    partial.gradient.assign(weights_.size(), 0.0);
    partial.multiplier = partial.loss = 0;
    const std::vector<int32_t>& dense_columns = blocks_.dense_columns();
    const BlockRange range = block_range(blocks_.size(), part, runner_.parts());
    for (size_t b = range.begin; b < range.end; ++b) {
      context_.check_canceled();
      const InstanceBlock block = blocks_[b];
      for (int32_t row = 0; row < block.rows; ++row) {
        const double* dense = block.dense + static_cast<int64_t>(row) * block.dense_width;
        double difference = offset - block.labels[row] / problem_.label_scale;
        for (int32_t d = 0; d < block.dense_width; ++d) difference += dense[d] * weights_[dense_columns[d]];
        for (int32_t k = block.offsets[row]; k < block.offsets[row + 1]; ++k) {
          difference += (block.values == nullptr ? 1.0 : block.values[k]) * weights_[block.indices[k]];
        }
        const double multiplier = block.weights[row] * difference;
        partial.loss += 0.5 * multiplier * difference;
        partial.multiplier += multiplier;
        for (int32_t d = 0; d < block.dense_width; ++d) partial.gradient[dense_columns[d]] += multiplier * dense[d];
        for (int32_t k = block.offsets[row]; k < block.offsets[row + 1]; ++k) {
          partial.gradient[block.indices[k]] += multiplier * (block.values == nullptr ? 1.0 : block.values[k]);
        }
      }
      blocks_.release(b);
    }
  }

  const InstanceBlocks& blocks_;
  const Problem& problem_;
  const FitContext& context_;
  PassRunner runner_;
  std::vector<double> weights_;
  std::vector<Partial> partials_;
};

LeastSquaresSolution solve_normal(const ParamMap& params, const InstanceBlocks& blocks, const FitContext& context) {
  LeastSquaresOptions options;
  options.fit_intercept = params.flag("fitIntercept");
  options.reg_param = params.number("regParam");
  options.elastic_net = params.number("elasticNetParam");
  options.standardize = params.flag("standardization");
  options.iterations_max = params.integer("maxIter");
  options.tolerance = params.number("tol");
  return solve_least_squares(sum_products(blocks, context), options, context);
}

// The solution for a label that does not vary, if nothing needs to be trained.
std::optional<LeastSquaresSolution> solve_constant(const ParamMap& params, double label_mean, double label_deviation,
                                                   int32_t features) {
  if (label_deviation != 0.0) return std::nullopt;
  if (params.flag("fitIntercept") || label_mean == 0.0) {
    return LeastSquaresSolution{std::vector<double>(features, 0.0), label_mean, {0.0}, {0.0}};
  }
  require(params.number("regParam") == 0.0, "The standard deviation of the label is zero. Model cannot be regularized.");
  return std::nullopt;
}

struct HuberSolution {
  LeastSquaresSolution line;
  double scale = 1;
};

HuberSolution solve_huber(const ParamMap& params, const InstanceBlocks& blocks, const FitContext& context) {
  const Summarizer labels = summarize_labels(blocks, context);
  require(labels.weight_sum() > 0, "Nothing has been added to this summarizer.");
  const int32_t features = blocks.features();
  if (auto constant = solve_constant(params, labels.mean()[0], labels.standard_deviation()[0], features)) {
    return {std::move(*constant)};
  }
  const Summarizer summary = summarize_features(blocks, context);
  const std::vector<double> mean = summary.mean();
  const std::vector<double> deviation = summary.standard_deviation();
  HuberProblem problem;
  problem.intercept = params.flag("fitIntercept");
  problem.epsilon = params.number("epsilon");
  problem.weight_sum = summary.weight_sum();
  std::vector<double> start;
  double start_shift = 0;
  for (int32_t f = 0; f < features; ++f) {
    const double inverse = deviation[f] == 0.0 ? 0.0 : 1.0 / deviation[f];
    problem.inverse_deviation.push_back(inverse);
    problem.scaled_mean.push_back(inverse * mean[f]);
    problem.l2.push_back(params.flag("standardization") ? params.number("regParam")
                                                        : params.number("regParam") * inverse * inverse);
    start_shift += problem.scaled_mean[f];
  }
  // Spark starts with ones everywhere, in the space of features that are not centered.
  start.assign(problem.size(), 1.0);
  if (problem.intercept) start[features] += start_shift;
  OptimizerOptions options;
  options.iterations_max = params.integer("maxIter");
  options.tolerance = params.number("tol");
  options.lower.assign(problem.size(), std::numeric_limits<double>::lowest());
  options.upper.assign(problem.size(), std::numeric_limits<double>::max());
  options.lower.back() = std::numeric_limits<double>::denorm_min();
  HuberLoss loss(blocks, problem, context);
  OptimizerResult result =
      minimize([&](std::vector<double>& x, std::vector<double>& gradient) { return loss(x, gradient); },
               std::move(start), options, [&](int iteration, double objective) {
                 context.report({"iteration", blocks.rows(), iteration, options.iterations_max, objective});
               });
  HuberSolution solution;
  solution.scale = result.x.back();
  solution.line.inverse_diagonal = {0.0};
  solution.line.objective_history = std::move(result.objective_history);
  if (problem.intercept) solution.line.intercept = result.x[features];
  for (int32_t f = 0; f < features; ++f) {
    solution.line.coefficients.push_back(result.x[f] * problem.inverse_deviation[f]);
    if (problem.intercept) solution.line.intercept -= result.x[f] * problem.scaled_mean[f];
  }
  return solution;
}

LeastSquaresSolution solve_iteratively(const ParamMap& params, const InstanceBlocks& blocks,
                                       const FitContext& context) {
  const Summarizer labels = summarize_labels(blocks, context);
  require(labels.weight_sum() > 0, "Nothing has been added to this summarizer.");
  const double label_mean = labels.mean()[0];
  const double label_deviation = labels.standard_deviation()[0];
  const bool intercept = params.flag("fitIntercept");
  const auto features = static_cast<size_t>(blocks.features());
  if (auto constant = solve_constant(params, label_mean, label_deviation, blocks.features())) return std::move(*constant);
  const Summarizer summary = summarize_features(blocks, context);
  const std::vector<double> mean = summary.mean();
  const std::vector<double> deviation = summary.standard_deviation();
  LeastSquaresLoss::Problem problem;
  problem.intercept = intercept;
  problem.label_scale = label_deviation > 0 ? label_deviation : std::abs(label_mean);
  problem.label_mean = label_mean;
  problem.weight_sum = summary.weight_sum();
  const double penalty = params.number("regParam") / problem.label_scale;
  const double l2 = (1.0 - params.number("elasticNetParam")) * penalty;
  const double l1 = params.number("elasticNetParam") * penalty;
  OptimizerOptions options;
  options.iterations_max = params.integer("maxIter");
  options.tolerance = params.number("tol");
  const bool standardize = params.flag("standardization");
  for (size_t f = 0; f < features; ++f) {
    const double inverse = deviation[f] == 0.0 ? 0.0 : 1.0 / deviation[f];
    problem.inverse_deviation.push_back(inverse);
    problem.scaled_mean.push_back(inverse * mean[f]);
    problem.l2.push_back(standardize ? l2 : l2 * inverse * inverse);
    if (l1 != 0.0) options.l1.push_back(standardize ? l1 : l1 * inverse);
  }
  LeastSquaresLoss loss(blocks, problem, context);
  OptimizerResult result =
      minimize([&](std::vector<double>& x, std::vector<double>& gradient) { return loss(x, gradient); },
               std::vector<double>(features, 0.0), options, [&](int iteration, double objective) {
                 context.report({"iteration", blocks.rows(), iteration, options.iterations_max, objective});
               });
  LeastSquaresSolution solution;
  solution.objective_history = std::move(result.objective_history);
  solution.inverse_diagonal = {0.0};
  if (intercept) solution.intercept = label_mean;
  for (size_t f = 0; f < features; ++f) {
    solution.coefficients.push_back(result.x[f] * problem.label_scale * problem.inverse_deviation[f]);
    if (intercept) solution.intercept -= solution.coefficients[f] * mean[f];
  }
  return solution;
}

ResidualTally tally_training(const InstanceBlocks& blocks, const LeastSquaresSolution& solution,
                             const FitContext& context) {
  const int parts = std::max(1, std::min<int>(context.threads, static_cast<int>(blocks.size())));
  std::vector<ResidualTally> tallies(parts);
  for_each_part(parts, [&](int part) {
    ResidualTally tally;
    std::vector<double> predictions;
    const BlockRange range = block_range(blocks.size(), part, parts);
    for (size_t b = range.begin; b < range.end; ++b) {
      context.check_canceled();
      const InstanceBlock block = blocks[b];
      compute_margins(block, blocks.dense_columns(), solution.coefficients, solution.intercept, predictions);
      for (int32_t row = 0; row < block.rows; ++row) tally.add(predictions[row], block.labels[row], block.weights[row]);
      blocks.release(b);
    }
    tallies[part] = tally;
  });
  for (int part = 1; part < parts; ++part) tallies[0].merge(tallies[part]);
  return tallies[0];
}

class LinearRegression : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    check(params, context.fields);
    const InstanceBlocks blocks = InstanceBlocks::read(
        dataset,
        {params.text("labelCol"), params.text_or_empty("weightCol"), params.text("featuresCol"), LabelCheck::kNumber},
        context);
    if (blocks.rows() == 0) throw SparkError("_LEGACY_ERROR_ML_NO_SUCH_ELEMENT", {{"message", "head of empty array"}});
    const std::string& solver = params.text("solver");
    const bool normal = solver == "normal" || (solver == "auto" && blocks.features() <= kNormalFeaturesMax);
    double scale = 1.0;
    LeastSquaresSolution solution;
    if (params.text("loss") == "huber") {
      HuberSolution robust = solve_huber(params, blocks, context);
      solution = std::move(robust.line);
      scale = robust.scale;
    } else {
      solution = normal ? solve_normal(params, blocks, context) : solve_iteratively(params, blocks, context);
    }
    auto model = std::make_shared<LinearRegressionModel>(params, Vector::dense(solution.coefficients).compressed(),
                                                         solution.intercept, scale);
    auto summary = std::make_shared<LinearRegressionSummary>(*model, params, tally_training(blocks, solution, context),
                                                             solution.inverse_diagonal, solution.objective_history);
    summary->model().watch(model);
    model->set_summary(std::move(summary));
    return model;
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    std::vector<std::string> columns = {params.text("labelCol"), params.text("featuresCol")};
    if (const std::string weight = params.text_or_empty("weightCol"); !weight.empty()) columns.push_back(weight);
    return columns;
  }

 private:
  static void check(const ParamMap& params, const Fields& fields) {
    if (params.text("loss") == "huber") {
      require(params.text("solver") != "normal",
              "LinearRegression with huber loss doesn't support normal solver, please change solver to auto or l-bfgs.");
      require(params.number("elasticNetParam") == 0.0,
              "LinearRegression with huber loss only supports L2 regularization, but got elasticNetParam = " +
                  java_double_text(params.number("elasticNetParam")) + ".");
    }
    check_vector_field(fields, params.text("featuresCol"));
    check_numeric_field(fields, params.text("labelCol"));
    if (!params.text_or_empty("weightCol").empty()) check_numeric_field(fields, params.text("weightCol"));
    require(params.text("predictionCol").empty() || !has_field(fields, params.text("predictionCol")),
            "Column " + params.text("predictionCol") + " already exists.");
  }
};

}  // namespace

std::vector<Operator> linear_regression_operators() {
  static const LinearRegression estimator;
  return {{.jvm_class = "org.apache.spark.ml.regression.LinearRegression",
           .kind = OperatorKind::kEstimator,
           .params = &linear_regression_params(),
           .estimator = &estimator},
          {.jvm_class = kLinearRegressionModelClass,
           .kind = OperatorKind::kModel,
           .params = &linear_regression_params(),
           .read_model = read_linear_regression_model}};
}

}  // namespace firesteel::ml
