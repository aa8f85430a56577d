#include "engine/duckdb/real_keys.h"

#include <algorithm>

#include "engine/duckdb/type_sql.h"

namespace firesteel::engine {
namespace {

using plan::Type;
using plan::TypeKind;

bool holds_reals(const Type& type) {
  if (type.is(TypeKind::kArray)) return holds_reals(type.element());
  if (!type.is(TypeKind::kStruct)) return type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble);
  return std::any_of(type.fields().begin(), type.fields().end(), [](const plan::StructField& field) { return holds_reals(field.type); });
}

std::string normalized(const Type& type, const std::string& sql, int depth) {
  if (!holds_reals(type)) return sql;
  if (type.is(TypeKind::kArray)) {
    const std::string element = "fs_key" + std::to_string(depth);
    return "list_transform(" + sql + ", lambda " + element + ": " + normalized(type.element(), element, depth + 1) + ")";
  }
  if (type.is(TypeKind::kStruct)) {
    std::string fields;
    for (size_t i = 0; i < type.fields().size(); ++i) {
      const std::string field = "struct_extract(" + sql + ", 'f" + std::to_string(i) + "')";
      fields += (i ? ", " : "") + normalized(type.fields()[i].type, field, depth + 1);
    }
    return "(CASE WHEN " + sql + " IS NULL THEN NULL ELSE CAST(row(" + fields + ") AS " + type_sql(type) + ") END)";
  }
  return "(" + sql + " + CAST(0 AS " + type_sql(type) + "))";
}

}  // namespace

std::string with_positive_zeros(const Type& type, const std::string& sql) { return normalized(type, sql, 0); }

}  // namespace firesteel::engine
