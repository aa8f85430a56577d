// org.apache.spark.sql.catalyst.json.JacksonParser
#include <arrow/api.h>

#include <charconv>
#include <set>
#include <utility>

#include "arrow/spark_schema.h"
#include "base/error.h"
#include "engine/duckdb/json_records.h"
#include "engine/duckdb/local_data.h"
#include "engine/duckdb/table_sources.h"
#include "engine/engine.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/date_pattern.h"
#include "functions/kernel/encoding.h"
#include "functions/kernel/epoch.h"
#include "functions/kernel/json_tree.h"
#include "functions/kernel/variant.h"

namespace firesteel::engine {
namespace {

namespace kernel = functions::kernel;
using kernel::JsonNode;
using kernel::JsonReader;
using kernel::MalformedJson;
using plan::Type;
using plan::TypeKind;

constexpr int64_t kRowsPerBatch = 8192;

void check(const arrow::Status& status) {
  FIRESTEEL_CHECK(status.ok(), status.ToString());
}

// Puts JSON values into builders of the columns' types. A value that does not fit is null and marks the record.
class JsonColumns {
 public:
  JsonColumns(const JsonOptions& options, const std::string& time_zone)
      : syntax_(options.schema.syntax), zone_(kernel::TimeZone::get(time_zone)) {
    using Purpose = kernel::DatePattern::Purpose;
    if (!options.date_format.empty()) date_.emplace(options.date_format, Purpose::kParse);
    if (!options.timestamp_format.empty()) timestamp_.emplace(options.timestamp_format, Purpose::kParse);
    if (!options.timestamp_ntz_format.empty()) timestamp_ntz_.emplace(options.timestamp_ntz_format, Purpose::kParse);
  }

  bool take_is_bad() { return std::exchange(is_bad_, false); }
  // Whether an object named a field of its schema more than once: the first was taken, where the last counts.
  bool take_has_named_twice() { return std::exchange(has_named_twice_, false); }
  // Lists and maps with a value that does not fit, by their places in the text: they are null as a whole, which shows too late for
  // the builders. What is read next leaves those of `lost` out.
  std::set<size_t> take_lost() { return std::exchange(found_lost_, {}); }
  void leave_out(std::set<size_t> lost) { lost_ = std::move(lost); }

  void variant(const JsonNode& node, arrow::ArrayBuilder* builder) {
    kernel::VariantBuilder made;
    made.append_json(node);
    const kernel::Value value = made.result();
    auto* parts = static_cast<arrow::StructBuilder*>(builder);
    check(parts->Append());
    for (int i = 0; i < 2; ++i) check(static_cast<arrow::BinaryBuilder*>(parts->child(i))->Append(value.list()[static_cast<size_t>(i)].text()));
  }

  // The fields of an object, each into its builder; a field that is not there is null.
  template <typename BuilderOf>
  void object(JsonReader& reader, const plan::Schema& schema, const BuilderOf& builder_of) {
    std::vector<bool> is_set(schema.size(), false);
    reader.expect('{');
    for (bool is_first = true; !reader.skip('}'); is_first = false) {
      if (!is_first) reader.expect(',');
      const std::string name = reader.name();
      reader.expect(':');
      size_t index = 0;
      while (index < schema.size() && schema[index].name != name) ++index;
      arrow::ArrayBuilder* builder = index < schema.size() ? builder_of(index) : nullptr;
      if (builder == nullptr || is_set[index]) {
        has_named_twice_ |= builder != nullptr;
        reader.skip_value();
        continue;
      }
      value(reader, schema[index].type, builder);
      is_lost_ = false;
      is_set[index] = true;
    }
    for (size_t i = 0; i < schema.size(); ++i) {
      if (is_set[i]) continue;
      if (arrow::ArrayBuilder* builder = builder_of(i)) check(builder->AppendNull());
    }
  }

 private:
  void value(JsonReader& reader, const Type& type, arrow::ArrayBuilder* builder) {
    const char first = reader.peek();
    if (type.is(TypeKind::kVariant)) {
      const size_t start = reader.position();
      reader.skip_value();
      return variant(kernel::parse_json_tree(reader.since(start), syntax_), builder);
    }
    if (first == 'n') {
      reader.skip_value();
      return check(builder->AppendNull());
    }
    switch (type.kind()) {
      case TypeKind::kStruct:
        if (first != '{') break;
        check(static_cast<arrow::StructBuilder*>(builder)->Append());
        return object(reader, type.fields(), [&](size_t i) { return builder->child(static_cast<int>(i)); });
      case TypeKind::kArray:
        if (first != '[') break;
        return array(reader, type.element(), static_cast<arrow::ListBuilder*>(builder));
      case TypeKind::kMap:
        if (first != '{' || !type.key().is_string()) break;
        return map(reader, type.value(), static_cast<arrow::MapBuilder*>(builder));
      default:
        return scalar(reader, first, type, builder);
    }
    reader.skip_value();
    bad(builder);
  }

  void array(JsonReader& reader, const Type& element, arrow::ListBuilder* builder) {
    if (leaves_out(reader, builder)) return;
    const size_t place = reader.position();
    bool is_lost = false;
    check(builder->Append());
    reader.expect('[');
    for (bool is_first = true; !reader.skip(']'); is_first = false) {
      if (!is_first) reader.expect(',');
      value(reader, element, builder->value_builder());
      is_lost |= std::exchange(is_lost_, false);
    }
    finish_list(place, is_lost);
  }

  void map(JsonReader& reader, const Type& type, arrow::MapBuilder* builder) {
    if (leaves_out(reader, builder)) return;
    const size_t place = reader.position();
    bool is_lost = false;
    check(builder->Append());
    reader.expect('{');
    for (bool is_first = true; !reader.skip('}'); is_first = false) {
      if (!is_first) reader.expect(',');
      check(static_cast<arrow::StringBuilder*>(builder->key_builder())->Append(reader.name()));
      reader.expect(':');
      value(reader, type, builder->item_builder());
      is_lost |= std::exchange(is_lost_, false);
    }
    finish_list(place, is_lost);
  }

  bool leaves_out(JsonReader& reader, arrow::ArrayBuilder* builder) {
    if (!lost_.contains(reader.position())) return false;
    reader.skip_value();
    bad(builder);
    return true;
  }

  void finish_list(size_t place, bool is_lost) {
    if (is_lost) found_lost_.insert(place);
    is_lost_ = is_lost;
  }

  void bad(arrow::ArrayBuilder* builder) {
    is_bad_ = true;
    is_lost_ = true;
    check(builder->AppendNull());
  }

  template <typename Builder, typename Value>
  void put(const std::optional<Value>& value, arrow::ArrayBuilder* builder) {
    if (!value) return bad(builder);
    check(static_cast<Builder*>(builder)->Append(*value));
  }

  template <typename Builder, typename Integer>
  void integer(const std::string& text, arrow::ArrayBuilder* builder) {
    Integer value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool fits = error == std::errc() && end == text.data() + text.size();
    put<Builder>(fits ? std::optional<Integer>(value) : std::nullopt, builder);
  }

  void scalar(JsonReader& reader, char first, const Type& type, arrow::ArrayBuilder* builder) {
    const bool is_text = first == '"' || first == '\'';
    std::string text;
    if (is_text) {
      text = reader.string();
    } else {  // as it stands, even where the column is a text
      const size_t start = reader.position();
      reader.skip_value();
      text = reader.since(start);
    }
    const bool is_number = !is_text && first != '{' && first != '[' && first != 't' && first != 'f';
    switch (type.kind()) {
      case TypeKind::kString:
      case TypeKind::kChar:
      case TypeKind::kVarchar:
        return check(static_cast<arrow::StringBuilder*>(builder)->Append(text));
      case TypeKind::kBoolean:
        if (is_text || (first != 't' && first != 'f')) return bad(builder);
        return check(static_cast<arrow::BooleanBuilder*>(builder)->Append(first == 't'));
      case TypeKind::kDate:
        return is_text ? put<arrow::Date32Builder>(date(text), builder) : bad(builder);
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampNtz:
        return timestamp(text, is_text, is_number, type.is(TypeKind::kTimestampNtz), builder);
      case TypeKind::kBinary:
        return binary(text, is_text, builder);
      default:
        return number(text, is_text, is_number, type, builder);
    }
  }

  void number(const std::string& text, bool is_text, bool is_number, const Type& type, arrow::ArrayBuilder* builder) {
    using kernel::CastMode;
    if (type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble)) {
      const std::optional<double> named = kernel::non_numeric_number(text);
      if (!is_number && !named) return bad(builder);
      if (type.is(TypeKind::kDouble)) {
        return put<arrow::DoubleBuilder>(named ? named : kernel::string_to_double(text, CastMode::kTry), builder);
      }
      return put<arrow::FloatBuilder>(named ? std::optional<float>(*named) : kernel::string_to_float(text, CastMode::kTry), builder);
    }
    if (type.is(TypeKind::kDecimal)) {
      if (!is_number && !is_text) return bad(builder);
      const auto value = kernel::string_to_decimal(text, {type.precision(), type.scale()}, CastMode::kTry);
      if (!value) return bad(builder);
      const auto wide = static_cast<__int128>(*value);
      const arrow::Decimal128 decimal(static_cast<int64_t>(wide >> 64), static_cast<uint64_t>(wide));
      return check(static_cast<arrow::Decimal128Builder*>(builder)->Append(decimal));
    }
    if (!is_number) return bad(builder);
    switch (type.kind()) {
      case TypeKind::kByte:
        return integer<arrow::Int8Builder, int8_t>(text, builder);
      case TypeKind::kShort:
        return integer<arrow::Int16Builder, int16_t>(text, builder);
      case TypeKind::kInteger:
        return integer<arrow::Int32Builder, int32_t>(text, builder);
      case TypeKind::kLong:
        return integer<arrow::Int64Builder, int64_t>(text, builder);
      default:
        throw SparkError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                         {{"format", "JSON"}, {"columnName", ""}, {"columnType", "\"" + type.sql() + "\""}});
    }
  }

  std::optional<int32_t> date(const std::string& text) const {
    if (date_) return date_->parse_date(text, zone_);
    return kernel::string_to_date(text, kernel::CastMode::kTry);
  }

  void timestamp(const std::string& text, bool is_text, bool is_number, bool is_local, arrow::ArrayBuilder* builder) {
    std::optional<int64_t> micros;
    if (is_text && is_local) {
      micros = timestamp_ntz_ ? timestamp_ntz_->parse_zoneless_timestamp(text) : kernel::zoneless_timestamp(text);
    } else if (is_text) {
      micros = timestamp_ ? timestamp_->parse_timestamp(text, zone_)
                          : kernel::string_to_timestamp(text, zone_, kernel::CastMode::kTry);
    } else if (is_number && !is_local) {
      int64_t seconds = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
      if (error == std::errc() && end == text.data() + text.size()) micros = kernel::micros_of_seconds(seconds);
    }
    put<arrow::TimestampBuilder>(micros, builder);
  }

  void binary(const std::string& text, bool is_text, arrow::ArrayBuilder* builder) {
    std::string bytes;
    std::string message;
    if (!is_text || !kernel::append_unbase64(text, bytes, &message)) return bad(builder);
    check(static_cast<arrow::BinaryBuilder*>(builder)->Append(bytes));
  }

  const kernel::JsonSyntax syntax_;
  const kernel::TimeZone& zone_;
  std::optional<kernel::DatePattern> date_;
  std::optional<kernel::DatePattern> timestamp_;
  std::optional<kernel::DatePattern> timestamp_ntz_;
  bool is_bad_ = false;
  bool is_lost_ = false;  // the value that was read last
  bool has_named_twice_ = false;
  std::set<size_t> lost_;
  std::set<size_t> found_lost_;
};

class JsonStream : public BatchStream {
 public:
  JsonStream(const JsonOptions& options, const std::vector<plan::FileEntry>& files, plan::Schema schema,
             const std::string& time_zone)
      : options_(options), records_(files, options), schema_(std::move(schema)), columns_(options_, time_zone) {
    plan::Schema all = schema_;
    all.push_back({"fs_file", Type::string(), true, ""});
    all.push_back({"fs_keep", Type::boolean(), true, ""});
    const auto named = columns::to_arrow_schema(all, time_zone);
    arrow::FieldVector fields = engine_schema(*named)->fields();
    for (size_t i = 0; i < 2; ++i) {
      const size_t at = schema_.size() + i;
      fields[at] = arrow::field(all[at].name, fields[at]->type());
    }
    arrow_schema_ = arrow::schema(fields);
    for (const auto& field : arrow_schema_->fields()) {
      std::unique_ptr<arrow::ArrayBuilder> builder;
      check(arrow::MakeBuilder(arrow::default_memory_pool(), field->type(), &builder));
      builders_.push_back(std::move(builder));
    }
    for (size_t i = 0; i < schema_.size(); ++i) {
      if (schema_[i].name == options_.schema.corrupt_column && schema_[i].type.is_string()) corrupt_ = i;
    }
  }

  std::shared_ptr<arrow::Schema> schema() const override { return arrow_schema_; }

  std::shared_ptr<arrow::RecordBatch> next() override {
    std::string record;
    int64_t rows = 0;
    while (rows < kRowsPerBatch && records_.next(&record)) rows += add(record);
    if (rows == 0) return nullptr;
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const auto& builder : builders_) {
      std::shared_ptr<arrow::Array> array;
      check(builder->Finish(&array));
      arrays.push_back(std::move(array));
    }
    return arrow::RecordBatch::Make(arrow_schema_, rows, std::move(arrays));
  }

 private:
  arrow::ArrayBuilder* builder(size_t index) { return index == corrupt_ ? nullptr : builders_[index].get(); }

  // The rows of a record: one, or one for each element of an array; how many rows were put into the builders.
  int64_t add(const std::string& record) {
    if (!is_well_formed(record)) {
      add_nulls();
      is_bad_ = true;
    } else if (!options_.variant_column.empty()) {
      columns_.variant(kernel::parse_json_tree(record, options_.schema.syntax), builders_[0].get());
      keeps_.push_back(true);
    } else {
      JsonReader reader(record, options_.schema.syntax);
      reader.peek() == '{' ? add_object(reader) : add_elements(reader);
    }
    return finish_record(record);
  }

  bool is_well_formed(const std::string& record) const {
    try {
      JsonReader probe(record, options_.schema.syntax);
      const char first = probe.peek();
      probe.skip_value();
      return first == '{' || first == '[';
    } catch (const MalformedJson&) {
      return false;
    }
  }

  // An element that is no object makes one row of nulls of them all.
  void add_elements(JsonReader& reader) {
    bool are_objects = true;
    reader.expect('[');
    for (bool is_first = true; !reader.skip(']'); is_first = false) {
      if (!is_first) reader.expect(',');
      if (reader.peek() == '{') {
        add_object(reader);
      } else {
        reader.skip_value();
        are_objects = false;
      }
    }
    if (are_objects) return;
    keeps_.assign(keeps_.size(), false);
    add_nulls();
    is_bad_ = true;
  }

  void add_nulls() {
    for (size_t i = 0; i < schema_.size(); ++i) {
      if (i != corrupt_) check(builders_[i]->AppendNull());
    }
    keeps_.push_back(true);
  }

  // One row. What its builders cannot take back (JsonColumns) makes a row that is dropped, and the object is read once more.
  void add_object(JsonReader& reader) {
    reader.peek();
    const size_t start = reader.position();
    columns_.object(reader, schema_, [this](size_t i) { return builder(i); });
    if (columns_.take_has_named_twice()) {
      const std::string unique = kernel::with_unique_names(kernel::parse_json_tree(reader.since(start), options_.schema.syntax));
      read_again(unique, {});
      if (auto lost = columns_.take_lost(); !lost.empty()) read_again(unique, std::move(lost));
    } else if (auto lost = columns_.take_lost(); !lost.empty()) {
      std::set<size_t> within;
      for (const size_t place : lost) within.insert(place - start);
      read_again(reader.since(start), std::move(within));
    }
    is_bad_ |= columns_.take_is_bad();
    keeps_.push_back(true);
  }

  void read_again(std::string_view object, std::set<size_t> lost) {
    columns_.take_is_bad();
    columns_.take_lost();
    keeps_.push_back(false);
    JsonReader reader(object, options_.schema.syntax);
    columns_.leave_out(std::move(lost));
    columns_.object(reader, schema_, [this](size_t i) { return builder(i); });
    columns_.leave_out({});
  }

  // A record is bad as a whole.
  int64_t finish_record(const std::string& record) {
    const bool is_bad = std::exchange(is_bad_, false);
    if (is_bad && options_.schema.mode == "FAILFAST") {
      throw SparkError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                       {{"badRecord", record}, {"failFastMode", "FAILFAST"}});
    }
    const bool drops = is_bad && options_.schema.mode == "DROPMALFORMED";
    for (const bool keeps : keeps_) {
      if (corrupt_ < schema_.size()) {
        auto* corrupt = static_cast<arrow::StringBuilder*>(builders_[corrupt_].get());
        check(is_bad ? corrupt->Append(record) : corrupt->AppendNull());
      }
      check(static_cast<arrow::StringBuilder*>(builders_[schema_.size()].get())->Append(records_.path()));
      check(static_cast<arrow::BooleanBuilder*>(builders_[schema_.size() + 1].get())->Append(keeps && !drops));
    }
    const auto rows = static_cast<int64_t>(keeps_.size());
    keeps_.clear();
    return rows;
  }

  const JsonOptions options_;
  JsonRecords records_;
  const plan::Schema schema_;
  JsonColumns columns_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders_;
  size_t corrupt_ = SIZE_MAX;
  // Of the record that is being read: whether a value does not fit, and whether each of its rows stays.
  bool is_bad_ = false;
  std::vector<bool> keeps_;
};

}  // namespace

std::shared_ptr<ArrowInput> json_input(const JsonOptions& options, const std::vector<plan::FileEntry>& files,
                                       const plan::Schema& schema, const std::string& time_zone) {
  const auto open = [=]() -> std::shared_ptr<BatchStream> { return std::make_shared<JsonStream>(options, files, schema, time_zone); };
  return ArrowInput::from_streams(open, [](const arrow::Schema& own) { return std::make_shared<arrow::Schema>(own); });
}

}  // namespace firesteel::engine
