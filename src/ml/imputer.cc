// Fills gaps with the mean, the median or the most frequent value of a column.
// Follows org.apache.spark.ml.feature.Imputer.
#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "ml/column_replacement.h"
#include "ml/model_table.h"
#include "ml/model_text.h"
#include "ml/operators.h"
#include "ml/persistence.h"
#include "ml/quantile_summary.h"
#include "ml/shared_params.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

constexpr const char* kModelClass = "org.apache.spark.ml.feature.ImputerModel";
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

const ParamTable& imputer_params() {
  static const ParamTable table =
      extend(input_output_params(),
             {{"strategy", ValueType::kString, Value("mean"), one_of({"mean", "median", "mode"})},
              {"missingValue", ValueType::kDouble, Value(kNotANumber)},
              {"relativeError", ValueType::kDouble, Value(0.001), in_range(0, 1)}});
  return table;
}

void check_distinct(const std::string& what, const std::vector<std::string>& names) {
  std::string listed;
  for (const std::string& name : names) listed += (listed.empty() ? "" : ", ") + name;
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(),
          what + " contains duplicates: (" + listed + ")");
}

// The inputs, whether or not the outputs go with them.
std::vector<std::string> inputs_of(const ParamMap& params) {
  if (params.is_set("inputCol")) return {params.text("inputCol")};
  return params.is_set("inputCols") ? params.texts("inputCols") : std::vector<std::string>();
}

std::vector<ColumnPair> checked_pairs(const Fields& fields, const ParamMap& params) {
  if (params.is_set("inputCols") && !params.is_set("inputCol")) {
    const auto& inputs = params.texts("inputCols");
    const auto& outputs = params.texts("outputCols");
    require(!inputs.empty(), "inputCols cannot be empty");
    check_distinct("inputCols", inputs);
    check_distinct("outputCols", outputs);
    require(inputs.size() == outputs.size(),
            "inputCols(" + std::to_string(inputs.size()) + ") and outputCols(" +
                std::to_string(outputs.size()) + ") should have the same length");
  }
  std::vector<ColumnPair> pairs = column_pairs(params);
  for (const ColumnPair& pair : pairs) check_numeric_field(fields, pair.input);
  return pairs;
}

// A number as the decimal that Spark casts it to: its shortest text, rounded half up.
arrow::Decimal128 to_decimal(double value, int32_t scale) {
  arrow::Decimal128 decimal;
  int32_t precision = 0;
  int32_t digits = 0;
  check_arrow(
      arrow::Decimal128::FromString(java_double_text(value), &decimal, &precision, &digits));
  if (digits > scale) return arrow::Decimal128(decimal.ReduceScaleBy(digits - scale));
  return arrow::Decimal128(decimal.IncreaseScaleBy(scale - digits));
}

template <typename Builder, typename Convert>
std::shared_ptr<arrow::Array> build(Builder builder, const std::vector<double>& values,
                                    const Convert& convert) {
  check_arrow(builder.Reserve(static_cast<int64_t>(values.size())));
  for (const double value : values) check_arrow(builder.Append(convert(value)));
  return check_arrow(builder.Finish());
}

template <typename Integer>
Integer to_integer(double value) {
  constexpr auto kMost = static_cast<double>(std::numeric_limits<Integer>::max());
  return value >= kMost ? std::numeric_limits<Integer>::max() : static_cast<Integer>(value);
}

// `values` as an array of the type of `like`.
std::shared_ptr<arrow::Array> cast_back(const std::vector<double>& values,
                                        const arrow::Array& like) {
  switch (like.type_id()) {
    case arrow::Type::INT8:
      return build(arrow::Int8Builder(), values, to_integer<int8_t>);
    case arrow::Type::INT16:
      return build(arrow::Int16Builder(), values, to_integer<int16_t>);
    case arrow::Type::INT32:
      return build(arrow::Int32Builder(), values, to_integer<int32_t>);
    case arrow::Type::INT64:
      return build(arrow::Int64Builder(), values, to_integer<int64_t>);
    case arrow::Type::FLOAT:
      return build(arrow::FloatBuilder(), values,
                   [](double value) { return static_cast<float>(value); });
    case arrow::Type::DECIMAL128: {
      const int32_t scale = static_cast<const arrow::Decimal128Type&>(*like.type()).scale();
      return build(arrow::Decimal128Builder(like.type()), values,
                   [scale](double value) { return to_decimal(value, scale); });
    }
    default:
      return make_doubles(values);
  }
}

ColumnKernel filling_kernel(double surrogate, double missing) {
  return [=](const std::shared_ptr<arrow::Array>& array) {
    NumberColumn numbers = read_numbers(*array);
    for (int64_t row = 0; row < array->length(); ++row) {
      double& value = numbers.values[row];
      const bool is_missing = value == missing || (std::isnan(value) && std::isnan(missing));
      if (is_missing || numbers.is_null(row)) value = surrogate;
    }
    return cast_back(numbers.values, *array);
  };
}

class ImputerModel : public Model, public ReplacesColumns {
 public:
  using Surrogates = std::vector<std::pair<std::string, double>>;
  ImputerModel(ParamMap params, Surrogates surrogates)
      : params_(std::move(params)), surrogates_(std::move(surrogates)) {}

  std::string class_name() const override { return "ImputerModel"; }
  std::string jvm_class() const override { return kModelClass; }
  const ParamMap& params() const override { return params_; }
  int64_t size_bytes() const override {
    return static_cast<int64_t>(sizeof(*this) + 40 * surrogates_.size());
  }

  Attribute attribute(const std::shared_ptr<const Attributed>& /*self*/,
                      const MethodCall& call) const override {
    if (call.method == "toString") {
      return Value(model_text(*this, ", strategy=" + params_.text("strategy") + ", missingValue=" +
                                         java_double_text(params_.number("missingValue")) +
                                         column_counts(params_)));
    }
    if (call.method != "surrogateDF") throw_no_attribute(*this, call.method);
    TableAttribute result;
    std::vector<std::shared_ptr<arrow::Field>> fields;
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (const auto& [name, value] : surrogates_) {
      result.fields.push_back({name, plan::Type::double_number(), false, ""});
      fields.push_back(arrow::field(name, arrow::float64(), false));
      columns.push_back(make_doubles({value}));
    }
    result.table = arrow::Table::Make(arrow::schema(fields), columns);
    return result;
  }

  void write(const std::string& folder, const ParamMap& params) const override {
    write_metadata(folder, kModelClass, params);
    ModelTable table;
    for (const auto& [name, value] : surrogates_) table.add(name, value);
    table.write(folder, "data");
  }

  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    Fields output = input;
    for (const ColumnPair& pair : checked_pairs(input, params)) {
      const Field& field = find_field(input, pair.input);
      put_field(output, {pair.output, field.type, field.nullable, ""});
    }
    return output;
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    std::vector<PutColumn> columns;
    for (const ColumnPair& pair : checked_pairs(input, params)) {
      columns.push_back({find_position(input, pair.input), pair.output,
                         filling_kernel(surrogate(pair.input), params.number("missingValue")),
                         position_or_none(input, pair.output)});
    }
    return put_columns(std::move(columns));
  }

  std::vector<int> replaced_columns(const Fields& input, const ParamMap& params) const override {
    std::vector<std::string> outputs;
    for (const ColumnPair& pair : column_pairs(params)) outputs.push_back(pair.output);
    return positions_present(input, outputs);
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return inputs_of(params);
  }

 private:
  double surrogate(const std::string& name) const {
    for (const auto& [fitted, value] : surrogates_) {
      if (fitted == name) return value;
    }
    throw_illegal_argument("key not found: " + name);
  }

  ParamMap params_;
  Surrogates surrogates_;
};

// What a column's values add up to under each strategy.
class ColumnSummary {
 public:
  ColumnSummary(std::string strategy, double relative_error)
      : strategy_(std::move(strategy)), quantiles_(relative_error) {}

  void add(double value) {
    if (strategy_ == "mean") sum_ += value;
    if (strategy_ == "median") quantiles_.insert(value);
    if (strategy_ == "mode") ++counts_[value];
    ++count_;
  }

  // NaN where there were no values.
  double surrogate() {
    if (count_ == 0) return kNotANumber;
    if (strategy_ == "mean") return sum_ / static_cast<double>(count_);
    if (strategy_ == "median") {
      quantiles_.finish();
      return quantiles_.query({0.5}).at(0);
    }
    // The smallest of the most frequent ones.
    const auto most =
        std::max_element(counts_.begin(), counts_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    return most->first;
  }

 private:
  std::string strategy_;
  int64_t count_ = 0;
  double sum_ = 0;
  QuantileSummary quantiles_;
  std::map<double, int64_t> counts_;
};

class Imputer : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    const std::vector<ColumnPair> pairs = checked_pairs(context.fields, params);
    const double missing = params.number("missingValue");
    std::vector<ColumnSummary> summaries(
        pairs.size(), ColumnSummary(params.text("strategy"), params.number("relativeError")));
    std::shared_ptr<arrow::RecordBatch> batch;
    int64_t rows = 0;
    while (true) {
      context.check_canceled();
      check_arrow(dataset.ReadNext(&batch));
      if (!batch) break;
      for (size_t i = 0; i < pairs.size(); ++i) {
        const NumberColumn numbers =
            read_numbers(*batch->column(find_position(context.fields, pairs[i].input)));
        for (int64_t row = 0; row < batch->num_rows(); ++row) {
          const double value = numbers.values[row];
          if (!numbers.is_null(row) && !std::isnan(value) && value != missing)
            summaries[i].add(value);
        }
      }
      rows += batch->num_rows();
      context.report({.stage = "reading", .rows = rows});
    }
    ImputerModel::Surrogates surrogates;
    std::string empty;
    for (size_t i = 0; i < pairs.size(); ++i) {
      surrogates.emplace_back(pairs[i].input, summaries[i].surrogate());
      if (std::isnan(surrogates.back().second))
        empty += (empty.empty() ? "" : ",") + pairs[i].input;
    }
    if (!empty.empty()) {
      throw_spark_exception("surrogate cannot be computed. All the values in " + empty +
                            " are Null, Nan or missingValue(" + java_double_text(missing) + ")");
    }
    return std::make_shared<ImputerModel>(params, std::move(surrogates));
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return inputs_of(params);
  }
};

std::shared_ptr<const Model> read_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kModelClass);
  const auto table = read_table(folder, "data");
  const ModelRow row(table);
  ImputerModel::Surrogates surrogates;
  for (const std::string& name : table->ColumnNames())
    surrogates.emplace_back(name, row.number(name));
  return std::make_shared<ImputerModel>(read_params(metadata, imputer_params()),
                                        std::move(surrogates));
}

}  // namespace

std::vector<Operator> imputer_operators() {
  static const Imputer estimator;
  return estimator_rows("org.apache.spark.ml.feature.Imputer", kModelClass, imputer_params(),
                        estimator, read_model);
}

}  // namespace firesteel::ml
