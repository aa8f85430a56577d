// Data types and column lists. Source: DataTypeAstBuilder of Spark 4.2.
#include <array>
#include <cstdlib>
#include <utility>

#include "functions/collation_names.h"
#include "sql/grammar.h"

namespace firesteel::sql {

using plan::DayTimeField;
using plan::Type;
using plan::TypeKind;
using plan::YearMonthField;

namespace {

struct SimpleType {
  std::string_view name;
  TypeKind kind;
};
constexpr SimpleType kSimpleTypes[] = {
    {"BOOLEAN", TypeKind::kBoolean},
    {"TINYINT", TypeKind::kByte},
    {"BYTE", TypeKind::kByte},
    {"SMALLINT", TypeKind::kShort},
    {"SHORT", TypeKind::kShort},
    {"INT", TypeKind::kInteger},
    {"INTEGER", TypeKind::kInteger},
    {"BIGINT", TypeKind::kLong},
    {"LONG", TypeKind::kLong},
    {"FLOAT", TypeKind::kFloat},
    {"REAL", TypeKind::kFloat},
    {"DOUBLE", TypeKind::kDouble},
    {"DATE", TypeKind::kDate},
    {"TIMESTAMP_NTZ", TypeKind::kTimestampNtz},
    {"TIMESTAMP_LTZ", TypeKind::kTimestamp},
    {"STRING", TypeKind::kString},
    {"BINARY", TypeKind::kBinary},
    {"VOID", TypeKind::kNull},
    {"INTERVAL", TypeKind::kCalendarInterval},
    {"VARIANT", TypeKind::kVariant},
};

constexpr int kMaxDecimalPrecision = 38;
constexpr int kMaxTimePrecision = 6;

std::optional<DayTimeField> day_time_field(Keyword keyword) {
  if (keyword == Keyword::kDay) return DayTimeField::kDay;
  if (keyword == Keyword::kHour) return DayTimeField::kHour;
  if (keyword == Keyword::kMinute) return DayTimeField::kMinute;
  if (keyword == Keyword::kSecond) return DayTimeField::kSecond;
  return std::nullopt;
}

std::optional<YearMonthField> year_month_field(Keyword keyword) {
  if (keyword == Keyword::kYear) return YearMonthField::kYear;
  if (keyword == Keyword::kMonth) return YearMonthField::kMonth;
  return std::nullopt;
}

std::string json_string(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

Type Grammar::whole_type() {
  require_text();
  Type type = data_type();
  expect_end();
  return type;
}

plan::Schema Grammar::whole_schema() {
  plan::Schema fields;
  do {
    fields.push_back(column_definition(/*allows_colon=*/false));
  } while (accept(","));
  expect_end();
  return fields;
}

std::vector<std::string> Grammar::whole_multipart_identifier() {
  require_text();
  std::vector<std::string> parts = multipart_identifier();
  expect_end();
  return parts;
}

Type Grammar::data_type() {
  const Nesting nesting(this);
  if (at(Keyword::kInterval) && (day_time_field(peek(1).keyword) || year_month_field(peek(1).keyword))) {
    return interval_type();
  }
  const bool opens = at("<", 1) || (at(Keyword::kStruct) && at("<>", 1));
  if (opens && (at(Keyword::kArray) || at(Keyword::kMap) || at(Keyword::kStruct))) {
    return nested_type();
  }
  return sized_type();
}

// ">>" of two nested types is one token, which is cut in two here.
void Grammar::close_angle() {
  if (accept(">")) return;
  if (!at(">>") && !at(">>>")) syntax_error();
  Token rest = peek();
  ++rest.begin;
  ++rest.character_begin;
  tokens_[position_].end = rest.begin;
  tokens_[position_].character_end = rest.character_begin;
  ++position_;
  tokens_.insert(tokens_.begin() + static_cast<std::ptrdiff_t>(position_), rest);
}

Type Grammar::nested_type() {
  const Keyword kind = peek().keyword;
  advance();
  if (kind == Keyword::kStruct && accept("<>")) return Type::structure({});
  expect("<");
  if (kind == Keyword::kArray) {
    Type element = data_type();
    close_angle();
    return Type::array(std::move(element));
  }
  if (kind == Keyword::kMap) {
    Type key = data_type();
    expect(",");
    Type value = data_type();
    close_angle();
    return Type::map(std::move(key), std::move(value));
  }
  std::vector<plan::StructField> fields;
  if (!at(">")) {
    do {
      fields.push_back(column_definition(/*allows_colon=*/true));
    } while (accept(","));
  }
  close_angle();
  return Type::structure(std::move(fields));
}

Type Grammar::interval_type() {
  advance();
  if (const auto start = year_month_field(peek().keyword)) {
    advance();
    auto end = *start;
    if (*start == YearMonthField::kYear && accept(Keyword::kTo, Keyword::kMonth)) {
      end = YearMonthField::kMonth;
    }
    return Type::year_month_interval(*start, end);
  }
  const DayTimeField start = *day_time_field(peek().keyword);
  advance();
  DayTimeField end = start;
  if (at(Keyword::kTo)) {
    const auto field = day_time_field(peek(1).keyword);
    if (!field || *field <= start) syntax_error();
    end = *field;
    advance(2);
  }
  return Type::day_time_interval(start, end);
}

Type Grammar::sized_type() {
  const size_t from = position_;
  const std::string name = upper_case(identifier());
  std::vector<int64_t> parameters;
  if (name == "STRING" && accept(Keyword::kCollate)) {
    // Collation names are printed in upper case, whatever the user wrote.
    return Type::string_collated(functions::collation_name(multipart_identifier().back()));
  }
  const bool has_parameters = accept("(");
  if (has_parameters) {
    do {
      if (peek().kind != TokenKind::kInteger) syntax_error();
      parameters.push_back(std::strtoll(std::string(text_of(peek())).c_str(), nullptr, 10));
      advance();
    } while (accept(","));
    expect(")");
  }
  return simple_type(name, parameters, from);
}

Type Grammar::simple_type(const std::string& name, const std::vector<int64_t>& parameters,
                          size_t from) {
  const size_t count = parameters.size();
  if (name == "DECIMAL" || name == "DEC" || name == "NUMERIC") {
    if (count > 2) fail("UNSUPPORTED_DATATYPE", {{"typeName", "\"" + upper_case(source_text(from)) + "\""}}, from);
    const int64_t precision = count > 0 ? parameters[0] : 10;
    const int64_t scale = count > 1 ? parameters[1] : 0;
    if (scale > precision) {
      throw SparkError("_LEGACY_ERROR_TEMP_1228", {{"precision", std::to_string(precision)},
                                                   {"scale", std::to_string(scale)}});
    }
    if (precision > kMaxDecimalPrecision) {
      throw SparkError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                       {{"precision", std::to_string(precision)},
                        {"maxPrecision", std::to_string(kMaxDecimalPrecision)}});
    }
    if (precision == 0) throw_unsupported("EXPRESSION", "the type decimal(0,0)");
    return Type::decimal(static_cast<int>(precision), static_cast<int>(scale));
  }
  const bool is_character = name == "CHAR" || name == "CHARACTER";
  if (is_character || name == "VARCHAR") {
    if (count == 0) fail("DATATYPE_MISSING_SIZE", {{"type", "\"" + name + "\""}}, from);
    if (count == 1) {
      const int length = static_cast<int>(parameters[0]);
      return is_character ? Type::character(length) : Type::varchar(length);
    }
  }
  if (name == "TIME" || name == "TIMESTAMP") {
    if (count == 0 || (name == "TIME" && count == 1)) return time_type(name, parameters);
  }
  if (count == 0) {
    for (const SimpleType& row : kSimpleTypes) {
      if (row.name == name) return Type(row.kind);
    }
    if (name == "ARRAY") fail("INCOMPLETE_TYPE_DEFINITION.ARRAY", {{"elementType", "<INT>"}}, from);
    if (name == "MAP") fail("INCOMPLETE_TYPE_DEFINITION.MAP", {}, from);
    if (name == "STRUCT") fail("INCOMPLETE_TYPE_DEFINITION.STRUCT", {}, from);
  }
  if (at("<")) syntax_error(": extra input '<'");  // Spark reads the whole text before it looks at names
  // Spark prints the parameters without blanks.
  std::string text;
  for (const char c : upper_case(source_text(from))) {
    if (c != ' ') text += c;
  }
  fail("UNSUPPORTED_DATATYPE", {{"typeName", "\"" + text + "\""}}, from);
}

Type Grammar::time_type(const std::string& name, const std::vector<int64_t>& parameters) {
  const bool is_without =
      lower_case(text_of(peek())) == "without" && at(Keyword::kTime, 1) && at(Keyword::kZone, 2);
  if (is_without) advance(3);
  const bool is_with = at(Keyword::kWith) && name == "TIMESTAMP" && at(Keyword::kLocal, 1) &&
                       at(Keyword::kTime, 2) && at(Keyword::kZone, 3);
  if (is_with) advance(4);
  if (name == "TIMESTAMP") {
    const bool is_local = is_without || (options_.timestamp_ntz_default && !is_with);
    return is_local ? Type::timestamp_ntz() : Type::timestamp();
  }
  const int64_t precision = parameters.empty() ? kMaxTimePrecision : parameters[0];
  if (precision > kMaxTimePrecision) {
    throw SparkError("UNSUPPORTED_TIME_PRECISION", {{"precision", std::to_string(precision)}});
  }
  return Type::time(static_cast<int>(precision));
}

plan::StructField Grammar::column_definition(bool allows_colon) {
  const size_t from = position_;
  plan::StructField field;
  field.name = captured_identifier();
  if (allows_colon) accept(":");
  field.type = data_type();
  for (bool goes_on = true; goes_on;) {
    goes_on = false;
    if (at_not() && at(Keyword::kNull, 1)) {
      skip_not();
      advance();
      field.nullable = false;
      goes_on = true;
    }
    if (at(Keyword::kDefault) && !options_.allows_default_columns) fail("UNSUPPORTED_DEFAULT_VALUE.WITH_SUGGESTION", {}, from);
    if (auto comment = comment_clause()) {
      field.metadata = "{\"comment\":" + json_string(*comment) + "}";
      goes_on = true;
    }
  }
  return field;
}

std::optional<std::string> Grammar::comment_clause() {
  if (!at(Keyword::kComment) || !at_string(1)) return std::nullopt;
  advance();
  return string_literal();
}

}  // namespace firesteel::sql
