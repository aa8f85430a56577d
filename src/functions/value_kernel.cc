#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

// As a constant of SQL in a template: quotes and dollar signs stand twice.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'' || c == '$') out += c;
    out += c;
  }
  return out + "'";
}

}  // namespace

std::string value_kernel_sql(std::string_view name, bool ansi, const std::vector<Type>& types,
                             const Type& result, const std::vector<std::string>& arguments) {
  std::string json = "{\"a\":[";
  for (size_t i = 0; i < types.size(); ++i) json += (i ? "," : "") + types[i].json();
  json += "],\"r\":" + result.json() + "}";
  std::string text =
      "fs_value('" + std::string(name) + "', " + quoted(json) + ", $zone, " + (ansi ? "true" : "false");
  for (const std::string& argument : arguments) text += ", " + argument;
  return text + ")";
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
