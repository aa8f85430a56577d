// Text by formats, and texts that are checked or repaired.
#include "base/error.h"
#include "base/text.h"
#include "functions/function_table.h"
#include "functions/kernel/number_pattern.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

Function row(std::string_view name, std::vector<Signature> signatures, EngineForm form) {
  return {.name = name,
          .since = "3.3.0",
          .group = "string_funcs",
          .summary = "Formats, reads or checks text.",
          .signatures = std::move(signatures),
          .duckdb = std::move(form)};
}

Function failing(Function f) {
  f.may_fail = true;
  return f;
}

const std::string* constant_text(const ExpressionPtr& argument) {
  const plan::Literal* constant = literal(argument);
  return constant ? std::get_if<std::string>(&constant->value) : nullptr;
}

Type number_type(Arguments arguments) {
  if (is_null_constant(*arguments[1])) return Type::decimal(10, 0);
  const std::string* format = constant_text(arguments[1]);
  if (!format) throw_unsupported("FUNCTION", "to_number with a format that is no constant");
  const kernel::NumberPattern pattern(*format);
  return Type::decimal(pattern.precision(), pattern.scale());
}

// to_char is another function for each type: of dates date_format, of bytes an encoding.
ExpressionPtr char_form(const plan::FunctionCall& call) {
  const Type& type = call.arguments[0]->type;
  if (type.is_datetime()) return plan::make_call("date_format", call.arguments);
  if (!type.is(TypeKind::kBinary)) return nullptr;
  const std::string* format = constant_text(call.arguments[1]);
  const std::string lower = format ? lower_case(*format) : "";
  if (lower == "base64" || lower == "hex") return plan::make_call(lower, {call.arguments[0]});
  if (lower == "utf-8") return plan::make_call("decode", call.arguments);
  throw SparkError("INVALID_PARAMETER_VALUE.BINARY_FORMAT",
                   {{"functionName", "`" + call.display_name + "`"},
                    {"parameter", "`format`"},
                    {"invalidFormat", "'" + (format ? *format : "") + "'"}})
      .with_kind(ErrorKind::kAnalysis);
}

// Spark prints what the call became; to_varchar of bytes keeps its name.
std::string char_name(const plan::FunctionCall& call, std::span<const std::string> a) {
  const Type& type = call.arguments[0]->type;
  if (type.is_datetime()) return "date_format(" + a[0] + ", " + a[1] + ")";
  if (!type.is(TypeKind::kBinary)) return "to_char(" + a[0] + ", " + a[1] + ")";
  const bool is_text = a[1] == "utf-8";
  if (call.display_name == "to_varchar") return "to_varchar(" + a[0] + (is_text ? ", " + a[1] : "") + ")";
  return is_text ? "decode(" + a[0] + ", " + a[1] + ")" : a[1] + "(" + a[0] + ")";
}

Function char_row(std::string_view name) {
  // The analyzer makes decimals of doubles and floats.
  Function f = failing(row(name, {signature({kNumeric, kString}, Type::string()),
                                  signature({kBinary, kString}, Type::string()),
                                  signature({kDateOrTimestamp, kString}, Type::string())},
                           Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                                      const Type& result) {
                             return value_kernel_sql("to_char", call.ansi, {call.arguments[0]->type, Type::string()},
                                                     result, {a[0], a[1]});
                           }}));
  f.print = char_name;
  f.rewrite = char_form;
  f.check = [](const plan::FunctionCall& call) {
    const std::string* format = constant_text(call.arguments[1]);
    if (format && call.arguments[0]->type.is_numeric()) kernel::NumberPattern pattern(*format);
  };
  return f;
}

// ToBinary: base64 gives null for null alone, the other forms always may.
Signature binary_signature() {
  return with_nullable(optional(signature({kString, kString}, Type::binary()), 1), [](Arguments a) {
    const std::string* format = a.size() > 1 ? constant_text(a[1]) : nullptr;
    return !format || lower_case(*format) != "base64" || a[0]->nullable;
  });
}

// A format that is left out is not printed.
Lowered hexadecimal_by_default(std::string_view name) {
  return Lowered{[name](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
    const Type text = Type::string();
    return value_kernel_sql(name, call.ansi, {text, text}, result, {a[0], a.size() > 1 ? a[1] : std::string("'hex'")});
  }};
}

}  // namespace

Rows format_functions() {
  Rows rows = {
      failing(row("to_number", {signature({kString, kString}, number_type)}, value_kernel("to_number"))),
      row("try_to_number", {signature({kString, kString}, number_type, Nulls::kAlways)},
          value_kernel("try_to_number")),
      char_row("to_char"),
      char_row("to_varchar"),
      failing(row("to_binary", {binary_signature()},
                  hexadecimal_by_default("to_binary"))),
      row("try_to_binary", {optional(signature({kString, kString}, Type::binary(), Nulls::kAlways), 1)},
          hexadecimal_by_default("try_to_binary")),
      row("is_valid_utf8", {signature({kStringOrBinary}, Type::boolean(), Nulls::kAlways)},
          value_kernel("is_valid_utf8")),
      row("make_valid_utf8", {signature({kStringOrBinary}, Type::string(), Nulls::kAlways)},
          value_kernel("make_valid_utf8")),
      failing(row("validate_utf8", {signature({kStringOrBinary}, Type::string(), Nulls::kAlways)},
                  value_kernel("validate_utf8"))),
      row("try_validate_utf8", {signature({kStringOrBinary}, Type::string(), Nulls::kAlways)},
          value_kernel("try_validate_utf8")),
      row("quote", {signature({kString}, Type::string(), Nulls::kAlways)}, value_kernel("quote")),
      row("try_url_decode", {signature({kString}, Type::string(), Nulls::kAlways)},
          value_kernel("try_url_decode")),
      row("try_parse_url",
          {strict(optional(signature({kString, kString, kString}, Type::string(), Nulls::kAlways), 1))},
          Template{"fs_parse_url($*, false)"}),
  };
  return rows;
}

}  // namespace firesteel::functions
