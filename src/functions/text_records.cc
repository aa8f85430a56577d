// What spark.read.json and spark.read.csv of a DataFrame of texts call: the rows of a text, and the schema of all of them.
#include "base/error.h"
#include "functions/function_table.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

// A list of structs of the schema, which is JSON.
Type rows_type(Arguments arguments) {
  const plan::Literal* constant = literal(arguments[1]);
  const std::string* text = constant ? std::get_if<std::string>(&constant->value) : nullptr;
  if (!text) throw SparkError("INVALID_SCHEMA.NON_STRING_LITERAL", {{"inputSchema", "\"schema\""}});
  const Type row = plan::type_from_json(*text);
  if (row.is(TypeKind::kStruct)) return Type::array(row, false);
  throw SparkError("INVALID_SCHEMA.NON_STRUCT_TYPE", {{"inputSchema", "\"" + *text + "\""}, {"dataType", "\"" + row.sql() + "\""}});
}

// The text, the schema and the options; the kernel knows the schema from the result's type.
Function records(std::string_view name, std::string_view kernel) {
  return {.name = name,
          .since = "4.2.0",
          .group = "json_funcs",
          .summary = "The rows of a text, as a reader of files makes them of a record.",
          .signatures = {signature({kString, kString, kMap}, rows_type, Nulls::kNever)},
          .duckdb = Lowered{[kernel](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
            return value_kernel_sql(kernel, call.ansi, {Type::string(), call.arguments[2]->type}, result, {a[0], a[2]});
          }},
          .may_fail = true,
          .print = [name](const plan::FunctionCall&, std::span<const std::string> a) { return std::string(name) + "(" + a[0] + ")"; }};
}

Function schema_of(std::string_view name, std::string_view kernel) {
  return {.name = name,
          .since = "4.2.0",
          .group = "agg_funcs",
          .summary = "The schema that the texts of a group have in common, as JSON.",
          .kind = FunctionKind::kAggregate,
          .signatures = {signature({kString, kMap}, Type::string(), Nulls::kNever)},
          .duckdb = Lowered{[kernel](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
            return value_aggregate_sql(kernel, call, {Type::string(), call.arguments[1]->type}, result, {a[0], a[1]});
          }},
          .may_fail = true};
}

}  // namespace

Rows text_record_functions() {
  return {records("json records", "json_records"), records("csv records", "csv_records"),
          schema_of("json schema of", "json_schema_of"), schema_of("csv schema of", "csv_schema_of")};
}

}  // namespace firesteel::functions
