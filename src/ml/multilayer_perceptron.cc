// A feed-forward network with a softmax on top, trained by L-BFGS or gradient descent on the cross-entropy.
// Follows org.apache.spark.ml.classification.MultilayerPerceptronClassifier and org.apache.spark.ml.ann.
#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.h"
#include "ml/estimator.h"
#include "ml/multilayer_perceptron_model.h"
#include "ml/operators.h"
#include "ml/optimizer.h"
#include "ml/parallel.h"
#include "ml/shared_params.h"
#include "ml/transform_failure.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

const ParamTable& multilayer_perceptron_params() {
  static const auto are_layers = [](const Value& value) {
    const auto& layers = std::get<std::vector<int32_t>>(value);
    return layers.size() > 1 && std::all_of(layers.begin(), layers.end(), [](int32_t size) { return size > 0; });
  };
  static const ParamTable table = extend(probabilistic_classifier_params(),
                                         {{"seed", ValueType::kLong, Value(class_name_seed(kPerceptronClass))},
                                          {"maxIter", ValueType::kInt, Value(100), at_least(0)},
                                          {"tol", ValueType::kDouble, Value(1e-6), at_least(0)},
                                          {"stepSize", ValueType::kDouble, Value(0.03), greater_than(0)},
                                          {"solver", ValueType::kString, Value("l-bfgs"), one_of({"l-bfgs", "gd"})},
                                          {"layers", ValueType::kInts, std::nullopt, are_layers},
                                          {"blockSize", ValueType::kInt, Value(128), greater_than(0)},
                                          {"initialWeights", ValueType::kVector}});
  return table;
}

namespace {

// Spark stacks the rows of each partition in groups, and takes the mean over the groups of the mean
// over a group's rows: rows of a group that is not full weigh more.
class RowGroups {
 public:
  RowGroups(int64_t rows, int32_t slices, int32_t size) : size_(size) {
    int64_t start = 0;
    for (const int64_t end : slice_ends(rows, slices)) {
      const int64_t rest = (end - start) % size;
      count_ += (end - start + size - 1) / size;
      if (rest > 0) short_ones_.push_back({end - rest, end});
      start = end;
    }
  }

  int64_t count() const { return count_; }

  // The weights of `rows` rows from `first` on.
  void write_weights(int64_t first, int32_t rows, std::vector<double>& weights) const {
    weights.assign(rows, 1.0 / size_);
    for (const auto& [begin, end] : short_ones_) {
      for (int64_t row = std::max(begin, first); row < std::min(end, first + rows); ++row) {
        weights[row - first] = 1.0 / static_cast<double>(end - begin);
      }
    }
  }

 private:
  int32_t size_;
  int64_t count_ = 0;
  std::vector<std::pair<int64_t, int64_t>> short_ones_;
};

// The mean cross-entropy of the groups and its gradient.
class CrossEntropy {
 public:
  // All arguments outlive the object.
  CrossEntropy(const InstanceBlocks& blocks, const FeedForwardNetwork& network, const RowGroups& groups, const FitContext& context)
      : blocks_(blocks),
        groups_(groups),
        context_(context),
        runner_(std::max(1, std::min<int>(context.threads, static_cast<int>(blocks.size())))) {
    for (int part = 0; part < runner_.parts(); ++part) partials_.emplace_back(network);
    int64_t rows = 0;
    for (size_t b = 0; b < blocks.size(); ++b) {
      first_rows_.push_back(rows);
      rows += blocks[b].rows;
    }
  }

  double operator()(const std::vector<double>& weights, std::vector<double>& gradient) {
    runner_.run([&](int part) { add_part(part, weights); });
    double loss = 0;
    std::fill(gradient.begin(), gradient.end(), 0.0);
    for (const Partial& partial : partials_) {
      loss += partial.loss;
      for (size_t i = 0; i < gradient.size(); ++i) gradient[i] += partial.gradient[i];
    }
    const auto groups = static_cast<double>(groups_.count());
    for (double& slope : gradient) slope /= groups;
    return loss / groups;
  }

 private:
  struct Partial {
    explicit Partial(const FeedForwardNetwork& network) : pass(network) {}
    NetworkPass pass;
    std::vector<double> gradient;
    std::vector<double> row_weights;
    double loss = 0;
  };

  void add_part(int part, const std::vector<double>& weights) {
    Partial& partial = partials_[part];
    partial.gradient.assign(weights.size(), 0.0);
    partial.loss = 0;
    const BlockRange range = block_range(blocks_.size(), part, runner_.parts());
    for (size_t b = range.begin; b < range.end; ++b) {
      for_each_chunk(blocks_, b, partial.pass, [&](int32_t first, const double* labels, int32_t rows) {
        context_.check_canceled();
        groups_.write_weights(first_rows_[b] + first, rows, partial.row_weights);
        partial.pass.forward(weights.data(), rows);
        partial.loss += partial.pass.backward(weights.data(), labels, partial.row_weights.data(), rows, partial.gradient.data());
      });
      blocks_.release(b);
    }
  }

  const InstanceBlocks& blocks_;
  const RowGroups& groups_;
  const FitContext& context_;
  PassRunner runner_;
  std::vector<Partial> partials_;
  std::vector<int64_t> first_rows_;  // of each block
};

double norm(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum);
}

// org.apache.spark.mllib.optimization.GradientDescent over all rows: the loss after the last step ends
// the history unless the steps became small before.
OptimizerResult descend(const Objective& objective, std::vector<double> weights, double step, const OptimizerOptions& options,
                        const IterationCallback& on_iteration) {
  OptimizerResult result;
  std::vector<double> gradient(weights.size());
  for (int iteration = 1;; ++iteration) {
    const double loss = objective(weights, gradient);
    result.objective_history.push_back(loss);
    on_iteration(iteration - 1, loss);
    if (iteration > options.iterations_max) break;
    for (size_t i = 0; i < weights.size(); ++i) {
      gradient[i] *= step;
      weights[i] -= gradient[i];
    }
    if (iteration > 1 && norm(gradient) < options.tolerance * std::max(norm(weights), 1.0)) break;
  }
  result.x = std::move(weights);
  return result;
}

void check_labels(const InstanceBlocks& blocks, int32_t classes) {
  for (size_t b = 0; b < blocks.size(); ++b) {
    const InstanceBlock block = blocks[b];
    for (int32_t row = 0; row < block.rows; ++row) {
      const double label = block.labels[row];
      const bool is_within = label >= 0 && label < classes;
      const bool is_whole = label == std::floor(label);
      if (is_within && is_whole) continue;
      const std::string range = classes == 2 ? "{0, 1}" : "[0, " + std::to_string(classes) + ")";
      throw_user_raised("Labels MUST be " + (is_within && classes != 2 ? "Integers" : "in " + range) + ", but got " +
                        java_double_text(label));
    }
    blocks.release(b);
  }
}

// Spark fails in two places: where it stacks vectors that are too short, and where it predicts for those that are too long.
void check_size(int32_t size, int32_t wanted) {
  if (size == wanted) return;
  const std::string reason = "MultilayerPerceptronClassifier was given vectors of " + std::to_string(size) +
                             " elements, but the first of its layers has " + std::to_string(wanted) + ".";
  if (size < wanted) throw_spark_exception(reason);
  const std::string vector = vector_type().sql_type().simple_string();
  throw_failed_transform_because("ProbabilisticClassificationModel", vector, vector, "java.lang.IllegalArgumentException: " + reason);
}

class MultilayerPerceptronClassifier : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset, FitContext& context) const override {
    check_vector_field(context.fields, params.text("featuresCol"));
    check_numeric_field(context.fields, params.text("labelCol"));
    const FeedForwardNetwork network(std::get<std::vector<int32_t>>(params.get("layers")));
    std::vector<double> start = start_of(params, network);
    const InstanceBlocks blocks = InstanceBlocks::read(
        dataset, {.label = params.text("labelCol"), .weight = "", .features = params.text("featuresCol")}, context);
    check_labels(blocks, network.classes());
    if (blocks.rows() > 0) check_size(blocks.features(), network.features());
    OptimizerResult result = solve(params, blocks, network, std::move(start), context);
    auto model = std::make_shared<MultilayerPerceptronModel>(params, std::move(result.x));
    auto training = std::make_shared<ClassificationSummary>("MultilayerPerceptronClassificationTrainingSummaryImpl",
                                                            model->tally(blocks, context), params,
                                                            std::move(result.objective_history));
    training->model().watch(model);
    model->set_summary(std::move(training));
    return model;
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("labelCol"), params.text("featuresCol")};
  }

 private:
  static std::vector<double> start_of(const ParamMap& params, const FeedForwardNetwork& network) {
    if (!params.is_set("initialWeights")) return network.draw_weights(params.long_integer("seed"));
    std::vector<double> weights = std::get<Vector>(params.get("initialWeights")).to_array();
    if (weights.size() != network.weight_count()) {
      throw_spark_exception("requirement failed: Expected weight vector of size " + std::to_string(network.weight_count()) +
                            " but got size " + std::to_string(weights.size()) + ".");
    }
    return weights;
  }

  static OptimizerResult solve(const ParamMap& params, const InstanceBlocks& blocks, const FeedForwardNetwork& network,
                               std::vector<double> start, FitContext& context) {
    const bool descends = params.text("solver") == "gd";
    if (blocks.rows() == 0) {
      // No group has a mean: the weights stay what they were, after two steps of L-BFGS that fail.
      std::vector<double> history(descends ? 0 : 3, std::numeric_limits<double>::quiet_NaN());
      return {std::move(start), std::move(history)};
    }
    const RowGroups groups(blocks.rows(), context.slices, params.integer("blockSize"));
    CrossEntropy loss(blocks, network, groups, context);
    OptimizerOptions options;
    options.iterations_max = params.integer("maxIter");
    options.tolerance = params.number("tol");
    const Objective objective = [&](std::vector<double>& x, std::vector<double>& gradient) { return loss(x, gradient); };
    const IterationCallback report = [&](int iteration, double value) {
      context.report({"iteration", blocks.rows(), iteration, options.iterations_max, value});
    };
    if (descends) return descend(objective, std::move(start), params.number("stepSize"), options, report);
    return minimize(objective, std::move(start), options, report);
  }
};

}  // namespace

std::vector<Operator> multilayer_perceptron_operators() {
  static const MultilayerPerceptronClassifier estimator;
  return {{.jvm_class = kPerceptronClass,
           .kind = OperatorKind::kEstimator,
           .params = &multilayer_perceptron_params(),
           .estimator = &estimator},
          {.jvm_class = kPerceptronModelClass,
           .kind = OperatorKind::kModel,
           .params = &multilayer_perceptron_params(),
           .read_model = read_multilayer_perceptron_model}};
}

}  // namespace firesteel::ml
