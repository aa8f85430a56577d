// Centers and scales the elements of a vector. Follows org.apache.spark.ml.feature.StandardScaler.
#include <arrow/api.h>

#include "ml/column_metadata.h"
#include "ml/estimator.h"
#include "ml/fitted_vectors.h"
#include "ml/model_table.h"
#include "ml/model_text.h"
#include "ml/operators.h"
#include "ml/persistence.h"
#include "ml/shared_params.h"
#include "ml/summarizer.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

constexpr const char* kModelClass = "org.apache.spark.ml.feature.StandardScalerModel";

const ParamTable& standard_scaler_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"outputCol", ValueType::kString},
                                   {"withMean", ValueType::kBool, Value(false)},
                                   {"withStd", ValueType::kBool, Value(true)}};
  return table;
}

class ScaleTransform : public BatchTransform {
 public:
  // An empty shift means that zeros stay zeros and sparse vectors sparse.
  ScaleTransform(int position, std::string output, std::vector<double> shift, std::vector<double> scale)
      : position_(position), output_(std::move(output)), shift_(std::move(shift)), scale_(std::move(scale)) {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    const VectorColumn vectors(batch->column(position_));
    const VectorFunction scaled = scaling_function(shift_, scale_);
    VectorColumnBuilder builder;
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      if (vectors.is_null(row)) throw_user_raised("Vectors MUST NOT be Null");
      scaled(vectors[row], builder);
    }
    return append_column(batch, output_, builder.finish());
  }

 private:
  int position_;
  std::string output_;
  std::vector<double> shift_;
  std::vector<double> scale_;
};

class StandardScalerModel : public Model {
 public:
  StandardScalerModel(ParamMap params, Vector mean, Vector deviation)
      : params_(std::move(params)), mean_(std::move(mean)), deviation_(std::move(deviation)) {}

  std::string class_name() const override { return "StandardScalerModel"; }
  std::string jvm_class() const override { return kModelClass; }
  const ParamMap& params() const override { return params_; }
  Attribute attribute(const std::shared_ptr<const Attributed>& /*self*/, const MethodCall& call) const override {
    if (call.method == "mean") return Value(mean_);
    if (call.method == "std") return Value(deviation_);
    if (call.method == "toString") {
      return Value(model_text(*this, ", numFeatures=" + std::to_string(mean_.size) +
                                         ", withMean=" + (params_.flag("withMean") ? "true" : "false") +
                                         ", withStd=" + (params_.flag("withStd") ? "true" : "false")));
    }
    throw_no_attribute(*this, call.method);
  }
  int64_t size_bytes() const override {
    return static_cast<int64_t>(sizeof(*this) + 8 * (mean_.values.size() + deviation_.values.size()));
  }
  void write(const std::string& folder, const ParamMap& params) const override {
    write_metadata(folder, kModelClass, params);
    ModelTable table;
    table.add("std", deviation_);
    table.add("mean", mean_);
    table.write(folder, "data");
  }

  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    check_vector_field(input, params.text("inputCol"));
    const std::string output = output_column(params);
    require(!has_field(input, output), "Output column " + output + " already exists.");
    VectorAttributes attributes;
    attributes.size = deviation_.size;
    return append_field(input, {output, vector_type(), true, to_metadata(attributes)});
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    std::vector<double> scale(deviation_.size, 1.0);
    if (params.flag("withStd")) {
      scale = deviation_.to_array();
      for (double& value : scale) value = value == 0.0 ? 0.0 : 1.0 / value;
    }
    return std::make_unique<ScaleTransform>(find_position(input, params.text("inputCol")), output_column(params),
                                            params.flag("withMean") ? mean_.to_array() : std::vector<double>(),
                                            std::move(scale));
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override { return {params.text("inputCol")}; }

 private:
  ParamMap params_;
  Vector mean_;
  Vector deviation_;
};

class StandardScaler : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    check_vector_field(context.fields, params.text("inputCol"));
    const int position = find_position(context.fields, params.text("inputCol"));
    Summarizer summary;
    int32_t size = -1;
    std::shared_ptr<arrow::RecordBatch> batch;
    while (true) {
      check_arrow(dataset.ReadNext(&batch));
      if (!batch) break;
      const VectorColumn vectors(batch->column(position));
      for (int64_t row = 0; row < batch->num_rows(); ++row) {
        if ((row & 1023) == 0) context.check_canceled();
        if (vectors.is_null(row)) throw_user_raised("Vectors MUST NOT be Null");
        const VectorView view = vectors[row];
        if (size < 0) {
          size = view.size;
          summary = Summarizer(size);
        }
        if (view.size != size) {
          require(false, "Dimensions mismatch when adding new sample. Expecting " + std::to_string(size) +
                             " but got " + std::to_string(view.size) + ".");
        }
        summary.begin_row(1.0);
        for (int32_t i = 0; i < view.count; ++i) {
          summary.add_entry(view.indices != nullptr ? view.indices[i] : i, view.values[i]);
        }
      }
      context.report({.stage = "reading", .rows = summary.count()});
    }
    require(summary.count() > 0, "Nothing has been added to this summarizer.");
    return std::make_shared<StandardScalerModel>(params, Vector::dense(summary.mean()).compressed(),
                                                 Vector::dense(summary.standard_deviation()).compressed());
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override { return {params.text("inputCol")}; }
};

std::shared_ptr<const Model> read_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kModelClass);
  const ModelRow row = read_model_row(folder, "data");
  return std::make_shared<StandardScalerModel>(read_params(metadata, standard_scaler_params()), row.vector("mean"),
                                               row.vector("std"));
}

}  // namespace

std::vector<Operator> standard_scaler_operators() {
  static const StandardScaler estimator;
  return {{.jvm_class = "org.apache.spark.ml.feature.StandardScaler",
           .kind = OperatorKind::kEstimator,
           .params = &standard_scaler_params(),
           .estimator = &estimator},
          {.jvm_class = kModelClass,
           .kind = OperatorKind::kModel,
           .params = &standard_scaler_params(),
           .read_model = read_model}};
}

}  // namespace firesteel::ml
