// Scales the elements of vectors into a range. Follows org.apache.spark.ml.feature.MinMaxScaler and
// MaxAbsScaler.
#include <arrow/api.h>

#include <cmath>
#include <limits>

#include "ml/fitted_vectors.h"
#include "ml/operators.h"

namespace firesteel::ml {

namespace {

constexpr const char* kMinMaxModel = "org.apache.spark.ml.feature.MinMaxScalerModel";
constexpr const char* kMaxAbsModel = "org.apache.spark.ml.feature.MaxAbsScalerModel";

const ParamTable& max_abs_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString}, {"outputCol", ValueType::kString}};
  return table;
}

const ParamTable& min_max_params() {
  static const ParamTable table = extend(
      max_abs_params(), {{"min", ValueType::kDouble, Value(0.0)}, {"max", ValueType::kDouble, Value(1.0)}});
  return table;
}

struct Extremes {
  std::vector<double> low;
  std::vector<double> high;
};

Extremes find_extremes(const ParamMap& params, arrow::RecordBatchReader& dataset, FitContext& context) {
  Extremes extremes;
  std::vector<int64_t> stored;
  const int64_t rows = for_each_vector(dataset, context, params.text("inputCol"), [&](const VectorView& view) {
    if (extremes.low.empty()) {
      extremes.low.assign(view.size, std::numeric_limits<double>::infinity());
      extremes.high.assign(view.size, -std::numeric_limits<double>::infinity());
      stored.assign(view.size, 0);
    }
    if (static_cast<size_t>(view.size) != stored.size()) {
      require(false, "Dimensions mismatch when adding new sample. Expecting " + std::to_string(stored.size()) +
                         " but got " + std::to_string(view.size) + ".");
    }
    for (int32_t i = 0; i < view.count; ++i) {
      const int32_t at = view.indices != nullptr ? view.indices[i] : i;
      if (view.values[i] < extremes.low[at]) extremes.low[at] = view.values[i];
      if (view.values[i] > extremes.high[at]) extremes.high[at] = view.values[i];
      ++stored[at];
    }
  });
  require(rows > 0, "Nothing has been added to this summarizer.");
  for (size_t i = 0; i < stored.size(); ++i) {
    if (stored[i] == rows) continue;
    extremes.low[i] = std::min(extremes.low[i], 0.0);
    extremes.high[i] = std::max(extremes.high[i], 0.0);
  }
  return extremes;
}

class MinMaxScalerModel : public ValuesModel {
 public:
  using ValuesModel::ValuesModel;
  std::string facts() const override {
    return ", numFeatures=" + std::to_string(vector("originalMin").size) + ", min=" + java_double_text(params().number("min")) +
           ", max=" + java_double_text(params().number("max"));
  }
  void check_input(const Fields& fields, const std::string& name) const override { check_vector_field(fields, name); }
  Field output_field(const Field& /*input*/, const ParamMap& params) const override {
    require(params.number("min") < params.number("max"), "The specified min(" + java_double_text(params.number("min")) +
                                                             ") is larger or equal to max(" +
                                                             java_double_text(params.number("max")) + ")");
    return sized_vector_field(vector("originalMin").size);
  }
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& params) const override {
    const std::vector<double> low = vector("originalMin").to_array();
    const std::vector<double> high = vector("originalMax").to_array();
    const double target = params.number("min");
    const double constant = (params.number("min") + params.number("max")) / 2;
    std::vector<double> scale(low.size(), 0.0);
    for (size_t i = 0; i < low.size(); ++i) {
      if (high[i] != low[i]) scale[i] = (params.number("max") - target) / (high[i] - low[i]);
    }
    return vector_kernel("MinMaxScalerModel", [=](const VectorView& view, VectorColumnBuilder& builder) {
      std::vector<double> values = view.to_vector().to_array();
      if (values.size() != scale.size()) {
        require(false, "The vector's size " + std::to_string(values.size()) + " differs from the fitted size " +
                           std::to_string(scale.size()));
      }
      for (size_t i = 0; i < values.size(); ++i) {
        if (std::isnan(values[i])) continue;
        values[i] = scale[i] != 0 ? (values[i] - low[i]) * scale[i] + target : constant;
      }
      builder.append(Vector::dense(std::move(values)).compressed());
    });
  }
};

class MaxAbsScalerModel : public ValuesModel {
 public:
  using ValuesModel::ValuesModel;
  std::string facts() const override { return ", numFeatures=" + std::to_string(vector("maxAbs").size); }
  void check_input(const Fields& fields, const std::string& name) const override { check_vector_field(fields, name); }
  Field output_field(const Field& /*input*/, const ParamMap& /*params*/) const override {
    return sized_vector_field(vector("maxAbs").size);
  }
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& /*params*/) const override {
    std::vector<double> scale = vector("maxAbs").to_array();
    for (double& value : scale) value = value == 0 ? 1.0 : 1.0 / value;
    return vector_kernel("MaxAbsScalerModel", scaling_function({}, std::move(scale)));
  }
};

class MinMaxScaler : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    const Extremes extremes = find_extremes(params, dataset, context);
    return std::make_shared<MinMaxScalerModel>(
        kMinMaxModel, params,
        ValuesModel::Values{{"originalMin", Vector::dense(extremes.low).compressed()},
                            {"originalMax", Vector::dense(extremes.high).compressed()}});
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override { return {params.text("inputCol")}; }
};

class MaxAbsScaler : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    const Extremes extremes = find_extremes(params, dataset, context);
    std::vector<double> largest;
    for (size_t i = 0; i < extremes.low.size(); ++i) {
      largest.push_back(std::max(std::abs(extremes.low[i]), std::abs(extremes.high[i])));
    }
    return std::make_shared<MaxAbsScalerModel>(
        kMaxAbsModel, params, ValuesModel::Values{{"maxAbs", Vector::dense(std::move(largest)).compressed()}});
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override { return {params.text("inputCol")}; }
};

std::shared_ptr<const Model> read_min_max(const std::string& folder) {
  StoredValues stored = read_values(folder, kMinMaxModel, min_max_params(),
                                    {{"originalMin", ValueType::kVector}, {"originalMax", ValueType::kVector}});
  return std::make_shared<MinMaxScalerModel>(kMinMaxModel, std::move(stored.params), std::move(stored.values));
}

std::shared_ptr<const Model> read_max_abs(const std::string& folder) {
  StoredValues stored = read_values(folder, kMaxAbsModel, max_abs_params(), {{"maxAbs", ValueType::kVector}});
  return std::make_shared<MaxAbsScalerModel>(kMaxAbsModel, std::move(stored.params), std::move(stored.values));
}

}  // namespace

std::vector<Operator> range_scaler_operators() {
  static const MinMaxScaler min_max;
  static const MaxAbsScaler max_abs;
  auto rows = estimator_rows("org.apache.spark.ml.feature.MinMaxScaler", kMinMaxModel, min_max_params(), min_max, read_min_max);
  for (auto& row : estimator_rows("org.apache.spark.ml.feature.MaxAbsScaler", kMaxAbsModel, max_abs_params(), max_abs, read_max_abs)) {
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace firesteel::ml
