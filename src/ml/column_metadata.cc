#include "ml/column_metadata.h"

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace firesteel::ml {

namespace {

using nlohmann::json;
using Kind = ColumnAttribute::Kind;

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::kNumeric: return "numeric";
    case Kind::kNominal: return "nominal";
    case Kind::kBinary: return "binary";
  }
  throw_internal("unknown kind of attribute");
}

json to_json_object(const ColumnAttribute& attribute, bool with_type) {
  json result = json::object();
  if (with_type && attribute.kind != Kind::kNumeric) result["type"] = kind_name(attribute.kind);
  if (!attribute.name.empty()) result["name"] = attribute.name;
  if (!attribute.values.empty()) {
    result["vals"] = attribute.values;
  } else if (attribute.value_count > 0) {
    result["num_vals"] = attribute.value_count;
  }
  if (attribute.ordinal) result["ord"] = *attribute.ordinal;
  return result;
}

ColumnAttribute from_json_object(const json& object, Kind kind) {
  ColumnAttribute attribute;
  attribute.kind = kind;
  attribute.name = object.value("name", "");
  if (object.contains("vals")) attribute.values = object["vals"].get<std::vector<std::string>>();
  attribute.value_count = object.value("num_vals", 0);
  if (object.contains("ord")) attribute.ordinal = object["ord"].get<bool>();
  return attribute;
}

// The "ml_attr" object of a field; null if there is none or the metadata is no JSON object.
json ml_attribute(const Field& field) {
  if (field.metadata.empty()) return nullptr;
  const json metadata = json::parse(field.metadata, nullptr, false);
  if (!metadata.is_object() || !metadata.contains("ml_attr")) return nullptr;
  return metadata["ml_attr"];
}

}  // namespace

std::optional<ColumnAttribute> column_attribute(const Field& field) {
  const json object = ml_attribute(field);
  if (!object.is_object()) return std::nullopt;
  const std::string type = object.value("type", "numeric");
  return from_json_object(object, type == "nominal"  ? Kind::kNominal
                                  : type == "binary" ? Kind::kBinary
                                                     : Kind::kNumeric);
}

VectorAttributes vector_attributes(const Field& field) {
  VectorAttributes result;
  const json object = ml_attribute(field);
  if (!object.is_object()) return result;
  if (object.contains("num_attrs")) result.size = object["num_attrs"].get<int>();
  if (!object.contains("attrs")) return result;
  size_t count = 0;
  for (const auto& [kind, group] : object["attrs"].items()) count += group.size();
  result.attributes.resize(count);
  result.size = static_cast<int>(count);
  for (const Kind kind : {Kind::kNumeric, Kind::kNominal, Kind::kBinary}) {
    if (!object["attrs"].contains(kind_name(kind))) continue;
    for (const json& item : object["attrs"][kind_name(kind)]) {
      const size_t index = item.value("idx", size_t{0});
      if (index < count) result.attributes[index] = from_json_object(item, kind);
    }
  }
  return result;
}

std::string to_metadata(const ColumnAttribute& attribute) {
  return json{{"ml_attr", to_json_object(attribute, true)}}.dump();
}

std::string to_metadata(const VectorAttributes& attributes) {
  json object = json::object();
  if (!attributes.attributes.empty()) {
    json groups = json::object();
    for (size_t i = 0; i < attributes.attributes.size(); ++i) {
      // Spark leaves out numeric attributes of which nothing is known.
      if (attributes.attributes[i] == ColumnAttribute()) continue;
      json item = to_json_object(attributes.attributes[i], false);
      item["idx"] = i;
      groups[kind_name(attributes.attributes[i].kind)].push_back(std::move(item));
    }
    object["attrs"] = std::move(groups);
    object["num_attrs"] = attributes.attributes.size();
  } else if (attributes.size) {
    object["num_attrs"] = *attributes.size;
  }
  return json{{"ml_attr", std::move(object)}}.dump();
}

std::optional<int> class_count(const Field& label) {
  const auto attribute = column_attribute(label);
  if (!attribute) return std::nullopt;
  if (attribute->kind == Kind::kBinary) return 2;
  if (attribute->kind != Kind::kNominal) return std::nullopt;
  if (!attribute->values.empty()) return static_cast<int>(attribute->values.size());
  if (attribute->value_count > 0) return attribute->value_count;
  return std::nullopt;
}

}  // namespace firesteel::ml
