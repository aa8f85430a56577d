// DataType.json and DataType.fromJson.
#include <charconv>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "plan/type.h"

namespace firesteel::plan {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Type& type);

Json field_to_json(const StructField& field) {
  Json json;
  json["name"] = field.name;
  json["type"] = to_json(field.type);
  json["nullable"] = field.nullable;
  Json metadata = Json::object();
  if (!field.metadata.empty()) {
    metadata = Json::parse(field.metadata, nullptr, false);
    if (metadata.is_discarded()) metadata = Json::object();
  }
  json["metadata"] = std::move(metadata);
  return json;
}

Json to_json(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kArray:
      return Json{{"type", "array"},
                  {"elementType", to_json(type.element())},
                  {"containsNull", type.contains_null()}};
    case TypeKind::kMap:
      return Json{{"type", "map"},
                  {"keyType", to_json(type.key())},
                  {"valueType", to_json(type.value())},
                  {"valueContainsNull", type.value_contains_null()}};
    case TypeKind::kStruct: {
      Json fields = Json::array();
      for (const StructField& field : type.fields()) fields.push_back(field_to_json(field));
      return Json{{"type", "struct"}, {"fields", std::move(fields)}};
    }
    case TypeKind::kUdt: {
      Json json{{"type", "udt"}};
      const UdtInfo& info = type.udt_info();
      json["class"] = info.jvm_class.empty() ? Json() : Json(info.jvm_class);
      json["pyClass"] = info.python_class;
      if (!info.serialized_python_class.empty()) {
        json["serializedClass"] = info.serialized_python_class;
      }
      json["sqlType"] = to_json(type.sql_type());
      return json;
    }
    default: return type.type_name();
  }
}

[[noreturn]] void throw_invalid(const Json& json) {
  throw SparkError("INVALID_JSON_DATA_TYPE", {{"invalidType", json.dump()}});
}

// "decimal(10,2)" with prefix "decimal(" → numbers; returns how many were read, or -1.
int read_parameters(std::string_view text, std::string_view prefix, int (&numbers)[2]) {
  if (!text.starts_with(prefix) || !text.ends_with(")")) return -1;
  text = text.substr(prefix.size(), text.size() - prefix.size() - 1);
  int count = 0;
  while (count < 2) {
    while (text.starts_with(" ")) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(),
                                              numbers[count]);
    if (error != std::errc()) return -1;
    ++count;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    while (text.starts_with(" ")) text.remove_prefix(1);
    if (text.empty()) return count;
    if (!text.starts_with(",")) return -1;
    text.remove_prefix(1);
  }
  return -1;
}

const std::pair<std::string_view, TypeKind> kNames[] = {
    {"void", TypeKind::kNull},
    {"null", TypeKind::kNull},
    {"boolean", TypeKind::kBoolean},
    {"byte", TypeKind::kByte},
    {"short", TypeKind::kShort},
    {"integer", TypeKind::kInteger},
    {"long", TypeKind::kLong},
    {"float", TypeKind::kFloat},
    {"double", TypeKind::kDouble},
    {"string", TypeKind::kString},
    {"binary", TypeKind::kBinary},
    {"date", TypeKind::kDate},
    {"timestamp", TypeKind::kTimestamp},
    {"timestamp_ltz", TypeKind::kTimestamp},
    {"timestamp_ntz", TypeKind::kTimestampNtz},
    {"interval", TypeKind::kCalendarInterval},
    {"variant", TypeKind::kVariant},
};

Type from_name(std::string_view name, const Json& json) {
  for (const auto& [known, kind] : kNames) {
    if (known == name) return Type(kind);
  }
  if (name == "decimal") return Type::decimal(10, 0);
  int numbers[2] = {0, 0};
  if (read_parameters(name, "decimal(", numbers) == 2) {
    return Type::decimal(numbers[0], numbers[1]);
  }
  if (read_parameters(name, "char(", numbers) == 1) return Type::character(numbers[0]);
  if (read_parameters(name, "varchar(", numbers) == 1) return Type::varchar(numbers[0]);
  if (read_parameters(name, "time(", numbers) == 1) return Type::time(numbers[0]);
  if (name.starts_with("string collate ")) {
    return Type::string_collated(std::string(name.substr(15)));
  }
  for (int start = 0; start < 4; ++start) {
    for (int end = start; end < 4; ++end) {
      Type day_time = Type::day_time_interval(static_cast<DayTimeField>(start),
                                              static_cast<DayTimeField>(end));
      if (day_time.simple_string() == name) return day_time;
      if (end > 1) continue;
      Type year_month = Type::year_month_interval(static_cast<YearMonthField>(start),
                                                  static_cast<YearMonthField>(end));
      if (year_month.simple_string() == name) return year_month;
    }
  }
  throw_invalid(json);
}

Type from_json(const Json& json);

StructField field_from_json(const Json& json) {
  if (!json.is_object() || !json.contains("name") || !json.contains("type")) throw_invalid(json);
  StructField field;
  field.name = json.at("name").get<std::string>();
  field.type = from_json(json.at("type"));
  field.nullable = json.value("nullable", true);
  if (json.contains("metadata") && json.at("metadata").is_object() &&
      !json.at("metadata").empty()) {
    field.metadata = json.at("metadata").dump();
  }
  return field;
}

Type from_json(const Json& json) {
  if (json.is_string()) return from_name(json.get<std::string>(), json);
  if (!json.is_object() || !json.contains("type")) throw_invalid(json);
  const std::string kind = json.at("type").is_string() ? json.at("type").get<std::string>() : "";
  if (kind == "array") {
    return Type::array(from_json(json.at("elementType")), json.value("containsNull", true));
  }
  if (kind == "map") {
    return Type::map(from_json(json.at("keyType")), from_json(json.at("valueType")),
                     json.value("valueContainsNull", true));
  }
  if (kind == "struct") {
    std::vector<StructField> fields;
    for (const Json& field : json.at("fields")) fields.push_back(field_from_json(field));
    return Type::structure(std::move(fields));
  }
  if (kind == "udt") {
    UdtInfo info;
    auto text = [&](const char* key) {
      return json.contains(key) && json.at(key).is_string() ? json.at(key).get<std::string>() : "";
    };
    info.jvm_class = text("class");
    info.python_class = text("pyClass");
    info.serialized_python_class = text("serializedClass");
    return Type::udt(std::move(info), from_json(json.at("sqlType")));
  }
  throw_invalid(json);
}

}  // namespace

std::string Type::json() const { return to_json(*this).dump(); }

Type type_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    throw SparkError("INVALID_JSON_DATA_TYPE", {{"invalidType", std::string(text)}});
  }
  try {
    return from_json(json);
  } catch (const Json::exception&) {  // a missing or wrongly typed member
    throw_invalid(json);
  }
}

}  // namespace firesteel::plan
