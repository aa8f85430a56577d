#include "engine/duckdb/libsvm_units.h"

#include <arrow/array.h>
#include <arrow/array/array_nested.h>
#include <arrow/builder.h>
#include <algorithm>
#include <charconv>
#include <limits>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "engine/duckdb/cast_lowering.h"
#include "engine/duckdb/column_fit.h"
#include "engine/duckdb/line_blocks.h"
#include "engine/duckdb/reader_options.h"
#include "functions/kernel/cast_string.h"
#include "ml/field.h"
#include "ml/params.h"

namespace firesteel::engine {
namespace {

constexpr int64_t kRowsPerBatch = 4096;
constexpr const char* kFeatureCount = "numFeatures";

void check(const arrow::Status& status) { FIRESTEEL_CHECK(status.ok(), status.ToString()); }

[[noreturn]] void throw_bad_number(std::string_view text) {
  ml::throw_spark_exception("For input string: \"" + std::string(text) + "\"");
}

// java.lang.Double.parseDouble.
double parse_number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const bool is_plain = error == std::errc() && rest == end && !text.empty() && text.back() >= '0' && text.back() <= '9';
  if (is_plain) return value;
  const auto parsed = functions::kernel::string_to_double(text, functions::kernel::CastMode::kTry);
  if (!parsed) throw_bad_number(text);
  return *parsed;
}

// java.lang.Integer.parseInt.
int32_t parse_index(std::string_view text) {
  std::string_view digits = text;
  if (!digits.empty() && digits[0] == '+') digits.remove_prefix(1);
  int32_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value);
  const bool has_two_signs = digits.size() != text.size() && !digits.empty() && digits[0] == '-';
  if (error != std::errc() || rest != end || has_two_signs) throw_bad_number(text);
  return value;
}

// One line's label and entries.
struct Record {
  double label = 0;
  std::vector<int32_t> indices;
  std::vector<double> values;
};

void parse_entry(std::string_view item, std::string_view line, Record* record) {
  const size_t colon = item.find(':');
  if (colon == std::string_view::npos || colon + 1 == item.size()) {
    parse_index(item.substr(0, colon));
    ml::throw_spark_exception("Index 1 out of bounds for length 1");
  }
  const int32_t index = parse_index(item.substr(0, colon)) - 1;
  std::string_view value = item.substr(colon + 1);
  value = value.substr(0, value.find(':'));
  const int32_t previous = record->indices.empty() ? -1 : record->indices.back();
  record->values.push_back(parse_number(value));
  if (index <= previous) {
    ml::throw_spark_exception("requirement failed: indices should be one-based and in ascending order; found current=" +
                              std::to_string(index) + ", previous=" + std::to_string(previous) + "; line=\"" +
                              std::string(line) + "\"");
  }
  record->indices.push_back(index);
}

// False for a line without a record: an empty one or a comment.
bool parse_line(std::string_view line, Record* record) {
  while (!line.empty() && static_cast<unsigned char>(line.front()) <= ' ') line.remove_prefix(1);
  while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ') line.remove_suffix(1);
  if (line.empty() || line.front() == '#') return false;
  record->indices.clear();
  record->values.clear();
  size_t end = std::min(line.find(' '), line.size());
  record->label = parse_number(line.substr(0, end));
  for (size_t start = end + 1; start < line.size(); start = end + 1) {
    end = std::min(line.find(' ', start), line.size());
    if (end > start) parse_entry(line.substr(start, end - start), line, record);
  }
  return true;
}

// Calls `visit(record)` for the records of a block of lines.
class BlockRecords {
 public:
  BlockRecords(const LineBlocks& blocks, size_t block) : has_lines_(load_lines(blocks, block, data_, position_)) {}

  bool next(Record* record) {
    while (has_lines_ && position_ < data_.size()) {
      const std::string_view rest = std::string_view(data_).substr(position_);
      const std::string_view line = rest.substr(0, rest.find('\n'));
      position_ += line.size() + 1;
      if (parse_line(line, record)) return true;
    }
    return false;
  }

 private:
  std::string data_;
  size_t position_ = 0;
  bool has_lines_;
};

int32_t count_features(const std::vector<plan::FileEntry>& files) {
  LineBlocks blocks;
  for (const plan::FileEntry& file : files) blocks.add_file(file.path);
  int32_t highest = -1;
  Record record;
  for (size_t block = 0; block < blocks.blocks.size(); ++block) {
    BlockRecords records(blocks, block);
    while (records.next(&record)) highest = std::max(highest, record.indices.empty() ? 0 : record.indices.back());
  }
  if (highest < 0) throw SparkError("_LEGACY_ERROR_TEMP_3014", {});
  return static_cast<int32_t>(std::min<int64_t>(int64_t{highest} + 1, std::numeric_limits<int32_t>::max()));
}

int32_t feature_count(const plan::Schema& schema) {
  const auto metadata = schema[1].metadata.empty() ? nlohmann::json::object() : nlohmann::json::parse(schema[1].metadata);
  if (!metadata.contains(kFeatureCount)) {
    throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", std::string("key not found: ") + kFeatureCount}});
  }
  return metadata[kFeatureCount].get<int32_t>();
}

// Rows of one block as arrays in the engine's forms.
class LibsvmReader : public UnitReader {
 public:
  LibsvmReader(const LineBlocks& blocks, size_t block, int32_t features, bool is_dense, std::vector<bool> is_features)
      : records_(blocks, block), features_(features), is_dense_(is_dense), is_features_(std::move(is_features)) {}

  bool next(std::vector<std::shared_ptr<arrow::Array>>& columns, int64_t* rows) override {
    *rows = 0;
    while (*rows < kRowsPerBatch && records_.next(&record_)) {
      ++*rows;
      check(labels_.Append(record_.label));
      add_features();
    }
    if (*rows == 0) return false;
    std::shared_ptr<arrow::Array> labels;
    check(labels_.Finish(&labels));
    const auto vectors = finish_vectors(*rows);
    columns.clear();
    for (const bool is_features : is_features_) columns.push_back(is_features ? vectors : labels);
    return true;
  }

 private:
  void add_features() {
    if (!record_.indices.empty() && record_.indices.back() >= features_) {
      ml::throw_spark_exception("requirement failed: Index " + std::to_string(record_.indices.back()) +
                                " out of bounds for vector of size " + std::to_string(features_));
    }
    check(types_.Append(is_dense_ ? 1 : 0));
    check(values_.Append());
    if (is_dense_) {
      check(sizes_.AppendNull());
      check(indices_.AppendNull());
      std::vector<double> all(static_cast<size_t>(features_), 0.0);
      for (size_t i = 0; i < record_.indices.size(); ++i) all[record_.indices[i]] = record_.values[i];
      return check(value_items().AppendValues(all));
    }
    check(sizes_.Append(features_));
    check(indices_.Append());
    for (size_t i = 0; i < record_.indices.size(); ++i) {
      if (record_.values[i] == 0.0) continue;
      check(static_cast<arrow::Int32Builder*>(indices_.value_builder())->Append(record_.indices[i]));
      check(value_items().Append(record_.values[i]));
    }
  }

  arrow::DoubleBuilder& value_items() { return *static_cast<arrow::DoubleBuilder*>(values_.value_builder()); }

  std::shared_ptr<arrow::Array> finish_vectors(int64_t rows) {
    arrow::ArrayVector children(4);
    check(types_.Finish(&children[0]));
    check(sizes_.Finish(&children[1]));
    check(indices_.Finish(&children[2]));
    check(values_.Finish(&children[3]));
    return std::make_shared<arrow::StructArray>(engine_type(ml::vector_type()), rows, std::move(children));
  }

  BlockRecords records_;
  int32_t features_;
  bool is_dense_;
  std::vector<bool> is_features_;  // of each asked column
  Record record_;
  arrow::DoubleBuilder labels_;
  arrow::Int8Builder types_;
  arrow::Int32Builder sizes_;
  arrow::ListBuilder indices_{arrow::default_memory_pool(), std::make_shared<arrow::Int32Builder>()};
  arrow::ListBuilder values_{arrow::default_memory_pool(), std::make_shared<arrow::DoubleBuilder>()};
};

class LibsvmUnits : public UnitFormat {
 public:
  LibsvmUnits(bool is_dense, std::vector<plan::FileEntry> files, int32_t features, std::vector<size_t> positions)
      : is_dense_(is_dense), files_(std::move(files)), blocks_(files_.size()), features_(features), positions_(std::move(positions)) {}

  std::vector<FileUnit> units(size_t file) override {
    LineBlocks blocks;
    blocks.add_file(files_[file].path);
    std::vector<FileUnit> units;
    for (size_t block = 0; block < blocks.blocks.size(); ++block) {
      FileUnit unit;
      unit.file = file;
      unit.piece = static_cast<int64_t>(block);
      units.push_back(std::move(unit));
    }
    const std::lock_guard lock(mutex_);
    blocks_[file] = std::make_shared<const LineBlocks>(std::move(blocks));
    return units;
  }

  std::unique_ptr<UnitReader> open(const FileUnit& unit, const std::vector<size_t>& columns) override {
    std::vector<bool> is_features;
    for (const size_t column : columns) is_features.push_back(positions_[column] == 1);
    const std::lock_guard lock(mutex_);
    return std::make_unique<LibsvmReader>(*blocks_[unit.file], static_cast<size_t>(unit.piece), features_, is_dense_,
                                          std::move(is_features));
  }

 private:
  bool is_dense_;
  std::vector<plan::FileEntry> files_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<const LineBlocks>> blocks_;  // by file
  int32_t features_;
  std::vector<size_t> positions_;
};

}  // namespace

LibsvmOptions::LibsvmOptions(const plan::Options& options) {
  const ReaderOptions given(options);
  given.refuse("lineSep", "\n");
  if (const auto text = given.find(kFeatureCount)) {
    int32_t count = 0;
    const auto [rest, error] = std::from_chars(text->data(), text->data() + text->size(), count);
    if (error != std::errc() || rest != text->data() + text->size()) {
      throw SparkError("_LEGACY_ERROR_ML_NUMBER_FORMAT", {{"message", "For input string: \"" + *text + "\""}});
    }
    if (count > 0) features = count;
  }
  const std::string type = given.get("vectorType", "sparse");
  if (type != "sparse" && type != "dense") {
    ml::throw_illegal_argument("Invalid value `" + type + "` for parameter `vectorType`. Expected types are `sparse` and `dense`.");
  }
  is_dense = type == "dense";
}

plan::Schema libsvm_schema(const LibsvmOptions& options, const std::vector<plan::FileEntry>& files) {
  const int32_t count = options.features ? *options.features : count_features(files);
  const std::string metadata =
      nlohmann::json{{kFeatureCount, count}, {"ml_attr", {{"num_attrs", count}}}}.dump();
  return {{"label", plan::Type::double_number(), true, ""}, {"features", ml::vector_type(), true, metadata}};
}

void check_libsvm_schema(const plan::Schema& schema, bool is_for_writing) {
  const bool fits = schema.size() == 2 && schema[0].type.is(plan::TypeKind::kDouble) &&
                    ml::field_type(schema[1].type) == ml::FieldType::kVector;
  if (fits && (is_for_writing || feature_count(schema) > 0)) return;
  throw SparkError("FIRESTEEL_INPUT_OUTPUT",
                   {{"reason", "Illegal schema for libsvm data, schema=" + plan::Type::structure(schema).simple_string()}});
}

std::unique_ptr<UnitFormat> libsvm_units(const LibsvmOptions& options, std::vector<plan::FileEntry> files,
                                         const plan::Schema& schema, std::vector<size_t> positions) {
  return std::make_unique<LibsvmUnits>(options.is_dense, std::move(files), feature_count(schema), std::move(positions));
}

std::string libsvm_line_sql(const std::string& label, const std::string& features) {
  const auto text = [](const std::string& number) {
    return cast_sql(number, plan::Type::double_number(), plan::Type::string(), plan::CastMode::kAnsi, "UTC");
  };
  const std::string entry = "' ' || CAST(CASE WHEN " + features + ".f0 = 1 THEN fs_i ELSE " + features +
                            ".f2[fs_i] + 1 END AS VARCHAR) || ':' || " + text(features + ".f3[fs_i]");
  const std::string entries = "list_transform(range(1, len(" + features + ".f3) + 1), lambda fs_i: " + entry + ")";
  // Spark reads a label that is null as 0.
  return text("coalesce(" + label + ", 0.0::DOUBLE)") + " || CASE WHEN " + features +
         " IS NULL THEN CAST(fs_raise_error('the vector is null') AS VARCHAR) ELSE coalesce(array_to_string(" + entries +
         ", ''), '') END";
}

}  // namespace firesteel::engine
