#include "engine/duckdb/json_lowering.h"

#include "base/error.h"
#include "engine/duckdb/cast_lowering.h"
#include "engine/duckdb/time_formats.h"
#include "engine/duckdb/type_sql.h"
#include "functions/kernel/json_text.h"

namespace firesteel::engine {
namespace {

using plan::Type;
using plan::TypeKind;

std::string quoted(const std::string& text_sql) {
  return "fs_json_quote(" + text_sql + ")";
}

class JsonText {
 public:
  JsonText(const ReaderOptions& options, const std::string& zone, functions::kernel::TimeParserPolicy policy)
      : zone_(options.get("timeZone", zone)), ignores_nulls_(options.flag("ignoreNullFields", true)), times_(options, policy) {}

  std::string object(const std::vector<JsonField>& fields, int depth) const {
    std::string list;
    for (const JsonField& field : fields) {
      std::string name;
      functions::kernel::JsonWriter::append_quoted(field.name, name);
      const std::string text = quote_string(name + ":") + " || " + value(field.sql, field.type, depth);
      const std::string null = ignores_nulls_ ? "NULL" : quote_string(name + ":null");
      list += (list.empty() ? "" : ", ") + ("CASE WHEN " + field.sql + " IS NOT NULL THEN " + text + " ELSE " + null + " END");
    }
    if (list.empty()) return "'{}'";
    return "('{' || coalesce(array_to_string([" + list + "], ','), '') || '}')";
  }

 private:
  // Null where the value is.
  std::string value(const std::string& sql, const Type& type, int depth) const {
    switch (type.kind()) {
      case TypeKind::kString:
      case TypeKind::kChar:
      case TypeKind::kVarchar:
        return quoted(sql);
      case TypeKind::kFloat:
      case TypeKind::kDouble: {
        const std::string text = as_text(sql, type);
        return "CASE WHEN isfinite(" + sql + ") THEN " + text + " ELSE " + quoted(text) + " END";
      }
      case TypeKind::kDate:
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampNtz: {
        const std::string text = times_.text_sql(sql, type, zone_);
        return quoted(text.empty() ? as_text(sql, type) : text);
      }
      case TypeKind::kBinary:
        return quoted("to_base64(" + sql + ")");
      case TypeKind::kArray:
        return list("[", sql, element(type.element(), depth), depth, "]");
      case TypeKind::kMap: {
        const std::string entry = variable(depth);
        const std::string pair = quoted(as_text(entry + ".key", type.key())) + " || ':' || coalesce(" +
                                 value(entry + ".value", type.value(), depth + 1) + ", 'null')";
        return list("{", "map_entries(" + sql + ")", pair, depth, "}");
      }
      case TypeKind::kStruct: {
        std::vector<JsonField> fields;
        for (size_t i = 0; i < type.fields().size(); ++i) {
          fields.push_back({type.fields()[i].name, "struct_extract(" + sql + ", 'f" + std::to_string(i) + "')",
                            type.fields()[i].type});
        }
        return "CASE WHEN " + sql + " IS NOT NULL THEN " + object(fields, depth) + " END";
      }
      case TypeKind::kUdt:
        return value(sql, type.sql_type(), depth);
      case TypeKind::kBoolean:
      case TypeKind::kByte:
      case TypeKind::kShort:
      case TypeKind::kInteger:
      case TypeKind::kLong:
      case TypeKind::kDecimal:
        return as_text(sql, type);
      default:
        return quoted(as_text(sql, type));
    }
  }

  static std::string variable(int depth) { return "e" + std::to_string(depth); }
  std::string element(const Type& type, int depth) const {
    return "coalesce(" + value(variable(depth), type, depth + 1) + ", 'null')";
  }
  static std::string list(const char* open, const std::string& sql, const std::string& item, int depth, const char* close) {
    return std::string("('") + open + "' || coalesce(array_to_string(list_transform(" + sql + ", lambda " + variable(depth) +
           ": " + item + "), ','), '') || '" + close + "')";
  }
  std::string as_text(const std::string& sql, const Type& type) const {
    if (type.is_string()) return sql;
    return cast_sql(sql, type, Type::string(), plan::CastMode::kAnsi, zone_);
  }

  const std::string zone_;
  const bool ignores_nulls_;
  const TimeFormats times_;
};

}  // namespace

std::string json_object_sql(const std::vector<JsonField>& fields, const ReaderOptions& options,
                            const std::string& time_zone, functions::kernel::TimeParserPolicy policy) {
  options.refuse_other_locales();
  const std::string text = JsonText(options, time_zone, policy).object(fields, 0);
  const std::string ascii = options.flag("writeNonAsciiCharacterAsCodePoint", false) ? "fs_json_ascii(" + text + ")" : text;
  return options.flag("pretty", false) ? "fs_json_pretty(" + ascii + ")" : ascii;
}

}  // namespace firesteel::engine
