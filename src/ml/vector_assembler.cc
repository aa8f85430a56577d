// Joins columns of numbers, booleans and vectors into one vector.
// Follows org.apache.spark.ml.feature.VectorAssembler.
#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/error.h"
#include "ml/column_metadata.h"
#include "ml/operators.h"
#include "ml/shared_params.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

// Beyond this many elements the output's metadata states their number and not each one's name: a
// hashed column would otherwise carry a megabyte of generated names through every schema.
constexpr size_t kNamedAttributesMax = 4096;

const ParamTable& vector_assembler_params() {
  static const ParamTable table = {
      {"inputCols", ValueType::kStrings},
      {"outputCol", ValueType::kString},
      {"handleInvalid", ValueType::kString, Value("error"), one_of({"skip", "error", "keep"})}};
  return table;
}

enum class Invalid { kError, kSkip, kKeep };

Invalid invalid_of(const ParamMap& params) {
  const std::string& text = params.text("handleInvalid");
  return text == "skip" ? Invalid::kSkip : text == "keep" ? Invalid::kKeep : Invalid::kError;
}

struct AssembledColumn {
  int position = 0;
  bool is_vector = false;
  std::optional<int> size;  // of a vector, from its metadata
};

class AssembleTransform : public BatchTransform {
 public:
  AssembleTransform(std::vector<AssembledColumn> columns, Invalid invalid, std::string output, std::string signature)
      : columns_(std::move(columns)),
        invalid_(invalid),
        output_(std::move(output)),
        signature_(std::move(signature)) {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    const int64_t rows = batch->num_rows();
    if (auto dense = assemble_dense(*batch)) return append_column(batch, output_, std::move(dense));
    std::vector<Source> sources;
    for (const AssembledColumn& column : columns_) {
      Source& source = sources.emplace_back();
      source.size = column.size.value_or(0);
      if (column.is_vector) {
        source.vectors.emplace(batch->column(column.position));
      } else {
        source.numbers = read_numbers(*batch->column(column.position));
      }
    }
    VectorColumnBuilder builder;
    builder.reserve(rows, rows * static_cast<int64_t>(columns_.size()));
    std::vector<uint8_t> keep;
    if (invalid_ == Invalid::kSkip) keep.assign(rows, 1);
    Row assembled;
    std::vector<double> dense;
    for (int64_t row = 0; row < rows; ++row) {
      if (invalid_ == Invalid::kSkip && has_invalid(sources, row)) {
        keep[row] = 0;
        continue;
      }
      assembled.clear();
      for (const Source& source : sources) add(source, row, assembled);
      emit(assembled, dense, builder);
    }
    const auto kept = keep.empty() ? batch : filter_rows(batch, keep);
    return append_column(kept, output_, builder.finish());
  }

 private:
  struct Source {
    std::optional<VectorColumn> vectors;
    NumberColumn numbers;
    int size = 0;
  };
  struct Row {
    int32_t size = 0;
    std::vector<int32_t> indices;  // of the non-zero values
    std::vector<double> values;

    void clear() {
      size = 0;
      indices.clear();
      values.clear();
    }
    void add(int32_t at, double value) {
      if (value == 0.0) return;
      indices.push_back(at);
      values.push_back(value);
    }
  };

  // The common case: numbers without gaps that make dense vectors. Null for any other.
  std::shared_ptr<arrow::Array> assemble_dense(const arrow::RecordBatch& batch) const {
    const size_t width = columns_.size();
    const int64_t rows = batch.num_rows();
    if (rows == 0 || width == 0) return nullptr;
    std::vector<NumberColumn> converted(width);
    std::vector<const double*> numbers;
    for (size_t c = 0; c < width; ++c) {
      const arrow::Array& column = *batch.column(columns_[c].position);
      if (columns_[c].is_vector || column.null_count() > 0) return nullptr;
      if (column.type_id() == arrow::Type::DOUBLE) {
        numbers.push_back(static_cast<const arrow::DoubleArray&>(column).raw_values());
      } else {
        converted[c] = read_numbers(column);
        numbers.push_back(converted[c].values.data());
      }
    }
    std::shared_ptr<arrow::Buffer> values = check_arrow(arrow::AllocateBuffer(rows * static_cast<int64_t>(width * sizeof(double))));
    if (!weave(numbers, rows, reinterpret_cast<double*>(values->mutable_data()))) return nullptr;
    return make_dense_vectors(std::move(values), rows, static_cast<int32_t>(width));
  }

  // Columns into rows; false where a row has a NaN or so many zeros that it becomes sparse.
  static bool weave(const std::vector<const double*>& columns, int64_t rows, double* to_rows) {
    // Few rows at a time, so that what the columns are woven into stays in the nearest cache.
    constexpr int64_t kRowsTogether = 128;
    const size_t width = columns.size();
    int32_t nonzeros[kRowsTogether];
    for (int64_t begin = 0; begin < rows; begin += kRowsTogether) {
      const int64_t count = std::min(kRowsTogether, rows - begin);
      std::fill(nonzeros, nonzeros + count, 0);
      bool has_nan = false;
      for (size_t c = 0; c < width; ++c) {
        const double* from = columns[c] + begin;
        double* to = to_rows + static_cast<size_t>(begin) * width + c;
        for (int64_t row = 0; row < count; ++row, to += width) {
          const double value = from[row];
          has_nan |= std::isnan(value);
          nonzeros[row] += static_cast<int32_t>(value != 0.0);
          *to = value + 0.0;  // a negative zero becomes a zero
        }
      }
      const int32_t fewest = *std::min_element(nonzeros, nonzeros + count);
      if (has_nan || 1.5 * fewest + 2.0 < static_cast<double>(width)) return false;
    }
    return true;
  }

  static bool has_invalid(const std::vector<Source>& sources, int64_t row) {
    for (const Source& source : sources) {
      if (source.vectors) {
        if (source.vectors->is_null(row)) return true;
      } else if (source.numbers.is_null(row) || std::isnan(source.numbers.values[row])) {
        return true;
      }
    }
    return false;
  }

  [[noreturn]] void fail(const std::string& what, const std::string& plural) const {
    throw_failed_transform("VectorAssembler", signature_, vector_type().sql_type().simple_string(),
                           "Encountered " + what + " while assembling a row with handleInvalid = \"error\". Consider\n"
                           "removing " + plural + " from dataset or using handleInvalid = \"keep\" or \"skip\".");
  }

  void add(const Source& source, int64_t row, Row& to) const {
    constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
    if (!source.vectors) {
      const bool is_null = source.numbers.is_null(row);
      if (invalid_ == Invalid::kError && is_null) fail("null", "nulls");
      const double value = is_null ? kMissing : source.numbers.values[row];
      if (invalid_ == Invalid::kError && std::isnan(value)) fail("NaN", "NaNs");
      to.add(to.size, value);
      ++to.size;
      return;
    }
    if (source.vectors->is_null(row)) {
      if (invalid_ == Invalid::kError) fail("null", "nulls");
      for (int i = 0; i < source.size; ++i) to.add(to.size + i, kMissing);
      to.size += source.size;
      return;
    }
    const VectorView view = (*source.vectors)[row];
    for (int32_t i = 0; i < view.count; ++i) {
      if (invalid_ == Invalid::kError && std::isnan(view.values[i])) fail("NaN", "NaNs");
      to.add(to.size + (view.indices != nullptr ? view.indices[i] : i), view.values[i]);
    }
    to.size += view.size;
  }

  // Spark's vector compression.
  static void emit(const Row& row, std::vector<double>& dense, VectorColumnBuilder& builder) {
    const auto count = static_cast<int32_t>(row.values.size());
    if (1.5 * count + 2.0 < row.size) {
      builder.append_sparse(row.size, row.indices.data(), row.values.data(), count);
      return;
    }
    dense.assign(row.size, 0.0);
    for (int32_t i = 0; i < count; ++i) dense[row.indices[i]] = row.values[i];
    builder.append_dense(dense.data(), row.size);
  }

  std::vector<AssembledColumn> columns_;
  Invalid invalid_;
  std::string output_;
  std::string signature_;
};

// Attributes of one input column's elements; false if their number is not known before the data is.
bool add_attributes(const Field& field, std::vector<ColumnAttribute>& all) {
  if (field_type(field.type) != FieldType::kVector) {
    ColumnAttribute attribute = column_attribute(field).value_or(ColumnAttribute());
    attribute.name = field.name;
    all.push_back(std::move(attribute));
    return true;
  }
  VectorAttributes group = vector_attributes(field);
  if (!group.size) return false;
  if (group.attributes.empty()) group.attributes.resize(*group.size);
  for (size_t i = 0; i < group.attributes.size(); ++i) {
    ColumnAttribute attribute = std::move(group.attributes[i]);
    attribute.name = field.name + "_" + (attribute.name.empty() ? std::to_string(i) : attribute.name);
    all.push_back(std::move(attribute));
  }
  return true;
}

class VectorAssembler : public Transformer {
 public:
  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    const std::string output = output_column(params);
    std::vector<ColumnAttribute> attributes;
    bool known = true;
    std::string wrong;
    for (const std::string& name : params.texts("inputCols")) {
      const Field& field = find_field(input, name);
      const FieldType type = field_type(field.type);
      if (!is_numeric(type) && type != FieldType::kBoolean && type != FieldType::kVector) {
        wrong += (wrong.empty() ? "" : "\n") + std::string("Data type ") + field.type.simple_string() + " of column " +
                 name + " is not supported.";
        continue;
      }
      known = add_attributes(field, attributes) && known;
    }
    if (!wrong.empty()) throw_illegal_argument(wrong);
    if (has_field(input, output)) throw_illegal_argument("Output column " + output + " already exists.");
    std::string metadata;
    if (known) {
      VectorAttributes group;
      group.size = static_cast<int>(attributes.size());
      if (attributes.size() <= kNamedAttributesMax) group.attributes = std::move(attributes);
      metadata = to_metadata(group);
    }
    return append_field(input, {output, vector_type(), true, metadata});
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    const Invalid invalid = invalid_of(params);
    std::vector<AssembledColumn> columns;
    std::string signature;
    std::string unsized_names;
    for (const std::string& name : params.texts("inputCols")) {
      const int position = find_position(input, name);
      const Field& field = input[position];
      const bool is_vector = field_type(field.type) == FieldType::kVector;
      AssembledColumn column{position, is_vector, std::nullopt};
      if (is_vector) column.size = vector_attributes(field).size;
      if (is_vector && !column.size) unsized_names += (unsized_names.empty() ? "" : ", ") + name;
      columns.push_back(column);
      signature += (signature.empty() ? "" : ",") + name + ":" +
                   (is_vector ? vector_type().sql_type().simple_string() : "double");
    }
    if (invalid == Invalid::kKeep && !unsized_names.empty()) {
      throw SparkError("_LEGACY_ERROR_ML_RUNTIME",
                       {{"message", "Can not infer column lengths with handleInvalid = \"keep\". Consider using "
                                    "VectorSizeHint to add metadata for columns: [" + unsized_names + "]."}});
    }
    return std::make_unique<AssembleTransform>(std::move(columns), invalid, output_column(params),
                                               "struct<" + signature + ">");
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override { return params.texts("inputCols"); }
};

}  // namespace

std::vector<Operator> vector_assembler_operators() {
  static const VectorAssembler transformer;
  return {{.jvm_class = "org.apache.spark.ml.feature.VectorAssembler",
           .kind = OperatorKind::kTransformer,
           .params = &vector_assembler_params(),
           .transformer = &transformer}};
}

}  // namespace firesteel::ml
