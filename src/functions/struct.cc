#include "base/error.h"
#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

// struct(a, b): fields named after columns and aliases, colN otherwise. The analyzer hands over
// the named form: name, value, name, value.
Type named_struct_type(Arguments arguments) {
  if (arguments.size() % 2 != 0) {
    throw SparkError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", "`named_struct`"},
                      {"expectedNum", "2n (n > 0)"},
                      {"actualNum", std::to_string(arguments.size())},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  std::vector<plan::StructField> fields;
  for (size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const plan::Literal* name = literal(arguments[i]);
    const std::string* text = name ? std::get_if<std::string>(&name->value) : nullptr;
    fields.push_back({text ? *text : "", arguments[i + 1]->type, arguments[i + 1]->nullable, {}});
  }
  return Type::structure(std::move(fields));
}

// The text by which a call takes something out of a map, or a field out of the structs of an array.
std::optional<std::string> extracted_name(const plan::Expression& expression) {
  const auto* call = expression.as<plan::FunctionCall>();
  if (!call || call->arguments.size() != 2) return std::nullopt;
  if (call->function->name == "transform" && call->display_name.starts_with('.')) return call->display_name.substr(1);
  const plan::Literal* key = call->function->name == "[]" ? literal(call->arguments[1]) : nullptr;
  const auto* text = key ? std::get_if<std::string>(&key->value) : nullptr;
  return text ? std::optional(*text) : std::nullopt;
}

Type struct_type(Arguments arguments) {
  std::vector<plan::StructField> fields;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string name = "col" + std::to_string(i + 1);
    if (const auto* column = arguments[i]->as<plan::AttributeReference>()) name = column->name;
    if (const auto* alias = arguments[i]->as<plan::Alias>()) name = alias->names[0];
    if (const auto* field = arguments[i]->as<plan::GetField>()) name = field->name;
    if (const auto* variable = arguments[i]->as<plan::LambdaVariable>()) name = variable->name;
    if (const std::optional<std::string> text = extracted_name(*arguments[i])) name = *text;
    fields.push_back({name, arguments[i]->type, arguments[i]->nullable, {}});
  }
  return Type::structure(std::move(fields));
}

std::string row_sql(std::span<const std::string> values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : ", ") + value;
  // A struct without fields is kept as one with a null (engine/duckdb/type_sql).
  return "CAST(row(" + (values.empty() ? "NULL" : text) + ") AS $type)";
}

}  // namespace

Rows struct_functions() {
  return {
      {.name = "struct",
       .since = "1.4.0",
       .group = "struct_funcs",
       .summary = "A struct of the arguments.",
       .signatures = {variadic(signature({kAny}, struct_type, Nulls::kNever), true)},
       .duckdb = Lowered{[](const plan::FunctionCall&, std::span<const std::string> a,
                            const Type&) { return row_sql(a); }}},
      {.name = "named_struct",
       .since = "1.5.0",
       .group = "struct_funcs",
       .summary = "A struct of the named values.",
       .signatures = {variadic(signature({kAny}, named_struct_type, Nulls::kNever), true)},
       .examples = {{"SELECT named_struct('a', 1, 'b', 2, 'c', 3)", "{1, 2, 3}"}},
       .duckdb = Lowered{[](const plan::FunctionCall&, std::span<const std::string> a,
                            const Type&) {
         std::vector<std::string> values;
         for (size_t i = 1; i < a.size(); i += 2) values.push_back(a[i]);
         return row_sql(values);
       }}},
  };
}

}  // namespace firesteel::functions
