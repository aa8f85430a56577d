#include "functions/kernel/csv_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/interval_value.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

constexpr int kDigitsMax = 38;

int64_t whole_option(const TextOptions& options, const char* name, int64_t fallback) {
  const auto text = options.find(name);
  return text ? parse_whole_option(name, *text) : fallback;
}

// java.lang.Integer.parseInt and its like: digits alone.
std::optional<Value> whole_number(std::string_view text, int64_t least, int64_t greatest) {
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > greatest) return std::nullopt;
  return Value(number);
}

std::optional<Value> real_number(const CsvTextOptions& options, const Type& type, const std::string& text) {
  const auto number = csv_real(text, options.text.find("nanValue").value_or("NaN"), options.text.find("positiveInf").value_or("Inf"),
                               options.text.find("negativeInf").value_or("-Inf"));
  if (!number) return std::nullopt;
  return Value(type.is(TypeKind::kFloat) ? double{static_cast<float>(*number)} : *number);
}

std::optional<Value> decimal_number(const Type& type, const std::string& text) {
  if (text.find_first_not_of("+-.0123456789eE") != std::string::npos) return std::nullopt;
  const auto value = string_to_decimal(text, {type.precision(), type.scale()}, CastMode::kTry);
  return value ? std::optional<Value>(Value(*value)) : std::nullopt;
}

// A decimal for whole numbers that no long holds; nothing for what has a fraction or too many digits.
std::optional<Type> decimal_type(const std::string& text) {
  std::string_view digits = text;
  if (digits.starts_with('+') || digits.starts_with('-')) digits.remove_prefix(1);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (digits.size() > kDigitsMax) return std::nullopt;
  return Type::decimal(static_cast<int>(digits.size()), 0);
}

// The place of a type in the order in which types are tried.
int rank(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNull:
    case TypeKind::kInteger: return 0;
    case TypeKind::kLong: return 1;
    case TypeKind::kDecimal: return 2;
    case TypeKind::kDouble: return 3;
    case TypeKind::kDate: return 4;
    case TypeKind::kTimestampNtz: return 5;
    case TypeKind::kTimestamp: return 6;
    case TypeKind::kBoolean: return 7;
    default: return 8;
  }
}

// The first type from that place on that has the text as a value.
Type type_of(const CsvTextOptions& options, int first, const std::string& text) {
  const auto is = [&](int place, const Type& type) { return first <= place && convert_csv(options, type, text).has_value(); };
  if (is(0, Type::integer())) return Type::integer();
  if (is(1, Type::long_integer())) return Type::long_integer();
  if (first <= 2) {
    if (const auto decimal = decimal_type(text)) return *decimal;
  }
  if (is(3, Type::double_number())) return Type::double_number();
  if (first <= 4 && options.prefers_dates && options.text.is_inferred(Type::date(), text)) return Type::date();
  if (options.text.infers_local_timestamps() && is(5, Type::timestamp_ntz())) return Type::timestamp_ntz();
  if (first <= 6 && options.text.is_inferred(Type::timestamp(), text)) return Type::timestamp();
  return is(7, Type::boolean()) ? Type::boolean() : Type::string();
}

}  // namespace

std::string unescape_csv_separator(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    switch (text[++i]) {
      case 't': result += '\t'; break;
      case 'r': result += '\r'; break;
      case 'n': result += '\n'; break;
      case 'b': result += '\b'; break;
      case 'f': result += '\f'; break;
      case '0': result += '\x01'; break;
      default: result += text[i];
    }
  }
  return result;
}

CsvTextOptions::CsvTextOptions(const Value& options, std::string_view zone, TimeParserPolicy policy)
    : text(options, zone, policy, /*is_json=*/false) {
  format.separator = unescape_csv_separator(text.find("sep").value_or(text.find("delimiter").value_or(",")));
  if (format.separator.empty()) throw_unsupported("OPTION", "an empty sep");
  format.quote = text.find("quote").value_or("\"").substr(0, 1);
  format.escape = text.find("escape").value_or("\\").substr(0, 1);
  if (format.escape.empty()) format.escape = "\\";
  format.escape_of_escape = text.find("charToEscapeQuoteEscaping").value_or("").substr(0, 1);
  format.comment = text.find("comment").value_or("").substr(0, 1);
  format.null_text = text.find("nullValue").value_or("");
  format.empty_text = text.find("emptyValue").value_or("");
  format.unescaped_quotes = unescaped_quotes_of(text.find("unescapedQuoteHandling").value_or("STOP_AT_DELIMITER"));
  format.trims_leading = text.flag("ignoreLeadingWhiteSpace", false);
  format.trims_trailing = text.flag("ignoreTrailingWhiteSpace", false);
  format.columns_max = whole_option(text, "maxColumns", format.columns_max);
  format.characters_max = whole_option(text, "maxCharsPerColumn", format.characters_max);
  // The text is one record, which is told from what follows it by its line end alone.
  format.is_multi_line = true;
  format.line_separator = "\n";
  quotes_all = text.flag("quoteAll", false);
  // The parser of Spark 2 would take texts for dates that go on behind them.
  prefers_dates = policy != TimeParserPolicy::kLegacy && text.flag("preferDate", true);
}

std::optional<double> csv_real(std::string_view text, std::string_view nan, std::string_view infinity, std::string_view negative_infinity) {
  if (text == nan) return std::nan("");
  if (text == infinity) return HUGE_VAL;
  if (text == negative_infinity) return -HUGE_VAL;
  const std::string_view name = trim_all(text);
  if (name == "NaN") return std::nan("");
  if (name == "Infinity" || name == "+Infinity") return HUGE_VAL;
  if (name == "-Infinity") return -HUGE_VAL;
  return parse_java_double(text);
}

CsvRecord first_csv_record(const CsvTextOptions& options, std::string_view text) {
  CsvRecordReader reader(options.format, text);
  CsvRecord record;
  try {
    if (!reader.next(record)) record.fields.clear();
  } catch (const SparkError& error) {
    if (error.condition() != "MALFORMED_CSV_RECORD") throw;
    throw SparkError("MALFORMED_CSV_RECORD", {{"badRecord", std::string(text)}});
  }
  if (record.source.ends_with('\r')) record.source.remove_suffix(1);
  return record;
}

std::optional<Value> convert_csv(const CsvTextOptions& options, const Type& type, const std::string& text) {
  switch (type.kind()) {
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary: return Value(text);
    case TypeKind::kBoolean: {
      const std::string word = lower_case(text);
      if (word == "true" || word == "false") return Value(word == "true");
      return std::nullopt;
    }
    case TypeKind::kByte: return whole_number(text, INT8_MIN, INT8_MAX);
    case TypeKind::kShort: return whole_number(text, INT16_MIN, INT16_MAX);
    case TypeKind::kInteger: return whole_number(text, INT32_MIN, INT32_MAX);
    case TypeKind::kLong: return whole_number(text, INT64_MIN, INT64_MAX);
    case TypeKind::kFloat:
    case TypeKind::kDouble: return real_number(options, type, text);
    case TypeKind::kDecimal: return decimal_number(type, text);
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: {
      const auto value = options.text.parse_datetime(type, text);
      return value ? std::optional<Value>(Value(*value)) : std::nullopt;
    }
    case TypeKind::kCalendarInterval:
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval: return interval_value(type, text);
    default: throw_unsupported("FUNCTION", "from_csv to " + type.simple_string());
  }
}

Type inferred_csv_type(const CsvTextOptions& options, const Type& known, const std::string& text) {
  if (known.is_string()) return known;
  return merged_csv_types(options, known, type_of(options, rank(known), text));
}

Type merged_csv_types(const CsvTextOptions& options, const Type& a, const Type& b) {
  if (a.is(TypeKind::kNull) || a.same_type(b)) return b;
  if (b.is(TypeKind::kNull)) return a;
  if (a.is_numeric() && b.is_numeric()) {
    if (a.is(TypeKind::kDouble) || b.is(TypeKind::kDouble)) return Type::double_number();
    if (!a.is(TypeKind::kDecimal) && !b.is(TypeKind::kDecimal)) return Type::long_integer();
    const auto digits = [](const Type& type) {
      return type.is(TypeKind::kDecimal) ? type.precision() : type.is(TypeKind::kInteger) ? 10 : 20;
    };
    return Type::decimal(std::max(digits(a), digits(b)), 0);
  }
  if (!a.is_datetime() || !b.is_datetime()) return Type::string();
  const auto has = [&](TypeKind kind) { return a.is(kind) || b.is(kind); };
  // A date is a timestamp, too, unless timestamps have a form of their own.
  const Type moment = has(TypeKind::kTimestamp) ? Type::timestamp() : Type::timestamp_ntz();
  const char* format = moment.is(TypeKind::kTimestamp) ? "timestampFormat" : "timestampNTZFormat";
  return has(TypeKind::kDate) && options.text.find(format) ? Type::string() : moment;
}

std::vector<std::string> csv_column_names(const std::vector<std::string>& fields, bool has_header,
                                          const std::string& null_text, bool is_case_sensitive) {
  const auto key = [&](const std::string& name) { return is_case_sensitive ? name : lower_case(name); };
  std::map<std::string, int> counts;
  for (const std::string& field : fields) ++counts[key(field)];
  std::vector<std::string> names;
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string& field = fields[i];
    if (!has_header || field.empty() || field == null_text) {
      names.push_back("_c" + std::to_string(i));
    } else if (counts[key(field)] > 1) {
      names.push_back(field + std::to_string(i));
    } else {
      names.push_back(field);
    }
  }
  return names;
}

}  // namespace firesteel::functions::kernel
