#include "ml/generalized_linear_residuals.h"

#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "ml/generalized_linear_family.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

// From response, mean and weight.
using Residual = std::function<double(double, double, double)>;

Residual residual_function(const FamilyAndLink& family, const std::string& type) {
  if (type == "deviance") {
    return [family](double y, double mean, double weight) {
      const double root = std::sqrt(std::max(family.deviance(y, mean, weight), 0.0));
      return y > mean ? root : -root;
    };
  }
  if (type == "pearson") {
    return [family](double y, double mean, double weight) {
      return (y - mean) * std::sqrt(weight) / std::sqrt(family.variance(mean));
    };
  }
  if (type == "working") {
    return [family](double y, double mean, double) {
      return (y - mean) * family.link_derivative(mean);
    };
  }
  if (type == "response") return [](double y, double mean, double) { return y - mean; };
  throw SparkError("_LEGACY_ERROR_ML_UNSUPPORTED_OPERATION",
                   {{"message", "The residuals type " + type +
                                    " is not supported by Generalized Linear Regression."}});
}

class ResidualTransform : public BatchTransform {
 public:
  ResidualTransform(std::unique_ptr<BatchTransform> predictions, Residual residual,
                    const Fields& input, const ParamMap& params, std::string output)
      : predictions_(std::move(predictions)),
        residual_(std::move(residual)),
        label_at_(find_position(input, params.text("labelCol"))),
        prediction_name_(params.text("predictionCol")),
        output_(std::move(output)) {
    if (const std::string weight = params.text_or_empty("weightCol"); !weight.empty()) {
      weight_at_ = find_position(input, weight);
    }
  }

  std::shared_ptr<arrow::RecordBatch> apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    const NumberColumn labels = read_numbers(*batch->column(label_at_));
    const NumberColumn means =
        read_numbers(*predictions_->apply(batch)->GetColumnByName(prediction_name_));
    NumberColumn weights;
    if (weight_at_ >= 0) weights = read_numbers(*batch->column(weight_at_));
    std::vector<double> residuals(batch->num_rows());
    std::vector<uint8_t> valid(residuals.size(), 1);
    for (size_t row = 0; row < residuals.size(); ++row) {
      const auto at = static_cast<int64_t>(row);
      valid[row] =
          !labels.is_null(at) && !means.is_null(at) && (weight_at_ < 0 || !weights.is_null(at));
      if (valid[row] == 0) continue;
      residuals[row] = residual_(labels.values[row], means.values[row],
                                 weight_at_ >= 0 ? weights.values[row] : 1.0);
    }
    return append_column(batch, output_, make_doubles(std::move(residuals), valid));
  }

 private:
  std::unique_ptr<BatchTransform> predictions_;
  Residual residual_;
  int label_at_;
  int weight_at_ = -1;
  std::string prediction_name_;
  std::string output_;
};

class ResidualTransformer : public Transformer {
 public:
  ResidualTransformer(std::shared_ptr<const Model> model, std::string type)
      : model_(std::move(model)), type_(std::move(type)) {}

  std::string output() const { return type_ + "Residuals"; }

  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    model_->transform_schema(input, params);
    return append_field(input, {output(), plan::Type::double_number(), true, ""});
  }
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    return std::make_unique<ResidualTransform>(model_->bind(input, params),
                                               residual_function(FamilyAndLink(params), type_),
                                               input, params, output());
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    std::vector<std::string> columns = model_->input_columns(params);
    columns.push_back(params.text("labelCol"));
    if (const std::string weight = params.text_or_empty("weightCol"); !weight.empty())
      columns.push_back(weight);
    return columns;
  }

 private:
  std::shared_ptr<const Model> model_;
  std::string type_;
};

}  // namespace

PredictionsAttribute generalized_linear_residuals(const std::shared_ptr<const Model>& model,
                                                  const ParamMap& params, const std::string& type) {
  residual_function(FamilyAndLink(params), type);  // throws for an unknown type
  auto transformer = std::make_shared<ResidualTransformer>(model, type);
  const std::string column = transformer->output();
  return {std::move(transformer), params, model->class_name(), column};
}

}  // namespace firesteel::ml
