#include "ml/generalized_linear_model.h"

#include <arrow/api.h>

#include <optional>

#include "base/error.h"
#include "ml/column_metadata.h"
#include "ml/generalized_linear_summary.h"
#include "ml/model_table.h"
#include "ml/persistence.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

class GeneralizedLinearTransform : public BatchTransform {
 public:
  GeneralizedLinearTransform(const GeneralizedLinearModel& model, const Fields& input,
                             const ParamMap& params)
      : family_(params),
        coefficients_(model.coefficients().to_array()),
        intercept_(model.intercept()),
        features_at_(find_position(input, params.text("featuresCol"))),
        link_name_(params.text_or_empty("linkPredictionCol")),
        prediction_name_(params.text("predictionCol")) {
    if (const std::string offset = params.text_or_empty("offsetCol"); !offset.empty()) {
      offset_at_ = find_position(input, offset);
    }
  }

  std::shared_ptr<arrow::RecordBatch> apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    const VectorColumn vectors(batch->column(features_at_));
    NumberColumn offsets;
    if (offset_at_) offsets = read_numbers(*batch->column(*offset_at_));
    const int64_t rows = batch->num_rows();
    std::vector<double> margins(rows);
    std::vector<double> means(rows);
    std::vector<uint8_t> valid = offsets.valid;
    for (int64_t row = 0; row < rows; ++row) {
      if (offset_at_ && offsets.is_null(row)) continue;
      const VectorView view = transformed_vector(vectors, row, coefficients_.size(),
                                                 "GeneralizedLinearRegressionModel");
      margins[row] =
          dot(view, coefficients_) + intercept_ + (offset_at_ ? offsets.values[row] : 0.0);
      means[row] = family_.mean_of(margins[row]);
    }
    auto result = batch;
    if (!link_name_.empty())
      result = append_column(result, link_name_, make_doubles(std::move(margins), valid));
    if (!prediction_name_.empty())
      result = append_column(result, prediction_name_, make_doubles(std::move(means), valid));
    return result;
  }

 private:
  FamilyAndLink family_;
  std::vector<double> coefficients_;
  double intercept_;
  int features_at_;
  std::optional<int> offset_at_;
  std::string link_name_;
  std::string prediction_name_;
};

}  // namespace

GeneralizedLinearModel::GeneralizedLinearModel(ParamMap params, Vector coefficients,
                                               double intercept)
    : params_(std::move(params)), coefficients_(std::move(coefficients)), intercept_(intercept) {}

Attribute GeneralizedLinearModel::attribute(const std::shared_ptr<const Attributed>& /*self*/,
                                            const MethodCall& call) const {
  const std::string& method = call.method;
  if (method == "coefficients") return Value(coefficients_);
  if (method == "intercept") return Value(intercept_);
  if (method == "numFeatures") return Value(coefficients_.size);
  if (method == "hasSummary") return Value(summary_ != nullptr);
  if (method == "toString") {
    // As in Spark, the text needs a link that is set.
    return Value("GeneralizedLinearRegressionModel: uid=" + params_.uid() +
                 ", family=" + params_.text("family") + ", link=" + params_.text("link") +
                 ", numFeatures=" + std::to_string(coefficients_.size));
  }
  if (method == "summary") {
    if (!summary_)
      throw_spark_exception(
          "No training summary available for this GeneralizedLinearRegressionModel");
    return summary_;
  }
  if (method == "predict") {
    require(call.arguments.size() == 1 && std::holds_alternative<Vector>(call.arguments[0]),
            "predict takes one vector");
    VectorColumnBuilder builder;
    builder.append(std::get<Vector>(call.arguments[0]));
    const double margin =
        dot(VectorColumn(builder.finish())[0], coefficients_.to_array()) + intercept_;
    return Value(FamilyAndLink(params_).mean_of(margin));
  }
  throw_no_attribute(*this, method);
}

int64_t GeneralizedLinearModel::size_bytes() const {
  return static_cast<int64_t>(sizeof(*this) + 8 * coefficients_.values.size() +
                              4 * coefficients_.indices.size()) +
         (summary_ ? summary_->size_bytes() : 0);
}

std::shared_ptr<const Summary> GeneralizedLinearModel::evaluate(
    const std::shared_ptr<const Model>& self, const ParamMap& params,
    arrow::RecordBatchReader& dataset, FitContext& context) const {
  ParamMap named = params;
  if (params.text("predictionCol").empty()) named.set("predictionCol", random_uid("prediction"));
  check_generalized_linear_input(named, context.fields);
  const InstanceBlocks blocks =
      InstanceBlocks::read(dataset, generalized_linear_columns(named), context);
  auto summary = std::make_shared<GeneralizedLinearSummary>(*this, named, blocks, context);
  summary->model().keep(self);
  return summary;
}

std::shared_ptr<Summary> GeneralizedLinearModel::read_summary(const std::string& folder) const {
  return GeneralizedLinearSummary::read(folder, *this);
}

void GeneralizedLinearModel::write(const std::string& folder, const ParamMap& params) const {
  write_metadata(folder, jvm_class(), params);
  ModelTable table;
  table.add("intercept", intercept_);
  table.add("coefficients", coefficients_);
  table.write(folder, "data");
}

Fields GeneralizedLinearModel::transform_schema(const Fields& input, const ParamMap& params) const {
  check_vector_field(input, params.text("featuresCol"));
  const std::string offset = params.text_or_empty("offsetCol");
  if (!offset.empty()) check_numeric_field(input, offset);
  const bool nullable = !offset.empty() && find_field(input, offset).nullable;
  ColumnAttribute margin;
  margin.name = params.text_or_empty("linkPredictionCol");
  const Fields with_margin = append_field(
      input, {margin.name, plan::Type::double_number(), nullable, to_metadata(margin)});
  return append_field(with_margin, {params.text("predictionCol"), plan::Type::double_number(),
                                    nullable, to_metadata(ColumnAttribute())});
}

std::unique_ptr<BatchTransform> GeneralizedLinearModel::bind(const Fields& input,
                                                             const ParamMap& params) const {
  return std::make_unique<GeneralizedLinearTransform>(*this, input, params);
}

std::vector<std::string> GeneralizedLinearModel::input_columns(const ParamMap& params) const {
  std::vector<std::string> columns = {params.text("featuresCol")};
  if (const std::string offset = params.text_or_empty("offsetCol"); !offset.empty())
    columns.push_back(offset);
  return columns;
}

std::shared_ptr<const Model> read_generalized_linear_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kGeneralizedLinearModelClass);
  const ModelRow row = read_model_row(folder, "data");
  return std::make_shared<GeneralizedLinearModel>(
      read_params(metadata, generalized_linear_params()), row.vector("coefficients"),
      row.number("intercept"));
}

}  // namespace firesteel::ml
