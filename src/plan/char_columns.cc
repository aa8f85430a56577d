#include "plan/char_columns.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>

namespace firesteel::plan {

namespace {

using Json = nlohmann::json;

constexpr const char* kKey = "__CHAR_VARCHAR_TYPE_STRING";

std::optional<Type> type_of(std::string_view text) {
  const bool is_char = text.starts_with("char(");
  if (!is_char && !text.starts_with("varchar(")) return std::nullopt;
  text.remove_prefix(text.find('(') + 1);
  int length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || end != text.data() + text.size() - 1 || *end != ')') return std::nullopt;
  return is_char ? Type::character(length) : Type::varchar(length);
}

Json parsed(const std::string& metadata) {
  Json json = metadata.empty() ? Json::object() : Json::parse(metadata, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? json : Json::object();
}

Type with_varchar(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kChar: return Type::varchar(type.length());
    case TypeKind::kArray: return Type::array(with_varchar(type.element()), type.contains_null());
    case TypeKind::kMap: return Type::map(with_varchar(type.key()), with_varchar(type.value()), type.value_contains_null());
    case TypeKind::kStruct: return Type::structure(with_varchars(type.fields()));
    default: return type;
  }
}

}  // namespace

bool has_length(const Type& type) { return type.is(TypeKind::kChar) || type.is(TypeKind::kVarchar); }

std::optional<Type> declared_type(const std::string& metadata) {
  if (metadata.find(kKey) == std::string::npos) return std::nullopt;
  const Json json = parsed(metadata);
  const auto found = json.find(kKey);
  return found == json.end() || !found->is_string() ? std::nullopt : type_of(found->get<std::string>());
}

std::optional<int> char_length(const std::string& metadata) {
  const std::optional<Type> type = declared_type(metadata);
  return type && type->is(TypeKind::kChar) ? std::optional(type->length()) : std::nullopt;
}

Schema as_texts(const Schema& schema) {
  Schema texts = schema;
  for (StructField& field : texts) {
    if (!has_length(field.type)) continue;
    Json metadata = parsed(field.metadata);
    metadata[kKey] = field.type.simple_string();
    field.metadata = metadata.dump();
    field.type = Type::string();
  }
  return texts;
}

Schema as_declared(const Schema& schema) {
  Schema declared = schema;
  for (StructField& field : declared) {
    const std::optional<Type> type = declared_type(field.metadata);
    if (!type) continue;
    Json metadata = parsed(field.metadata);
    metadata.erase(kKey);
    field.metadata = metadata.empty() ? "" : metadata.dump();
    field.type = *type;
  }
  return declared;
}

Schema with_varchars(const Schema& schema) {
  Schema result = schema;
  for (StructField& field : result) field.type = with_varchar(field.type);
  return result;
}

}  // namespace firesteel::plan
