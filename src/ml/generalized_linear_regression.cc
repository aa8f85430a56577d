// Generalized linear regression by iteratively reweighted least squares.
// Follows org.apache.spark.ml.regression.GeneralizedLinearRegression and
// org.apache.spark.ml.optim.IterativelyReweightedLeastSquares.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ml/column_metadata.h"
#include "ml/estimator.h"
#include "ml/generalized_linear_model.h"
#include "ml/generalized_linear_summary.h"
#include "ml/operators.h"
#include "ml/shared_params.h"
#include "ml/weighted_least_squares.h"

namespace firesteel::ml {

const ParamTable& generalized_linear_params() {
  static const ParamTable table = extend(
      predictor_params(),
      {{"family", ValueType::kString, Value("gaussian"),
        one_of_ignoring_case({"gaussian", "binomial", "poisson", "gamma", "tweedie"})},
       {"link", ValueType::kString, std::nullopt,
        one_of_ignoring_case({"identity", "log", "inverse", "logit", "probit", "cloglog", "sqrt"})},
       {"variancePower", ValueType::kDouble, Value(0.0),
        [](const Value& value) {
          return std::get<double>(value) >= 1.0 || std::get<double>(value) == 0.0;
        }},
       {"linkPower", ValueType::kDouble},
       {"linkPredictionCol", ValueType::kString},
       {"offsetCol", ValueType::kString},
       {"fitIntercept", ValueType::kBool, Value(true)},
       {"maxIter", ValueType::kInt, Value(25), at_least(0)},
       {"tol", ValueType::kDouble, Value(1e-6), at_least(0)},
       {"regParam", ValueType::kDouble, Value(0.0), at_least(0)},
       {"weightCol", ValueType::kString},
       {"solver", ValueType::kString, Value("irls"), one_of({"irls"})},
       {"aggregationDepth", ValueType::kInt, Value(2), at_least(2)}});
  return table;
}

InstanceColumns generalized_linear_columns(const ParamMap& params) {
  return {.label = params.text("labelCol"),
          .weight = params.text_or_empty("weightCol"),
          .features = params.text("featuresCol"),
          .label_check = LabelCheck::kNumber,
          .margin_offset = params.text_or_empty("offsetCol")};
}

void check_generalized_linear_input(const ParamMap& params, const Fields& fields) {
  check_vector_field(fields, params.text("featuresCol"));
  check_numeric_field(fields, params.text("labelCol"));
  for (const char* name : {"weightCol", "offsetCol"}) {
    if (!params.text_or_empty(name).empty()) check_numeric_field(fields, params.text(name));
  }
}

namespace {

double offset_of(const InstanceBlock& block, int32_t row) {
  return block.margin_offsets != nullptr ? block.margin_offsets[row] : 0.0;
}

struct Fit {
  LeastSquaresSolution solution;
  int32_t iterations = 1;
};

class Solver {
 public:
  Solver(const ParamMap& params, const InstanceBlocks& blocks, const FitContext& context)
      : params_(params), family_(params), blocks_(blocks), context_(context) {}

  Fit run() const {
    if (family_.is_plain_least_squares()) {
      return {solve(true, [](const InstanceBlock& block, std::vector<double>& labels,
                             std::vector<double>& weights) {
        std::copy(block.weights, block.weights + block.rows, weights.begin());
        for (int32_t row = 0; row < block.rows; ++row)
          labels[row] = block.labels[row] - offset_of(block, row);
      })};
    }
    Fit fit{start(), 0};
    const int32_t iterations_max = params_.integer("maxIter");
    while (fit.iterations < iterations_max) {
      LeastSquaresSolution next = step(fit.solution);
      ++fit.iterations;
      const double change = largest_change(fit.solution, next);
      fit.solution = std::move(next);
      context_.report({"iteration", blocks_.rows(), fit.iterations, iterations_max, change});
      if (change < params_.number("tol")) break;
    }
    return fit;
  }

 private:
  LeastSquaresSolution solve(bool standardize, const Reweight& reweight) const {
    const NormalEquation equation = sum_products(blocks_, context_, reweight);
    LeastSquaresOptions options;
    options.fit_intercept = params_.flag("fitIntercept");
    options.reg_param = params_.number("regParam");
    options.standardize = options.standardize_label = standardize;
    return solve_least_squares(equation, options, context_);
  }

  // The least squares solution for the margins of the family's initial means.
  LeastSquaresSolution start() const {
    return solve(true, [&](const InstanceBlock& block, std::vector<double>& labels,
                           std::vector<double>& weights) {
      for (int32_t row = 0; row < block.rows; ++row) {
        const double mean = family_.initial_mean(block.labels[row], block.weights[row]);
        labels[row] = family_.margin_of(mean) - offset_of(block, row);
        weights[row] = block.weights[row];
      }
    });
  }

  LeastSquaresSolution step(const LeastSquaresSolution& from) const {
    return solve(false, [&](const InstanceBlock& block, std::vector<double>& labels,
                            std::vector<double>& weights) {
      compute_margins(block, blocks_.dense_columns(), from.coefficients, from.intercept, labels);
      for (int32_t row = 0; row < block.rows; ++row) {
        const double mean = family_.mean_of(labels[row] + offset_of(block, row));
        const double slope = family_.link_derivative(mean);
        labels[row] += (block.labels[row] - mean) * slope;
        weights[row] = block.weights[row] / (slope * slope * family_.variance(mean));
      }
    });
  }

  static double largest_change(const LeastSquaresSolution& a, const LeastSquaresSolution& b) {
    double change = std::abs(a.intercept - b.intercept);
    for (size_t i = 0; i < a.coefficients.size(); ++i) {
      change = std::max(change, std::abs(a.coefficients[i] - b.coefficients[i]));
    }
    return change;
  }

  const ParamMap& params_;
  FamilyAndLink family_;
  const InstanceBlocks& blocks_;
  const FitContext& context_;
};

std::vector<std::string> feature_names(const Field& features, int32_t count) {
  const VectorAttributes attributes = vector_attributes(features);
  std::vector<std::string> names;
  for (int32_t i = 0; i < count; ++i) {
    const bool is_named = static_cast<size_t>(i) < attributes.attributes.size() &&
                          !attributes.attributes[i].name.empty();
    names.push_back(is_named ? attributes.attributes[i].name
                             : features.name + "_" + std::to_string(i));
  }
  return names;
}

class GeneralizedLinearRegression : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    const FamilyAndLink family(params);  // throws for a link that the family does not have
    check_generalized_linear_input(params, context.fields);
    for (const char* name : {"linkPredictionCol", "predictionCol"}) {
      const std::string column = params.text_or_empty(name);
      require(column.empty() || !has_field(context.fields, column),
              "Column " + column + " already exists.");
    }
    const InstanceBlocks blocks =
        InstanceBlocks::read(dataset, generalized_linear_columns(params), context);
    if (blocks.rows() == 0)
      throw SparkError("_LEGACY_ERROR_ML_NO_SUCH_ELEMENT", {{"message", "head of empty array"}});
    check_feature_count(params, blocks.features());
    Fit fit = Solver(params, blocks, context).run();
    GeneralizedLinearTraining training;
    training.inverse_diagonal = std::move(fit.solution.inverse_diagonal);
    training.iterations = fit.iterations;
    training.feature_names =
        feature_names(find_field(context.fields, params.text("featuresCol")), blocks.features());
    auto model = std::make_shared<GeneralizedLinearModel>(
        params, Vector::dense(std::move(fit.solution.coefficients)), fit.solution.intercept);
    auto summary = std::make_shared<GeneralizedLinearSummary>(*model, params, blocks, context,
                                                              std::move(training));
    summary->model().watch(model);
    model->set_summary(std::move(summary));
    return model;
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    std::vector<std::string> columns = {params.text("labelCol"), params.text("featuresCol")};
    for (const char* name : {"weightCol", "offsetCol"}) {
      if (const std::string column = params.text_or_empty(name); !column.empty())
        columns.push_back(column);
    }
    return columns;
  }

 private:
  static void check_feature_count(const ParamMap& params, int32_t features) {
    if (features > kNormalFeaturesMax) {
      throw_spark_exception(
          "Currently, GeneralizedLinearRegression only supports number of features <= " +
          std::to_string(kNormalFeaturesMax) + ". Found " + std::to_string(features) +
          " in the input dataset.");
    }
    require(features > 0 || params.flag("fitIntercept"),
            "GeneralizedLinearRegression was given data with 0 features, and with Param "
            "fitIntercept set to false. To "
            "fit a model with 0 features, fitIntercept must be set to true.");
  }
};

}  // namespace

std::vector<Operator> generalized_linear_operators() {
  static const GeneralizedLinearRegression estimator;
  return {{.jvm_class = "org.apache.spark.ml.regression.GeneralizedLinearRegression",
           .kind = OperatorKind::kEstimator,
           .params = &generalized_linear_params(),
           .estimator = &estimator},
          {.jvm_class = kGeneralizedLinearModelClass,
           .kind = OperatorKind::kModel,
           .params = &generalized_linear_params(),
           .read_model = read_generalized_linear_model}};
}

}  // namespace firesteel::ml
