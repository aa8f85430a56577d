// Maps strings to indices by frequency or alphabet. Follows org.apache.spark.ml.feature.StringIndexer.
#include <arrow/api.h>

#include <algorithm>

#include "ml/column_metadata.h"
#include "ml/estimator.h"
#include "ml/model_table.h"
#include "ml/model_text.h"
#include "ml/operators.h"
#include "ml/persistence.h"
#include "ml/shared_params.h"
#include "ml/string_indexer.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

constexpr const char* kModelClass = "org.apache.spark.ml.feature.StringIndexerModel";
using Labels = std::vector<std::string>;

void check_input(const Fields& fields, const std::string& name) {
  const Field& field = find_field(fields, name);
  const FieldType type = field_type(field.type);
  require(type == FieldType::kString || is_numeric(type),
          "The input column " + name + " must be either string type or numeric type, but got " +
              field.type.simple_string() + ".");
}

class IndexTransform : public BatchTransform {
 public:
  struct Column {
    int position = 0;
    std::string output;
    TextMap<double> index;
  };
  IndexTransform(std::vector<Column> columns, std::string invalid)
      : columns_(std::move(columns)), invalid_(std::move(invalid)) {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    const int64_t rows = batch->num_rows();
    std::vector<uint8_t> keep(rows, 1);
    std::vector<std::vector<double>> outputs;
    for (const Column& column : columns_) outputs.push_back(index_column(column, *batch->column(column.position), keep));
    auto result = filter_rows(batch, keep);
    for (size_t c = 0; c < columns_.size(); ++c) {
      std::vector<double> kept;
      for (int64_t row = 0; row < rows; ++row) {
        if (keep[row] != 0) kept.push_back(outputs[c][row]);
      }
      result = append_column(result, columns_[c].output, make_doubles(kept));
    }
    return result;
  }

 private:
  std::vector<double> index_column(const Column& column, const arrow::Array& array, std::vector<uint8_t>& keep) const {
    const TextViews texts = view_texts(array);
    std::vector<double> indices(array.length(), 0.0);
    for (int64_t row = 0; row < array.length(); ++row) {
      const bool is_null = texts.is_null(row);
      const auto found = is_null ? column.index.end() : column.index.find(texts.values[row]);
      if (found != column.index.end()) {
        indices[row] = found->second;
      } else if (invalid_ == "keep") {
        indices[row] = static_cast<double>(column.index.size());
      } else if (invalid_ == "skip") {
        keep[row] = 0;
      } else {
        throw_failed_transform("StringIndexerModel", "string", "double",
                               is_null ? "StringIndexer encountered NULL value. To handle or skip NULLS, try setting "
                                         "StringIndexer.handleInvalid."
                                       : "Unseen label: " + std::string(texts.values[row]) +
                                             ". To handle unseen labels, set Param handleInvalid to keep.");
      }
    }
    return indices;
  }

  std::vector<Column> columns_;
  std::string invalid_;
};

class StringIndexerModel : public Model {
 public:
  StringIndexerModel(ParamMap params, std::vector<Labels> labels) : params_(std::move(params)), labels_(std::move(labels)) {}

  std::string class_name() const override { return "StringIndexerModel"; }
  std::string jvm_class() const override { return kModelClass; }
  const ParamMap& params() const override { return params_; }

  Attribute attribute(const std::shared_ptr<const Attributed>& /*self*/, const MethodCall& call) const override {
    if (call.method == "labelsArray") return Value(labels_);
    if (call.method == "toString") {
      return Value(model_text(*this, ", handleInvalid=" + params_.text("handleInvalid") + column_counts(params_)));
    }
    if (call.method == "labels") {
      require(labels_.size() == 1,
              "This StringIndexerModel is fit on multiple columns. Call `labelsArray` instead.");
      return Value(labels_[0]);
    }
    throw_no_attribute(*this, call.method);
  }

  int64_t size_bytes() const override {
    int64_t bytes = sizeof(*this);
    for (const Labels& labels : labels_) {
      for (const std::string& label : labels) bytes += static_cast<int64_t>(sizeof(label) + label.size());
    }
    return bytes;
  }

  void write(const std::string& folder, const ParamMap& params) const override {
    write_metadata(folder, kModelClass, params);
    ModelTable table;
    table.add("labelsArray", labels_);
    table.write(folder, "data");
  }

  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    Fields output = input;
    const auto pairs = column_pairs(params);
    for (size_t i = 0; i < pairs.size(); ++i) {
      // As in Spark a model passes over input columns that are missing.
      if (!has_field(input, pairs[i].input)) continue;
      check_input(input, pairs[i].input);
      ColumnAttribute attribute{ColumnAttribute::Kind::kNominal, pairs[i].output, labels_.at(i), 0};
      if (params.text("handleInvalid") == "keep") attribute.values.push_back("__unknown");
      require(!has_field(output, pairs[i].output), "Output column " + pairs[i].output + " already exists.");
      output.push_back({pairs[i].output, plan::Type::double_number(), false, to_metadata(attribute)});
    }
    return output;
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    std::vector<IndexTransform::Column> columns;
    const auto pairs = column_pairs(params);
    for (size_t i = 0; i < pairs.size(); ++i) {
      if (!has_field(input, pairs[i].input)) continue;
      IndexTransform::Column& column = columns.emplace_back();
      column.position = find_position(input, pairs[i].input);
      column.output = pairs[i].output;
      for (size_t k = 0; k < labels_.at(i).size(); ++k) column.index.emplace(labels_[i][k], static_cast<double>(k));
    }
    return std::make_unique<IndexTransform>(std::move(columns), params.text("handleInvalid"));
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    std::vector<std::string> names;
    for (const ColumnPair& pair : column_pairs(params)) names.push_back(pair.input);
    return names;
  }

 private:
  ParamMap params_;
  std::vector<Labels> labels_;
};

}  // namespace

const ParamTable& string_indexer_params() {
  static const ParamTable table = extend(
      input_output_params(),
      {{"handleInvalid", ValueType::kString, Value("error"), one_of({"error", "skip", "keep"})},
       {"stringOrderType", ValueType::kString, Value("frequencyDesc"),
        one_of({"frequencyDesc", "frequencyAsc", "alphabetDesc", "alphabetAsc"})}});
  return table;
}

void LabelCounts::add(const arrow::Array& column) {
  const TextViews texts = view_texts(column);
  for (int64_t row = 0; row < column.length(); ++row) {
    if (!texts.is_null(row)) ++value_of(counts_, texts.values[row]);
  }
}

Labels LabelCounts::sorted(const std::string& order) const {
  std::vector<std::pair<std::string, int64_t>> entries(counts_.begin(), counts_.end());
  std::sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) {
    if (order == "alphabetDesc") return a.first > b.first;
    if (order == "alphabetAsc" || a.second == b.second) return a.first < b.first;
    return order == "frequencyDesc" ? a.second > b.second : a.second < b.second;
  });
  Labels labels;
  for (auto& entry : entries) labels.push_back(std::move(entry.first));
  return labels;
}

std::shared_ptr<const Model> make_string_indexer_model(ParamMap params, std::vector<Labels> labels) {
  return std::make_shared<StringIndexerModel>(std::move(params), std::move(labels));
}

namespace {

class StringIndexer : public Estimator {
 public:
  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    const auto pairs = column_pairs(params);
    std::vector<int> positions;
    for (const ColumnPair& pair : pairs) {
      check_input(context.fields, pair.input);
      require(!has_field(context.fields, pair.output), "Output column " + pair.output + " already exists.");
      positions.push_back(find_position(context.fields, pair.input));
    }
    std::vector<LabelCounts> counts(pairs.size());
    std::shared_ptr<arrow::RecordBatch> batch;
    int64_t rows = 0;
    while (true) {
      context.check_canceled();
      check_arrow(dataset.ReadNext(&batch));
      if (!batch) break;
      for (size_t c = 0; c < pairs.size(); ++c) counts[c].add(*batch->column(positions[c]));
      rows += batch->num_rows();
      context.report({.stage = "reading", .rows = rows});
    }
    std::vector<Labels> labels;
    for (const LabelCounts& column : counts) labels.push_back(column.sorted(params.text("stringOrderType")));
    return std::make_shared<StringIndexerModel>(params, std::move(labels));
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    std::vector<std::string> names;
    for (const ColumnPair& pair : column_pairs(params)) names.push_back(pair.input);
    return names;
  }
};

std::shared_ptr<const Model> read_model(const std::string& folder) {
  const Metadata metadata = read_metadata(folder, kModelClass);
  const ModelRow row = read_model_row(folder, "data");
  // Spark 2 wrote the labels of its only column as `labels`.
  std::vector<Labels> labels =
      row.has("labelsArray") ? row.text_rows("labelsArray") : std::vector<Labels>{row.texts("labels")};
  return std::make_shared<StringIndexerModel>(read_params(metadata, string_indexer_params()), std::move(labels));
}

}  // namespace

std::vector<Operator> string_indexer_operators() {
  static const StringIndexer estimator;
  return {{.jvm_class = "org.apache.spark.ml.feature.StringIndexer",
           .kind = OperatorKind::kEstimator,
           .params = &string_indexer_params(),
           .estimator = &estimator},
          {.jvm_class = kModelClass,
           .kind = OperatorKind::kModel,
           .params = &string_indexer_params(),
           .read_model = read_model}};
}

}  // namespace firesteel::ml
