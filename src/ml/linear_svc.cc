// A linear support vector machine with L2 penalty, by OWL-QN on the hinge loss.
// Follows org.apache.spark.ml.classification.LinearSVC.
#include <arrow/api.h>

#include <algorithm>

#include "base/error.h"
#include "ml/column_metadata.h"
#include "ml/estimator.h"
#include "ml/hinge_loss.h"
#include "ml/linear_svc_model.h"
#include "ml/operators.h"
#include "ml/optimizer.h"
#include "ml/shared_params.h"
#include "ml/summarizer.h"

namespace firesteel::ml {

const ParamTable& linear_svc_params() {
  static const ParamTable table = extend(predictor_params(),
                                         {{"rawPredictionCol", ValueType::kString, Value("rawPrediction")},
                                          {"maxIter", ValueType::kInt, Value(100), at_least(0)},
                                          {"regParam", ValueType::kDouble, Value(0.0), at_least(0)},
                                          {"tol", ValueType::kDouble, Value(1e-6), at_least(0)},
                                          {"fitIntercept", ValueType::kBool, Value(true)},
                                          {"threshold", ValueType::kDouble, Value(0.0)},
                                          {"standardization", ValueType::kBool, Value(true)},
                                          {"weightCol", ValueType::kString},
                                          {"aggregationDepth", ValueType::kInt, Value(2), at_least(2)},
                                          {"maxBlockSizeInMB", ValueType::kDouble, Value(0.0), at_least(0)}});
  return table;
}

namespace {

void check_labels(const InstanceBlocks& blocks, const ParamMap& params, const Field& label) {
  int seen = 0;
  for (size_t b = 0; b < blocks.size(); ++b) {
    const InstanceBlock block = blocks[b];
    for (int32_t row = 0; row < block.rows; ++row) {
      if (block.labels[row] != 0.0 && block.labels[row] != 1.0) {
        throw_user_raised("Labels MUST be in {0, 1}, but got " + java_double_text(block.labels[row]));
      }
      seen = std::max(seen, static_cast<int>(block.labels[row]) + 1);
    }
    blocks.release(b);
  }
  const int classes = class_count(label).value_or(seen);
  require(classes == 2, "LinearSVC only supports binary classification. " + std::to_string(classes) +
                            " classes detected in " + params.uid() + "__labelCol");
}

class LinearSvc : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    check(params, context.fields);
    InstanceBlocks blocks = InstanceBlocks::read(
        dataset,
        {params.text("labelCol"), params.text_or_empty("weightCol"), params.text("featuresCol"), LabelCheck::kNumber},
        context);
    require(blocks.rows() > 0, "Nothing has been added to this summarizer.");
    check_labels(blocks, params, find_field(context.fields, params.text("labelCol")));
    const Summarizer summary = summarize_features(blocks, context);
    require(summary.weight_sum() > 0, "Nothing has been added to this summarizer.");
    const HingeProblem problem = make_problem(params, summary);
    const OptimizerResult result = solve(params, blocks, problem, context);
    std::vector<double> coefficients;
    double intercept = problem.intercept ? result.x.back() : 0.0;
    for (size_t f = 0; f < problem.inverse_deviation.size(); ++f) {
      coefficients.push_back(result.x[f] * problem.inverse_deviation[f]);
      if (problem.intercept) intercept -= result.x[f] * problem.scaled_mean[f];
    }
    auto model = std::make_shared<LinearSvcModel>(params, Vector::dense(std::move(coefficients)), intercept);
    auto training = std::make_shared<ClassificationSummary>(
        "LinearSVCTrainingSummaryImpl", model->tally(blocks, params, context), params, result.objective_history);
    training->model().watch(model);
    model->set_summary(std::move(training));
    return model;
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    std::vector<std::string> columns = {params.text("labelCol"), params.text("featuresCol")};
    if (const std::string weight = params.text_or_empty("weightCol"); !weight.empty()) columns.push_back(weight);
    return columns;
  }

 private:
  static void check(const ParamMap& params, const Fields& fields) {
    check_vector_field(fields, params.text("featuresCol"));
    check_numeric_field(fields, params.text("labelCol"));
    if (!params.text_or_empty("weightCol").empty()) check_numeric_field(fields, params.text("weightCol"));
    for (const char* name : {"rawPredictionCol", "predictionCol"}) {
      require(params.text(name).empty() || !has_field(fields, params.text(name)),
              "Column " + params.text(name) + " already exists.");
    }
  }

  static HingeProblem make_problem(const ParamMap& params, const Summarizer& summary) {
    HingeProblem problem;
    problem.intercept = params.flag("fitIntercept");
    problem.weight_sum = summary.weight_sum();
    const std::vector<double> mean = summary.mean();
    const std::vector<double> deviation = summary.standard_deviation();
    for (size_t f = 0; f < mean.size(); ++f) {
      const double inverse = deviation[f] == 0.0 ? 0.0 : 1.0 / deviation[f];
      problem.inverse_deviation.push_back(inverse);
      problem.scaled_mean.push_back(inverse * mean[f]);
      problem.l2.push_back(params.number("regParam") * (params.flag("standardization") ? 1.0 : inverse * inverse));
    }
    return problem;
  }

  static OptimizerResult solve(const ParamMap& params, const InstanceBlocks& blocks, const HingeProblem& problem,
                               FitContext& context) {
    const size_t size = problem.inverse_deviation.size() + (problem.intercept ? 1 : 0);
    OptimizerOptions options;
    options.iterations_max = params.integer("maxIter");
    options.tolerance = params.number("tol");
    // Spark takes OWL-QN without an L1 penalty, for its line search.
    options.l1.assign(size, 0.0);
    HingeLoss loss(blocks, problem, context);
    return minimize([&](std::vector<double>& x, std::vector<double>& gradient) { return loss(x, gradient); },
                    std::vector<double>(size, 0.0), options, [&](int iteration, double objective) {
                      context.report({"iteration", blocks.rows(), iteration, options.iterations_max, objective});
                    });
  }
};

}  // namespace

std::vector<Operator> linear_svc_operators() {
  static const LinearSvc estimator;
  return {{.jvm_class = "org.apache.spark.ml.classification.LinearSVC",
           .kind = OperatorKind::kEstimator,
           .params = &linear_svc_params(),
           .estimator = &estimator},
          {.jvm_class = kLinearSvcModelClass,
           .kind = OperatorKind::kModel,
           .params = &linear_svc_params(),
           .read_model = read_linear_svc_model}};
}

}  // namespace firesteel::ml
