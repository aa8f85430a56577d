// Functions that make rows. Their result type is the struct of the generated columns; the analyzer
// turns a call into a Generate node, and engines run that node by the row's name.
#include "functions/argument_check.h"
#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

Type collection_columns(Arguments arguments, bool with_position) {
  std::vector<plan::StructField> fields;
  if (with_position) fields.push_back({"pos", Type::integer(), false, {}});
  const Type& type = arguments[0]->type;
  if (type.is(TypeKind::kMap)) {
    fields.push_back({"key", type.key(), false, {}});
    fields.push_back({"value", type.value(), type.value_contains_null(), {}});
  } else {
    fields.push_back({"col", type.element(), type.contains_null(), {}});
  }
  return Type::structure(std::move(fields));
}

Type explode_type(Arguments arguments) { return collection_columns(arguments, false); }
Type posexplode_type(Arguments arguments) { return collection_columns(arguments, true); }

Type inline_type(Arguments arguments) {
  std::vector<plan::StructField> fields = arguments[0]->type.element().fields();
  if (arguments[0]->type.contains_null()) {
    for (plan::StructField& field : fields) field.nullable = true;
  }
  return Type::structure(std::move(fields));
}

Type stack_type(Arguments arguments) {
  const plan::Literal* count = literal(arguments[0]);
  const int64_t* rows = count ? std::get_if<int64_t>(&count->value) : nullptr;
  const int64_t row_count = rows && *rows > 0 ? *rows : 1;
  const size_t columns = (arguments.size() - 1 + static_cast<size_t>(row_count) - 1) /
                         static_cast<size_t>(row_count);
  std::vector<plan::StructField> fields;
  for (size_t i = 0; i < columns && i + 1 < arguments.size(); ++i) {
    fields.push_back({"col" + std::to_string(i), arguments[i + 1]->type, true, {}});
  }
  return Type::structure(std::move(fields));
}

Type tuple_type(Arguments arguments) {
  std::vector<plan::StructField> fields;
  for (size_t i = 0; i + 1 < arguments.size(); ++i) {
    fields.push_back({"c" + std::to_string(i), Type::string(), true, {}});
  }
  return Type::structure(std::move(fields));
}

void check_collection(const plan::FunctionCall& call) {
  if (call.arguments[0]->type.is(TypeKind::kNull)) throw_unexpected_type(0, "(\"ARRAY\" or \"MAP\")");
}

void check_structs(const plan::FunctionCall& call) {
  const Type& type = call.arguments[0]->type;
  if (!type.is(TypeKind::kArray) || !type.element().is(TypeKind::kStruct)) throw_unexpected_type(0, "\"ARRAY<STRUCT>\"");
}

void check_rows(const plan::FunctionCall& call) {
  check_constant(call, 0, "n", "INT");
  const plan::Literal* count = literal(call.arguments[0]);
  if (count == nullptr || count->is_null()) throw_unexpected_type(0, "\"INT\"");
  check_range(call, 0, "n", 1, INT32_MAX, "(0, 2147483647]");
}

Function checked(Function row, void (*check)(const plan::FunctionCall&)) {
  row.check = check;
  return row;
}

// The engine runs a generator as a node, by name; the form only says that it can.
Function generator(std::string_view name, std::vector<std::string_view> aliases,
                   std::vector<Signature> signatures, std::vector<std::string_view> names = {}) {
  for (Signature& s : signatures) s.argument_names = names;
  return {.name = name,
          .aliases = std::move(aliases),
          .since = "1.3.0",
          .group = "generator_funcs",
          .summary = "One row per element.",
          .kind = FunctionKind::kGenerator,
          .signatures = std::move(signatures),
          .duckdb = Rename{"unnest"}};
}

}  // namespace

Rows generator_functions() {
  return {
      checked(generator("explode", {"explode_outer"},
                        {signature({kArray}, explode_type), signature({kMap}, explode_type)},
                        {"collection"}),
              check_collection),
      checked(generator("posexplode", {"posexplode_outer"},
                        {signature({kArray}, posexplode_type), signature({kMap}, posexplode_type)},
                        {"collection"}),
              check_collection),
      checked(generator("inline", {"inline_outer"}, {signature({kArray}, inline_type)}, {"input"}), check_structs),
      generator("json_tuple", {}, {variadic(signature({kString, kString}, tuple_type))}),
      checked(generator("stack", {}, {variadic(signature({kInteger, kAny}, stack_type))}), check_rows),
  };
}

}  // namespace firesteel::functions
