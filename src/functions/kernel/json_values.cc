// to_json, from_json and what looks into JSON texts.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/encoding.h"
#include "functions/kernel/interval_value.h"
#include "functions/kernel/json_pretty.h"
#include "functions/kernel/json_text.h"
#include "functions/kernel/json_tree.h"
#include "functions/kernel/text_options.h"
#include "functions/kernel/value.h"
#include "functions/kernel/value_text.h"
#include "functions/kernel/variant.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;
using Kind = JsonNode::Kind;

// JacksonGenerator.
class JsonGenerator {
 public:
  JsonGenerator(const TextOptions& options, std::string_view zone)
      : options_(options), zone_(zone), keeps_nulls_(!options.flag("ignoreNullFields", true)) {}

  void write(const Type& type, const Value& value) {
    if (value.is_null()) return writer_.raw_value("null");
    switch (type.kind()) {
      case TypeKind::kStruct: return write_struct(type, value.list());
      case TypeKind::kMap: return write_map(type, value.list());
      case TypeKind::kArray:
        writer_.begin('[');
        for (const Value& element : value.list()) write(type.element(), element);
        return writer_.end(']');
      case TypeKind::kUdt: return write(type.sql_type(), value);
      case TypeKind::kVariant: return writer_.raw_value(VariantView(value).json(zone_));
      default: return write_plain(type, value);
    }
  }
  std::string take() { return writer_.take(); }

 private:
  void write_plain(const Type& type, const Value& value) {
    std::string text;
    switch (type.kind()) {
      case TypeKind::kFloat:
      case TypeKind::kDouble:
        append_value_text(type, value, zone_, text);
        return std::isfinite(value.real()) ? writer_.raw_value(text) : writer_.string(text);
      case TypeKind::kBoolean:
      case TypeKind::kByte:
      case TypeKind::kShort:
      case TypeKind::kInteger:
      case TypeKind::kLong:
        append_value_text(type, value, zone_, text);
        return writer_.raw_value(text);
      case TypeKind::kDecimal:
        append_decimal_java(value.decimal(), type.scale(), text);
        return writer_.raw_value(text);
      case TypeKind::kDate:
      case TypeKind::kTime:
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampNtz:
        options_.append_datetime(type, value.integer(), text);
        return writer_.string(text);
      case TypeKind::kBinary:
        append_base64(value.text(), false, text);
        return writer_.string(text);
      default:
        append_value_text(type, value, zone_, text);
        return writer_.string(text);
    }
  }

  void write_struct(const Type& type, const Values& fields) {
    writer_.begin('{');
    std::vector<size_t> order(fields.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    if (options_.flag("sortKeys", false)) {
      std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return type.fields()[a].name < type.fields()[b].name;
      });
    }
    for (size_t i : order) {
      if (fields[i].is_null() && !keeps_nulls_) continue;
      writer_.name(type.fields()[i].name);
      write(type.fields()[i].type, fields[i]);
    }
    writer_.end('}');
  }

  void write_map(const Type& type, const Values& entries) {
    std::vector<std::pair<std::string, const Value*>> members;
    for (size_t i = 0; i + 1 < entries.size(); i += 2) members.emplace_back(java_value_text(type.key(), entries[i], zone_), &entries[i + 1]);
    if (options_.flag("sortKeys", false)) {
      std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    }
    writer_.begin('{');
    for (const auto& [name, value] : members) {
      writer_.name(name);
      write(type.value(), *value);
    }
    writer_.end('}');
  }

  const TextOptions& options_;
  std::string_view zone_;
  bool keeps_nulls_;
  JsonWriter writer_;
};

const TextOptions& options_of(ValueCall& call, ValueArguments a, size_t index) {
  return call.keep<TextOptions>([&] {
    return TextOptions(a.size() > index ? a[index] : Value(), call.time_zone, call.time_parser, /*is_json=*/true);
  });
}

Value to_json(ValueCall& call, ValueArguments a) {
  JsonGenerator generator(options_of(call, a, 1), call.time_zone);
  generator.write(call.argument_types[0], a[0]);
  std::string text = generator.take();
  return Value(options_of(call, a, 1).flag("pretty", false) ? pretty_json(text) : std::move(text));
}

// Jackson takes no other characters, and no text that breaks off.
bool is_whole_base64(std::string_view text) {
  size_t characters = 0;
  size_t padding = 0;
  for (const char c : text) {
    // White space stands between groups of four only.
    if (static_cast<unsigned char>(c) <= ' ' && characters % 4 == 0 && padding == 0) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const bool is_known = std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '/';
    if (!is_known || padding > 0) return false;
    ++characters;
  }
  return padding <= 2 && (characters + padding) % 4 == 0;
}

constexpr size_t kNoColumn = SIZE_MAX;

// JacksonParser with partial results: what does not convert is null, with it the list or the map that it stands in. Structs
// keep their other fields.
class JsonConverter {
 public:
  explicit JsonConverter(const TextOptions& options) : options_(options) {}

  Value convert(const Type& type, const JsonNode& node) {
    if (node.is_null() && !type.is(TypeKind::kVariant)) return Value();
    switch (type.kind()) {
      case TypeKind::kStruct:
        return node.kind == Kind::kObject ? convert_struct(type, node, kNoColumn) : bad();
      case TypeKind::kMap: return node.kind == Kind::kObject ? convert_map(type, node) : bad();
      case TypeKind::kArray: return node.kind == Kind::kArray ? convert_array(type, node) : bad();
      case TypeKind::kUdt: return convert(type.sql_type(), node);
      case TypeKind::kVariant: {
        VariantBuilder builder;
        builder.append_json(node);
        return builder.result();
      }
      case TypeKind::kString:
      case TypeKind::kChar:
      case TypeKind::kVarchar: return Value(node.text);
      default: return convert_plain(type, node);
    }
  }
  // Whether something did not convert.
  bool has_failed() const { return failed_.has_value(); }
  // Whether nothing of the value that was converted last could be kept.
  bool take_lost() { return std::exchange(is_lost_, false); }
  // What did not convert first: the field around it, and the text that is no number, if it is one.
  struct Failure {
    std::string field;
    std::string text;
    std::string_view wanted;  // empty where the value is no such text
  };
  const Failure& first_failure() const { return *failed_; }

  // The field at `left_out` stays null.
  Value convert_struct(const Type& type, const JsonNode& node, size_t left_out) {
    const auto& fields = type.fields();
    Values values(fields.size());
    for (size_t i = 0; i < fields.size(); ++i) {
      const JsonNode* member = i == left_out ? nullptr : node.member(fields[i].name);
      if (!member) continue;
      field_ = fields[i].name;
      values[i] = convert(fields[i].type, *member);
      take_lost();
    }
    return Value(std::move(values));
  }

 private:
  Value bad(std::string_view wanted = "", const std::string& text = "") {
    if (!failed_) failed_ = Failure{field_, text, wanted};
    is_lost_ = true;
    return Value();
  }

  Value convert_array(const Type& type, const JsonNode& node) {
    Values values;
    bool is_lost = false;
    for (const JsonNode& element : node.elements) {
      values.push_back(convert(type.element(), element));
      is_lost |= take_lost();
    }
    return is_lost ? bad() : Value(std::move(values));
  }

  Value convert_map(const Type& type, const JsonNode& node) {
    Values entries;
    bool is_lost = false;
    for (const auto& [name, value] : node.members) {
      JsonNode key;
      key.kind = Kind::kString;
      key.text = name;
      entries.push_back(convert(type.key(), key));
      entries.push_back(convert(type.value(), value));
      is_lost |= take_lost();
    }
    return is_lost ? bad() : Value(std::move(entries));
  }

  Value integer(const Type& type, const JsonNode& node) {
    if (node.kind != Kind::kNumber || node.text.find_first_of(".eE") != std::string::npos) return bad();
    const auto number = string_to_bigint(node.text, CastMode::kTry);
    if (!number) return bad();
    // Jackson takes a byte for one without a sign, too.
    if (type.is(TypeKind::kByte)) {
      return *number < INT8_MIN || *number > UINT8_MAX ? bad() : Value(int64_t{static_cast<int8_t>(*number)});
    }
    const int64_t limit = type.is(TypeKind::kShort)     ? INT16_MAX
                          : type.is(TypeKind::kInteger) ? INT32_MAX
                                                        : INT64_MAX;
    return *number > limit || *number < -limit - 1 ? bad() : Value(*number);
  }

  Value real(const Type& type, const JsonNode& node) {
    if (node.kind == Kind::kString) {
      if (const auto named = non_numeric_number(node.text)) return Value(*named);
      if (node.text.empty()) return bad();
      return bad(type.is(TypeKind::kFloat) ? "FloatType" : "DoubleType", node.text);
    }
    if (node.kind != Kind::kNumber) return bad();
    const auto named = non_numeric_number(node.source);
    const auto number = named ? named : parse_java_double(node.text);
    if (!number) return bad();
    return Value(type.is(TypeKind::kFloat) ? double{static_cast<float>(*number)} : *number);
  }

  Value convert_plain(const Type& type, const JsonNode& node) {
    const bool is_text = node.kind == Kind::kString;
    switch (type.kind()) {
      case TypeKind::kBoolean:
        return node.kind == Kind::kBoolean ? Value(node.text == "true") : bad();
      case TypeKind::kByte:
      case TypeKind::kShort:
      case TypeKind::kInteger:
      case TypeKind::kLong: return integer(type, node);
      case TypeKind::kFloat:
      case TypeKind::kDouble: return real(type, node);
      case TypeKind::kDecimal: {
        if (!is_text && node.kind != Kind::kNumber) return bad();
        const auto value = string_to_decimal(is_text ? node.text : node.source, {type.precision(), type.scale()}, CastMode::kTry);
        return value ? Value(*value) : bad();
      }
      case TypeKind::kDate:
      case TypeKind::kTime:
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampNtz: {
        if (type.is(TypeKind::kTimestamp) && node.kind == Kind::kNumber) {
          const auto seconds = string_to_bigint(node.text, CastMode::kTry);
          return seconds ? Value(*seconds * 1'000'000) : bad();
        }
        const auto value = is_text ? options_.parse_datetime(type, node.text) : std::nullopt;
        return value ? Value(*value) : bad();
      }
      case TypeKind::kBinary: {
        std::string bytes;
        return is_text && is_whole_base64(node.text) && append_unbase64(node.text, bytes) ? Value(std::move(bytes)) : bad();
      }
      case TypeKind::kCalendarInterval:
      case TypeKind::kYearMonthInterval:
      case TypeKind::kDayTimeInterval: {
        const auto value = is_text ? interval_value(type, node.text) : std::nullopt;
        return value ? *value : bad();
      }
      default: throw_unsupported("FUNCTION", "from_json to " + type.simple_string());
    }
  }

  const TextOptions& options_;
  std::string field_;
  std::optional<Failure> failed_;
  bool is_lost_ = false;
};

[[noreturn]] void throw_malformed(const std::string& text) {
  throw SparkError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                   {{"badRecord", text}, {"failFastMode", "FAILFAST"}})
      .with_kind(ErrorKind::kSpark);
}

// The mode FAILFAST: `row` is what is known of the record's row.
[[noreturn]] void throw_bad_record(const Type& type, const Value& row, const std::string& text,
                                   const JsonConverter& converter) {
  if (converter.has_failed() && !converter.first_failure().wanted.empty()) {
    const JsonConverter::Failure& failure = converter.first_failure();
    throw SparkError("MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_STRING_AS_DATATYPE",
                     {{"badRecord", text},
                      {"failFastMode", "FAILFAST"},
                      {"fieldName", "`" + failure.field + "`"},
                      {"fieldValue", "'" + failure.text + "'"},
                      {"inputType", "StringType"},
                      {"targetType", std::string(failure.wanted)}});
  }
  throw_malformed(type.is(TypeKind::kStruct) ? row_text(type, row) : "[" + value_text(type, row, "UTC") + "]");
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

// The rows of one record, and whether it is a bad one.
struct Parsed {
  Values rows;
  bool is_bad = false;
};

// An object is one row, an array of objects several.
Parsed rows_of(const Type& type, const JsonNode& node, size_t corrupt, JsonConverter& converter) {
  if (node.kind == Kind::kObject) {
    Value row = converter.convert_struct(type, node, corrupt);
    return {{std::move(row)}, converter.has_failed()};
  }
  Parsed parsed;
  parsed.is_bad = node.kind != Kind::kArray;
  for (const JsonNode& element : node.elements) {
    if (element.kind != Kind::kObject) return {{}, true};
    parsed.rows.push_back(converter.convert_struct(type, element, corrupt));
  }
  parsed.is_bad |= converter.has_failed();
  return parsed;
}

// Rows of a record by the mode; a bad record that is dropped gives none.
Values kept_rows(Parsed parsed, const Type& type, size_t corrupt, const Value& record, const TextOptions& options,
                 const JsonConverter& converter) {
  if (!parsed.is_bad) return std::move(parsed.rows);
  if (options.drops_malformed()) return {};
  if (parsed.rows.empty()) parsed.rows.emplace_back(Values(type.fields().size()));
  for (Value& row : parsed.rows) {
    if (corrupt != kNoColumn) row.list()[corrupt] = record;
  }
  if (options.is_fail_fast()) {
    throw_bad_record(type, parsed.rows[0], record.is_null() ? "" : record.text(), converter);
  }
  return std::move(parsed.rows);
}

// A row of a DataFrame as spark.read.json takes it.
Value json_records(ValueCall& call, ValueArguments a) {
  const TextOptions& options = options_of(call, a, 1);
  const Type& type = call.result.element();
  if (!a[0].is_null() && is_blank(a[0].text())) return Value(Values());
  const size_t corrupt = options.corrupt_column(type).value_or(kNoColumn);
  JsonConverter converter(options);
  Parsed parsed{{}, true};
  try {
    if (!a[0].is_null()) parsed = rows_of(type, parse_json_tree(a[0].text(), record_syntax_of(options)), corrupt, converter);
  } catch (const MalformedJson&) {
  }
  return Value(kept_rows(std::move(parsed), type, corrupt, a[0], options, converter));
}

Value from_json_struct(const TextOptions& options, const Type& type, const Value& record) {
  const size_t corrupt = options.corrupt_column(type).value_or(kNoColumn);
  JsonConverter converter(options);
  Parsed parsed{{}, true};
  try {
    const JsonNode node = parse_json_tree(record.text(), record_syntax_of(options));
    if (node.kind == Kind::kArray && options.is_fail_fast()) {
      throw SparkError("MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_JSON_ARRAYS_AS_STRUCTS",
                       {{"badRecord", record.text()}, {"failFastMode", "FAILFAST"}});
    }
    if (node.kind == Kind::kObject) parsed = rows_of(type, node, corrupt, converter);
  } catch (const MalformedJson&) {
  }
  const Values rows = kept_rows(std::move(parsed), type, corrupt, record, options, converter);
  return rows.empty() ? Value() : rows[0];
}

Value from_json(ValueCall& call, ValueArguments a) {
  const TextOptions& options = options_of(call, a, 1);
  const Type& type = call.result;
  const std::string& text = a[0].text();
  if (is_blank(text)) return Value();
  if (type.is(TypeKind::kStruct)) return from_json_struct(options, type, a[0]);
  JsonConverter converter(options);
  Value result;
  try {
    const JsonNode node = parse_json_tree(text, record_syntax_of(options));
    const bool wants_structs = type.is(TypeKind::kArray) && type.element().is(TypeKind::kStruct);
    if (wants_structs && node.kind == Kind::kObject) {
      result = Value(Values{converter.convert(type.element(), node)});
    } else {
      result = converter.convert(type, node);
    }
    if (!converter.has_failed()) return result;
  } catch (const MalformedJson&) {
  }
  if (options.is_fail_fast()) throw_bad_record(type, result, text, converter);
  return result;
}

Value schema_of_json(ValueCall& call, ValueArguments a) {
  // Of nothing Spark says that it is a text.
  if (a[0].text().find_first_not_of(" \t\r\n") == std::string::npos) return Value(Type::string().sql());
  try {
    return Value(JsonSchemaInference(json_schema_options_of(options_of(call, a, 1))).type_of(a[0].text()).sql());
  } catch (const MalformedJson&) {
    throw_malformed(a[0].text());
  }
}

template <typename F>
Value of_tree(ValueArguments a, const F& compute) {
  try {
    return compute(parse_json_tree(a[0].text()));
  } catch (const MalformedJson&) {
    return Value();
  }
}

Value array_length(ValueCall&, ValueArguments a) {
  return of_tree(a, [](const JsonNode& node) {
    return node.kind == Kind::kArray ? Value(static_cast<int64_t>(node.elements.size())) : Value();
  });
}

Value object_keys(ValueCall&, ValueArguments a) {
  return of_tree(a, [](const JsonNode& node) {
    if (node.kind != Kind::kObject) return Value();
    Values keys;
    for (const auto& [name, value] : node.members) keys.emplace_back(name);
    return Value(std::move(keys));
  });
}

// json_tuple: a member of the outermost object as text.
Value json_member(ValueCall&, ValueArguments a) {
  return of_tree(a, [&](const JsonNode& node) {
    const JsonNode* member = node.member(a[1].text());
    return member && !member->is_null() ? Value(member->text) : Value();
  });
}

constexpr ValueKernel kKernels[] = {
    {"to_json", to_json},
    {"from_json", from_json},
    {"json_records", json_records, true},
    {"schema_of_json", schema_of_json},
    {"json_array_length", array_length},
    {"json_object_keys", object_keys},
    {"json_member", json_member},
};

}  // namespace

std::span<const ValueKernel> json_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
