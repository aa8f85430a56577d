// Maps category indices to vectors with a single one. Follows org.apache.spark.ml.feature.OneHotEncoder.
#include <arrow/api.h>

#include <algorithm>
#include <cmath>

#include "ml/column_metadata.h"
#include "ml/estimator.h"
#include "ml/model_table.h"
#include "ml/model_text.h"
#include "ml/one_hot_encoder.h"
#include "ml/operators.h"
#include "ml/persistence.h"
#include "ml/shared_params.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

constexpr const char* kModelClass = "org.apache.spark.ml.feature.OneHotEncoderModel";

// How many elements the encoded vector has.
int encoded_size(int categories, bool drop_last, bool keep_invalid) {
  if (!drop_last && keep_invalid) return categories + 1;
  return drop_last && !keep_invalid ? categories - 1 : categories;
}

class EncodeTransform : public BatchTransform {
 public:
  struct Column {
    int position = 0;
    std::string output;
    int categories = 0;
    int size = 0;
  };
  EncodeTransform(std::vector<Column> columns, bool keep_invalid)
      : columns_(std::move(columns)), keep_invalid_(keep_invalid) {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    auto result = batch;
    for (const Column& column : columns_) {
      const NumberColumn labels = read_numbers(*batch->column(column.position));
      VectorColumnBuilder builder;
      builder.reserve(batch->num_rows(), batch->num_rows());
      for (int64_t row = 0; row < batch->num_rows(); ++row) {
        if (labels.is_null(row)) {
          builder.append_null();
        } else {
          encode(column, labels.values[row], builder);
        }
      }
      result = append_column(result, column.output, builder.finish());
    }
    return result;
  }

 private:
  [[noreturn]] static void fail(const std::string& reason) {
    throw_failed_transform("OneHotEncoderModel", "double, int", vector_type().sql_type().simple_string(), reason);
  }

  void encode(const Column& column, double label, VectorColumnBuilder& builder) const {
    constexpr double kOne = 1.0;
    if (label < 0) fail("Negative value: " + java_double_text(label) + ". Input can't be negative.");
    int32_t index = column.categories;
    if (label < column.categories) {
      index = static_cast<int32_t>(label);
    } else if (!keep_invalid_) {
      fail("Unseen value: " + java_double_text(label) + ". To handle unseen values, set Param handleInvalid to keep.");
    }
    builder.append_sparse(column.size, &index, &kOne, index < column.size ? 1 : 0);
  }

  std::vector<Column> columns_;
  bool keep_invalid_;
};

// Names of the encoded elements: the labels of the input's metadata, or their indices.
std::vector<ColumnAttribute> encoded_attributes(const Field& input, int categories, bool drop_last, bool keep_invalid) {
  const auto attribute = column_attribute(input);
  std::vector<ColumnAttribute> result;
  for (int i = 0; i < categories; ++i) {
    const bool named = attribute && static_cast<size_t>(i) < attribute->values.size();
    result.push_back({ColumnAttribute::Kind::kBinary, named ? attribute->values[i] : std::to_string(i), {}, 0});
  }
  if (keep_invalid) result.push_back({ColumnAttribute::Kind::kBinary, "invalidValues", {}, 0});
  if (drop_last && !result.empty()) result.pop_back();
  return result;
}

class OneHotEncoderModel : public Model {
 public:
  OneHotEncoderModel(ParamMap params, std::vector<int32_t> sizes) : params_(std::move(params)), sizes_(std::move(sizes)) {}

  std::string class_name() const override { return "OneHotEncoderModel"; }
  std::string jvm_class() const override { return kModelClass; }
  const ParamMap& params() const override { return params_; }
  Attribute attribute(const std::shared_ptr<const Attributed>& /*self*/, const MethodCall& call) const override {
    if (call.method == "categorySizes") return Value(sizes_);
    if (call.method == "toString") {
      return Value(model_text(*this, std::string(", dropLast=") + (params_.flag("dropLast") ? "true" : "false") +
                                         ", handleInvalid=" + params_.text("handleInvalid") + column_counts(params_)));
    }
    throw_no_attribute(*this, call.method);
  }
  int64_t size_bytes() const override { return static_cast<int64_t>(sizeof(*this) + 4 * sizes_.size()); }

  void write(const std::string& folder, const ParamMap& params) const override {
    write_metadata(folder, kModelClass, params);
    ModelTable table;
    table.add("categorySizes", sizes_);
    table.write(folder, "data");
  }

  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    Fields output = input;
    const bool drop_last = params.flag("dropLast");
    const bool keep = params.text("handleInvalid") == "keep";
    const auto pairs = column_pairs(params);
    check_count(pairs.size());
    for (size_t i = 0; i < pairs.size(); ++i) {
      check_numeric_field(input, pairs[i].input);
      VectorAttributes attributes;
      attributes.attributes = encoded_attributes(find_field(input, pairs[i].input), sizes_[i], drop_last, keep);
      attributes.size = static_cast<int>(attributes.attributes.size());
      require(!has_field(output, pairs[i].output), "Output column " + pairs[i].output + " already exists.");
      output.push_back({pairs[i].output, vector_type(), true, to_metadata(attributes)});
    }
    return output;
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    const bool keep = params.text("handleInvalid") == "keep";
    const auto pairs = column_pairs(params);
    check_count(pairs.size());
    std::vector<EncodeTransform::Column> columns;
    for (size_t i = 0; i < pairs.size(); ++i) {
      columns.push_back({find_position(input, pairs[i].input), pairs[i].output, sizes_[i],
                         encoded_size(sizes_[i], params.flag("dropLast"), keep)});
    }
    return std::make_unique<EncodeTransform>(std::move(columns), keep);
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override { return input_names(params); }

 private:
  void check_count(size_t columns) const {
    require(columns == sizes_.size(), "The number of input columns " + std::to_string(columns) +
                                          " must be the same as the number of features " +
                                          std::to_string(sizes_.size()) + " during fitting.");
  }

  ParamMap params_;
  std::vector<int32_t> sizes_;
};

}  // namespace

const ParamTable& one_hot_encoder_params() {
  static const ParamTable table =
      extend(input_output_params(),
             {{"handleInvalid", ValueType::kString, Value("error"), one_of({"keep", "error"})},
              {"dropLast", ValueType::kBool, Value(true)}});
  return table;
}

std::shared_ptr<const Model> make_one_hot_encoder_model(ParamMap params, std::vector<int32_t> category_sizes) {
  return std::make_shared<OneHotEncoderModel>(std::move(params), std::move(category_sizes));
}

namespace {

class OneHotEncoder : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    std::vector<int32_t> sizes;
    std::vector<std::pair<size_t, int>> unknown;  // column of the model, position in the batches
    for (const ColumnPair& pair : column_pairs(params)) {
      check_numeric_field(context.fields, pair.input);
      require(!has_field(context.fields, pair.output), "Output column " + pair.output + " already exists.");
      const auto stated = class_count(find_field(context.fields, pair.input));
      if (stated) check_names(find_field(context.fields, pair.input), params.flag("dropLast"));
      if (!stated) unknown.emplace_back(sizes.size(), find_position(context.fields, pair.input));
      sizes.push_back(stated.value_or(0));
    }
    std::shared_ptr<arrow::RecordBatch> batch;
    while (!unknown.empty()) {
      context.check_canceled();
      check_arrow(dataset.ReadNext(&batch));
      if (!batch) break;
      for (const auto& [column, position] : unknown) {
        const NumberColumn values = read_numbers(*batch->column(position));
        for (int64_t row = 0; row < batch->num_rows(); ++row) {
          if (values.is_null(row)) continue;
          const double value = values.values[row];
          if (!(value >= 0 && value <= 2147483647.0) || value != std::floor(value)) {
            throw_spark_exception("assertion failed: Values from column " + context.fields[position].name +
                                  " must be indices, but got " + java_double_text(value) + ".");
          }
          sizes[column] = std::max(sizes[column], static_cast<int32_t>(value) + 1);
        }
      }
    }
    return std::make_shared<OneHotEncoderModel>(params, std::move(sizes));
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override { return input_names(params); }

 private:
  // The elements of the result are named after the values.
  static void check_names(const Field& field, bool drop_last) {
    const auto attribute = column_attribute(field);
    const size_t named = attribute->values.size() - (drop_last && !attribute->values.empty() ? 1 : 0);
    for (size_t i = 0; i < named; ++i) {
      require(!attribute->values[i].empty(), "Cannot have an empty string for name.");
    }
  }
};

std::shared_ptr<const Model> read_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kModelClass);
  return std::make_shared<OneHotEncoderModel>(read_params(metadata, one_hot_encoder_params()),
                                              read_model_row(folder, "data").integers("categorySizes"));
}

}  // namespace

std::vector<Operator> one_hot_encoder_operators() {
  static const OneHotEncoder estimator;
  return {{.jvm_class = "org.apache.spark.ml.feature.OneHotEncoder",
           .kind = OperatorKind::kEstimator,
           .params = &one_hot_encoder_params(),
           .estimator = &estimator},
          {.jvm_class = kModelClass,
           .kind = OperatorKind::kModel,
           .params = &one_hot_encoder_params(),
           .read_model = read_model}};
}

}  // namespace firesteel::ml
