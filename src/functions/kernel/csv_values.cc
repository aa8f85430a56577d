// to_csv, from_csv and schema_of_csv: one line of comma-separated values.
#include <cctype>

#include "base/error.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/encoding.h"
#include "functions/kernel/text_options.h"
#include "functions/kernel/value.h"
#include "functions/kernel/value_text.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

struct CsvOptions {
  TextOptions text;
  std::string separator;
  char quote = '"';
  char escape = '\\';
  std::string null_text;
  bool quotes_all = false;

  CsvOptions() = default;
  CsvOptions(const Value& options, std::string_view zone) : text(options, zone) {
    separator = text.find("sep").value_or(text.find("delimiter").value_or(","));
    const std::string quoted = text.find("quote").value_or("\"");
    quote = quoted.empty() ? '\0' : quoted[0];
    const std::string escaped = text.find("escape").value_or("\\");
    escape = escaped.empty() ? '\\' : escaped[0];
    null_text = text.find("nullValue").value_or("");
    quotes_all = text.flag("quoteAll", false);
  }
};

CsvOptions& options_of(ValueCall& call, ValueArguments a, size_t index) {
  return call.keep<CsvOptions>([&] {
    return CsvOptions(a.size() > index ? a[index] : Value(), call.time_zone);
  });
}

void append_field(const CsvOptions& options, const std::string& text, std::string& out) {
  const bool is_special = text.empty() || text.find(options.separator) != std::string::npos ||
                          text.find(options.quote) != std::string::npos ||
                          text.find_first_of("\r\n") != std::string::npos;
  if (!options.quotes_all && !is_special) {
    out += text;
    return;
  }
  out += options.quote;
  for (char c : text) {
    if (c == options.quote || c == options.escape) out += options.escape;
    out += c;
  }
  out += options.quote;
}

Value to_csv(ValueCall& call, ValueArguments a) {
  const CsvOptions& options = options_of(call, a, 1);
  const auto& fields = call.argument_types[0].fields();
  std::string out;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += options.separator;
    const Value& value = a[0].list()[i];
    const Type& type = fields[i].type;
    if (value.is_null()) {
      options.quotes_all ? append_field(options, options.null_text, out) : void(out += options.null_text);
      continue;
    }
    std::string text;
    if (type.is(TypeKind::kDate) || type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz)) {
      options.text.append_datetime(type, value.integer(), text);
    } else {
      append_value_text(type, value, call.time_zone, text);
    }
    // Univocity trims what it writes.
    if (type.is_string()) text = std::string(trim_all(text));
    append_field(options, text, out);
  }
  // Univocity makes no line of a row without anything in it.
  return out.empty() ? Value() : Value(std::move(out));
}

struct CsvField {
  std::string text;
  bool is_quoted = false;
};

std::vector<CsvField> split_line(const CsvOptions& options, std::string_view line) {
  std::vector<CsvField> fields(1);
  const bool trims_left = options.text.flag("ignoreLeadingWhiteSpace", false);
  for (size_t i = 0; i < line.size();) {
    CsvField& field = fields.back();
    if (line.substr(i).starts_with(options.separator)) {
      fields.emplace_back();
      i += options.separator.size();
      continue;
    }
    if (trims_left && field.text.empty() && std::isspace(static_cast<unsigned char>(line[i]))) {
      ++i;
      continue;
    }
    if (line[i] != options.quote || !field.text.empty() || field.is_quoted) {
      field.text += line[i++];
      continue;
    }
    field.is_quoted = true;
    for (++i; i < line.size() && line[i] != options.quote; ++i) {
      const bool is_escaped = line[i] == options.escape && i + 1 < line.size() &&
                              (line[i + 1] == options.quote || line[i + 1] == options.escape);
      if (is_escaped) ++i;
      field.text += line[i];
    }
    ++i;
  }
  return fields;
}

std::optional<Value> convert(const CsvOptions& options, const Type& type, const std::string& text) {
  const auto wrap = [](auto value) -> std::optional<Value> {
    if (!value) return std::nullopt;
    if constexpr (std::is_integral_v<std::decay_t<decltype(*value)>> && !std::is_same_v<std::decay_t<decltype(*value)>, bool> && sizeof(*value) <= 8) {
      return Value(static_cast<int64_t>(*value));
    } else if constexpr (std::is_same_v<std::decay_t<decltype(*value)>, float>) {
      return Value(static_cast<double>(*value));
    } else {
      return Value(*value);
    }
  };
  const std::string trimmed(trim_all(text));
  // Java's integers take no blanks.
  if (type.is_integral() && trimmed != text) return std::nullopt;
  switch (type.kind()) {
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar: return Value(text);
    case TypeKind::kBoolean:
      if (trimmed == "true" || trimmed == "false") return Value(trimmed == "true");
      return std::nullopt;
    case TypeKind::kByte: return wrap(string_to_tinyint(trimmed, CastMode::kTry));
    case TypeKind::kShort: return wrap(string_to_smallint(trimmed, CastMode::kTry));
    case TypeKind::kInteger: return wrap(string_to_int(trimmed, CastMode::kTry));
    case TypeKind::kLong: return wrap(string_to_bigint(trimmed, CastMode::kTry));
    case TypeKind::kFloat: return wrap(string_to_float(trimmed, CastMode::kTry));
    case TypeKind::kDouble: return wrap(string_to_double(trimmed, CastMode::kTry));
    case TypeKind::kDecimal: {
      const auto value = string_to_decimal(trimmed, {type.precision(), type.scale()}, CastMode::kTry);
      return value ? std::optional<Value>(Value(*value)) : std::nullopt;
    }
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return wrap(options.text.parse_datetime(type, trimmed));
    case TypeKind::kBinary: return Value(text);
    default: throw_unsupported("FUNCTION", "from_csv to " + type.simple_string());
  }
}

Value from_csv(ValueCall& call, ValueArguments a) {
  const CsvOptions& options = options_of(call, a, 1);
  const auto& schema = call.result.fields();
  const std::vector<CsvField> fields = split_line(options, a[0].text());
  Values values(schema.size());
  bool has_failed = fields.size() != schema.size();
  for (size_t i = 0; i < schema.size() && i < fields.size(); ++i) {
    if (fields[i].text == options.null_text && !fields[i].is_quoted) continue;
    if (auto value = convert(options, schema[i].type, fields[i].text)) {
      values[i] = std::move(*value);
    } else {
      has_failed = true;
    }
  }
  if (has_failed && options.text.is_fail_fast()) {
    throw SparkError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                     {{"badRecord", a[0].text()}, {"failFastMode", "FAILFAST"}});
  }
  return Value(std::move(values));
}

// CSVInferSchema for one value.
Type inferred(const CsvOptions& options, const CsvField& field) {
  if (field.text == options.null_text) return Type::string();
  for (const Type& type : {Type::integer(), Type::long_integer()}) {
    if (convert(options, type, field.text)) return type;
  }
  const bool is_number = field.text.find_first_of("0123456789") != std::string::npos;
  if (is_number && convert(options, Type::double_number(), field.text)) return Type::double_number();
  for (const Type& type : {Type::date(), Type::timestamp(), Type::boolean()}) {
    const bool is_short = type.is_datetime() && field.text.size() < 8;
    if (!is_short && convert(options, type, field.text)) return type;
  }
  return Type::string();
}

Value schema_of_csv(ValueCall& call, ValueArguments a) {
  const CsvOptions& options = options_of(call, a, 1);
  std::vector<plan::StructField> fields;
  for (const CsvField& field : split_line(options, a[0].text())) {
    fields.push_back({"_c" + std::to_string(fields.size()), inferred(options, field), true, {}});
  }
  return Value(Type::structure(std::move(fields)).sql());
}

constexpr ValueKernel kKernels[] = {
    {"to_csv", to_csv},
    {"from_csv", from_csv},
    {"schema_of_csv", schema_of_csv},
};

}  // namespace

std::span<const ValueKernel> csv_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
