#include "functions/kernel/json_schema.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

constexpr int kDigitsMax = 38;
constexpr int kDepthMax = 1000;
constexpr int kLongDigits = 20;  // DecimalType.forType(LongType)

Type merged(const Type& a, const Type& b);

// Both sorted by name, as every inferred struct is.
Type merged_structs(const Type& a, const Type& b) {
  plan::Schema fields;
  auto left = a.fields().begin();
  auto right = b.fields().begin();
  while (left != a.fields().end() || right != b.fields().end()) {
    if (right == b.fields().end() || (left != a.fields().end() && left->name < right->name)) {
      fields.push_back(*left++);
    } else if (left == a.fields().end() || right->name < left->name) {
      fields.push_back(*right++);
    } else {
      fields.push_back({left->name, merged(left->type, right->type), true, ""});
      ++left;
      ++right;
    }
  }
  return Type::structure(std::move(fields));
}

// DecimalType beyond 38 digits becomes DOUBLE.
Type merged_decimals(const Type& a, const Type& b) {
  const auto scale_of = [](const Type& type) { return type.is(TypeKind::kDecimal) ? type.scale() : 0; };
  const auto whole_of = [](const Type& type) { return type.is(TypeKind::kDecimal) ? type.precision() - type.scale() : kLongDigits; };
  const int scale = std::max(scale_of(a), scale_of(b));
  const int digits = std::max(whole_of(a), whole_of(b)) + scale;
  return digits <= kDigitsMax ? Type::decimal(digits, scale) : Type::double_number();
}

// JsonInferSchema.compatibleType
Type merged(const Type& a, const Type& b) {
  if (a.same_type(b)) return a;
  if (a.is(TypeKind::kNull)) return b;
  if (b.is(TypeKind::kNull)) return a;
  if (a.is(TypeKind::kStruct) && b.is(TypeKind::kStruct)) return merged_structs(a, b);
  if (a.is(TypeKind::kArray) && b.is(TypeKind::kArray)) return Type::array(merged(a.element(), b.element()));
  const auto is_moment = [](const Type& type) { return type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz); };
  if (is_moment(a) && is_moment(b)) return Type::timestamp();
  if (!a.is_numeric() || !b.is_numeric()) return Type::string();
  if (a.is(TypeKind::kDouble) || b.is(TypeKind::kDouble)) return Type::double_number();
  return merged_decimals(a, b);
}

// The digits of java.math.BigDecimal(text); nothing for what is no such number.
struct DecimalDigits {
  int64_t precision;
  int64_t scale;
};

std::optional<DecimalDigits> decimal_digits(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  size_t i = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  int64_t digits = 0;
  int64_t significant = 0;
  int64_t scale = 0;
  bool has_point = false;
  for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !has_point)); ++i) {
    if (text[i] == '.') {
      has_point = true;
      continue;
    }
    ++digits;
    if (significant > 0 || text[i] != '0') ++significant;
    if (has_point) ++scale;
  }
  if (digits == 0) return std::nullopt;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
    ++i;
    if (i < text.size() && text[i] == '+') ++i;
    int32_t exponent = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), exponent);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    scale -= exponent;
  }
  return DecimalDigits{std::max<int64_t>(significant, 1), scale};
}

Type decimal_of_number(const DecimalDigits& digits) {
  const int64_t precision = std::max(digits.precision, digits.scale);
  if (precision > kDigitsMax) return Type::double_number();
  if (digits.scale < 0) {
    throw SparkError("NEGATIVE_SCALE_DISALLOWED",
                     {{"scale", std::to_string(digits.scale)}, {"sqlConf", "\"spark.sql.legacy.allowNegativeScaleOfDecimal\""}});
  }
  return Type::decimal(static_cast<int>(precision), static_cast<int>(digits.scale));
}

}  // namespace

// Nulls become text, or are left out; so are fields without a name and structs without fields.
std::optional<Type> JsonSchemaInference::canonical(const Type& type) const {
  if (type.is(TypeKind::kNull)) return options_.drops_null_fields ? std::nullopt : std::optional<Type>(Type::string());
  if (type.is(TypeKind::kArray)) {
    std::optional<Type> element = canonical(type.element());
    if (!element) return std::nullopt;
    return Type::array(*std::move(element));
  }
  if (!type.is(TypeKind::kStruct)) return type;
  plan::Schema schema;
  for (const plan::StructField& field : type.fields()) {
    if (field.name.empty()) continue;
    if (std::optional<Type> kept = canonical(field.type)) schema.push_back({field.name, *std::move(kept), true, ""});
  }
  if (schema.empty()) return std::nullopt;
  return Type::structure(std::move(schema));
}

// An empty text counts as nothing: some writers do not tell them apart.
Type JsonSchemaInference::text(const std::string& text) const {
  if (text.empty()) return Type::null();
  if (options_.prefers_decimal) {
    const auto digits = decimal_digits(text);
    if (digits && digits->scale >= 0 && digits->scale <= digits->precision && digits->precision <= kDigitsMax) {
      return Type::decimal(static_cast<int>(digits->precision), static_cast<int>(digits->scale));
    }
  }
  const std::optional<Type> timestamp = options_.timestamp_type ? options_.timestamp_type(text) : std::nullopt;
  return timestamp.value_or(Type::string());
}

// `text`: without needless zeros in front.
Type JsonSchemaInference::number(std::string_view source, const std::string& text) const {
  int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error == std::errc() && end == text.data() + text.size() && source.find_first_of(".eE") == std::string_view::npos) {
    return Type::long_integer();
  }
  const auto digits = decimal_digits(source);
  if (!digits && options_.prefers_decimal) {
    throw SparkError("_LEGACY_ERROR_JAVA_NUMBER_FORMAT",
                     {{"message", "Value \"" + std::string(source) + "\" can not be deserialized as `java.math.BigDecimal`, reason:  Character " +
                                      source[0] + " is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark."}});
  }
  const bool is_whole = digits && source.find_first_of(".eE") == std::string_view::npos;
  return digits && (is_whole || options_.prefers_decimal) ? decimal_of_number(*digits) : Type::double_number();
}

Type JsonSchemaInference::value(JsonReader& reader, int depth) const {
  if (depth > kDepthMax) throw MalformedJson();
  const char first = reader.peek();
  if (first == '{') return object(reader, depth);
  if (first == '[') {
    reader.expect('[');
    Type element = Type::null();
    for (bool is_first = true; !reader.skip(']'); is_first = false) {
      if (!is_first) reader.expect(',');
      element = merged(element, value(reader, depth + 1));
    }
    return Type::array(std::move(element));
  }
  if (first == '"' || first == '\'') return text(reader.string());
  const size_t start = reader.position();
  JsonWriter written;
  reader.copy_value(written);
  if (first == 'n') return Type::null();
  if (options_.primitives_as_string) return Type::string();
  return first == 't' || first == 'f' ? Type::boolean() : number(reader.since(start), written.text());
}

Type JsonSchemaInference::object(JsonReader& reader, int depth) const {
  plan::Schema fields;
  reader.expect('{');
  for (bool is_first = true; !reader.skip('}'); is_first = false) {
    if (!is_first) reader.expect(',');
    std::string name = reader.name();
    reader.expect(':');
    fields.push_back({std::move(name), value(reader, depth + 1), true, ""});
  }
  std::stable_sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return Type::structure(std::move(fields));
}

void JsonSchemaInference::add(std::optional<std::string_view> record) {
  if (!record) return add_malformed();
  try {
    JsonReader reader(*record, options_.syntax);
    if (reader.peek() == '\0' && reader.position() == record->size()) return;
    Type type = value(reader, 0);
    if (type.is(TypeKind::kArray)) type = type.element();  // each element is a row
    if (!type.is(TypeKind::kStruct) && !type.is(TypeKind::kNull)) return add_malformed();
    whole_ = merged(whole_, type);
  } catch (const MalformedJson&) {
    add_malformed();
  }
}

void JsonSchemaInference::add_malformed() {
  if (options_.mode == "FAILFAST") {
    throw SparkError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                     {{"badRecord", options_.corrupt_column}, {"failFastMode", "FAILFAST"}})
        .with_kind(ErrorKind::kSpark);
  }
  if (options_.mode == "DROPMALFORMED") return;
  whole_ = merged(whole_, Type::structure({{options_.corrupt_column, Type::string(), true, ""}}));
}

void JsonSchemaInference::merge(const JsonSchemaInference& other) { whole_ = merged(whole_, other.whole_); }

plan::Schema JsonSchemaInference::schema() const {
  const std::optional<Type> type = canonical(whole_);
  if (!type || !type->is(TypeKind::kStruct)) return {};
  return type->fields();
}

Type JsonSchemaInference::type_of(std::string_view text) const {
  JsonReader reader(text, options_.syntax);
  const Type type = value(reader, 0);
  if (const std::optional<Type> known = canonical(type)) return *known;
  if (type.is(TypeKind::kStruct)) return Type::structure({});
  if (type.is(TypeKind::kArray) && type.element().is(TypeKind::kStruct)) return Type::array(Type::structure({}));
  return Type::string();
}

}  // namespace firesteel::functions::kernel
