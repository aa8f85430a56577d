#include "ml/linear_regression_model.h"

#include <arrow/api.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ml/column_metadata.h"
#include "ml/model_table.h"
#include "ml/persistence.h"
#include "ml/student_t.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

double predict(const std::vector<double>& coefficients, double intercept, const VectorView& view) {
  return dot(view, coefficients) + intercept;
}

class LinearTransform : public BatchTransform {
 public:
  LinearTransform(std::vector<double> coefficients, double intercept, int position, std::string output)
      : coefficients_(std::move(coefficients)), intercept_(intercept), position_(position), output_(std::move(output)) {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    if (output_.empty()) return batch;
    const VectorColumn vectors(batch->column(position_));
    std::vector<double> predictions(batch->num_rows());
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      predictions[row] = predict(coefficients_, intercept_,
                                 transformed_vector(vectors, row, coefficients_.size(), "LinearRegressionModel"));
    }
    return append_column(batch, output_, make_doubles(predictions));
  }

 private:
  std::vector<double> coefficients_;
  double intercept_;
  int position_;
  std::string output_;
};

}  // namespace

void ResidualTally::add(double prediction, double label, double weight) {
  const double residual = std::sqrt(weight) * (label - prediction);
  if (metrics.count() == 0) residual_min = residual_max = residual;
  residual_min = std::min(residual_min, residual);
  residual_max = std::max(residual_max, residual);
  metrics.add(prediction, label, weight);
}

void ResidualTally::merge(const ResidualTally& other) {
  if (other.metrics.count() == 0) return;
  const bool is_first = metrics.count() == 0;
  residual_min = is_first ? other.residual_min : std::min(residual_min, other.residual_min);
  residual_max = is_first ? other.residual_max : std::max(residual_max, other.residual_max);
  metrics.merge(other.metrics);
}

LinearRegressionModel::LinearRegressionModel(ParamMap params, Vector coefficients, double intercept, double scale)
    : params_(std::move(params)), coefficients_(std::move(coefficients)), intercept_(intercept), scale_(scale) {}

Attribute LinearRegressionModel::attribute(const std::shared_ptr<const Attributed>& /*self*/,
                                           const MethodCall& call) const {
  const std::string& method = call.method;
  if (method == "coefficients") return Value(coefficients_);
  if (method == "intercept") return Value(intercept_);
  if (method == "scale") return Value(scale_);
  if (method == "numFeatures") return Value(coefficients_.size);
  if (method == "hasSummary") return Value(summary_ != nullptr);
  if (method == "toString") {
    return Value("LinearRegressionModel: uid=" + params_.uid() + ", numFeatures=" + std::to_string(coefficients_.size));
  }
  if (method == "summary") {
    if (!summary_) throw_spark_exception("No training summary available for this LinearRegressionModel");
    return summary_;
  }
  if (method == "predict") {
    require(call.arguments.size() == 1 && std::holds_alternative<Vector>(call.arguments[0]), "predict takes one vector");
    VectorColumnBuilder builder;
    builder.append(std::get<Vector>(call.arguments[0]));
    return Value(ml::predict(coefficients_.to_array(), intercept_, VectorColumn(builder.finish())[0]));
  }
  throw_no_attribute(*this, method);
}

int64_t LinearRegressionModel::size_bytes() const {
  return static_cast<int64_t>(sizeof(*this) + 8 * coefficients_.values.size() + 4 * coefficients_.indices.size()) +
         (summary_ ? summary_->size_bytes() : 0);
}

std::shared_ptr<const Summary> LinearRegressionModel::evaluate(const std::shared_ptr<const Model>& self,
 const ParamMap& params, arrow::RecordBatchReader& dataset, FitContext& context) const {
  ParamMap named = params;
  if (params.text("predictionCol").empty()) named.set("predictionCol", random_uid("prediction"));
  check_vector_field(context.fields, named.text("featuresCol"));
  const int features_at = find_position(context.fields, named.text("featuresCol"));
  const int label_at = find_position(context.fields, named.text("labelCol"));
  const std::string weight = named.text_or_empty("weightCol");
  const std::vector<double> coefficients = coefficients_.to_array();
  ResidualTally tally;
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    context.check_canceled();
    check_arrow(dataset.ReadNext(&batch));
    if (!batch) break;
    const VectorColumn vectors(batch->column(features_at));
    const NumberColumn labels = read_numbers(*batch->column(label_at));
    NumberColumn weights;
    if (!weight.empty()) weights = read_numbers(*batch->column(find_position(context.fields, weight)));
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      tally.add(predict(coefficients, intercept_, vectors[row]), labels.values[row],
                weight.empty() ? 1.0 : weights.values[row]);
    }
  }
  auto summary = std::make_shared<LinearRegressionSummary>(*this, named, tally, std::vector<double>{0.0},
                                                           std::vector<double>());
  summary->model().keep(self);
  return summary;
}

std::shared_ptr<Summary> LinearRegressionModel::read_summary(const std::string& folder) const {
  const ModelRow row = read_model_row(folder, "data");
  const std::vector<double> range = row.numbers("residualRange");
  const ResidualTally tally{RegressionMetrics::from_state(row.numbers("metrics")), range.at(0), range.at(1)};
  return std::make_shared<LinearRegressionSummary>(*this, read_params(read_metadata(folder, ""), params_.table()), tally,
                                                   row.numbers("inverseDiagonal"), row.numbers("objectiveHistory"));
}

void LinearRegressionModel::write(const std::string& folder, const ParamMap& params) const {
  write_metadata(folder, jvm_class(), params);
  ModelTable table;
  table.add("intercept", intercept_);
  table.add("coefficients", coefficients_);
  table.add("scale", scale_);
  table.write(folder, "data");
}

Fields LinearRegressionModel::transform_schema(const Fields& input, const ParamMap& params) const {
  check_vector_field(input, params.text("featuresCol"));
  return append_field(input, {params.text("predictionCol"), plan::Type::double_number(), false,
                              to_metadata(ColumnAttribute())});
}

std::unique_ptr<BatchTransform> LinearRegressionModel::bind(const Fields& input, const ParamMap& params) const {
  return std::make_unique<LinearTransform>(coefficients_.to_array(), intercept_,
                                           find_position(input, params.text("featuresCol")),
                                           params.text("predictionCol"));
}

std::vector<std::string> LinearRegressionModel::input_columns(const ParamMap& params) const {
  return {params.text("featuresCol")};
}

LinearRegressionSummary::LinearRegressionSummary(const LinearRegressionModel& model, ParamMap params,
                                                 ResidualTally tally, std::vector<double> inverse_diagonal,
                                                 std::vector<double> objective_history)
    : params_(std::move(params)),
      estimates_(model.coefficients().to_array()),
      features_(model.coefficients().size),
      fit_intercept_(params_.flag("fitIntercept")),
      tally_(tally),
      inverse_diagonal_(std::move(inverse_diagonal)),
      objective_history_(std::move(objective_history)) {
  if (fit_intercept_) estimates_.push_back(model.intercept());
  degrees_of_freedom_ = tally_.metrics.count() - static_cast<int64_t>(estimates_.size());
}

std::vector<double> LinearRegressionSummary::standard_errors() const {
  if (inverse_diagonal_.size() == 1 && inverse_diagonal_[0] == 0.0) {
    throw SparkError("_LEGACY_ERROR_ML_UNSUPPORTED_OPERATION",
                     {{"message", "No Std. Error of coefficients available for this LinearRegressionModel"}});
  }
  const bool weighted = params_.is_set("weightCol") && !params_.text("weightCol").empty();
  const double residual_sum = weighted ? tally_.metrics.squared_error()
                                       : tally_.metrics.mean_squared_error() * static_cast<double>(tally_.metrics.count());
  const double variance = residual_sum / static_cast<double>(degrees_of_freedom_);
  std::vector<double> errors;
  for (const double entry : inverse_diagonal_) errors.push_back(std::sqrt(entry * variance));
  return errors;
}

std::vector<double> LinearRegressionSummary::t_values() const {
  std::vector<double> values = standard_errors();
  for (size_t i = 0; i < values.size(); ++i) values[i] = estimates_[i] / values[i];
  return values;
}

std::vector<double> LinearRegressionSummary::p_values() const {
  std::vector<double> values = t_values();
  for (double& value : values) {
    value = student_t_two_sided(std::abs(value), static_cast<double>(degrees_of_freedom_));
  }
  return values;
}

std::optional<Value> LinearRegressionSummary::metric(const std::string& method) const {
  const RegressionMetrics& m = tally_.metrics;
  const double r2 = m.r2(!fit_intercept_);
  if (method == "r2") return r2;
  if (method == "r2adj") {
    const auto rows = static_cast<double>(m.count());
    const double intercept = fit_intercept_ ? 1 : 0;
    return 1.0 - (1.0 - r2) * (rows - intercept) / (rows - static_cast<double>(features_) - intercept);
  }
  if (method == "meanSquaredError") return m.mean_squared_error();
  if (method == "rootMeanSquaredError") return m.root_mean_squared_error();
  if (method == "meanAbsoluteError") return m.mean_absolute_error();
  if (method == "explainedVariance") return m.explained_variance();
  if (method == "numInstances") return m.count();
  if (method == "degreesOfFreedom") return degrees_of_freedom_;
  if (method == "devianceResiduals") return std::vector<double>{tally_.residual_min, tally_.residual_max};
  if (method == "coefficientStandardErrors") return standard_errors();
  if (method == "tValues") return t_values();
  if (method == "pValues") return p_values();
  return std::nullopt;
}

Attribute LinearRegressionSummary::attribute(const std::shared_ptr<const Attributed>& /*self*/,
                                             const MethodCall& call) const {
  const std::string& method = call.method;
  for (const char* name : {"predictionCol", "labelCol", "featuresCol"}) {
    if (method == name) return Value(params_.text(name));
  }
  if (const auto value = metric(method)) return *value;
  if (!objective_history_.empty() && method == "objectiveHistory") return Value(objective_history_);
  if (!objective_history_.empty() && method == "totalIterations") {
    return Value(static_cast<int32_t>(objective_history_.size()) - 1);
  }
  if (method == "predictions" || method == "residuals") {
    if (const auto kept = model().get()) return PredictionsAttribute{kept, params_, kept->class_name(), method};
  }
  throw_no_attribute(*this, method);
}

int64_t LinearRegressionSummary::size_bytes() const {
  return static_cast<int64_t>(sizeof(*this) +
                              8 * (estimates_.size() + inverse_diagonal_.size() + objective_history_.size()));
}

void LinearRegressionSummary::write(const std::string& folder) const {
  write_metadata(folder, jvm_class(), params_);
  ModelTable table;
  table.add("metrics", tally_.metrics.state());
  table.add("residualRange", std::vector<double>{tally_.residual_min, tally_.residual_max});
  table.add("inverseDiagonal", inverse_diagonal_);
  table.add("objectiveHistory", objective_history_);
  table.write(folder, "data");
}

std::shared_ptr<const Model> read_linear_regression_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kLinearRegressionModelClass);
  const ModelRow row = read_model_row(folder, "data");
  return std::make_shared<LinearRegressionModel>(read_params(metadata, linear_regression_params()),
                                                 row.vector("coefficients"), row.number("intercept"),
                                                 row.has("scale") ? row.number("scale") : 1.0);
}

}  // namespace firesteel::ml
