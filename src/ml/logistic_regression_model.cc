#include "ml/logistic_regression_model.h"

#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "ml/classification_summary.h"
#include "ml/column_metadata.h"
#include "ml/model_table.h"
#include "ml/persistence.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

// Spark's getThreshold: `thresholds` of length 2 takes the place of `threshold`.
double binary_threshold(const ParamMap& params) {
  if (!params.is_set("thresholds")) return params.number("threshold");
  const std::vector<double>& t = params.numbers("thresholds");
  require(t.size() == 2,
          "Logistic Regression getThreshold only applies to binary classification, but thresholds has "
          "length != 2.");
  return 1.0 / (1.0 + t[0] / t[1]);
}

int argmax(const double* values, int count) {
  return static_cast<int>(std::max_element(values, values + count) - values);
}

class LogisticTransform : public BatchTransform {
 public:
  LogisticTransform(LogisticPredictor predictor, int features_at, const ParamMap& params)
      : predictor_(std::move(predictor)),
        features_at_(features_at),
        raw_name_(params.text("rawPredictionCol")),
        probability_name_(params.text("probabilityCol")),
        prediction_name_(params.text("predictionCol")) {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    const VectorColumn vectors(batch->column(features_at_));
    const int64_t rows = batch->num_rows();
    const int classes = predictor_.classes();
    VectorColumnBuilder raws;
    VectorColumnBuilder probabilities;
    raws.reserve(rows, rows * classes);
    probabilities.reserve(rows, rows * classes);
    std::vector<double> predictions(rows, 0.0);
    std::vector<double> margins(predictor_.sets());
    std::vector<double> raw(classes);
    std::vector<double> probability(classes);
    for (int64_t row = 0; row < rows; ++row) {
      compute_margins(transformed_vector(vectors, row, predictor_.features(), "LogisticRegressionModel"), margins);
      predictor_.raw(margins.data(), raw.data());
      predictor_.probability(raw.data(), probability.data());
      predictions[row] = predictor_.prediction(raw.data(), probability.data());
      raws.append_dense(raw.data(), classes);
      probabilities.append_dense(probability.data(), classes);
    }
    auto result = batch;
    if (!raw_name_.empty()) result = append_column(result, raw_name_, raws.finish());
    if (!probability_name_.empty()) result = append_column(result, probability_name_, probabilities.finish());
    if (!prediction_name_.empty()) result = append_column(result, prediction_name_, make_doubles(predictions));
    return result;
  }

 private:
  void compute_margins(const VectorView& view, std::vector<double>& margins) const {
    const int sets = predictor_.sets();
    std::fill(margins.begin(), margins.end(), 0.0);
    for (int32_t i = 0; i < view.count; ++i) {
      const double value = view.values[i];
      if (value == 0.0) continue;
      const double* weights = predictor_.weights(view.indices != nullptr ? view.indices[i] : i);
      for (int k = 0; k < sets; ++k) margins[k] += value * weights[k];
    }
    for (int k = 0; k < sets; ++k) margins[k] += predictor_.intercepts()[k];
  }

  LogisticPredictor predictor_;
  int features_at_;
  std::string raw_name_;
  std::string probability_name_;
  std::string prediction_name_;
};

Vector vector_argument(const MethodCall& call) {
  require(call.arguments.size() == 1 && std::holds_alternative<Vector>(call.arguments[0]),
          call.method + " takes one vector");
  return std::get<Vector>(call.arguments[0]);
}

// predict, predictRaw or predictProbability of one vector, through the batch kernel.
Value predict_one(const LogisticRegressionModel& model, const MethodCall& call) {
  ParamMap params = model.params();
  params.set("featuresCol", "features");
  params.set("rawPredictionCol", "raw");
  params.set("probabilityCol", "probability");
  params.set("predictionCol", "prediction");
  const Vector vector = vector_argument(call);
  require(vector.size == model.coefficients().columns,
          "The columns of A don't match the number of elements of x. A: " +
              std::to_string(model.coefficients().columns) + ", x: " + std::to_string(vector.size));
  VectorColumnBuilder builder;
  builder.append(vector);
  auto column = builder.finish();
  const Fields fields = {{"features", vector_type(), true, ""}};
  const auto batch = arrow::RecordBatch::Make(arrow::schema({arrow::field("features", column->type())}), 1, {column});
  const auto result = model.bind(fields, params)->apply(batch);
  if (call.method == "predict") return read_numbers(*result->GetColumnByName("prediction")).values[0];
  const char* name = call.method == "predictRaw" ? "raw" : "probability";
  return VectorColumn(result->GetColumnByName(name))[0].to_vector();
}

}  // namespace

LogisticPredictor::LogisticPredictor(const Matrix& coefficients, const Vector& intercepts, bool multinomial,
                                     const ParamMap& params)
    : multinomial_(multinomial),
      sets_(coefficients.rows),
      features_(coefficients.columns),
      weights_(static_cast<size_t>(sets_) * features_),
      intercepts_(intercepts.to_array()) {
  const std::vector<double> rows = coefficients.to_row_major();
  for (int k = 0; k < sets_; ++k) {
    for (int32_t f = 0; f < features_; ++f) {
      weights_[static_cast<size_t>(f) * sets_ + k] = rows[static_cast<size_t>(k) * features_ + f];
    }
  }
  if (!multinomial) {
    threshold_ = binary_threshold(params);
  } else if (params.is_set("thresholds")) {
    thresholds_ = params.numbers("thresholds");
    require(thresholds_.size() == static_cast<size_t>(sets_),
            "LogisticRegressionModel.transform() called with non-matching numClasses and thresholds.length. "
            "numClasses=" + std::to_string(sets_) + ", but thresholds has length " +
                std::to_string(thresholds_.size()));
  }
}

void LogisticPredictor::raw(const double* margins, double* raw) const {
  if (multinomial_) {
    std::copy(margins, margins + sets_, raw);
  } else {
    raw[0] = -margins[0];
    raw[1] = margins[0];
  }
}

void LogisticPredictor::probability(const double* raw, double* probability) const {
  if (!multinomial_) {
    probability[0] = 1.0 / (1.0 + std::exp(-raw[0]));
    probability[1] = 1.0 - probability[0];
    return;
  }
  const double highest = *std::max_element(raw, raw + sets_);
  double sum = 0;
  for (int k = 0; k < sets_; ++k) {
    // An infinite intercept (one class only) takes the whole probability.
    probability[k] = std::isinf(highest) ? (raw[k] == highest ? 1.0 : 0.0) : std::exp(raw[k] - highest);
    sum += probability[k];
  }
  for (int k = 0; k < sets_; ++k) probability[k] *= 1.0 / sum;
}

double LogisticPredictor::prediction(const double* raw, const double* probability) const {
  if (!multinomial_) {
    if (threshold_ == 0.0) return 1.0;
    if (threshold_ == 1.0) return 0.0;
    return raw[1] > std::log(threshold_ / (1.0 - threshold_)) ? 1.0 : 0.0;
  }
  if (thresholds_.empty()) return argmax(raw, sets_);
  std::vector<double> scaled(sets_);
  for (int k = 0; k < sets_; ++k) scaled[k] = probability[k] / thresholds_[k];
  return argmax(scaled.data(), sets_);
}

LogisticRegressionModel::LogisticRegressionModel(ParamMap params, Matrix coefficients, Vector intercepts,
                                                 int classes, bool multinomial)
    : params_(std::move(params)),
      coefficients_(std::move(coefficients)),
      intercepts_(std::move(intercepts)),
      classes_(classes),
      multinomial_(multinomial) {}

LogisticPredictor LogisticRegressionModel::predictor(const ParamMap& params) const {
  return {coefficients_, intercepts_, multinomial_, params};
}

Attribute LogisticRegressionModel::attribute(const std::shared_ptr<const Attributed>& /*self*/,
                                             const MethodCall& call) const {
  const std::string& method = call.method;
  if (method == "numClasses") return Value(static_cast<int32_t>(classes_));
  if (method == "numFeatures") return Value(coefficients_.columns);
  if (method == "coefficientMatrix") return Value(coefficients_);
  if (method == "interceptVector") return Value(intercepts_);
  if (method == "hasSummary") return Value(summary_ != nullptr);
  if (method == "toString") {
    return Value("LogisticRegressionModel: uid=" + params_.uid() + ", numClasses=" + std::to_string(classes_) +
                 ", numFeatures=" + std::to_string(coefficients_.columns));
  }
  if (method == "coefficients") {
    if (multinomial_) {
      throw_spark_exception(
          "Multinomial models contain a matrix of coefficients, use coefficientMatrix instead.");
    }
    if (coefficients_.sparse) {
      return Value(Vector::make_sparse(coefficients_.columns, coefficients_.indices, coefficients_.values));
    }
    return Value(Vector::dense(coefficients_.to_row_major()));
  }
  if (method == "intercept") {
    if (multinomial_) {
      throw_spark_exception("Multinomial models contain a vector of intercepts, use interceptVector instead.");
    }
    return Value(intercepts_.to_array()[0]);
  }
  if (method == "summary" || method == "binarySummary") {
    if (!summary_) throw_spark_exception("No training summary available for this LogisticRegressionModel");
    return summary_;
  }
  if (method == "predict" || method == "predictRaw" || method == "predictProbability") {
    return predict_one(*this, call);
  }
  throw_no_attribute(*this, method);
}

int64_t LogisticRegressionModel::size_bytes() const {
  const auto numbers = static_cast<int64_t>(coefficients_.values.size() + intercepts_.values.size());
  const auto places = static_cast<int64_t>(coefficients_.indices.size() + coefficients_.pointers.size());
  return static_cast<int64_t>(sizeof(*this)) + 8 * numbers + 4 * places +
         (summary_ ? summary_->size_bytes() : 0);
}

Fields LogisticRegressionModel::transform_schema(const Fields& input, const ParamMap& params) const {
  check_vector_field(input, params.text("featuresCol"));
  const int classes = multinomial_ ? classes_ : 2;
  VectorAttributes vector;
  vector.size = classes;
  const std::string vector_metadata = to_metadata(vector);
  ColumnAttribute nominal{ColumnAttribute::Kind::kNominal, "", {}, classes_};
  Fields output = append_field(input, {params.text("rawPredictionCol"), vector_type(), true, vector_metadata});
  output = append_field(output, {params.text("probabilityCol"), vector_type(), true, vector_metadata});
  return append_field(
      output, {params.text("predictionCol"), plan::Type::double_number(), false, to_metadata(nominal)});
}

std::unique_ptr<BatchTransform> LogisticRegressionModel::bind(const Fields& input, const ParamMap& params) const {
  return std::make_unique<LogisticTransform>(predictor(params), find_position(input, params.text("featuresCol")),
                                             params);
}

std::vector<std::string> LogisticRegressionModel::input_columns(const ParamMap& params) const {
  return {params.text("featuresCol")};
}

std::shared_ptr<const Summary> LogisticRegressionModel::evaluate(const std::shared_ptr<const Model>& self,
 const ParamMap& params, arrow::RecordBatchReader& dataset, FitContext& context) const {
  ParamMap named = params;
  // As Spark's findSummaryModel: a summary needs a probability and a prediction column.
  for (const char* name : {"probabilityCol", "predictionCol"}) {
    if (params.text(name).empty()) named.set(name, std::string(name) + "_" + random_uid("summary"));
  }
  const auto transform = bind(context.fields, named);
  const int label_at = find_position(context.fields, named.text("labelCol"));
  const bool weighted = named.is_set("weightCol") && !named.text("weightCol").empty();
  const int weight_at = weighted ? find_position(context.fields, named.text("weightCol")) : -1;
  ClassificationTally tally(classes_ <= 2, std::make_shared<RowMemory>(context));
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    context.check_canceled();
    check_arrow(dataset.ReadNext(&batch));
    if (!batch) break;
    const auto output = transform->apply(batch);
    const NumberColumn labels = read_numbers(*batch->column(label_at));
    NumberColumn weights;
    if (weighted) weights = read_numbers(*batch->column(weight_at));
    const NumberColumn predictions = read_numbers(*output->GetColumnByName(named.text("predictionCol")));
    const VectorColumn probabilities(output->GetColumnByName(named.text("probabilityCol")));
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      tally.add(labels.values[row], weighted ? weights.values[row] : 1.0, predictions.values[row],
                probabilities[row].values[1]);
    }
  }
  auto summary = std::make_shared<ClassificationSummary>(
      classes_ <= 2 ? "BinaryLogisticRegressionSummaryImpl" : "LogisticRegressionSummaryImpl", std::move(tally),
      named, std::vector<double>());
  summary->model().keep(self);
  return summary;
}

std::shared_ptr<Summary> LogisticRegressionModel::read_summary(const std::string& folder) const {
  return ClassificationSummary::read(folder, params_.table());
}

void LogisticRegressionModel::write(const std::string& folder, const ParamMap& params) const {
  write_metadata(folder, jvm_class(), params);
  ModelTable table;
  table.add("numClasses", static_cast<int32_t>(classes_));
  table.add("numFeatures", coefficients_.columns);
  table.add("interceptVector", intercepts_);
  table.add("coefficientMatrix", coefficients_);
  table.add("isMultinomial", multinomial_);
  table.write(folder, "data");
}

std::shared_ptr<const Model> read_logistic_regression_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kLogisticRegressionModelClass);
  const ModelRow row = read_model_row(folder, "data");
  return std::make_shared<LogisticRegressionModel>(read_params(metadata, logistic_regression_params()),
                                                   row.matrix("coefficientMatrix"), row.vector("interceptVector"),
                                                   row.integer("numClasses"), row.flag("isMultinomial"));
}

}  // namespace firesteel::ml
