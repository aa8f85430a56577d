// org.apache.spark.sql.catalyst.json.JsonInferSchema
#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "base/error.h"
#include "engine/duckdb/json_records.h"
#include "functions/kernel/json_text.h"

namespace firesteel::engine {
namespace {

using functions::kernel::JsonReader;
using functions::kernel::JsonWriter;
using functions::kernel::MalformedJson;
using plan::Type;
using plan::TypeKind;

constexpr int kDigitsMax = 38;

Type number_type(const std::string& text) {
  if (text.find_first_of(".eE") != std::string::npos) return Type::double_number();
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return Type::long_integer();
  const int digits = static_cast<int>(text.size()) - (text[0] == '-' ? 1 : 0);
  return digits <= kDigitsMax ? Type::decimal(digits, 0) : Type::double_number();
}

Type merge(const Type& a, const Type& b);

// Both sorted by name, as every inferred struct is.
Type merge_structs(const Type& a, const Type& b) {
  std::map<std::string, Type> fields;
  for (const plan::StructField& field : a.fields()) fields.emplace(field.name, field.type);
  for (const plan::StructField& field : b.fields()) {
    const auto [found, is_new] = fields.emplace(field.name, field.type);
    if (!is_new) found->second = merge(found->second, field.type);
  }
  plan::Schema schema;
  for (const auto& [name, type] : fields) schema.push_back({name, type, true, ""});
  return Type::structure(std::move(schema));
}

Type merge(const Type& a, const Type& b) {
  if (a.same_type(b)) return a;
  if (a.is(TypeKind::kNull)) return b;
  if (b.is(TypeKind::kNull)) return a;
  if (a.is(TypeKind::kStruct) && b.is(TypeKind::kStruct)) return merge_structs(a, b);
  if (a.is(TypeKind::kArray) && b.is(TypeKind::kArray)) return Type::array(merge(a.element(), b.element()));
  if (!a.is_numeric() || !b.is_numeric()) return Type::string();
  if (a.is(TypeKind::kDouble) || b.is(TypeKind::kDouble)) return Type::double_number();
  const auto digits = [](const Type& type) { return type.is(TypeKind::kDecimal) ? type.precision() : 20; };
  return Type::decimal(std::max(digits(a), digits(b)), 0);
}

class Inference {
 public:
  explicit Inference(const JsonOptions& options) : options_(options) {}

  Type value(JsonReader& reader) const {
    const char first = reader.peek();
    if (first == '{') return object(reader);
    if (first == '[') {
      reader.expect('[');
      Type element = Type::null();
      for (bool is_first = true; !reader.skip(']'); is_first = false) {
        if (!is_first) reader.expect(',');
        element = merge(element, value(reader));
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

 private:
  Type object(JsonReader& reader) const {
    std::map<std::string, Type> fields;
    reader.expect('{');
    for (bool is_first = true; !reader.skip('}'); is_first = false) {
      if (!is_first) reader.expect(',');
      std::string name = reader.string();
      reader.expect(':');
      fields.insert_or_assign(std::move(name), value(reader));
    }
    plan::Schema schema;
    for (const auto& [name, type] : fields) schema.push_back({name, type, true, ""});
    return Type::structure(std::move(schema));
  }

  const JsonOptions& options_;
};

// Nulls become text; structs without fields are left out.
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
    if (std::optional<Type> kept = canonical(field.type)) schema.push_back({field.name, *std::move(kept), true, ""});
  }
  if (schema.empty()) return std::nullopt;
  return Type::structure(std::move(schema));
}

}  // namespace

plan::Schema infer_json_schema(const JsonOptions& options, const std::vector<plan::FileEntry>& files) {
  const Inference inference(options);
  JsonRecords records(files, options.is_multi_line);
  Type whole = Type::null();
  std::string record;
  while (records.next(&record)) {
    try {
      JsonReader reader(record);
      Type type = inference.value(reader);
      if (type.is(TypeKind::kArray)) type = type.element();  // each element is a row
      if (!type.is(TypeKind::kStruct)) throw MalformedJson();
      whole = merge(whole, type);
    } catch (const MalformedJson&) {
      if (options.mode == "FAILFAST") {
        throw SparkError("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                         {{"badRecord", options.corrupt_column}, {"failFastMode", "FAILFAST"}})
            .with_kind(ErrorKind::kSpark);
      }
      if (options.mode == "DROPMALFORMED") continue;
      whole = merge(whole, Type::structure({{options.corrupt_column, Type::string(), true, ""}}));
    }
  }
  const std::optional<Type> type = canonical(whole);
  return type && type->is(TypeKind::kStruct) ? type->fields() : plan::Schema{};
}

}  // namespace firesteel::engine
