#include "connect/store_assignment.h"

#include <utility>

#include "analyze/analyzer.h"
#include "analyze/casts.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/function_table.h"
#include "plan/char_columns.h"
#include "plan/nested_types.h"

namespace firesteel::connect {

using plan::ExpressionPtr;
using plan::Type;
using plan::TypeKind;

namespace {

// Cast.canANSIStoreAssign, of types without parts.
bool ansi_lets_in(const Type& from, const Type& to) {
  if (from.same_type(to) || from.is(TypeKind::kNull)) return true;
  if (to.is_string()) return !from.is_nested() && !from.is(TypeKind::kBinary);
  if (from.is_numeric() && to.is_numeric()) return true;
  const auto is_instant = [](const Type& type) {
    return type.is(TypeKind::kDate) || type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz);
  };
  return is_instant(from) && is_instant(to);
}

// Whether a part of the value may be null where the column's may not.
bool has_nullable_part(const Type& from, const Type& to) {
  if (from.kind() != to.kind()) return false;
  if (from.is(TypeKind::kArray)) {
    return (from.contains_null() && !to.contains_null()) || has_nullable_part(from.element(), to.element());
  }
  if (from.is(TypeKind::kMap)) {
    return (from.value_contains_null() && !to.value_contains_null()) || has_nullable_part(from.value(), to.value());
  }
  if (!from.is(TypeKind::kStruct)) return false;
  for (size_t i = 0; i < to.fields().size() && i < from.fields().size(); ++i) {
    const plan::StructField& given = from.fields()[i];
    const plan::StructField& wanted = to.fields()[i];
    if ((given.nullable && !wanted.nullable) || has_nullable_part(given.type, wanted.type)) return true;
  }
  return false;
}

}  // namespace

AssignedRows::AssignedRows(const Config& config, std::string table, plan::RelationPtr query)
    : table_(std::move(table)), query_(std::move(query)) {
  const std::string policy = word_setting([&](std::string_view key) { return config.find(key); }, "spark.sql.storeAssignmentPolicy");
  if (policy == "STRICT") policy_ = Policy::kStrict;
  if (policy == "LEGACY") policy_ = Policy::kLegacy;
  // Only casts that lose nothing are left under STRICT, but those of the session's mode.
  const bool ansi = policy_ == Policy::kAnsi || (policy_ == Policy::kStrict && config.get_boolean("spark.sql.ansi.enabled"));
  rules_ = {ansi, config.get("spark.sql.session.timeZone")};
  treats_as_text_ = config.find("spark.sql.legacy.charVarcharAsString") == "true";
  enforces_not_null_ = policy_ != Policy::kLegacy && config.get_boolean("spark.sql.fileSource.insert.enforceNotNull");
}

void AssignedRows::add(const plan::StructField& column, ExpressionPtr value) {
  const bool has_length = plan::has_length(column.type);
  const Type type = has_length ? Type::string() : column.type;
  if (!value && enforces_not_null_ && !column.nullable) {
    throw SparkError("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_FIND_DATA", {{"tableName", table_}, {"colName", "`" + column.name + "`"}});
  }
  if (!value) value = plan::make_null_literal(type);  // columns have no other default
  if (plan::holds(type, TypeKind::kChar) || plan::holds(type, TypeKind::kVarchar)) {
    throw_unsupported("STATEMENT", "INSERT into a column of the type " + column.type.simple_string());
  }
  check(value->type, type, "`" + column.name + "`");
  value = cast(value, type);
  if (has_length && !treats_as_text_) value = of_length(value, column.type);
  if (enforces_not_null_) value = not_null(value, column);
  const bool nullable = value->nullable;
  const plan::AttributeId id = plan::next_attribute_id();
  expressions_.push_back(plan::make_typed(plan::Alias{std::move(value), {column.name}, {}, id}, type, nullable));
  output_.push_back(plan::Attribute{id, column.name, type, nullable, "", {}});
}

plan::RelationPtr AssignedRows::relation() const { return plan::make_resolved(plan::Project{query_, expressions_}, output_); }

void AssignedRows::check(const Type& from, const Type& to, const std::string& path) const {
  if (from.is(TypeKind::kArray) && to.is(TypeKind::kArray)) return check(from.element(), to.element(), path + ".`element`");
  if (from.is(TypeKind::kMap) && to.is(TypeKind::kMap)) {
    check(from.key(), to.key(), path + ".`key`");
    return check(from.value(), to.value(), path + ".`value`");
  }
  if (from.is(TypeKind::kStruct) && to.is(TypeKind::kStruct)) return check_fields(from, to, path);
  if (is_let_in(from, to)) return;
  const auto shown = [](const Type& type) { return "\"" + upper_case(type.simple_string()) + "\""; };
  throw SparkError("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
                   {{"tableName", table_}, {"colName", path}, {"srcType", shown(from)}, {"targetType", shown(to)}});
}

void AssignedRows::check_fields(const Type& from, const Type& to, const std::string& path) const {
  const auto& given = from.fields();
  const auto& wanted = to.fields();
  const auto names_from = [](const plan::Schema& fields, size_t first) {
    std::string text;
    for (size_t i = first; i < fields.size(); ++i) text += (text.empty() ? "`" : ", `") + fields[i].name + "`";
    return text;
  };
  if (given.size() > wanted.size()) {
    throw SparkError("INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_STRUCT_FIELDS",
                     {{"tableName", table_}, {"colName", path}, {"extraFields", names_from(given, wanted.size())}});
  }
  if (given.size() < wanted.size()) {
    throw SparkError("INCOMPATIBLE_DATA_FOR_TABLE.STRUCT_MISSING_FIELDS",
                     {{"tableName", table_}, {"colName", path}, {"missingFields", names_from(wanted, given.size())}});
  }
  for (size_t i = 0; i < wanted.size(); ++i) check(given[i].type, wanted[i].type, path + ".`" + wanted[i].name + "`");
}

bool AssignedRows::is_let_in(const Type& from, const Type& to) const {
  if (policy_ == Policy::kLegacy) return true;  // any cast that there is
  if (policy_ == Policy::kAnsi) return ansi_lets_in(from, to);
  return !from.is(TypeKind::kNull) && (from.same_type(to) || analyze::can_up_cast(from, to));
}

ExpressionPtr AssignedRows::cast(const ExpressionPtr& value, const Type& type) const {
  const plan::CastMode mode = rules_.ansi ? plan::CastMode::kAnsi : plan::CastMode::kLegacy;
  if (policy_ == Policy::kLegacy && !analyze::can_cast(value->type, type, mode)) {
    throw analyze::no_such_cast(value->type, type, mode, analyze::print_name(*value), {});
  }
  return analyze::cast_to(value, type, rules_);
}

ExpressionPtr AssignedRows::of_length(const ExpressionPtr& value, const Type& type) const {
  plan::FunctionCall call;
  call.function = functions::find_function(type.is(TypeKind::kChar) ? "write char" : "write varchar");
  call.arguments = {value, plan::make_integer_literal(type.length())};
  return plan::make_typed(std::move(call), Type::string(), value->nullable);
}

ExpressionPtr AssignedRows::not_null(const ExpressionPtr& value, const plan::StructField& column) const {
  if (has_nullable_part(value->type, column.type)) throw_unsupported("STATEMENT", "NOT NULL within the column " + column.name);
  if (column.nullable || !value->nullable) return value;
  plan::FunctionCall call;
  call.function = functions::find_function("write not null");
  call.arguments = {value, plan::make_string_literal(column.name)};
  return plan::make_typed(std::move(call), value->type, false);
}

}  // namespace firesteel::connect
