#include "ml/linear_svc_model.h"

#include <arrow/api.h>

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "ml/column_metadata.h"
#include "ml/model_table.h"
#include "ml/persistence.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

double margin_of(const std::vector<double>& coefficients, double intercept, const VectorView& view) {
  return dot(view, coefficients) + intercept;
}

class MarginTransform : public BatchTransform {
 public:
  MarginTransform(std::vector<double> coefficients, double intercept, int position, const ParamMap& params)
      : coefficients_(std::move(coefficients)),
        intercept_(intercept),
        position_(position),
        threshold_(params.number("threshold")),
        raw_name_(params.text("rawPredictionCol")),
        prediction_name_(params.text("predictionCol")) {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    const VectorColumn vectors(batch->column(position_));
    const auto rows = static_cast<size_t>(batch->num_rows());
    std::vector<double> raws(2 * rows);
    std::vector<double> predictions(rows);
    for (size_t row = 0; row < rows; ++row) {
      const double margin =
          margin_of(coefficients_, intercept_,
                    transformed_vector(vectors, static_cast<int64_t>(row), coefficients_.size(), "LinearSVCModel"));
      raws[2 * row] = -margin;
      raws[2 * row + 1] = margin;
      predictions[row] = margin > threshold_ ? 1.0 : 0.0;
    }
    auto result = batch;
    if (!raw_name_.empty()) {
      VectorColumnBuilder builder;
      builder.append_dense_rows(std::move(raws), 2);
      result = append_column(result, raw_name_, builder.finish());
    }
    if (!prediction_name_.empty()) result = append_column(result, prediction_name_, make_doubles(std::move(predictions)));
    return result;
  }

 private:
  std::vector<double> coefficients_;
  double intercept_;
  int position_;
  double threshold_;
  std::string raw_name_;
  std::string prediction_name_;
};

double margin_argument(const MethodCall& call, const std::vector<double>& coefficients, double intercept) {
  require(call.arguments.size() == 1 && std::holds_alternative<Vector>(call.arguments[0]),
          call.method + " takes one vector");
  VectorColumnBuilder builder;
  builder.append(std::get<Vector>(call.arguments[0]));
  return margin_of(coefficients, intercept, VectorColumn(builder.finish())[0]);
}

}  // namespace

LinearSvcModel::LinearSvcModel(ParamMap params, Vector coefficients, double intercept)
    : params_(std::move(params)), coefficients_(std::move(coefficients)), intercept_(intercept) {}

Attribute LinearSvcModel::attribute(const std::shared_ptr<const Attributed>& /*self*/, const MethodCall& call) const {
  const std::string& method = call.method;
  if (method == "coefficients") return Value(coefficients_);
  if (method == "intercept") return Value(intercept_);
  if (method == "numClasses") return Value(int32_t{2});
  if (method == "numFeatures") return Value(coefficients_.size);
  if (method == "hasSummary") return Value(summary_ != nullptr);
  if (method == "toString") {
    return Value("LinearSVCModel: uid=" + params_.uid() +
                 ", numClasses=2, numFeatures=" + std::to_string(coefficients_.size));
  }
  if (method == "summary") {
    if (!summary_) throw_spark_exception("No training summary available for this LinearSVCModel");
    return summary_;
  }
  if (method == "predict") {
    const double margin = margin_argument(call, coefficients_.to_array(), intercept_);
    return Value(margin > params_.number("threshold") ? 1.0 : 0.0);
  }
  if (method == "predictRaw") {
    const double margin = margin_argument(call, coefficients_.to_array(), intercept_);
    return Value(Vector::dense({-margin, margin}));
  }
  throw_no_attribute(*this, method);
}

int64_t LinearSvcModel::size_bytes() const {
  return static_cast<int64_t>(sizeof(*this) + 8 * coefficients_.values.size() + 4 * coefficients_.indices.size()) +
         (summary_ ? summary_->size_bytes() : 0);
}

ClassificationTally LinearSvcModel::tally(InstanceBlocks& blocks, const ParamMap& params, const FitContext& context) const {
  const std::vector<double> coefficients = coefficients_.to_array();
  const double threshold = params.number("threshold");
  return tally_blocks(blocks, /*binary=*/true, context, [&](const InstanceBlock& block, ClassificationTally& tally) {
    std::vector<double> margins;
    compute_margins(block, blocks.dense_columns(), coefficients, intercept_, margins);
    for (int32_t row = 0; row < block.rows; ++row) {
      tally.add(block.labels[row], block.weights[row], margins[row] > threshold ? 1.0 : 0.0, margins[row]);
    }
  });
}

std::shared_ptr<const Summary> LinearSvcModel::evaluate(const std::shared_ptr<const Model>& self,
 const ParamMap& params, arrow::RecordBatchReader& dataset, FitContext& context) const {
  ParamMap named = params;
  // A summary needs both columns.
  for (const char* name : {"rawPredictionCol", "predictionCol"}) {
    if (params.text(name).empty()) named.set(name, std::string(name) + "_" + random_uid("summary"));
  }
  const std::vector<double> coefficients = coefficients_.to_array();
  check_vector_field(context.fields, named.text("featuresCol"));
  const int features_at = find_position(context.fields, named.text("featuresCol"));
  const int label_at = find_position(context.fields, named.text("labelCol"));
  const std::string weight = named.text_or_empty("weightCol");
  const double threshold = named.number("threshold");
  ClassificationTally tally(true, std::make_shared<RowMemory>(context));
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
      if (vectors.is_null(row)) throw_user_raised("Vectors MUST NOT be Null");
      const double margin = margin_of(coefficients, intercept_, vectors[row]);
      tally.add(labels.values[row], weight.empty() ? 1.0 : weights.values[row], margin > threshold ? 1.0 : 0.0, margin);
    }
  }
  auto summary = std::make_shared<ClassificationSummary>("LinearSVCSummaryImpl", std::move(tally), named,
                                                         std::vector<double>());
  summary->model().keep(self);
  return summary;
}

std::shared_ptr<Summary> LinearSvcModel::read_summary(const std::string& folder) const {
  return ClassificationSummary::read(folder, params_.table());
}

void LinearSvcModel::write(const std::string& folder, const ParamMap& params) const {
  write_metadata(folder, jvm_class(), params);
  ModelTable table;
  table.add("coefficients", coefficients_);
  table.add("intercept", intercept_);
  table.write(folder, "data");
}

Fields LinearSvcModel::transform_schema(const Fields& input, const ParamMap& params) const {
  check_vector_field(input, params.text("featuresCol"));
  VectorAttributes vector;
  vector.size = 2;
  const ColumnAttribute nominal{ColumnAttribute::Kind::kNominal, "", {}, 2};
  const Fields output =
      append_field(input, {params.text("rawPredictionCol"), vector_type(), true, to_metadata(vector)});
  return append_field(output,
                      {params.text("predictionCol"), plan::Type::double_number(), false, to_metadata(nominal)});
}

std::unique_ptr<BatchTransform> LinearSvcModel::bind(const Fields& input, const ParamMap& params) const {
  return std::make_unique<MarginTransform>(coefficients_.to_array(), intercept_,
                                           find_position(input, params.text("featuresCol")), params);
}

std::vector<std::string> LinearSvcModel::input_columns(const ParamMap& params) const {
  return {params.text("featuresCol")};
}

std::shared_ptr<const Model> read_linear_svc_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kLinearSvcModelClass);
  const ModelRow row = read_model_row(folder, "data");
  return std::make_shared<LinearSvcModel>(read_params(metadata, linear_svc_params()), row.vector("coefficients"),
                                          row.number("intercept"));
}

}  // namespace firesteel::ml
