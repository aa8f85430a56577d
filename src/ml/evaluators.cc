// The evaluators of classifiers and regressors.
// Follows org.apache.spark.ml.evaluation.{Multiclass,Binary}ClassificationEvaluator and
// RegressionEvaluator.
#include "ml/evaluator.h"

#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "ml/binary_metrics.h"
#include "ml/instance_blocks.h"
#include "ml/multiclass_metrics.h"
#include "ml/operators.h"
#include "ml/regression_metrics.h"
#include "ml/reservation.h"
#include "ml/unary_transform.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

// The columns of an evaluation, batch by batch.
struct EvaluatedBatch {
  std::shared_ptr<arrow::RecordBatch> batch;
  NumberColumn labels;
  NumberColumn weights;
  bool weighted = false;

  double weight(int64_t row) const { return weighted ? weights.values[row] : 1.0; }
};

// Spark fails on the first row that lacks a value.
[[noreturn]] void throw_null_value() { throw_spark_exception("a value that is evaluated is null"); }

void check_values(const EvaluatedBatch& b) {
  for (int64_t row = 0; row < b.batch->num_rows(); ++row) {
    if (b.labels.is_null(row)) throw_null_value();
    if (b.weighted) check_weight(b.weights.values[row], b.weights.is_null(row));
  }
}

// A column of predictions, none of which is null.
NumberColumn read_predictions(const arrow::Array& array) {
  if (array.null_count() > 0) throw_null_value();
  return read_numbers(array);
}

template <typename Use>
void for_each_batch(const ParamMap& params, arrow::RecordBatchReader& dataset, FitContext& context, const Use& use) {
  check_numeric_field(context.fields, params.text("labelCol"));
  const int label_at = find_position(context.fields, params.text("labelCol"));
  const std::string weight = params.text_or_empty("weightCol");
  if (!weight.empty()) check_numeric_field(context.fields, weight);
  EvaluatedBatch current;
  current.weighted = !weight.empty();
  int64_t rows = 0;
  while (true) {
    context.check_canceled();
    check_arrow(dataset.ReadNext(&current.batch));
    if (!current.batch) break;
    current.labels = read_numbers(*current.batch->column(label_at));
    if (current.weighted) current.weights = read_numbers(*current.batch->column(find_position(context.fields, weight)));
    check_values(current);
    use(current);
    rows += current.batch->num_rows();
    context.report({.stage = "evaluating", .rows = rows});
  }
}

std::vector<std::string> columns_of(const ParamMap& params, std::vector<std::string> columns) {
  columns.push_back(params.text("labelCol"));
  if (const std::string weight = params.text_or_empty("weightCol"); !weight.empty()) columns.push_back(weight);
  return columns;
}

const ParamTable& multiclass_params() {
  static const ParamTable table = {
      {"predictionCol", ValueType::kString, Value("prediction")},
      {"labelCol", ValueType::kString, Value("label")},
      {"weightCol", ValueType::kString},
      {"probabilityCol", ValueType::kString, Value("probability")},
      {"metricName", ValueType::kString, Value("f1"),
       one_of({"f1", "accuracy", "weightedPrecision", "weightedRecall", "weightedTruePositiveRate",
               "weightedFalsePositiveRate", "weightedFMeasure", "truePositiveRateByLabel", "falsePositiveRateByLabel",
               "precisionByLabel", "recallByLabel", "fMeasureByLabel", "logLoss", "hammingLoss"})},
      {"metricLabel", ValueType::kDouble, Value(0.0), at_least(0)},
      {"beta", ValueType::kDouble, Value(1.0), greater_than(0)},
      {"eps", ValueType::kDouble, Value(1e-15), [](const Value& value) {
         const double eps = std::get<double>(value);
         return eps > 0 && eps < 0.5;
       }}};
  return table;
}

// Probabilities of the classes in vectors or lists of numbers.
class ProbabilityColumn {
 public:
  ProbabilityColumn(const Field& field, const std::shared_ptr<arrow::Array>& array) : array_(array) {
    const FieldType type = field_type(field.type);
    require(type == FieldType::kVector || type == FieldType::kDoubleArray,
            "Column " + field.name + " must be of type equal to one of the following types: [" +
                vector_type().sql_type().simple_string() + ", array<double>, array<float>] but was actually of type " +
                field.type.simple_string() + ".");
    if (array->null_count() > 0) throw_null_value();
    if (type == FieldType::kVector) {
      vectors_.emplace(array);
    } else {
      numbers_ = read_predictions(*list_values(*array));
    }
  }

  std::vector<double> operator[](int64_t row) const {
    if (vectors_) return (*vectors_)[row].to_vector().to_array();
    const ListRange range = list_range(*array_, row);
    return {numbers_.values.begin() + range.begin, numbers_.values.begin() + range.end};
  }

 private:
  std::shared_ptr<arrow::Array> array_;
  std::optional<VectorColumn> vectors_;
  NumberColumn numbers_;
};

class MulticlassEvaluator : public Evaluator {
 public:
  double evaluate(const ParamMap& params, arrow::RecordBatchReader& dataset, FitContext& context) const override {
    if (params.text("metricName") == "logLoss") return log_loss(params, dataset, context);
    const int prediction_at = find_position(context.fields, params.text("predictionCol"));
    check_numeric_field(context.fields, params.text("predictionCol"));
    MulticlassMetrics metrics;
    for_each_batch(params, dataset, context, [&](const EvaluatedBatch& b) {
      const NumberColumn predictions = read_predictions(*b.batch->column(prediction_at));
      for (int64_t row = 0; row < b.batch->num_rows(); ++row) {
        metrics.add(predictions.values[row], b.labels.values[row], b.weight(row));
      }
    });
    metrics.finish();
    return metric(params, metrics);
  }

  bool is_larger_better(const ParamMap& params) const override {
    const std::string& name = params.text("metricName");
    return name != "weightedFalsePositiveRate" && name != "falsePositiveRateByLabel" && name != "logLoss" &&
           name != "hammingLoss";
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return columns_of(params, {params.text(params.text("metricName") == "logLoss" ? "probabilityCol" : "predictionCol")});
  }

 private:
  static double log_loss(const ParamMap& params, arrow::RecordBatchReader& dataset, FitContext& context) {
    const int probability_at = find_position(context.fields, params.text("probabilityCol"));
    const double eps = params.number("eps");
    double loss = 0;
    double weights = 0;
    for_each_batch(params, dataset, context, [&](const EvaluatedBatch& b) {
      const ProbabilityColumn probabilities(context.fields[probability_at], b.batch->column(probability_at));
      for (int64_t row = 0; row < b.batch->num_rows(); ++row) {
        const std::vector<double> vector = probabilities[row];
        const double label = b.labels.values[row];
        if (label < 0 || label != std::floor(label) || label >= static_cast<double>(vector.size())) {
          throw_illegal_argument("Invalid label value: " + java_double_text(label));
        }
        const double probability = vector[static_cast<size_t>(label)];
        loss -= b.weight(row) * std::log(std::max(probability, eps));
        weights += b.weight(row);
      }
    });
    return loss / weights;
  }

  static double metric(const ParamMap& params, const MulticlassMetrics& m) {
    const std::string& name = params.text("metricName");
    const double label = params.number("metricLabel");
    const double beta = params.number("beta");
    if (name == "f1") return m.weighted_f_measure(1.0);
    if (name == "accuracy") return m.accuracy();
    if (name == "weightedPrecision") return m.weighted_precision();
    if (name == "weightedRecall") return m.weighted_recall();
    if (name == "weightedTruePositiveRate") return m.weighted_true_positive_rate();
    if (name == "weightedFalsePositiveRate") return m.weighted_false_positive_rate();
    if (name == "weightedFMeasure") return m.weighted_f_measure(beta);
    if (name == "truePositiveRateByLabel") return m.true_positive_rate(label);
    if (name == "falsePositiveRateByLabel") return m.false_positive_rate(label);
    if (name == "precisionByLabel") return m.precision(label);
    if (name == "recallByLabel") return m.recall(label);
    if (name == "fMeasureByLabel") return m.f_measure(label, beta);
    return m.hamming_loss();
  }
};

const ParamTable& binary_params() {
  static const ParamTable table = {{"rawPredictionCol", ValueType::kString, Value("rawPrediction")},
                                   {"labelCol", ValueType::kString, Value("label")},
                                   {"weightCol", ValueType::kString},
                                   {"metricName", ValueType::kString, Value("areaUnderROC"),
                                    one_of({"areaUnderROC", "areaUnderPR"})},
                                   {"numBins", ValueType::kInt, Value(1000), at_least(0)}};
  return table;
}

class BinaryEvaluator : public Evaluator {
 public:
  double evaluate(const ParamMap& params, arrow::RecordBatchReader& dataset, FitContext& context) const override {
    const std::string& name = params.text("rawPredictionCol");
    const int score_at = find_position(context.fields, name);
    const bool is_vector = field_type(context.fields[score_at].type) == FieldType::kVector;
    if (!is_vector) {
      require(field_type(context.fields[score_at].type) == FieldType::kDouble,
              "Column " + name + " must be of type equal to one of the following types: [double, " +
                  vector_type().sql_type().simple_string() + "] but was actually of type " +
                  context.fields[score_at].type.simple_string() + ".");
    }
    // The rows while they grow, and a threshold of three numbers for each.
    constexpr int64_t kBytesOfRow = 2 * sizeof(ScoredLabel) + 3 * sizeof(double);
    Reservation reservation(context, "an evaluation");
    RowVector<ScoredLabel> rows;
    for_each_batch(params, dataset, context, [&](const EvaluatedBatch& b) {
      NumberColumn scores;
      std::optional<VectorColumn> vectors;
      if (is_vector) {
        if (b.batch->column(score_at)->null_count() > 0) throw_null_value();
        vectors.emplace(b.batch->column(score_at));
      } else {
        scores = read_predictions(*b.batch->column(score_at));
      }
      reservation.add(b.batch->num_rows(), kBytesOfRow);
      for (int64_t row = 0; row < b.batch->num_rows(); ++row) {
        const double score = is_vector ? (*vectors)[row].to_vector().to_array().at(1) : scores.values[row];
        rows.emplace_back(score, b.labels.values[row], b.weight(row));
      }
    });
    const BinaryMetrics metrics(std::move(rows), params.integer("numBins"));
    return params.text("metricName") == "areaUnderROC" ? metrics.area_under_roc()
                                                       : metrics.area_under_precision_recall();
  }

  bool is_larger_better(const ParamMap& /*params*/) const override { return true; }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return columns_of(params, {params.text("rawPredictionCol")});
  }
};

const ParamTable& regression_params() {
  static const ParamTable table = {
      {"predictionCol", ValueType::kString, Value("prediction")},
      {"labelCol", ValueType::kString, Value("label")},
      {"weightCol", ValueType::kString},
      {"metricName", ValueType::kString, Value("rmse"), one_of({"mse", "rmse", "r2", "mae", "var"})},
      {"throughOrigin", ValueType::kBool, Value(false)}};
  return table;
}

class RegressionEvaluator : public Evaluator {
 public:
  double evaluate(const ParamMap& params, arrow::RecordBatchReader& dataset, FitContext& context) const override {
    check_numeric_field(context.fields, params.text("predictionCol"));
    const int prediction_at = find_position(context.fields, params.text("predictionCol"));
    RegressionMetrics metrics;
    for_each_batch(params, dataset, context, [&](const EvaluatedBatch& b) {
      const NumberColumn predictions = read_predictions(*b.batch->column(prediction_at));
      for (int64_t row = 0; row < b.batch->num_rows(); ++row) {
        metrics.add(predictions.values[row], b.labels.values[row], b.weight(row));
      }
    });
    require(metrics.count() > 0, "Nothing has been added to this summarizer.");
    const std::string& name = params.text("metricName");
    if (name == "mse") return metrics.mean_squared_error();
    if (name == "mae") return metrics.mean_absolute_error();
    if (name == "var") return metrics.explained_variance();
    if (name == "r2") return metrics.r2(params.flag("throughOrigin"));
    return metrics.root_mean_squared_error();
  }

  bool is_larger_better(const ParamMap& params) const override {
    return params.text("metricName") == "r2" || params.text("metricName") == "var";
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return columns_of(params, {params.text("predictionCol")});
  }
};

}  // namespace

std::vector<Operator> evaluator_operators() {
  static const MulticlassEvaluator multiclass;
  static const BinaryEvaluator binary;
  static const RegressionEvaluator regression;
  return {{.jvm_class = "org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator",
           .kind = OperatorKind::kEvaluator,
           .params = &multiclass_params(),
           .evaluator = &multiclass},
          {.jvm_class = "org.apache.spark.ml.evaluation.BinaryClassificationEvaluator",
           .kind = OperatorKind::kEvaluator,
           .params = &binary_params(),
           .evaluator = &binary},
          {.jvm_class = "org.apache.spark.ml.evaluation.RegressionEvaluator",
           .kind = OperatorKind::kEvaluator,
           .params = &regression_params(),
           .evaluator = &regression}};
}

}  // namespace firesteel::ml
