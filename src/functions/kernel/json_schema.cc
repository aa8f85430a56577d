#include "functions/kernel/json_schema.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/error.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

constexpr int kDigitsMax = 38;
constexpr int kDepthMax = 1000;

Type number_type(const std::string& text) {
  if (text.find_first_of(".eE") != std::string::npos) return Type::double_number();
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return Type::long_integer();
  const int digits = static_cast<int>(text.size()) - (text[0] == '-' ? 1 : 0);
  return digits <= kDigitsMax ? Type::decimal(digits, 0) : Type::double_number();
}

Type merged(const Type& a, const Type& b);

// Both sorted by name, as every inferred struct is.
Type merged_structs(const Type& a, const Type& b) {
  std::map<std::string, Type> fields;
  for (const plan::StructField& field : a.fields()) fields.emplace(field.name, field.type);
  for (const plan::StructField& field : b.fields()) {
    const auto [found, is_new] = fields.emplace(field.name, field.type);
    if (!is_new) found->second = merged(found->second, field.type);
  }
  plan::Schema schema;
  for (const auto& [name, type] : fields) schema.push_back({name, type, true, ""});
  return Type::structure(std::move(schema));
}

Type merged(const Type& a, const Type& b) {
  if (a.same_type(b)) return a;
  if (a.is(TypeKind::kNull)) return b;
  if (b.is(TypeKind::kNull)) return a;
  if (a.is(TypeKind::kStruct) && b.is(TypeKind::kStruct)) return merged_structs(a, b);
  if (a.is(TypeKind::kArray) && b.is(TypeKind::kArray)) return Type::array(merged(a.element(), b.element()));
  if (!a.is_numeric() || !b.is_numeric()) return Type::string();
  if (a.is(TypeKind::kDouble) || b.is(TypeKind::kDouble)) return Type::double_number();
  const auto digits = [](const Type& type) { return type.is(TypeKind::kDecimal) ? type.precision() : 20; };
  return Type::decimal(std::max(digits(a), digits(b)), 0);
}

// Nulls become text; fields without a name and structs without fields are left out.
std::optional<Type> canonical(const Type& type) {
  if (type.is(TypeKind::kNull)) return Type::string();
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

}  // namespace

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
  if (first == '"' || first == '\'') {
    reader.skip_value();
    return Type::string();
  }
  JsonWriter text;
  reader.copy_value(text);
  if (first == 'n') return Type::null();
  if (options_.primitives_as_string) return Type::string();
  return first == 't' || first == 'f' ? Type::boolean() : number_type(text.text());
}

Type JsonSchemaInference::object(JsonReader& reader, int depth) const {
  std::map<std::string, Type> fields;
  reader.expect('{');
  for (bool is_first = true; !reader.skip('}'); is_first = false) {
    if (!is_first) reader.expect(',');
    std::string name = reader.name();
    reader.expect(':');
    fields.insert_or_assign(std::move(name), value(reader, depth + 1));
  }
  plan::Schema schema;
  for (const auto& [name, type] : fields) schema.push_back({name, type, true, ""});
  return Type::structure(std::move(schema));
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
  return type && type->is(TypeKind::kStruct) ? type->fields() : plan::Schema{};
}

}  // namespace firesteel::functions::kernel
