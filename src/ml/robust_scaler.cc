// Scales the elements of vectors by quantiles. Follows org.apache.spark.ml.feature.RobustScaler.
#include <arrow/api.h>

#include <cmath>

#include "ml/fitted_vectors.h"
#include "ml/operators.h"
#include "ml/quantile_summary.h"

namespace firesteel::ml {

namespace {

constexpr const char* kModelClass = "org.apache.spark.ml.feature.RobustScalerModel";

const ParamTable& robust_scaler_params() {
  const auto inside = [](const Value& value) { return std::get<double>(value) > 0 && std::get<double>(value) < 1; };
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"outputCol", ValueType::kString},
                                   {"lower", ValueType::kDouble, Value(0.25), inside},
                                   {"upper", ValueType::kDouble, Value(0.75), inside},
                                   {"withCentering", ValueType::kBool, Value(false)},
                                   {"withScaling", ValueType::kBool, Value(true)},
                                   {"relativeError", ValueType::kDouble, Value(0.001), in_range(0, 1)}};
  return table;
}

class RobustScalerModel : public ValuesModel {
 public:
  using ValuesModel::ValuesModel;
  std::string facts() const override {
    return ", numFeatures=" + std::to_string(vector("median").size) +
           ", withCentering=" + (params().flag("withCentering") ? "true" : "false") +
           ", withScaling=" + (params().flag("withScaling") ? "true" : "false");
  }
  void check_input(const Fields& fields, const std::string& name) const override { check_vector_field(fields, name); }
  Field output_field(const Field& /*input*/, const ParamMap& /*params*/) const override {
    return sized_vector_field(vector("median").size);
  }
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& params) const override {
    std::vector<double> scale(vector("range").size, 1.0);
    if (params.flag("withScaling")) {
      scale = vector("range").to_array();
      for (double& value : scale) value = value == 0 ? 0.0 : 1.0 / value;
    }
    return vector_kernel("RobustScalerModel", scaling_function(params.flag("withCentering") ? vector("median").to_array()
                                                                                             : std::vector<double>(),
                                                               std::move(scale)));
  }
};

class RobustScaler : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    require(params.number("lower") < params.number("upper"), "The specified lower quantile(" +
                                                                 java_double_text(params.number("lower")) +
                                                                 ") is larger or equal to upper quantile(" +
                                                                 java_double_text(params.number("upper")) + ")");
    std::vector<QuantileSummary> summaries;
    std::vector<double> filled;  // a sparse row
    const int64_t rows = for_each_vector(dataset, context, params.text("inputCol"), [&](const VectorView& view) {
      if (summaries.empty()) summaries.assign(view.size, QuantileSummary(params.number("relativeError")));
      if (static_cast<size_t>(view.size) != summaries.size()) {
        require(false, "Number of dimensions must be " + std::to_string(summaries.size()) + " but got " +
                           std::to_string(view.size));
      }
      const double* values = view.values;
      if (view.indices != nullptr) {
        filled.assign(view.size, 0.0);
        for (int32_t i = 0; i < view.count; ++i) filled[view.indices[i]] = view.values[i];
        values = filled.data();
      }
      for (size_t i = 0; i < summaries.size(); ++i) {
        if (!std::isnan(values[i])) summaries[i].insert(values[i]);
      }
    });
    require(rows > 0, "Nothing has been added to this summarizer.");
    std::vector<double> median;
    std::vector<double> range;
    for (QuantileSummary& summary : summaries) {
      summary.finish();
      const auto low = summary.query({params.number("lower")});
      const auto middle = summary.query({0.5});
      const auto high = summary.query({params.number("upper")});
      if (low.empty()) throw_illegal_argument("QuantileSummaries is empty. Please add elements to it before querying.");
      median.push_back(middle[0]);
      range.push_back(high[0] - low[0]);
    }
    return std::make_shared<RobustScalerModel>(
        kModelClass, params,
        ValuesModel::Values{{"median", Vector::dense(std::move(median)).compressed()},
                            {"range", Vector::dense(std::move(range)).compressed()}});
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override { return {params.text("inputCol")}; }
};

std::shared_ptr<const Model> read_model(const std::string& folder) {
  StoredValues stored = read_values(folder, kModelClass, robust_scaler_params(),
                                    {{"median", ValueType::kVector}, {"range", ValueType::kVector}});
  return std::make_shared<RobustScalerModel>(kModelClass, std::move(stored.params), std::move(stored.values));
}

}  // namespace

std::vector<Operator> robust_scaler_operators() {
  static const RobustScaler estimator;
  return estimator_rows("org.apache.spark.ml.feature.RobustScaler", kModelClass, robust_scaler_params(), estimator, read_model);
}

}  // namespace firesteel::ml
