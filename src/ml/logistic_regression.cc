// Logistic regression, binomial and multinomial, with elastic-net penalty.
// Follows org.apache.spark.ml.classification.LogisticRegression.
#include <arrow/api.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/text.h"
#include "ml/classification_summary.h"
#include "ml/column_metadata.h"
#include "ml/estimator.h"
#include "ml/instance_blocks.h"
#include "ml/logistic_bounds.h"
#include "ml/logistic_loss.h"
#include "ml/logistic_regression_model.h"
#include "ml/operators.h"
#include "ml/optimizer.h"
#include "ml/shared_params.h"
#include "ml/summarizer.h"

namespace firesteel::ml {

const ParamTable& logistic_regression_params() {
  static const ParamTable table = extend(
      probabilistic_classifier_params(),
      {{"maxIter", ValueType::kInt, Value(100), at_least(0)},
       {"regParam", ValueType::kDouble, Value(0.0), at_least(0)},
       {"elasticNetParam", ValueType::kDouble, Value(0.0), in_range(0, 1)},
       {"tol", ValueType::kDouble, Value(1e-6), at_least(0)},
       {"fitIntercept", ValueType::kBool, Value(true)},
       {"threshold", ValueType::kDouble, Value(0.5), in_range(0, 1)},
       {"standardization", ValueType::kBool, Value(true)},
       {"weightCol", ValueType::kString},
       {"aggregationDepth", ValueType::kInt, Value(2), at_least(2)},
       {"family", ValueType::kString, Value("auto"), one_of_ignoring_case({"auto", "binomial", "multinomial"})},
       {"lowerBoundsOnCoefficients", ValueType::kMatrix},
       {"upperBoundsOnCoefficients", ValueType::kMatrix},
       {"lowerBoundsOnIntercepts", ValueType::kVector},
       {"upperBoundsOnIntercepts", ValueType::kVector},
       {"maxBlockSizeInMB", ValueType::kDouble, Value(0.0), at_least(0)}});
  return table;
}

namespace {

// Spark Connect counts the classes of a label without metadata up to this many.
constexpr int kClassesMax = 100;

struct LabelCounts {
  std::vector<double> weights;  // per class
  int classes = 0;
};

LabelCounts count_labels(const InstanceBlocks& blocks, const Field& label) {
  LabelCounts result;
  const auto stated = class_count(label);
  for (size_t b = 0; b < blocks.size(); ++b) {
    const InstanceBlock block = blocks[b];
    for (int32_t row = 0; row < block.rows; ++row) {
      if (!stated && block.labels[row] >= kClassesMax) {
        throw_user_raised("Labels MUST be in [0, " + std::to_string(kClassesMax) + "), but got " +
                          java_double_text(block.labels[row]));
      }
      if (block.weights[row] == 0.0) continue;
      const auto at = static_cast<size_t>(block.labels[row]);
      if (at >= result.weights.size()) result.weights.resize(at + 1, 0.0);
      result.weights[at] += block.weights[row];
    }
  }
  result.classes = static_cast<int>(result.weights.size());
  if (stated) {
    require(*stated >= result.classes, "Specified number of classes " + std::to_string(*stated) +
                                           " was less than the number of unique labels " +
                                           std::to_string(result.classes) + ".");
    result.classes = *stated;
  }
  return result;
}

bool is_multinomial(const ParamMap& params, int classes) {
  const std::string family = lower_case(params.text("family"));
  if (family == "multinomial") return true;
  if (family == "auto") return classes > 2;
  require(classes == 1 || classes == 2,
          "Binomial family only supports 1 or 2 outcome classes but found " + std::to_string(classes) + ".");
  return false;
}

void check_params(const ParamMap& params, const Fields& fields) {
  require(!has_bounds(params) || params.number("elasticNetParam") == 0.0,
          "Fitting under bound constrained optimization only supports L2 regularization, but got elasticNetParam = " +
              java_double_text(params.number("elasticNetParam")) + ".");
  require(params.flag("fitIntercept") ||
              (!params.is_set("lowerBoundsOnIntercepts") && !params.is_set("upperBoundsOnIntercepts")),
          "Please don't set bounds on intercepts if fitting without intercept.");
  if (params.is_set("threshold") && params.is_set("thresholds")) {
    const std::vector<double>& t = params.numbers("thresholds");
    require(t.size() == 2 && std::abs(params.number("threshold") - 1.0 / (1.0 + t[0] / t[1])) < 1e-5,
            "Logistic Regression found inconsistent values for threshold and thresholds.  Param threshold is set (" +
                java_double_text(params.number("threshold")) + "), indicating binary classification, but Param "
                "thresholds is set with length " + std::to_string(t.size()) + ".");
  }
  check_vector_field(fields, params.text("featuresCol"));
  check_numeric_field(fields, params.text("labelCol"));
  if (!params.text_or_empty("weightCol").empty()) check_numeric_field(fields, params.text("weightCol"));
  for (const char* name : {"rawPredictionCol", "probabilityCol", "predictionCol"}) {
    require(params.text(name).empty() || !has_field(fields, params.text(name)),
            "Column " + params.text(name) + " already exists.");
  }
}

// Slots: the dense columns first, then the sparse features that vary, ascending. A feature without
// variance has no slot among the sparse ones: it takes no part in the optimization.
struct Slots {
  std::vector<int32_t> feature_of_slot;
  std::vector<int32_t> slot_of_feature;
};

Slots assign_slots(const InstanceBlocks& blocks, const std::vector<double>& deviation) {
  Slots slots;
  slots.slot_of_feature.assign(blocks.features(), -1);
  for (const int32_t feature : blocks.dense_columns()) {
    slots.slot_of_feature[feature] = static_cast<int32_t>(slots.feature_of_slot.size());
    slots.feature_of_slot.push_back(feature);
  }
  for (int32_t feature = 0; feature < blocks.features(); ++feature) {
    if (slots.slot_of_feature[feature] >= 0 || deviation[feature] == 0.0) continue;
    slots.slot_of_feature[feature] = static_cast<int32_t>(slots.feature_of_slot.size());
    slots.feature_of_slot.push_back(feature);
  }
  const auto none = static_cast<int32_t>(slots.feature_of_slot.size());
  std::replace(slots.slot_of_feature.begin(), slots.slot_of_feature.end(), -1, none);
  return slots;
}

LogisticProblem make_problem(const ParamMap& params, const Slots& slots, const std::vector<double>& mean,
                             const std::vector<double>& deviation, double weight_sum, int sets,
                             bool multinomial) {
  // Bounds on the intercept are those of the features as they are: these are then not centered.
  const bool is_centered = params.flag("fitIntercept") && !bounds_intercept(params);
  LogisticProblem problem;
  problem.sets = sets;
  problem.multinomial = multinomial;
  problem.intercept = params.flag("fitIntercept");
  problem.weight_sum = weight_sum;
  const double l2 = (1.0 - params.number("elasticNetParam")) * params.number("regParam");
  for (const int32_t feature : slots.feature_of_slot) {
    const double spread = deviation[feature];
    const double inverse = spread == 0.0 ? 0.0 : 1.0 / spread;
    problem.inverse_deviation.push_back(inverse);
    problem.scaled_mean.push_back(is_centered ? inverse * mean[feature] : 0.0);
    problem.l2.push_back(params.flag("standardization") ? l2 : l2 * inverse * inverse);
  }
  return problem;
}

// Without standardization the L1 weights are scaled back, so that the penalty is that of the raw
// features.
std::vector<double> make_l1(const ParamMap& params, const LogisticProblem& problem) {
  const double l1 = params.number("elasticNetParam") * params.number("regParam");
  if (l1 == 0.0) return {};
  std::vector<double> weights(problem.size(), 0.0);
  for (int32_t slot = 0; slot < problem.slots(); ++slot) {
    const double weight = params.flag("standardization") ? l1 : l1 * problem.inverse_deviation[slot];
    for (int k = 0; k < problem.sets; ++k) weights[static_cast<size_t>(slot) * problem.sets + k] = weight;
  }
  return weights;
}

std::vector<double> initial_point(const LogisticProblem& problem, const LabelCounts& labels) {
  std::vector<double> start(problem.size(), 0.0);
  if (!problem.intercept) return start;
  double* intercepts = start.data() + static_cast<size_t>(problem.slots()) * problem.sets;
  if (!problem.multinomial) {
    intercepts[0] = std::log(labels.weights[1] / labels.weights[0]);
    return start;
  }
  double sum = 0;
  for (size_t k = 0; k < labels.weights.size(); ++k) {
    intercepts[k] = std::log1p(labels.weights[k]);
    sum += intercepts[k];
  }
  for (size_t k = 0; k < labels.weights.size(); ++k) {
    intercepts[k] -= sum / static_cast<double>(labels.weights.size());
  }
  return start;
}

struct Solution {
  Matrix coefficients;
  Vector intercepts;
};

// From standardized to raw space, with Spark's centering.
Solution to_solution(const std::vector<double>& x, const ParamMap& params, const LogisticProblem& problem,
                     const Slots& slots, int32_t features) {
  const int sets = problem.sets;
  std::vector<double> values(static_cast<size_t>(sets) * features, 0.0);
  std::vector<double> intercepts(sets, 0.0);
  for (int k = 0; k < sets; ++k) {
    if (problem.intercept) intercepts[k] = x[static_cast<size_t>(problem.slots()) * sets + k];
    for (int32_t slot = 0; slot < problem.slots(); ++slot) {
      const double coefficient = x[static_cast<size_t>(slot) * sets + k];
      values[static_cast<size_t>(k) * features + slots.feature_of_slot[slot]] =
          coefficient * problem.inverse_deviation[slot];
      if (problem.intercept) intercepts[k] -= coefficient * problem.scaled_mean[slot];
    }
  }
  // What is centered would leave the bounds.
  const bool is_free = problem.multinomial && !has_bounds(params);
  if (is_free && params.number("regParam") == 0.0) {
    for (int32_t f = 0; f < features; ++f) {
      double center = 0;
      for (int k = 0; k < sets; ++k) center += values[static_cast<size_t>(k) * features + f];
      center /= sets;
      for (int k = 0; k < sets; ++k) values[static_cast<size_t>(k) * features + f] -= center;
    }
  }
  if (is_free && problem.intercept) {
    const double center = std::accumulate(intercepts.begin(), intercepts.end(), 0.0) / sets;
    for (double& intercept : intercepts) intercept -= center;
  }
  return {Matrix::dense_row_major(sets, features, std::move(values)).compressed(),
          Vector::dense(std::move(intercepts)).compressed()};
}

// One label with an intercept: nothing to train.
Solution constant_solution(const LabelCounts& labels, int sets, bool multinomial, int32_t features) {
  const double infinity = std::numeric_limits<double>::infinity();
  Solution solution;
  solution.coefficients =
      Matrix::dense_row_major(sets, features, std::vector<double>(static_cast<size_t>(sets) * features, 0.0));
  solution.coefficients.sparse = true;
  solution.coefficients.values.clear();
  solution.coefficients.pointers.assign(sets + 1, 0);
  solution.coefficients = solution.coefficients.compressed();
  if (multinomial) {
    const auto at = std::max_element(labels.weights.begin(), labels.weights.end()) - labels.weights.begin();
    solution.intercepts = Vector::make_sparse(labels.classes, {static_cast<int32_t>(at)}, {infinity});
  } else {
    solution.intercepts = Vector::dense({labels.classes == 2 ? infinity : -infinity});
  }
  return solution;
}

// Metrics of the training data, whose blocks are used up; `slots` are those of the blocks, or null if they were not remapped.
ClassificationTally tally_training(InstanceBlocks& blocks, const LogisticRegressionModel& model,
                                   const ParamMap& params, const std::vector<int32_t>* feature_of_slot,
                                   const FitContext& context) {
  const LogisticPredictor predictor = model.predictor(params);
  const int sets = predictor.sets();
  return tally_blocks(blocks, model.classes() <= 2, context, [&](const InstanceBlock& block, ClassificationTally& tally) {
    std::vector<double> margins(sets);
    std::vector<double> raw(predictor.classes());
    std::vector<double> probability(predictor.classes());
    const auto add = [&](int32_t feature, double value) {
      const double* weights = predictor.weights(feature);
      for (int k = 0; k < sets; ++k) margins[k] += value * weights[k];
    };
    for (int32_t row = 0; row < block.rows; ++row) {
      std::copy(predictor.intercepts().begin(), predictor.intercepts().end(), margins.begin());
      for (int32_t d = 0; d < block.dense_width; ++d) {
        add(blocks.dense_columns()[d], block.dense[static_cast<int64_t>(row) * block.dense_width + d]);
      }
      for (int32_t k = block.offsets[row]; k < block.offsets[row + 1]; ++k) {
        const auto slot = static_cast<size_t>(block.indices[k]);
        if (feature_of_slot != nullptr && slot >= feature_of_slot->size()) continue;
        add(feature_of_slot != nullptr ? (*feature_of_slot)[slot] : block.indices[k],
            block.values == nullptr ? 1.0 : block.values[k]);
      }
      predictor.raw(margins.data(), raw.data());
      predictor.probability(raw.data(), probability.data());
      tally.add(block.labels[row], block.weights[row], predictor.prediction(raw.data(), probability.data()), probability[1]);
    }
  });
}

class LogisticRegression : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    check_params(params, context.fields);
    InstanceBlocks blocks = InstanceBlocks::read(
        dataset,
        {params.text("labelCol"), params.text_or_empty("weightCol"), params.text("featuresCol"), LabelCheck::kClass},
        context);
    if (blocks.rows() == 0) throw_spark_exception("ML algorithm was given empty dataset.");
    const LabelCounts labels = count_labels(blocks, find_field(context.fields, params.text("labelCol")));
    const bool multinomial = is_multinomial(params, labels.classes);
    const int sets = multinomial ? labels.classes : 1;
    if (params.is_set("thresholds")) {
      require(params.numbers("thresholds").size() == static_cast<size_t>(labels.classes),
              "LogisticRegression.train() called with non-matching numClasses and thresholds.length. numClasses=" +
                  std::to_string(labels.classes) + ", but thresholds has length " +
                  std::to_string(params.numbers("thresholds").size()));
    }
    const auto present = std::count_if(labels.weights.begin(), labels.weights.end(), [](double w) { return w != 0.0; });
    require(present > 0, "Nothing has been added to this summarizer.");
    check_bounds(params, sets, blocks.features());
    if (present == 1 && params.flag("fitIntercept") && !has_bounds(params)) {
      Solution solution = constant_solution(labels, sets, multinomial, blocks.features());
      return make_model(params, std::move(solution), labels.classes, multinomial, blocks, nullptr, {0.0}, context);
    }
    return train(params, blocks, labels, multinomial, sets, context);
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    std::vector<std::string> columns = {params.text("labelCol"), params.text("featuresCol")};
    if (const std::string weight = params.text_or_empty("weightCol"); !weight.empty()) columns.push_back(weight);
    return columns;
  }

 private:
  static std::shared_ptr<const Model> train(const ParamMap& params, InstanceBlocks& blocks, const LabelCounts& labels,
                                            bool multinomial, int sets, FitContext& context) {
    const Summarizer summary = summarize_features(blocks, context);
    const std::vector<double> mean = summary.mean();
    const std::vector<double> deviation = summary.standard_deviation();
    const Slots slots = assign_slots(blocks, deviation);
    blocks.remap(slots.slot_of_feature);
    const LogisticProblem problem =
        make_problem(params, slots, mean, deviation, summary.weight_sum(), sets, multinomial);
    LogisticLoss loss(blocks, problem, context);
    OptimizerOptions options;
    options.iterations_max = params.integer("maxIter");
    options.tolerance = params.number("tol");
    options.l1 = make_l1(params, problem);
    std::vector<double> start = initial_point(problem, labels);
    if (has_bounds(params)) set_bounds(params, problem, slots.feature_of_slot, deviation, &options, &start);
    const OptimizerResult result = minimize(
        [&](std::vector<double>& x, std::vector<double>& gradient) { return loss(x, gradient); },
        std::move(start), options, [&](int iteration, double objective) {
          context.report({"iteration", blocks.rows(), iteration, options.iterations_max, objective});
        });
    Solution solution = to_solution(result.x, params, problem, slots, blocks.features());
    return make_model(params, std::move(solution), labels.classes, multinomial, blocks, &slots.feature_of_slot,
                      result.objective_history, context);
  }

  static std::shared_ptr<const Model> make_model(const ParamMap& params, Solution solution, int classes,
                                                 bool multinomial, InstanceBlocks& blocks,
                                                 const std::vector<int32_t>* feature_of_slot,
                                                 std::vector<double> history, const FitContext& context) {
    auto model = std::make_shared<LogisticRegressionModel>(params, std::move(solution.coefficients),
                                                           std::move(solution.intercepts), classes, multinomial);
    auto summary = std::make_shared<ClassificationSummary>(
        classes <= 2 ? "BinaryLogisticRegressionTrainingSummaryImpl" : "LogisticRegressionTrainingSummaryImpl",
        tally_training(blocks, *model, params, feature_of_slot, context), params, std::move(history));
    summary->model().watch(model);
    model->set_summary(std::move(summary));
    return model;
  }
};

}  // namespace

std::vector<Operator> logistic_regression_operators() {
  static const LogisticRegression estimator;
  return {{.jvm_class = "org.apache.spark.ml.classification.LogisticRegression",
           .kind = OperatorKind::kEstimator,
           .params = &logistic_regression_params(),
           .estimator = &estimator},
          {.jvm_class = kLogisticRegressionModelClass,
           .kind = OperatorKind::kModel,
           .params = &logistic_regression_params(),
           .read_model = read_logistic_regression_model}};
}

}  // namespace firesteel::ml
