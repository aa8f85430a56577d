// JSON and CSV texts.
#include "base/error.h"
#include "base/text.h"
#include "functions/argument_check.h"
#include "functions/function_table.h"
#include "functions/kernel/type_text.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

Function row(std::string_view name, std::string_view group, Signature s, EngineForm form) {
  return {.name = name,
          .since = "2.2.0",
          .group = group,
          .summary = "Reads or writes JSON or CSV.",
          .signatures = {std::move(s)},
          .duckdb = std::move(form),
          .may_fail = true};
}

// Neither the schema nor the options are printed.
Function printed_short(Function f) {
  const std::string_view name = f.name;
  f.print = [name](const plan::FunctionCall&, std::span<const std::string> a) {
    return std::string(name) + "(" + a[0] + ")";
  };
  return f;
}

Type schema_type(const ExpressionPtr& argument) {
  const plan::Literal* constant = literal(argument);
  const std::string* text = constant ? std::get_if<std::string>(&constant->value) : nullptr;
  if (!text) {
    throw SparkError("INVALID_SCHEMA.NON_STRING_LITERAL", {{"inputSchema", "\"schema\""}});
  }
  try {
    return kernel::parse_type_text(*text).as_nullable();
  } catch (const SparkError& error) {
    if (error.kind() == ErrorKind::kParse) throw error.with_kind(ErrorKind::kAnalysis);
    throw;
  }
}

// A function gives a value for every text: it cannot drop any.
void refuse_to_drop(Function& f) {
  f.check = [name = std::string(f.name)](const plan::FunctionCall& call) {
    const auto* options = call.arguments.size() > 2 ? call.arguments[2]->as<plan::FunctionCall>() : nullptr;
    if (!options || options->function->name != "map") return;
    for (size_t i = 0; i + 1 < options->arguments.size(); i += 2) {
      const auto text = [&](size_t index) {
        const plan::Literal* constant = literal(options->arguments[index]);
        const auto* value = constant ? std::get_if<std::string>(&constant->value) : nullptr;
        return value ? lower_case(*value) : std::string();
      };
      if (text(i) != "mode" || text(i + 1) != "dropmalformed") continue;
      throw SparkError("PARSE_MODE_UNSUPPORTED", {{"funcName", "`" + name + "`"}, {"mode", "DROPMALFORMED"}});
    }
  };
}

// JSON has texts for keys.
bool has_keys_that_are_no_text(const Type& type) {
  if (type.is(TypeKind::kArray)) return has_keys_that_are_no_text(type.element());
  if (type.is(TypeKind::kMap)) return !type.key().is_string() || has_keys_that_are_no_text(type.value());
  if (!type.is(TypeKind::kStruct)) return false;
  return std::any_of(type.fields().begin(), type.fields().end(),
                     [](const plan::StructField& field) { return has_keys_that_are_no_text(field.type); });
}

Type json_type(Arguments arguments) {
  const Type type = schema_type(arguments[1]);
  if (has_keys_that_are_no_text(type)) {
    throw SparkError("DATATYPE_MISMATCH.INVALID_JSON_MAP_KEY_TYPE",
                     {{"schema", "\"" + type.sql() + "\""},
                      {"sqlExpr", type.is(TypeKind::kMap) ? "\"entries\"" : "\"from_json\""}});
  }
  if (type.is_nested() || type.is(TypeKind::kVariant)) return type;
  throw SparkError("DATATYPE_MISMATCH.INVALID_JSON_SCHEMA",
                   {{"schema", "\"" + type.sql() + "\""}, {"sqlExpr", "\"from_json\""}});
}

Type csv_type(Arguments arguments) {
  const Type type = schema_type(arguments[1]);
  if (type.is(TypeKind::kStruct)) return type;
  const auto& text = std::get<std::string>(literal(arguments[1])->value);
  throw SparkError("INVALID_SCHEMA.NON_STRUCT_TYPE", {{"inputSchema", "\"" + text + "\""}, {"dataType", "\"" + type.sql() + "\""}});
}

// The text and the options; the schema is the result's type.
Lowered parser(std::string_view kernel) {
  return Lowered{[kernel](const plan::FunctionCall& call, std::span<const std::string> a,
                          const Type& result) {
    std::vector<Type> types = {Type::string()};
    std::vector<std::string> texts = {a[0]};
    if (a.size() > 2) {
      types.push_back(call.arguments[2]->type);
      texts.push_back(a[2]);
    }
    return value_kernel_sql(kernel, call.ansi, types, result, texts);
  }};
}

Function to_json_row(const Signature& to_text) {
  Function f = printed_short(row("to_json", "json_funcs", to_text, value_kernel("to_json")));
  f.check = [](const plan::FunctionCall& call) {
    const Type& type = call.arguments[0]->type;
    if (type.is_nested() || type.is(TypeKind::kVariant) || type.is(TypeKind::kNull)) return;
    throw ArgumentMismatch{"INVALID_JSON_SCHEMA", {{"schema", "\"" + type.sql() + "\""}}, std::nullopt};
  };
  return f;
}

// StructsToCsv takes a row.
void check_row(const plan::FunctionCall& call) {
  const Type& type = call.arguments[0]->type;
  if (type.is(TypeKind::kStruct) || type.is(TypeKind::kNull)) return;
  throw ArgumentMismatch{"UNSUPPORTED_INPUT_TYPE", {{"functionName", "`to_csv`"}, {"dataType", "\"" + type.sql() + "\""}}, std::nullopt};
}

// JsonToStructs.sql: what makes a map is printed as "entries".
Function from_json_row() {
  Function f = printed_short(row("from_json", "json_funcs",
                                 strict(optional(signature({kString, kString, kAny}, json_type, Nulls::kAlways), 1), 1),
                                 parser("from_json")));
  f.print = [plainly = f.print](const plan::FunctionCall& call, std::span<const std::string> a) {
    try {
      if (json_type(call.arguments).is(TypeKind::kMap)) return std::string("entries");
    } catch (const SparkError&) {
      // A schema that is none is printed in its own error.
    }
    return plainly(call, a);
  };
  return f;
}

}  // namespace

Rows json_functions() {
  // The analyzer says what is wrong with options.
  const Signature to_text = optional(signature({kAny, kAny}, Type::string(), Nulls::kAlways), 1);
  const Signature schema_of = strict(optional(signature({kString, kAny}, Type::string(), Nulls::kNever), 1));
  Rows rows = {
      to_json_row(to_text),
      from_json_row(),
      printed_short(row("schema_of_json", "json_funcs", schema_of, value_kernel("schema_of_json"))),
      row("json_array_length", "json_funcs", strict(signature({kString}, Type::integer(), Nulls::kAlways)),
          value_kernel("json_array_length")),
      row("json_object_keys", "json_funcs",
          strict(signature({kString}, Type::array(Type::string()), Nulls::kAlways)),
          value_kernel("json_object_keys")),
      printed_short(row("to_csv", "csv_funcs",
                        to_text, value_kernel("to_csv"))),
      printed_short(row("from_csv", "csv_funcs",
                        strict(optional(signature({kString, kString, kAny}, csv_type), 1), 1),
                        parser("from_csv"))),
      printed_short(row("schema_of_csv", "csv_funcs", schema_of, value_kernel("schema_of_csv"))),
  };
  for (Function& f : rows) {
    if (f.name == "to_csv") f.check = check_row;
    if (f.name == "from_json" || f.name == "from_csv") refuse_to_drop(f);
  }
  return rows;
}

}  // namespace firesteel::functions
