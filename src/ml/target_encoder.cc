// Replaces categories by what is known of the target among their rows.
// Follows org.apache.spark.ml.feature.TargetEncoder.
#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/error.h"
#include "ml/column_metadata.h"
#include "ml/column_replacement.h"
#include "ml/model_table.h"
#include "ml/model_text.h"
#include "ml/operators.h"
#include "ml/persistence.h"
#include "ml/shared_params.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

constexpr const char* kModelClass = "org.apache.spark.ml.feature.TargetEncoderModel";
// The keys under which Spark keeps what it knows of nulls and of all rows together.
constexpr double kNullCategory = -1;
constexpr double kUnseenCategory = std::numeric_limits<int32_t>::max();

struct Statistics {
  double count = 0;
  double target = 0;  // how many ones, or the mean
};
using CategoryStatistics = std::map<double, Statistics>;

const ParamTable& target_encoder_params() {
  static const ParamTable table =
      extend(input_output_params(),
             {{"labelCol", ValueType::kString, Value("label")},
              {"handleInvalid", ValueType::kString, Value("error"), one_of({"keep", "error"})},
              {"targetType", ValueType::kString, Value("binary"), one_of({"binary", "continuous"})},
              {"smoothing", ValueType::kDouble, Value(0.0), at_least(0)}});
  return table;
}

std::vector<ColumnPair> feature_pairs(const ParamMap& params) {
  std::vector<std::string> inputs;
  if (params.is_set("inputCol")) {
    inputs = {params.text("inputCol")};
  } else if (params.is_set("inputCols")) {
    inputs = params.texts("inputCols");
  }
  std::vector<std::string> outputs;
  if (params.is_set("outputCol")) {
    outputs = {params.text("outputCol")};
  } else if (params.is_set("outputCols")) {
    outputs = params.texts("outputCols");
  } else {
    for (const std::string& input : inputs) outputs.push_back(input + "_indexed");
  }
  require(!inputs.empty(), "At least one input column must be specified.");
  require(inputs.size() == outputs.size(),
          "The number of input columns " + std::to_string(inputs.size()) +
              " must be the same as the number of output columns " +
              std::to_string(outputs.size()) + ".");
  std::vector<ColumnPair> pairs;
  for (size_t i = 0; i < inputs.size(); ++i) pairs.push_back({inputs[i], outputs[i]});
  return pairs;
}

std::vector<std::string> feature_names(const ParamMap& params) {
  std::vector<std::string> names;
  for (const ColumnPair& pair : feature_pairs(params)) names.push_back(pair.input);
  return names;
}

void check_numeric(const Fields& fields, const std::string& name) {
  if (!has_field(fields, name))
    throw_spark_exception("No column named " + name + " found on dataset.");
  const Field& field = find_field(fields, name);
  if (!is_numeric(field_type(field.type))) {
    throw_spark_exception("Data type for column " + name + " is " + field.type.simple_string() +
                          ", but a subclass of NumericType is required.");
  }
}

class TargetEncoderModel : public Model, public ReplacesColumns {
 public:
  TargetEncoderModel(ParamMap params, std::vector<CategoryStatistics> features)
      : params_(std::move(params)), features_(std::move(features)) {}

  std::string class_name() const override { return "TargetEncoderModel"; }
  std::string jvm_class() const override { return kModelClass; }
  const ParamMap& params() const override { return params_; }
  int64_t size_bytes() const override {
    size_t bytes = sizeof(*this);
    for (const CategoryStatistics& feature : features_) bytes += 64 + 64 * feature.size();
    return static_cast<int64_t>(bytes);
  }
  Attribute attribute(const std::shared_ptr<const Attributed>& /*self*/,
                      const MethodCall& call) const override {
    if (call.method == "toString") {
      const std::string count = std::to_string(feature_pairs(params_).size());
      return Value(
          model_text(*this, ", handleInvalid=" + params_.text("handleInvalid") +
                                ", targetType=" + params_.text("targetType") +
                                ", numInputCols=" + count + ", numOutputCols=" + count +
                                ", smoothing=" + java_double_text(params_.number("smoothing"))));
    }
    throw_no_attribute(*this, call.method);
  }
  void write(const std::string& folder, const ParamMap& params) const override;

  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    Fields output = input;
    const auto pairs = feature_pairs(params);
    for (const ColumnPair& pair : pairs) check_numeric(input, pair.input);
    for (size_t i = 0; i < pairs.size(); ++i) {
      ColumnAttribute attribute{ColumnAttribute::Kind::kNominal, pairs[i].output, {}, 0};
      const std::map<double, double> codes = encodings(i, params);
      for (const auto& [category, code] : codes) {
        const std::string text = java_double_text(code);
        const auto& known = attribute.values;
        if (std::find(known.begin(), known.end(), text) == known.end())
          attribute.values.push_back(text);
      }
      put_field(output,
                {pairs[i].output, plan::Type::double_number(), true, to_metadata(attribute)});
    }
    return output;
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    std::vector<PutColumn> columns;
    const auto pairs = feature_pairs(params);
    for (size_t i = 0; i < pairs.size(); ++i) {
      columns.push_back({find_position(input, pairs[i].input), pairs[i].output,
                         encoding_kernel(pairs[i].input, encodings(i, params),
                                         params.text("handleInvalid") == "keep"),
                         position_or_none(input, pairs[i].output)});
    }
    return put_columns(std::move(columns));
  }

  std::vector<int> replaced_columns(const Fields& input, const ParamMap& params) const override {
    std::vector<std::string> outputs;
    for (const ColumnPair& pair : feature_pairs(params)) outputs.push_back(pair.output);
    return positions_present(input, outputs);
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return feature_names(params);
  }

 private:
  // The code of each category; smoothing and the kind of target may have changed since the fit.
  std::map<double, double> encodings(size_t feature, const ParamMap& params) const {
    const CategoryStatistics& statistics = features_.at(feature);
    const auto all = statistics.find(kUnseenCategory);
    if (all == statistics.end())
      throw SparkError("_LEGACY_ERROR_ML_NO_SUCH_ELEMENT", {{"message", "None.get"}});
    const bool is_binary = params.text("targetType") == "binary";
    const auto mean = [&](const Statistics& s) {
      return is_binary ? s.target / s.count : s.target;
    };
    std::map<double, double> codes;
    for (const auto& [category, held] : statistics) {
      const double weight = held.count / (held.count + params.number("smoothing"));
      codes[category] = weight * mean(held) + (1 - weight) * mean(all->second);
    }
    return codes;
  }

  static ColumnKernel encoding_kernel(const std::string& name, std::map<double, double> codes,
                                      bool keeps) {
    return [=](const std::shared_ptr<arrow::Array>& array) {
      NumberColumn numbers = read_numbers(*array);
      const double unseen = codes.at(kUnseenCategory);
      for (int64_t row = 0; row < array->length(); ++row) {
        const bool is_null = numbers.is_null(row);
        const double category = is_null ? kNullCategory : numbers.values[row];
        const auto found = codes.find(category);
        const bool is_seen = found != codes.end() && category != kUnseenCategory &&
                             (is_null || category != kNullCategory);
        if (!is_seen && !keeps) {
          const std::string text = is_null ? "null" : read_texts(*array->Slice(row, 1)).values[0];
          throw_user_raised("Unseen value " + text + " in feature " + name +
                            ". To handle unseen values, set Param handleInvalid to keep.");
        }
        numbers.values[row] = is_seen ? found->second : unseen;
      }
      return make_doubles(std::move(numbers.values));
    };
  }

  ParamMap params_;
  std::vector<CategoryStatistics> features_;
};

// One row per feature, as Spark lays them out.
void TargetEncoderModel::write(const std::string& folder, const ParamMap& params) const {
  write_metadata(folder, kModelClass, params);
  arrow::Int32Builder index;
  const auto list_type = arrow::list(arrow::field("element", arrow::float64(), false));
  std::vector<std::shared_ptr<arrow::DoubleBuilder>> items;
  std::vector<std::unique_ptr<arrow::ListBuilder>> lists;
  for (int i = 0; i < 3; ++i) {
    items.push_back(std::make_shared<arrow::DoubleBuilder>());
    lists.push_back(std::make_unique<arrow::ListBuilder>(arrow::default_memory_pool(), items.back(),
                                                         list_type));
  }
  for (size_t feature = 0; feature < features_.size(); ++feature) {
    check_arrow(index.Append(static_cast<int32_t>(feature)));
    for (auto& list : lists) check_arrow(list->Append());
    for (const auto& [category, held] : features_[feature]) {
      check_arrow(items[0]->Append(category));
      check_arrow(items[1]->Append(held.count));
      check_arrow(items[2]->Append(held.target));
    }
  }
  Fields fields = {{"index", plan::Type::integer(), false, ""}};
  std::vector<std::shared_ptr<arrow::Array>> columns = {check_arrow(index.Finish())};
  for (int i = 0; i < 3; ++i) {
    static constexpr const char* kNames[] = {"categories", "counts", "stats"};
    fields.push_back({kNames[i], plan::Type::array(plan::Type::double_number(), false), true, ""});
    columns.push_back(check_arrow(lists[i]->Finish()));
  }
  std::vector<std::shared_ptr<arrow::Field>> arrow_fields;
  for (size_t i = 0; i < columns.size(); ++i) {
    arrow_fields.push_back(arrow::field(fields[i].name, columns[i]->type(), fields[i].nullable));
  }
  write_table(folder, "data", fields, *arrow::Table::Make(arrow::schema(arrow_fields), columns));
}

class TargetEncoder : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    const std::vector<std::string> names = feature_names(params);
    const std::string& label_name = params.text("labelCol");
    for (const std::string& name : names) check_numeric(context.fields, name);
    check_numeric(context.fields, label_name);
    const bool is_binary = params.text("targetType") == "binary";
    std::vector<CategoryStatistics> features(names.size());
    std::shared_ptr<arrow::RecordBatch> batch;
    int64_t rows = 0;
    while (true) {
      context.check_canceled();
      check_arrow(dataset.ReadNext(&batch));
      if (!batch) break;
      const NumberColumn labels =
          read_numbers(*batch->column(find_position(context.fields, label_name)));
      if (is_binary) check_binary(labels, batch->num_rows());
      for (size_t i = 0; i < names.size(); ++i) {
        const NumberColumn categories =
            read_numbers(*batch->column(find_position(context.fields, names[i])));
        for (int64_t row = 0; row < batch->num_rows(); ++row) {
          const double category =
              categories.is_null(row) ? kNullCategory : checked_category(categories.values[row]);
          if (labels.is_null(row) || std::isnan(labels.values[row])) continue;
          add(features[i][category], labels.values[row], is_binary);
          add(features[i][kUnseenCategory], labels.values[row], is_binary);
        }
      }
      rows += batch->num_rows();
      context.report({.stage = "reading", .rows = rows});
    }
    return std::make_shared<TargetEncoderModel>(params, std::move(features));
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    std::vector<std::string> names = feature_names(params);
    names.push_back(params.text("labelCol"));
    return names;
  }

 private:
  static double checked_category(double value) {
    if (!(value >= 0 && value == std::floor(value) && value <= kUnseenCategory)) {
      throw_user_raised("Values MUST be non-negative integers, but got " + java_double_text(value));
    }
    return value;
  }

  static void check_binary(const NumberColumn& labels, int64_t rows) {
    for (int64_t row = 0; row < rows; ++row) {
      const double label = labels.values[row];
      if (labels.is_null(row) || std::isnan(label) || label == 0.0 || label == 1.0) continue;
      throw_user_raised("Labels for TARGET_BINARY must be {0, 1}, but got " +
                        java_double_text(label));
    }
  }

  static void add(Statistics& statistics, double label, bool is_binary) {
    statistics.count += 1;
    statistics.target += is_binary ? label : (label - statistics.target) / statistics.count;
  }
};

std::shared_ptr<const Model> read_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kModelClass);
  const auto table = read_table(folder, "data");
  std::vector<CategoryStatistics> features(table->num_rows());
  for (int64_t row = 0; row < table->num_rows(); ++row) {
    const ModelRow held(table->Slice(row, 1));
    const std::vector<double> categories = held.numbers("categories");
    const std::vector<double> counts = held.numbers("counts");
    const std::vector<double> targets = held.numbers("stats");
    const auto feature = static_cast<size_t>(held.integer("index"));
    require(feature < features.size() && categories.size() == counts.size() &&
                counts.size() == targets.size(),
            "The statistics of a TargetEncoderModel have as many counts as categories");
    for (size_t i = 0; i < categories.size(); ++i)
      features[feature][categories[i]] = {counts[i], targets[i]};
  }
  return std::make_shared<TargetEncoderModel>(read_params(metadata, target_encoder_params()),
                                              std::move(features));
}

}  // namespace

std::vector<Operator> target_encoder_operators() {
  static const TargetEncoder estimator;
  return estimator_rows("org.apache.spark.ml.feature.TargetEncoder", kModelClass,
                        target_encoder_params(), estimator, read_model);
}

}  // namespace firesteel::ml
