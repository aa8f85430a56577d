// Variants: values of any shape in one column.
#include "functions/argument_check.h"
#include "functions/function_table.h"
#include "functions/kernel/type_text.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

const Type kVariant = Type::variant();

Function row(std::string_view name, std::string_view since, Signature s, Type first) {
  Function f{.name = name,
             .since = since,
             .group = "variant_funcs",
             .summary = "Makes, reads or describes a variant.",
             .signatures = {std::move(s)},
             .duckdb = value_kernel(name),
             .may_fail = true};
  f.check = [first](const plan::FunctionCall& call) { require_type(call, 0, {first}); };
  return f;
}

[[noreturn]] void refuse_cast(const Type& from, const Type& to) {
  throw ArgumentMismatch{
      "CAST_WITHOUT_SUGGESTION",
      {{"srcType", "\"" + from.sql() + "\""}, {"targetType", "\"" + to.sql() + "\""}},
      std::nullopt};
}

// VariantGet.checkDataType: what a variant can be cast to or from.
bool is_variant_part(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kArray:
      return is_variant_part(type.element());
    case TypeKind::kMap:
      return type.key().is_string() && is_variant_part(type.value());
    case TypeKind::kStruct:
      for (const plan::StructField& field : type.fields()) {
        if (!is_variant_part(field.type)) return false;
      }
      return true;
    case TypeKind::kTime:
      return false;
    default:
      return type.is_numeric() || type.is_string() || type.is_datetime() ||
             type.is(TypeKind::kBoolean) || type.is(TypeKind::kBinary) ||
             type.is(TypeKind::kVariant);
  }
}

// The type that the third argument names; variant without one.
Type wanted_type(Arguments arguments) {
  if (arguments.size() < 3) return kVariant;
  const plan::Literal* constant = literal(arguments[2]);
  const std::string* text = constant ? std::get_if<std::string>(&constant->value) : nullptr;
  if (!text) throw SparkError("INVALID_SCHEMA.NON_STRING_LITERAL", {{"inputSchema", "\"type\""}});
  return kernel::parse_type_text(*text).as_nullable();
}

Function getter(std::string_view name) {
  Function f =
      row(name, "4.0.0", optional(signature({kAny, kAny, kString}, wanted_type, Nulls::kAlways), 1),
          kVariant);
  f.check = [](const plan::FunctionCall& call) {
    require_type(call, 0, {kVariant});
    require_type(call, 1, {Type::string()});
    const Type type = wanted_type(call.arguments);
    if (!is_variant_part(type)) refuse_cast(kVariant, type);
  };
  f.duckdb = Lowered{
      [name](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
        return value_kernel_sql(name, call.ansi, {call.arguments[0]->type, call.arguments[1]->type},
                                result, {a[0], a[1]});
      }};
  // The type is not printed.
  f.print = [name](const plan::FunctionCall&, std::span<const std::string> a) {
    return std::string(name) + "(" + a[0] + ", " + a[1] + ")";
  };
  return f;
}

// variant:path of SQL. The column is named by the path's last name.
Function path_getter() {
  Function f = row("semi_structured_extract", "4.0.0",
                   signature({kAny, kString}, kVariant, Nulls::kAlways), kVariant);
  f.is_listed = false;
  f.duckdb = value_kernel("variant_get");
  f.print = [](const plan::FunctionCall&, std::span<const std::string> a) {
    const size_t end = a[1].rfind("']");
    if (end == std::string::npos) return a[1];
    const size_t start = a[1].rfind("['", end);
    return a[1].substr(start + 2, end - start - 2);
  };
  return f;
}

Function to_object() {
  Function f = row("to_variant_object", "4.0.0", signature({kAny}, kVariant), kVariant);
  f.check = [](const plan::FunctionCall& call) {
    const Type& type = call.arguments[0]->type;
    if (!type.is_nested() || !is_variant_part(type)) refuse_cast(type, kVariant);
  };
  f.duckdb = value_kernel("to_variant");
  return f;
}

Function schema_aggregate() {
  Function f = row("schema_of_variant_agg", "4.0.0",
                   signature({kAny}, Type::string(), Nulls::kNever), kVariant);
  f.kind = FunctionKind::kAggregate;
  f.duckdb = Lowered{
      [](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
        return value_aggregate_sql("schema_of_variant_agg", call, {call.arguments[0]->type}, result,
                                   {a[0]});
      }};
  return f;
}

Type exploded(Arguments) {
  return Type::structure({{"pos", Type::integer(), false, {}},
                          {"key", Type::string(), true, {}},
                          {"value", Type::variant(), false, {}}});
}

// A generator: the engine makes its rows of the entries.
Function explosion() {
  Function f =
      row("variant_explode", "4.0.0", named(signature({kAny}, exploded), {"input"}), kVariant);
  f.aliases = {"variant_explode_outer"};
  f.kind = FunctionKind::kGenerator;
  f.duckdb = Rename{"unnest"};
  return f;
}

}  // namespace

Rows variant_functions() {
  return {
      row("parse_json", "4.0.0", signature({kAny}, kVariant), Type::string()),
      row("try_parse_json", "4.0.0", signature({kAny}, kVariant, Nulls::kAlways), Type::string()),
      row("is_variant_null", "4.0.0", signature({kAny}, Type::boolean(), Nulls::kNever), kVariant),
      row("is_valid_variant", "4.2.0", signature({kAny}, Type::boolean()), kVariant),
      row("schema_of_variant", "4.0.0", signature({kAny}, Type::string()), kVariant),
      schema_aggregate(),
      to_object(),
      getter("variant_get"),
      getter("try_variant_get"),
      path_getter(),
      explosion(),
  };
}

}  // namespace firesteel::functions
