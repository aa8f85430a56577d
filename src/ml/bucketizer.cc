// Follows org.apache.spark.ml.feature.Bucketizer.
#include "ml/bucketizer.h"

#include <arrow/api.h>

#include <algorithm>
#include <cmath>

#include "ml/column_metadata.h"
#include "ml/operators.h"
#include "ml/persistence.h"
#include "ml/shared_params.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

bool are_splits(const std::vector<double>& splits) {
  if (splits.size() < 3) return false;
  for (size_t i = 0; i + 1 < splits.size(); ++i) {
    if (!(splits[i] < splits[i + 1])) return false;
  }
  return true;
}

std::vector<std::vector<double>> splits_of(const ParamMap& params) {
  if (params.is_set("inputCols")) return std::get<std::vector<std::vector<double>>>(params.get("splitsArray"));
  return {params.numbers("splits")};
}

std::string bucket_text(double low, double high) { return java_double_text(low) + ", " + java_double_text(high); }

// The bucket of `value`, by Java's order of doubles.
double find_bucket(const std::vector<double>& splits, double value, bool keep_invalid) {
  const auto fail = [](const std::string& reason) {
    throw_failed_transform("bucketizer_0", "double", "double", reason);
  };
  if (std::isnan(value)) {
    if (!keep_invalid) fail("Bucketizer encountered NaN value. To handle or skip NaNs, try setting Bucketizer.handleInvalid.");
    return static_cast<double>(splits.size() - 1);
  }
  if (value == splits.back()) return static_cast<double>(splits.size() - 2);
  const auto above = std::upper_bound(splits.begin(), splits.end(), value);
  if (above == splits.begin() || above == splits.end()) {
    fail("Feature value " + java_double_text(value) + " out of Bucketizer bounds [" + java_double_text(splits.front()) +
         ", " + java_double_text(splits.back()) +
         "].  Check your features, or loosen the lower/upper bound constraints.");
  }
  return static_cast<double>(above - splits.begin() - 1);
}

class BucketTransform : public BatchTransform {
 public:
  struct Column {
    int position = 0;
    std::string output;
    std::vector<double> splits;
  };
  BucketTransform(std::vector<Column> columns, const std::string& invalid)
      : columns_(std::move(columns)), keep_(invalid != "error"), skip_(invalid == "skip") {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    std::shared_ptr<arrow::RecordBatch> result = skip_ ? without_invalid(batch) : batch;
    for (const Column& column : columns_) {
      NumberColumn numbers = read_numbers(*result->column(column.position));
      for (size_t row = 0; row < numbers.values.size(); ++row) {
        if (numbers.is_null(static_cast<int64_t>(row))) continue;
        numbers.values[row] = find_bucket(column.splits, numbers.values[row], keep_);
      }
      result = append_column(result, column.output, make_doubles(numbers.values, numbers.valid));
    }
    return result;
  }

 private:
  std::shared_ptr<arrow::RecordBatch> without_invalid(const std::shared_ptr<arrow::RecordBatch>& batch) const {
    std::vector<uint8_t> keep(batch->num_rows(), 1);
    for (const Column& column : columns_) {
      const NumberColumn numbers = read_numbers(*batch->column(column.position));
      for (size_t row = 0; row < keep.size(); ++row) {
        if (numbers.is_null(static_cast<int64_t>(row)) || std::isnan(numbers.values[row])) keep[row] = 0;
      }
    }
    return filter_rows(batch, keep);
  }

  std::vector<Column> columns_;
  bool keep_;
  bool skip_;
};

class Bucketizer : public Transformer {
 public:
  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    Fields output = input;
    const auto pairs = column_pairs(params);
    const auto splits = splits_of(params);
    for (size_t i = 0; i < pairs.size(); ++i) {
      check_numeric_field(input, pairs[i].input);
      require(!has_field(output, pairs[i].output), "Output column " + pairs[i].output + " already exists.");
      ColumnAttribute attribute{ColumnAttribute::Kind::kNominal, "", {}, 0, true};
      for (size_t k = 0; k + 1 < splits.at(i).size(); ++k) {
        attribute.values.push_back(bucket_text(splits[i][k], splits[i][k + 1]));
      }
      output.push_back({pairs[i].output, plan::Type::double_number(), true, to_metadata(attribute)});
    }
    return output;
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    std::vector<BucketTransform::Column> columns;
    const auto pairs = column_pairs(params);
    const auto splits = splits_of(params);
    for (size_t i = 0; i < pairs.size(); ++i) {
      columns.push_back({find_position(input, pairs[i].input), pairs[i].output, splits.at(i)});
    }
    return std::make_unique<BucketTransform>(std::move(columns), params.text("handleInvalid"));
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override { return input_names(params); }
};

// The Bucketizer that QuantileDiscretizer fits; a client reads its splits and makes its own of it.
class FittedBucketizer : public Model {
 public:
  explicit FittedBucketizer(ParamMap params) : params_(std::move(params)) {}

  std::string class_name() const override { return "Bucketizer"; }
  std::string jvm_class() const override { return kBucketizerClass; }
  const ParamMap& params() const override { return params_; }
  Attribute attribute(const std::shared_ptr<const Attributed>& /*self*/, const MethodCall& call) const override {
    if (call.method == "getSplits") return params_.get("splits");
    if (call.method == "getSplitsArray") return params_.get("splitsArray");
    throw_no_attribute(*this, call.method);
  }
  int64_t size_bytes() const override { return static_cast<int64_t>(sizeof(*this)) + 1024; }
  void write(const std::string& folder, const ParamMap& params) const override {
    write_metadata(folder, kBucketizerClass, params);
  }
  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    return bucketizer_.transform_schema(input, params);
  }
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    return bucketizer_.bind(input, params);
  }
  std::vector<std::string> input_columns(const ParamMap& params) const override { return input_names(params); }

 private:
  ParamMap params_;
  Bucketizer bucketizer_;
};

}  // namespace

const ParamTable& bucketizer_params() {
  static const ParamTable table = extend(
      input_output_params(),
      {{"splits", ValueType::kDoubles, std::nullopt,
        [](const Value& value) { return are_splits(std::get<std::vector<double>>(value)); }},
       {"splitsArray", ValueType::kDoubleRows, std::nullopt,
        [](const Value& value) {
          const auto& rows = std::get<std::vector<std::vector<double>>>(value);
          return std::all_of(rows.begin(), rows.end(), are_splits);
        }},
       {"handleInvalid", ValueType::kString, Value("error"), one_of({"skip", "error", "keep"})}});
  return table;
}

std::shared_ptr<const Model> make_bucketizer(ParamMap params) {
  return std::make_shared<FittedBucketizer>(std::move(params));
}

std::vector<Operator> bucketizer_operators() {
  static const Bucketizer transformer;
  return {transformer_row(kBucketizerClass, bucketizer_params(), transformer)};
}

}  // namespace firesteel::ml
