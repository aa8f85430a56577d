#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

// What stands between the parentheses.
std::string kernel_arguments(std::string_view name, bool ansi, const std::vector<Type>& types,
                             const Type& result, const std::vector<std::string>& arguments,
                             const std::vector<std::string>& parameters = {}) {
  std::string json = "{\"a\":[";
  for (size_t i = 0; i < types.size(); ++i) json += (i ? "," : "") + types[i].json();
  json += "],\"r\":" + result.json();
  for (size_t i = 0; i < parameters.size(); ++i) {
    json += (i ? ",\"" : ",\"p\":[\"") + parameters[i] + "\"";
  }
  if (!parameters.empty()) json += "]";
  std::string text = "'" + std::string(name) + "', " + "'" + in_constant(json) + "$time_parser_entry}'" + ", $zone, " + (ansi ? "true" : "false");
  for (const std::string& argument : arguments) text += ", " + argument;
  return text;
}

}  // namespace

std::string in_constant(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '\'' || c == '$') out += c;
    out += c;
  }
  return out;
}

std::string value_kernel_sql(std::string_view name, bool ansi, const std::vector<Type>& types,
                             const Type& result, const std::vector<std::string>& arguments) {
  return "fs_value(" + kernel_arguments(name, ansi, types, result, arguments) + ")";
}

std::string value_aggregate_sql(std::string_view name, const plan::FunctionCall& call,
                                const std::vector<Type>& types, const Type& result,
                                const std::vector<std::string>& arguments,
                                const std::vector<std::string>& parameters) {
  return (call.function->is_order_dependent ? "fs_ordered_aggregate($distinct" : "fs_aggregate($distinct") +
         kernel_arguments(name, call.ansi, types, result, arguments, parameters) + ")$suffix";
}

std::string map_kernel_name(std::string_view name, const plan::FunctionCall& call) {
  return std::string(name) + (call.is_distinct ? "_last_win" : "");
}

Lowered map_kernel(std::string_view name) {
  return Lowered{[name](const plan::FunctionCall& call, std::span<const std::string> a,
                        const Type& result) {
    return value_kernel(map_kernel_name(name, call)).sql(call, a, result);
  }};
}

Lowered value_kernel(std::string_view name) {
  return Lowered{[name](const plan::FunctionCall& call, std::span<const std::string> a,
                        const Type& result) {
    std::vector<Type> types;
    for (const ExpressionPtr& argument : call.arguments) types.push_back(argument->type);
    return value_kernel_sql(name, call.ansi, types, result, {a.begin(), a.end()});
  }};
}

}  // namespace firesteel::functions
