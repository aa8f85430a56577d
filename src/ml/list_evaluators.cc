// Evaluators of predictions that are lists of labels or items.
// Follows org.apache.spark.ml.evaluation.{MultilabelClassification,Ranking}Evaluator and the
// metrics of the same names in org.apache.spark.mllib.evaluation.
#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "base/error.h"
#include "ml/evaluator.h"
#include "ml/operators.h"
#include "ml/unary_transform.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

using Labels = std::vector<double>;

void check_list_field(const Fields& fields, const std::string& name) {
  const plan::Type& type = find_field(fields, name).type;
  require(field_type(type) == FieldType::kDoubleArray,
          "Column " + name +
              " must be of type equal to one of the following types: [array<double>, "
              "array<double>] but "
              "was actually of type " +
              type.simple_string() + ".");
}

Labels list_at(const arrow::Array& lists, const NumberColumn& numbers, int64_t row) {
  if (lists.IsNull(row)) throw_spark_exception("a list of labels is null");
  const ListRange range = list_range(lists, row);
  Labels labels;
  // Spark reads a null element as 0.
  for (int64_t i = range.begin; i < range.end; ++i)
    labels.push_back(numbers.is_null(i) ? 0.0 : numbers.values[i]);
  return labels;
}

// Calls `use(prediction, label)` for every row.
void for_each_row(const ParamMap& params, arrow::RecordBatchReader& dataset, FitContext& context,
                  const std::function<void(const Labels&, const Labels&)>& use) {
  check_list_field(context.fields, params.text("predictionCol"));
  check_list_field(context.fields, params.text("labelCol"));
  const int prediction_at = find_position(context.fields, params.text("predictionCol"));
  const int label_at = find_position(context.fields, params.text("labelCol"));
  std::shared_ptr<arrow::RecordBatch> batch;
  int64_t rows = 0;
  while (true) {
    context.check_canceled();
    check_arrow(dataset.ReadNext(&batch));
    if (!batch) break;
    const auto& predictions = batch->column(prediction_at);
    const auto& labels = batch->column(label_at);
    const NumberColumn predicted = read_numbers(*list_values(*predictions));
    const NumberColumn known = read_numbers(*list_values(*labels));
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      use(list_at(*predictions, predicted, row), list_at(*labels, known, row));
    }
    rows += batch->num_rows();
    context.report({.stage = "evaluating", .rows = rows});
  }
}

// What both lists hold, each value as often as in both.
Labels intersect(Labels a, Labels b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  Labels both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

Labels subtract(Labels a, Labels b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  Labels rest;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
  return rest;
}

// Sums over documents.
class MultilabelMetrics {
 public:
  void add(const Labels& predictions, const Labels& labels) {
    const Labels both = intersect(predictions, labels);
    const auto hits = static_cast<double>(both.size());
    const auto predicted = static_cast<double>(predictions.size());
    const auto known = static_cast<double>(labels.size());
    ++documents_;
    known_labels_.insert(labels.begin(), labels.end());
    equal_ += predictions == labels;
    accuracy_ += hits / (known + predicted - hits);
    hamming_ += known + predicted - 2 * hits;
    precision_ += predictions.empty() ? 0.0 : hits / predicted;
    recall_ += hits / known;
    f1_ += 2.0 * hits / (predicted + known);
    for (const double label : both) ++true_positives_[label];
    for (const double label : subtract(predictions, labels)) ++false_positives_[label];
    for (const double label : subtract(labels, predictions)) ++false_negatives_[label];
  }

  double metric(const std::string& name, double label) const {
    const double n = documents_;
    if (name == "subsetAccuracy") return equal_ / n;
    if (name == "accuracy") return accuracy_ / n;
    if (name == "hammingLoss") return hamming_ / (n * static_cast<double>(known_labels_.size()));
    if (name == "precision") return precision_ / n;
    if (name == "recall") return recall_ / n;
    if (name == "f1Measure") return f1_ / n;
    if (name == "precisionByLabel") return share(label, false_positives_);
    if (name == "recallByLabel") return share(label, false_negatives_);
    if (name == "f1MeasureByLabel") {
      const double p = share(label, false_positives_);
      const double r = share(label, false_negatives_);
      return p + r == 0 ? 0.0 : 2.0 * p * r / (p + r);
    }
    const double hits = total(true_positives_);
    if (name == "microPrecision") return hits / (hits + total(false_positives_));
    if (name == "microRecall") return hits / (hits + total(false_negatives_));
    return 2.0 * hits / (2.0 * hits + total(false_negatives_) + total(false_positives_));
  }

 private:
  using Counts = std::map<double, double>;

  static double total(const Counts& counts) {
    double sum = 0;
    for (const auto& [label, count] : counts) sum += count;
    return sum;
  }

  // As in Spark, a label that was never right has no metric.
  double share(double label, const Counts& misses) const {
    const auto hits = true_positives_.find(label);
    if (hits == true_positives_.end()) {
      throw SparkError("_LEGACY_ERROR_ML_NO_SUCH_ELEMENT",
                       {{"message", "key not found: " + java_double_text(label)}});
    }
    const auto found = misses.find(label);
    return hits->second / (hits->second + (found == misses.end() ? 0.0 : found->second));
  }

  double documents_ = 0;
  double equal_ = 0;
  double accuracy_ = 0;
  double hamming_ = 0;
  double precision_ = 0;
  double recall_ = 0;
  double f1_ = 0;
  std::set<double> known_labels_;
  Counts true_positives_;
  Counts false_positives_;
  Counts false_negatives_;
};

const ParamTable& multilabel_params() {
  static const ParamTable table = {
      {"predictionCol", ValueType::kString, Value("prediction")},
      {"labelCol", ValueType::kString, Value("label")},
      {"metricName", ValueType::kString, Value("f1Measure"),
       one_of({"subsetAccuracy", "accuracy", "hammingLoss", "precision", "recall", "f1Measure",
               "precisionByLabel", "recallByLabel", "f1MeasureByLabel", "microPrecision",
               "microRecall", "microF1Measure"})},
      {"metricLabel", ValueType::kDouble, Value(0.0), at_least(0)}};
  return table;
}

class MultilabelEvaluator : public Evaluator {
 public:
  double evaluate(const ParamMap& params, arrow::RecordBatchReader& dataset,
                  FitContext& context) const override {
    MultilabelMetrics metrics;
    for_each_row(params, dataset, context, [&](const Labels& predictions, const Labels& labels) {
      metrics.add(predictions, labels);
    });
    return metrics.metric(params.text("metricName"), params.number("metricLabel"));
  }
  bool is_larger_better(const ParamMap& params) const override {
    return params.text("metricName") != "hammingLoss";
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("predictionCol"), params.text("labelCol")};
  }
};

const ParamTable& ranking_params() {
  static const ParamTable table = {{"predictionCol", ValueType::kString, Value("prediction")},
                                   {"labelCol", ValueType::kString, Value("label")},
                                   {"metricName", ValueType::kString, Value("meanAveragePrecision"),
                                    one_of({"meanAveragePrecision", "meanAveragePrecisionAtK",
                                            "precisionAtK", "ndcgAtK", "recallAtK"})},
                                   {"k", ValueType::kInt, Value(10), greater_than(0)}};
  return table;
}

double average_precision(const Labels& ranking, const std::set<double>& relevant, size_t k) {
  double hits = 0;
  double sum = 0;
  for (size_t i = 0; i < std::min(k, ranking.size()); ++i) {
    if (!relevant.contains(ranking[i])) continue;
    ++hits;
    sum += hits / static_cast<double>(i + 1);
  }
  return sum / static_cast<double>(std::min(relevant.size(), k));
}

double normalized_gain(const Labels& ranking, const std::set<double>& relevant, size_t k) {
  double gained = 0;
  double most = 0;
  for (size_t i = 0; i < std::min(std::max(ranking.size(), relevant.size()), k); ++i) {
    const double gain = 1.0 / std::log(static_cast<double>(i + 2));
    if (i < ranking.size() && relevant.contains(ranking[i])) gained += gain;
    if (i < relevant.size()) most += gain;
  }
  return most == 0.0 ? 0.0 : gained / most;
}

// Of one query; without relevant items every metric is 0.
double query_metric(const std::string& name, const Labels& ranking, const Labels& labels,
                    size_t k) {
  const std::set<double> relevant(labels.begin(), labels.end());
  if (relevant.empty()) return 0.0;
  if (name == "meanAveragePrecision") {
    return average_precision(ranking, relevant, std::max(ranking.size(), relevant.size()));
  }
  if (name == "meanAveragePrecisionAtK") return average_precision(ranking, relevant, k);
  if (name == "ndcgAtK") return normalized_gain(ranking, relevant, k);
  double hits = 0;
  for (size_t i = 0; i < std::min(k, ranking.size()); ++i) hits += relevant.contains(ranking[i]);
  return hits / static_cast<double>(name == "precisionAtK" ? k : relevant.size());
}

class RankingEvaluator : public Evaluator {
 public:
  double evaluate(const ParamMap& params, arrow::RecordBatchReader& dataset,
                  FitContext& context) const override {
    const std::string& name = params.text("metricName");
    const auto k = static_cast<size_t>(params.integer("k"));
    // Spark's StatCounter: a running mean.
    double mean = 0;
    double queries = 0;
    for_each_row(params, dataset, context, [&](const Labels& ranking, const Labels& labels) {
      ++queries;
      mean += (query_metric(name, ranking, labels, k) - mean) / queries;
    });
    return mean;
  }
  bool is_larger_better(const ParamMap& /*params*/) const override { return true; }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("predictionCol"), params.text("labelCol")};
  }
};

}  // namespace

std::vector<Operator> list_evaluator_operators() {
  static const MultilabelEvaluator multilabel;
  static const RankingEvaluator ranking;
  return {{.jvm_class = "org.apache.spark.ml.evaluation.MultilabelClassificationEvaluator",
           .kind = OperatorKind::kEvaluator,
           .params = &multilabel_params(),
           .evaluator = &multilabel},
          {.jvm_class = "org.apache.spark.ml.evaluation.RankingEvaluator",
           .kind = OperatorKind::kEvaluator,
           .params = &ranking_params(),
           .evaluator = &ranking}};
}

}  // namespace firesteel::ml
