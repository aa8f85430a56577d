// The silhouette of a clustering. Follows org.apache.spark.ml.evaluation.ClusteringEvaluator and
// ClusteringMetrics: the distance of a point to a whole cluster follows from the cluster's sums.
#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/error.h"
#include "ml/evaluator.h"
#include "ml/instance_blocks.h"
#include "ml/operators.h"
#include "ml/parallel.h"

namespace firesteel::ml {

namespace {

const ParamTable& clustering_params() {
  static const ParamTable table = {
      {"predictionCol", ValueType::kString, Value("prediction")},
      {"featuresCol", ValueType::kString, Value("features")},
      {"weightCol", ValueType::kString},
      {"metricName", ValueType::kString, Value("silhouette"), one_of({"silhouette"})},
      {"distanceMeasure", ValueType::kString, Value("squaredEuclidean"),
       one_of_ignoring_case({"squaredEuclidean", "cosine"})}};
  return table;
}

// Sums over the points of a cluster.
struct Cluster {
  std::vector<double> features;
  double squared_norm = 0;
  double weight = 0;
};
using Clusters = std::map<double, Cluster>;

// Not a number is more than every number, as java.lang.Double.compare has it.
double least(double a, double b) {
  if (std::isnan(a)) return b;
  return b < a ? b : a;
}

class Silhouette {
 public:
  Silhouette(const InstanceBlocks& blocks, bool is_cosine, const FitContext& context)
      : blocks_(blocks), is_cosine_(is_cosine), context_(context) {}

  double score() {
    for_each_point([&](double cluster_id, double weight, const std::vector<double>& point) {
      Cluster& cluster = clusters_[cluster_id];
      cluster.features.resize(point.size(), 0.0);
      for (size_t i = 0; i < point.size(); ++i) cluster.features[i] += weight * point[i];
      cluster.squared_norm += weight * squared_norm(point);
      cluster.weight += weight;
    });
    if (clusters_.size() <= 1) {
      throw SparkError(
          "_LEGACY_ERROR_ML_ASSERTION",
          {{"message", "assertion failed: Number of clusters must be greater than one."}});
    }
    double sum = 0;
    double weight_sum = 0;
    for_each_point([&](double cluster_id, double weight, const std::vector<double>& point) {
      sum += coefficient(cluster_id, weight, point) * weight;
      weight_sum += weight;
    });
    return sum / weight_sum;
  }

 private:
  static double squared_norm(const std::vector<double>& point) {
    double sum = 0;
    for (const double value : point) sum += value * value;
    return sum;
  }

  // Calls `use(cluster, weight, point)`; the points of the cosine distance have length 1.
  template <typename Use>
  void for_each_point(const Use& use) const {
    const std::vector<int32_t>& dense = blocks_.dense_columns();
    std::vector<double> point(blocks_.features());
    for (size_t b = 0; b < blocks_.size(); ++b) {
      context_.check_canceled();
      const InstanceBlock block = blocks_[b];
      for (int32_t row = 0; row < block.rows; ++row) {
        std::fill(point.begin(), point.end(), 0.0);
        const double* values = block.dense + static_cast<int64_t>(row) * block.dense_width;
        for (int32_t d = 0; d < block.dense_width; ++d) point[dense[d]] = values[d];
        for (int32_t k = block.offsets[row]; k < block.offsets[row + 1]; ++k) {
          point[block.indices[k]] += block.values == nullptr ? 1.0 : block.values[k];
        }
        if (is_cosine_) {
          const double scale = 1.0 / std::sqrt(squared_norm(point));
          for (double& value : point) value *= scale;
        }
        use(block.labels[row], block.weights[row], point);
      }
      blocks_.release(b);
    }
  }

  double mean_distance(const Cluster& cluster, const std::vector<double>& point,
                       double point_norm) const {
    double product = 0;
    for (size_t i = 0; i < point.size(); ++i) product += point[i] * cluster.features[i];
    if (is_cosine_) return 1.0 - product / cluster.weight;
    return point_norm + cluster.squared_norm / cluster.weight - 2.0 * product / cluster.weight;
  }

  double coefficient(double cluster_id, double weight, const std::vector<double>& point) const {
    const Cluster& own = clusters_.at(cluster_id);
    if (own.weight == weight) return 0.0;  // alone in its cluster
    const double norm = squared_norm(point);
    double neighbour = std::numeric_limits<double>::quiet_NaN();
    for (const auto& [id, cluster] : clusters_) {
      if (id != cluster_id) neighbour = least(neighbour, mean_distance(cluster, point, norm));
    }
    // The point itself does not count.
    const double current = mean_distance(own, point, norm) * own.weight / (own.weight - weight);
    if (current < neighbour) return 1.0 - current / neighbour;
    return current > neighbour ? neighbour / current - 1.0 : 0.0;
  }

  const InstanceBlocks& blocks_;
  bool is_cosine_;
  const FitContext& context_;
  Clusters clusters_;
};

class ClusteringEvaluator : public Evaluator {
 public:
  double evaluate(const ParamMap& params, arrow::RecordBatchReader& dataset,
                  FitContext& context) const override {
    const std::string& features = params.text("featuresCol");
    check_numeric_field(context.fields, params.text("predictionCol"));
    const plan::Type& type = find_field(context.fields, features).type;
    require(field_type(type) == FieldType::kVector,
            "Column " + features + " must be of type equal to one of the following types: [" +
                vector_type().sql_type().simple_string() +
                ", array<double>, array<float>] but was actually of type " + type.simple_string() +
                ".");
    const std::string weight = params.text_or_empty("weightCol");
    if (!weight.empty()) check_numeric_field(context.fields, weight);
    const InstanceBlocks blocks = InstanceBlocks::read(dataset,
                                                       {.label = params.text("predictionCol"),
                                                        .weight = weight,
                                                        .features = features,
                                                        .label_check = LabelCheck::kPresent,
                                                        .must_be_finite = false},
                                                       context);
    if (blocks.rows() == 0)
      throw SparkError("_LEGACY_ERROR_ML_NO_SUCH_ELEMENT", {{"message", "head of empty array"}});
    const bool is_cosine = one_of_ignoring_case({"cosine"})(Value(params.text("distanceMeasure")));
    return Silhouette(blocks, is_cosine, context).score();
  }

  bool is_larger_better(const ParamMap& /*params*/) const override { return true; }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    std::vector<std::string> columns = {params.text("predictionCol"), params.text("featuresCol")};
    if (const std::string weight = params.text_or_empty("weightCol"); !weight.empty())
      columns.push_back(weight);
    return columns;
  }
};

}  // namespace

std::vector<Operator> clustering_evaluator_operators() {
  static const ClusteringEvaluator evaluator;
  return {{.jvm_class = "org.apache.spark.ml.evaluation.ClusteringEvaluator",
           .kind = OperatorKind::kEvaluator,
           .params = &clustering_params(),
           .evaluator = &evaluator}};
}

}  // namespace firesteel::ml
