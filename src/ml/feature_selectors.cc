// Keeps the features that tell most. Follows org.apache.spark.ml.feature.ChiSqSelector,
// UnivariateFeatureSelector and VarianceThresholdSelector.
#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ml/column_metadata.h"
#include "ml/fitted_vectors.h"
#include "ml/hypothesis_tests.h"
#include "ml/operators.h"
#include "ml/shared_params.h"
#include "ml/summarizer.h"
#include "ml/transform_failure.h"

namespace firesteel::ml {

namespace {

constexpr const char* kChiSquareModel = "org.apache.spark.ml.feature.ChiSqSelectorModel";
constexpr const char* kUnivariateModel =
    "org.apache.spark.ml.feature.UnivariateFeatureSelectorModel";
constexpr const char* kVarianceModel = "org.apache.spark.ml.feature.VarianceThresholdSelectorModel";
using Indices = std::vector<int32_t>;

ParamTable selector_params() {
  return {{"featuresCol", ValueType::kString, Value("features")},
          {"outputCol", ValueType::kString}};
}

const ParamTable& chi_square_params() {
  static const ParamTable table =
      extend(selector_params(), {{"labelCol", ValueType::kString, Value("label")},
                                 {"numTopFeatures", ValueType::kInt, Value(50), at_least(1)},
                                 {"percentile", ValueType::kDouble, Value(0.1), in_range(0, 1)},
                                 {"fpr", ValueType::kDouble, Value(0.05), in_range(0, 1)},
                                 {"fdr", ValueType::kDouble, Value(0.05), in_range(0, 1)},
                                 {"fwe", ValueType::kDouble, Value(0.05), in_range(0, 1)},
                                 {"selectorType", ValueType::kString, Value("numTopFeatures"),
                                  one_of({"numTopFeatures", "percentile", "fpr", "fdr", "fwe"})}});
  return table;
}

const ParamTable& univariate_params() {
  static const ParamTable table = extend(
      selector_params(),
      {{"labelCol", ValueType::kString, Value("label")},
       {"featureType", ValueType::kString, std::nullopt, one_of({"categorical", "continuous"})},
       {"labelType", ValueType::kString, std::nullopt, one_of({"categorical", "continuous"})},
       {"selectionMode", ValueType::kString, Value("numTopFeatures"),
        one_of({"numTopFeatures", "percentile", "fpr", "fdr", "fwe"})},
       {"selectionThreshold", ValueType::kDouble}});
  return table;
}

const ParamTable& variance_params() {
  static const ParamTable table = extend(
      selector_params(), {{"varianceThreshold", ValueType::kDouble, Value(0.0), at_least(0)}});
  return table;
}

// The chosen elements of vectors; sparse ones stay sparse.
class SelectorModel : public ValuesModel {
 public:
  using ValuesModel::ValuesModel;
  std::string facts() const override {
    return ", numSelectedFeatures=" + std::to_string(sorted().size());
  }
  std::string input_param() const override { return "featuresCol"; }
  void check_input(const Fields& fields, const std::string& name) const override {
    check_vector_field(fields, name);
  }

  Field output_field(const Field& input, const ParamMap& /*params*/) const override {
    const Indices chosen = sorted();
    const VectorAttributes known = vector_attributes(input);
    VectorAttributes attributes;
    attributes.size = static_cast<int>(chosen.size());
    ColumnAttribute unknown;
    if (jvm_class() == kChiSquareModel) unknown.kind = ColumnAttribute::Kind::kNominal;
    for (const int32_t index : chosen) {
      if (known.attributes.empty()) {
        attributes.attributes.push_back(unknown);
      } else if (static_cast<size_t>(index) < known.attributes.size()) {
        attributes.attributes.push_back(known.attributes[index]);
      }
    }
    // Spark says of no features that there are none; of an unknown number of them it says nothing.
    if (chosen.empty())
      return {"", vector_type(), true, R"({"ml_attr":{"attrs":{},"num_attrs":0}})"};
    return {"", vector_type(), true, to_metadata(attributes)};
  }

  ColumnKernel kernel(const Field& /*input*/, const ParamMap& /*params*/) const override {
    return vector_kernel(
        class_name(), [chosen = sorted()](const VectorView& view, VectorColumnBuilder& builder) {
          Vector result;
          if (view.indices != nullptr) {
            result = Vector::make_sparse(static_cast<int32_t>(chosen.size()), {}, {});
            for (int32_t k = 0; k < view.count; ++k) {
              const auto found = std::lower_bound(chosen.begin(), chosen.end(), view.indices[k]);
              if (found == chosen.end() || *found != view.indices[k]) continue;
              result.indices.push_back(static_cast<int32_t>(found - chosen.begin()));
              result.values.push_back(view.values[k]);
            }
          } else {
            std::vector<double> values;
            for (const int32_t index : chosen) {
              if (index >= view.size) {
                const std::string type = vector_type().sql_type().simple_string();
                throw_failed_transform_because(
                    "SelectorModel", type, type,
                    "java.lang.ArrayIndexOutOfBoundsException: Index " + std::to_string(index) +
                        " out of bounds for length " + std::to_string(view.size));
              }
              values.push_back(view.values[index]);
            }
            result = Vector::dense(std::move(values));
          }
          builder.append(result);
        });
  }

 private:
  Indices sorted() const {
    Indices chosen = std::get<Indices>(value("selectedFeatures"));
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  }
};

std::shared_ptr<const Model> make_selector_model(const char* jvm_class, const ParamMap& params,
                                                 Indices chosen) {
  return std::make_shared<SelectorModel>(
      jvm_class, params, ValuesModel::Values{{"selectedFeatures", std::move(chosen)}});
}

// Features by ascending p-value; NaN comes last and equal ones stay in the order of the features.
Indices by_p_value(const std::vector<TestResult>& results) {
  Indices order(results.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    return results[a].p_value < results[b].p_value ||
           (std::isnan(results[b].p_value) && !std::isnan(results[a].p_value));
  });
  return order;
}

Indices select(const std::vector<TestResult>& results, const std::string& mode, double threshold) {
  Indices order = by_p_value(results);
  const auto count = static_cast<double>(results.size());
  size_t kept = 0;
  if (mode == "numTopFeatures") kept = static_cast<size_t>(threshold);
  if (mode == "percentile") kept = static_cast<size_t>(count * threshold);
  if (mode == "fdr") {
    // The procedure of Benjamini and Hochberg.
    for (size_t i = 0; i < order.size(); ++i) {
      if (results[order[i]].p_value <= threshold / count * static_cast<double>(i + 1)) kept = i + 1;
    }
  }
  if (mode == "fpr" || mode == "fwe") {
    const double bound = mode == "fpr" ? threshold : threshold / count;
    Indices chosen;
    for (size_t i = 0; i < results.size(); ++i) {
      if (results[i].p_value < bound) chosen.push_back(static_cast<int32_t>(i));
    }
    return chosen;
  }
  order.resize(std::min(kept, order.size()));
  return order;
}

void check_output(const FitContext& context, const ParamMap& params) {
  const std::string output = output_column(params);
  check_vector_field(context.fields, params.text("featuresCol"));
  if (params.declares("labelCol")) check_numeric_field(context.fields, params.text("labelCol"));
  require(!has_field(context.fields, output), "Column " + output + " already exists.");
}

class ChiSqSelector : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    check_output(context, params);
    const std::string& mode = params.text("selectorType");
    const double threshold = mode == "numTopFeatures" ? params.integer(mode) : params.number(mode);
    Indices chosen = select(
        chi_square_test(dataset, context, params.text("featuresCol"), params.text("labelCol")),
        mode, threshold);
    std::sort(chosen.begin(), chosen.end());
    return make_selector_model(kChiSquareModel, params, std::move(chosen));
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("featuresCol"), params.text("labelCol")};
  }
};

class UnivariateFeatureSelector : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    const std::string& mode = params.text("selectionMode");
    if (params.is_set("selectionThreshold"))
      check_threshold(mode, params.number("selectionThreshold"));
    require(params.is_set("featureType") && params.is_set("labelType"),
            "featureType and labelType need to be set");
    check_output(context, params);
    double threshold = mode == "numTopFeatures" ? 50 : mode == "percentile" ? 0.1 : 0.05;
    if (params.is_set("selectionThreshold")) threshold = params.number("selectionThreshold");
    return make_selector_model(kUnivariateModel, params,
                               select(test(params, dataset, context), mode, threshold));
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("featuresCol"), params.text("labelCol")};
  }

 private:
  static void check_threshold(const std::string& mode, double threshold) {
    if (mode == "numTopFeatures") {
      require(threshold >= 1 && threshold == std::floor(threshold),
              "selectionThreshold needs to be a positive Integer for selection mode "
              "numTopFeatures, but got " +
                  java_double_text(threshold));
    } else {
      require(threshold >= 0 && threshold <= 1,
              "selectionThreshold needs to be in the range [0, 1] for selection mode " + mode +
                  ", but got " + java_double_text(threshold));
    }
  }

  static std::vector<TestResult> test(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                      FitContext& context) {
    const std::string& features = params.text("featuresCol");
    const std::string& label = params.text("labelCol");
    const bool has_categories = params.text("featureType") == "categorical";
    const bool has_classes = params.text("labelType") == "categorical";
    if (has_categories && has_classes) return chi_square_test(dataset, context, features, label);
    if (has_classes) return analysis_of_variance(dataset, context, features, label);
    if (!has_categories) return f_value_test(dataset, context, features, label);
    throw_illegal_argument(
        "Unsupported combination: featureType=categorical, labelType=continuous");
  }
};

class VarianceThresholdSelector : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    check_output(context, params);
    Summarizer summary;
    std::vector<Range> ranges;
    const int64_t rows =
        for_each_vector(dataset, context, params.text("featuresCol"), [&](const VectorView& view) {
          if (ranges.empty()) {
            ranges.resize(view.size);
            summary = Summarizer(view.size);
          }
          if (static_cast<size_t>(view.size) != ranges.size()) {
            throw_illegal_argument(
                "requirement failed: Dimensions mismatch when merging with another summarizer. "
                "Expecting " +
                std::to_string(ranges.size()) + " but got " + std::to_string(view.size) + ".");
          }
          summary.begin_row(1.0);
          for (int32_t k = 0; k < view.count; ++k) {
            const int32_t feature = view.indices == nullptr ? k : view.indices[k];
            summary.add_entry(feature, view.values[k]);
            ranges[feature].add(view.values[k]);
          }
        });
    if (rows == 0)
      throw_spark_exception("requirement failed: Nothing has been added to this summarizer.");
    const std::vector<double> variances = summary.variance();
    Indices chosen;
    for (size_t i = 0; i < ranges.size(); ++i) {
      // Rounding may leave a constant feature some variance.
      const double variance = ranges[i].is_constant(rows) ? 0.0 : variances[i];
      if (variance > params.number("varianceThreshold")) chosen.push_back(static_cast<int32_t>(i));
    }
    return make_selector_model(kVarianceModel, params, std::move(chosen));
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("featuresCol")};
  }

 private:
  // Least and greatest of the values that are not zero.
  struct Range {
    int64_t count = 0;
    double least = 0;
    double greatest = 0;

    void add(double value) {
      if (value == 0.0) return;
      least = count == 0 ? value : std::min(least, value);
      greatest = count == 0 ? value : std::max(greatest, value);
      ++count;
    }
    bool is_constant(int64_t rows) const {
      return count == 0 || (count == rows && least == greatest);
    }
  };
};

std::function<std::shared_ptr<const Model>(const std::string&)> reader_of(
    const char* jvm_class, const ParamTable& params) {
  return [jvm_class, &params](const std::string& folder) -> std::shared_ptr<const Model> {
    StoredValues stored =
        read_values(folder, jvm_class, params, {{"selectedFeatures", ValueType::kInts}});
    return std::make_shared<SelectorModel>(jvm_class, std::move(stored.params),
                                           std::move(stored.values));
  };
}

}  // namespace

std::vector<Operator> feature_selector_operators() {
  static const ChiSqSelector chi_square;
  static const UnivariateFeatureSelector univariate;
  static const VarianceThresholdSelector variance;
  std::vector<Operator> rows;
  for (auto& group : {estimator_rows("org.apache.spark.ml.feature.ChiSqSelector", kChiSquareModel,
                                     chi_square_params(), chi_square,
                                     reader_of(kChiSquareModel, chi_square_params())),
                      estimator_rows("org.apache.spark.ml.feature.UnivariateFeatureSelector",
                                     kUnivariateModel, univariate_params(), univariate,
                                     reader_of(kUnivariateModel, univariate_params())),
                      estimator_rows("org.apache.spark.ml.feature.VarianceThresholdSelector",
                                     kVarianceModel, variance_params(), variance,
                                     reader_of(kVarianceModel, variance_params()))}) {
    rows.insert(rows.end(), group.begin(), group.end());
  }
  return rows;
}

}  // namespace firesteel::ml
