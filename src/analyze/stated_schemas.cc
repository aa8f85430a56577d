#include "analyze/stated_schemas.h"

#include <optional>
#include <string_view>

#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/function.h"
#include "functions/kernel/text_options.h"
#include "functions/kernel/time_parser.h"
#include "functions/kernel/type_text.h"
#include "functions/kernel/value.h"

namespace firesteel::analyze {

using plan::ExpressionPtr;
using plan::FunctionCall;
using plan::Literal;
using plan::Type;

namespace {

const std::string* text_of(const ExpressionPtr& argument) {
  const auto* literal = argument->as<Literal>();
  return literal ? std::get_if<std::string>(&literal->value) : nullptr;
}

// Which argument is a schema or a type as text.
std::optional<size_t> schema_place(std::string_view function) {
  if (function == "from_json" || function == "from_csv") return 1;
  if (function == "variant_get" || function == "try_variant_get") return 2;
  return std::nullopt;
}

bool infers_types(std::string_view function) { return function == "schema_of_json" || function == "schema_of_csv"; }

}  // namespace

ExpressionPtr folded_schema(const ExpressionPtr& schema, const AnalysisContext& context) {
  const auto* call = schema->as<FunctionCall>();
  if (!call || !call->function->name.starts_with("schema_of_")) return schema;
  const std::string* text = text_of(call->arguments[0]);
  const auto* kernel = functions::kernel::find_value_kernel(call->function->name);
  if (!text || !kernel || call->arguments.size() > 1) return schema;
  functions::kernel::ValueCall values;
  values.argument_types = {Type::string()};
  values.result = Type::string();
  values.time_zone = context.time_zone;
  if (context.configuration) {
    values.time_parser = functions::kernel::time_parser_policy(context.configuration(functions::kernel::kTimeParserPolicyKey).value_or(""));
  }
  const functions::kernel::Value argument(*text);
  return plan::make_string_literal(kernel->run(values, {&argument, 1}).text());
}

bool names_timestamp_type(const FunctionCall& call) {
  return infers_types(call.function->name) || schema_place(call.function->name).has_value();
}

void tell_timestamp_type(FunctionCall& call) {
  if (!infers_types(call.function->name)) return;
  FunctionCall options;
  if (call.arguments.size() > 1) {
    const auto* stated = call.arguments[1]->as<FunctionCall>();
    if (!stated || stated->function->name != "map") return;  // no options: the call is refused
    options = *stated;
  } else {
    options.function = functions::find_function("map");
  }
  options.arguments.push_back(plan::make_string_literal(functions::kernel::kTimestampTypeOption));
  options.arguments.push_back(plan::make_string_literal("TIMESTAMP_NTZ"));
  call.arguments.resize(1);
  call.arguments.push_back(make_typed(std::move(options), Type::map(Type::string(), Type::string(), false), false));
}

void spell_timestamp_type(FunctionCall& call) {
  const auto place = schema_place(call.function->name);
  const std::string* text = place && *place < call.arguments.size() ? text_of(call.arguments[*place]) : nullptr;
  if (!text) return;
  try {
    const Type type = functions::kernel::parse_type_text(*text, /*timestamps_are_local=*/true);
    call.arguments[*place] = plan::make_string_literal(type.json());
  } catch (const SparkError&) {
    // The row's own reading of the text says what is wrong with it.
  }
}

}  // namespace firesteel::analyze
