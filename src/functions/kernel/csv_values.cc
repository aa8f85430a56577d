// to_csv, from_csv and schema_of_csv: one line of comma-separated values.
#include "base/error.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/csv_text.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/value.h"
#include "functions/kernel/value_text.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

// What ends no line of UTF-8.
constexpr const char* kNoLineEnd = "\xff";

// The functions take a text for one record, with all of its lines; a reader's record ends with its line.
const CsvTextOptions& options_of(ValueCall& call, ValueArguments a, bool is_reader = false) {
  return call.keep<CsvTextOptions>([&] {
    CsvTextOptions options(a.size() > 1 ? a[1] : Value(), call.time_zone, call.time_parser);
    if (!is_reader) options.format.line_separator = kNoLineEnd;
    return options;
  });
}

void append_field(const CsvTextOptions& options, const std::string& text, std::string& out) {
  const CsvRecordFormat& format = options.format;
  const bool is_special = text.empty() || text.find(format.separator) != std::string::npos ||
                          (!format.quote.empty() && text.find(format.quote) != std::string::npos) ||
                          text.find_first_of("\r\n") != std::string::npos;
  if (!options.quotes_all && !is_special) {
    out += text;
    return;
  }
  const char quote = format.quote.empty() ? '\0' : format.quote[0];
  out += quote;
  for (char c : text) {
    if (c == quote || c == format.escape[0]) out += format.escape;
    out += c;
  }
  out += quote;
}

// HEX_DISCRETE: "[01 FF]".
void append_bytes(std::string_view bytes, std::string& out) {
  static const char* const kDigits = "0123456789ABCDEF";
  out += '[';
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (i > 0) out += ' ';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  out += ']';
}

// UnivocityGenerator: nested values are shown as a cast shows them, but for bytes, dates and nulls.
void append_csv_text(const CsvTextOptions& options, const Type& type, const Value& value, std::string_view zone, std::string& out) {
  if (type.is_datetime()) {
    return options.text.append_datetime(type, value.integer(), out);
  }
  if (type.is(TypeKind::kBinary)) return append_bytes(value.text(), out);
  if (type.is(TypeKind::kDecimal)) return append_decimal_java(value.decimal(), type.scale(), out);
  if (!type.is_nested()) return append_value_text(type, value, zone, out);
  const bool is_array = type.is(TypeKind::kArray);
  const bool is_map = type.is(TypeKind::kMap);
  const Values& parts = value.list();
  out += is_array ? '[' : '{';
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool is_item = is_map && i % 2 == 1;
    if (i > 0) out += is_item ? " ->" : ",";
    const bool is_blank = parts[i].is_null() && options.format.null_text.empty();
    if ((i > 0 || parts[i].is_null()) && !is_blank) out += ' ';
    const Type& part = is_array ? type.element() : !is_map ? type.fields()[i].type : is_item ? type.value() : type.key();
    parts[i].is_null() ? void(out += options.format.null_text) : append_csv_text(options, part, parts[i], zone, out);
  }
  out += is_array ? ']' : '}';
}

Value to_csv(ValueCall& call, ValueArguments a) {
  const CsvTextOptions& options = options_of(call, a);
  const auto& fields = call.argument_types[0].fields();
  std::string out;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += options.format.separator;
    const Value& value = a[0].list()[i];
    const Type& type = fields[i].type;
    if (value.is_null()) {
      options.quotes_all ? append_field(options, options.format.null_text, out) : void(out += options.format.null_text);
      continue;
    }
    std::string text;
    append_csv_text(options, type, value, call.time_zone, text);
    // Univocity trims what it writes.
    if (type.is_string()) text = std::string(trim_all(text));
    append_field(options, text, out);
  }
  // Univocity makes no line of a row without anything in it.
  return out.empty() ? Value() : Value(std::move(out));
}

// UnivocityParser with FailureSafeParser. Nothing: the record is malformed, and such ones are dropped.
std::optional<Value> row_of(const CsvTextOptions& options, const Type& type, const std::string& text) {
  const auto& schema = type.fields();
  const CsvRecord record = first_csv_record(options, text);
  const std::optional<size_t> corrupt = options.text.corrupt_column(type);
  Values values(schema.size());
  bool is_bad = record.fields.size() != schema.size() - (corrupt ? 1 : 0);
  size_t position = 0;
  for (size_t i = 0; i < schema.size() && position < record.fields.size(); ++i) {
    if (i == corrupt) continue;
    const CsvRecord::Field& field = record.fields[position++];
    if (field.is_null) continue;
    if (auto value = convert_csv(options, schema[i].type, field.text)) {
      values[i] = std::move(*value);
    } else {
      is_bad = true;
    }
  }
  Value row(std::move(values));
  if (!is_bad) return row;
  if (options.text.drops_malformed()) return std::nullopt;
  if (corrupt && !record.fields.empty()) row.list()[*corrupt] = Value(std::string(record.source));
  if (options.text.is_fail_fast()) {
    throw SparkError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                     {{"badRecord", row_text(type, row)}, {"failFastMode", "FAILFAST"}})
        .with_kind(ErrorKind::kSpark);
  }
  return row;
}

Value from_csv(ValueCall& call, ValueArguments a) {
  return row_of(options_of(call, a), call.result, a[0].text()).value_or(Value());
}

// A row of a DataFrame as spark.read.csv takes it.
Value csv_records(ValueCall& call, ValueArguments a) {
  std::optional<Value> row = row_of(options_of(call, a, /*is_reader=*/true), call.result.element(), a[0].text());
  return Value(row ? Values{*std::move(row)} : Values());
}

Value schema_of_csv(ValueCall& call, ValueArguments a) {
  const CsvTextOptions& options = options_of(call, a);
  std::vector<plan::StructField> fields;
  for (const CsvRecord::Field& field : first_csv_record(options, a[0].text()).fields) {
    const Type type = field.is_null ? Type::string() : inferred_csv_type(options, Type::null(), field.text);
    fields.push_back({"_c" + std::to_string(fields.size()), type, true, {}});
  }
  return Value(Type::structure(std::move(fields)).sql());
}

constexpr ValueKernel kKernels[] = {
    {"to_csv", to_csv},
    {"from_csv", from_csv},
    {"csv_records", csv_records},
    {"schema_of_csv", schema_of_csv},
};

}  // namespace

std::span<const ValueKernel> csv_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
