#include "engine/duckdb/avro_schema.h"

#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/error.h"
#include "engine/duckdb/file_listing.h"
#include "engine/duckdb/orc_units.h"

namespace firesteel::engine {
namespace {

using Json = nlohmann::ordered_json;
using plan::Type;
using plan::TypeKind;

constexpr int kMaxDepth = 200;

class SchemaReader {
 public:
  explicit SchemaReader(const std::string& path) : path_(path) {}

  AvroTypePtr read(const Json& json, const std::string& name_space, int depth) {
    if (depth > kMaxDepth) fail("its schema is nested too deeply");
    if (json.is_string()) return named(json.get<std::string>(), name_space);
    if (json.is_array()) return read_union(json, name_space, depth);
    if (!json.is_object()) fail("its schema has a type that is no type");
    const Json& type = member(json, "type");
    if (!type.is_string()) return read(type, name_space, depth + 1);
    const auto word = type.get<std::string>();
    if (word == "record" || word == "error") return read_record(json, name_space, depth);
    AvroType result;
    if (word == "array" || word == "map") {
      result.kind = word == "array" ? AvroKind::kArray : AvroKind::kMap;
      result.children = {read(member(json, word == "array" ? "items" : "values"), name_space, depth + 1)};
    } else if (word == "enum") {
      result.kind = AvroKind::kEnum;
      for (const Json& symbol : list(json, "symbols")) result.names.push_back(text(symbol));
    } else if (word == "fixed") {
      result.kind = AvroKind::kFixed;
      result.size_bytes = integer(json, "size", -1);
      if (result.size_bytes < 0 || result.size_bytes > (int64_t{1} << 30)) fail("its schema has a fixed type without a size");
    } else {
      const AvroTypePtr known = named(word, name_space);
      if (known->kind > AvroKind::kString) return known;
      result = *known;
    }
    read_logical(json, &result);
    auto made = std::make_shared<const AvroType>(std::move(result));
    if (word == "enum" || word == "fixed") define(full_name(json, name_space), made);
    return made;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw SparkError("FAILED_READ_FILE.NO_HINT", {{"path", file_uri(path_) + " (" + what + ")"}});
  }
  const Json& member(const Json& json, const char* name) const {
    const auto found = json.find(name);
    if (found == json.end()) fail("its schema lacks the attribute " + std::string(name));
    return *found;
  }
  const Json& list(const Json& json, const char* name) const {
    const Json& found = member(json, name);
    if (!found.is_array()) fail("its schema's attribute " + std::string(name) + " is no list");
    return found;
  }
  std::string text(const Json& json) const {
    if (!json.is_string()) fail("its schema has a name that is no text");
    return json.get<std::string>();
  }
  static int64_t integer(const Json& json, const char* name, int64_t fallback) {
    const auto found = json.find(name);
    return found != json.end() && found->is_number_integer() ? found->get<int64_t>() : fallback;
  }
  static std::string attribute(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
  }

  std::string full_name(const Json& json, const std::string& name_space) const {
    const std::string name = text(member(json, "name"));
    if (name.find('.') != std::string::npos) return name;
    const std::string own = json.contains("namespace") ? attribute(json, "namespace") : name_space;
    return own.empty() ? name : own + "." + name;
  }
  static std::string space_of(const std::string& full_name) {
    const size_t dot = full_name.rfind('.');
    return dot == std::string::npos ? "" : full_name.substr(0, dot);
  }
  void define(const std::string& name, AvroTypePtr type) { named_[name] = std::move(type); }

  AvroTypePtr named(const std::string& word, const std::string& name_space) const {
    static const std::map<std::string, AvroKind> kPrimitive = {
        {"null", AvroKind::kNull},   {"boolean", AvroKind::kBoolean}, {"int", AvroKind::kInt},     {"long", AvroKind::kLong},
        {"float", AvroKind::kFloat}, {"double", AvroKind::kDouble},   {"bytes", AvroKind::kBytes}, {"string", AvroKind::kString}};
    if (const auto found = kPrimitive.find(word); found != kPrimitive.end()) {
      AvroType type;
      type.kind = found->second;
      return std::make_shared<const AvroType>(std::move(type));
    }
    const bool is_full = word.find('.') != std::string::npos || name_space.empty();
    const std::string name = is_full ? word : name_space + "." + word;
    if (open_.contains(name)) throw_unsupported("RELATION", "an Avro record that contains itself: " + name);
    const auto found = named_.find(name);
    if (found != named_.end()) return found->second;
    fail("its schema has the unknown type " + word);
  }

  AvroTypePtr read_union(const Json& json, const std::string& name_space, int depth) {
    AvroType result;
    result.kind = AvroKind::kUnion;
    for (const Json& branch : json) result.children.push_back(read(branch, name_space, depth + 1));
    return std::make_shared<const AvroType>(std::move(result));
  }

  AvroTypePtr read_record(const Json& json, const std::string& name_space, int depth) {
    const std::string name = full_name(json, name_space);
    open_.insert(name);
    AvroType result;
    result.kind = AvroKind::kRecord;
    for (const Json& field : list(json, "fields")) {
      if (!field.is_object()) fail("its schema has a field that is no object");
      result.names.push_back(text(member(field, "name")));
      result.children.push_back(read(member(field, "type"), space_of(name), depth + 1));
    }
    open_.erase(name);
    auto made = std::make_shared<const AvroType>(std::move(result));
    define(name, made);
    return made;
  }

  static void read_logical(const Json& json, AvroType* type) {
    type->catalyst = attribute(json, kOrcTypeAttribute);
    type->logical = attribute(json, "logicalType");
    if (type->logical != "decimal") return;
    const int64_t precision = integer(json, "precision", 0);
    const int64_t scale = integer(json, "scale", 0);
    const bool holds = type->kind == AvroKind::kBytes || type->kind == AvroKind::kFixed;
    // A logical type that is not valid is none, as the specification says.
    if (!holds || precision < 1 || precision > 38 || scale < 0 || scale > precision) {
      type->logical.clear();
      return;
    }
    type->precision = static_cast<int>(precision);
    type->scale = static_cast<int>(scale);
  }

  const std::string& path_;
  std::map<std::string, AvroTypePtr> named_;
  std::set<std::string> open_;
};

Type union_type(const AvroType& type) {
  std::vector<AvroTypePtr> branches;
  for (const AvroTypePtr& branch : type.children) {
    if (branch->kind != AvroKind::kNull) branches.push_back(branch);
  }
  if (branches.empty()) return Type::null();
  if (branches.size() == 1) return avro_spark_type(*branches[0]);
  const auto are = [&](AvroKind a, AvroKind b) {
    return branches.size() == 2 && ((branches[0]->kind == a && branches[1]->kind == b) ||
                                    (branches[0]->kind == b && branches[1]->kind == a));
  };
  if (are(AvroKind::kInt, AvroKind::kLong)) return Type::long_integer();
  if (are(AvroKind::kFloat, AvroKind::kDouble)) return Type::double_number();
  plan::Schema members;
  for (size_t i = 0; i < branches.size(); ++i) {
    members.push_back({"member" + std::to_string(i), avro_spark_type(*branches[i]), true, ""});
  }
  return Type::structure(std::move(members));
}

// ---- the other way -----------------------------------------------------------------------------

class SchemaWriter {
 public:
  Json type(const Type& type, bool is_nullable, const std::string& record_name, const std::string& name_space) {
    Json json = plain(type, record_name, name_space);
    if (!is_nullable || type.is(TypeKind::kNull)) return json;
    return Json::array({std::move(json), "null"});
  }

  Json record(const plan::Schema& fields, const std::string& name, const std::string& name_space) {
    Json json = {{"type", "record"}, {"name", name}};
    if (!name_space.empty()) json["namespace"] = name_space;
    const std::string below = name_space.empty() ? name : name_space + "." + name;
    json["fields"] = Json::array();
    for (const plan::StructField& field : fields) {
      json["fields"].push_back({{"name", field.name}, {"type", type(field.type, field.nullable, field.name, below)}});
    }
    return json;
  }

 private:
  static Json logical(const char* base, const char* name) { return {{"type", base}, {"logicalType", name}}; }
  static Json told(const char* base, const Type& type) {
    return {{"type", base}, {kOrcTypeAttribute, type.simple_string()}};
  }

  Json plain(const Type& type, const std::string& record_name, const std::string& name_space) {
    switch (type.kind()) {
      case TypeKind::kNull: return "null";
      case TypeKind::kBoolean: return "boolean";
      case TypeKind::kByte:
      case TypeKind::kShort:
      case TypeKind::kInteger: return "int";
      case TypeKind::kLong: return "long";
      case TypeKind::kFloat: return "float";
      case TypeKind::kDouble: return "double";
      case TypeKind::kString: return "string";
      case TypeKind::kBinary: return "bytes";
      case TypeKind::kDate: return logical("int", "date");
      case TypeKind::kTimestamp: return logical("long", "timestamp-micros");
      case TypeKind::kTimestampNtz: return logical("long", "local-timestamp-micros");
      case TypeKind::kYearMonthInterval: return told("int", type);
      case TypeKind::kDayTimeInterval: return told("long", type);
      case TypeKind::kDecimal: {
        const std::string name = (name_space.empty() ? record_name : name_space + "." + record_name) + ".fixed";
        const size_t dot = name.rfind('.');
        return {{"type", "fixed"},          {"name", name.substr(dot + 1)}, {"namespace", name.substr(0, dot)},
                {"size", avro_decimal_bytes(type.precision())}, {"logicalType", "decimal"},
                {"precision", type.precision()}, {"scale", type.scale()}};
      }
      case TypeKind::kArray:
        return {{"type", "array"}, {"items", this->type(type.element(), type.contains_null(), record_name, name_space)}};
      case TypeKind::kMap:
        return {{"type", "map"}, {"values", this->type(type.value(), type.value_contains_null(), record_name, name_space)}};
      case TypeKind::kStruct: return record(type.fields(), record_name, name_space);
      case TypeKind::kUdt: return plain(type.sql_type(), record_name, name_space);
      default: throw_unsupported("RELATION", "an Avro file with a column of the type " + type.sql());
    }
  }
};

// AvroUtils.supportsDataType: the keys of maps are texts.
bool is_storable(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kCalendarInterval:
    case TypeKind::kVariant: return false;
    case TypeKind::kArray: return is_storable(type.element());
    case TypeKind::kMap: return type.key().is_string() && is_storable(type.value());
    case TypeKind::kUdt: return is_storable(type.sql_type());
    case TypeKind::kStruct:
      for (const plan::StructField& field : type.fields()) {
        if (!is_storable(field.type)) return false;
      }
      return true;
    default: return true;
  }
}

}  // namespace

AvroTypePtr parse_avro_schema(std::string_view json, const std::string& path) {
  const Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) {
    throw SparkError("FAILED_READ_FILE.NO_HINT", {{"path", file_uri(path) + " (its schema is no JSON)"}});
  }
  return SchemaReader(path).read(parsed, "", 0);
}

Type avro_spark_type(const AvroType& type) {
  switch (type.kind) {
    case AvroKind::kNull: return Type::null();
    case AvroKind::kBoolean: return Type::boolean();
    case AvroKind::kInt:
      if (type.logical == "date") return Type::date();
      if (const Type own = catalyst_type(type.catalyst); !own.is(TypeKind::kNull)) return own;
      return Type::integer();
    case AvroKind::kLong:
      if (type.logical == "timestamp-millis" || type.logical == "timestamp-micros") return Type::timestamp();
      if (type.logical == "local-timestamp-millis" || type.logical == "local-timestamp-micros") return Type::timestamp_ntz();
      if (const Type own = catalyst_type(type.catalyst); !own.is(TypeKind::kNull)) return own;
      return Type::long_integer();
    case AvroKind::kFloat: return Type::float_number();
    case AvroKind::kDouble: return Type::double_number();
    case AvroKind::kBytes:
    case AvroKind::kFixed:
      return type.logical == "decimal" ? Type::decimal(type.precision, type.scale) : Type::binary();
    case AvroKind::kString:
    case AvroKind::kEnum: return Type::string();
    case AvroKind::kRecord: {
      plan::Schema fields;
      for (size_t i = 0; i < type.names.size(); ++i) {
        fields.push_back({type.names[i], avro_spark_type(*type.children[i]), true, ""});
      }
      return Type::structure(std::move(fields));
    }
    case AvroKind::kArray: return Type::array(avro_spark_type(*type.children[0]));
    case AvroKind::kMap: return Type::map(Type::string(), avro_spark_type(*type.children[0]));
    case AvroKind::kUnion: return union_type(type);
  }
  throw_unsupported("RELATION", "an unknown kind of Avro type");
}

int avro_decimal_bytes(int precision) {
  static const auto kBytes = [] {
    std::array<int, 39> bytes{};
    for (int digits = 1; digits <= 38; ++digits) {
      int& count = bytes[static_cast<size_t>(digits)] = 1;
      while (std::pow(2.0, 8 * count - 1) < std::pow(10.0, digits)) ++count;
    }
    return bytes;
  }();
  return kBytes.at(static_cast<size_t>(precision));
}

std::string avro_schema_json(const plan::Schema& columns, const std::string& record_name,
                             const std::string& record_namespace) {
  for (const plan::StructField& column : columns) {
    if (is_storable(column.type)) continue;
    throw SparkError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", {{"format", "Avro"},
                                                              {"columnName", "`" + column.name + "`"},
                                                              {"columnType", "\"" + column.type.sql() + "\""}});
  }
  return SchemaWriter().record(columns, record_name, record_namespace).dump();
}

}  // namespace firesteel::engine
