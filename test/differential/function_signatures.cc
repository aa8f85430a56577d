// Prints the function table as JSON: what test/differential draws its calls from.
#include <array>
#include <iostream>
#include <variant>

#include <nlohmann/json.hpp>

#include "functions/function.h"

namespace {

using firesteel::functions::Function;
using firesteel::functions::Signature;

// In the order of functions::Accepts and functions::FunctionKind.
constexpr std::array kAccepts = {"any",
                                 "boolean",
                                 "integer",
                                 "long",
                                 "double",
                                 "double",  // floats among them
                                 "decimal",
                                 "numeric",
                                 "integral",
                                 "string",
                                 "binary",
                                 "string_or_binary",
                                 "date",
                                 "timestamp",
                                 "timestamp_any",
                                 "date_or_timestamp",
                                 "interval",
                                 "array",
                                 "map",
                                 "struct",
                                 "lambda",
                                 "orderable",
                                 "same",
                                 "time"};
constexpr std::array kKinds = {"scalar", "aggregate", "window", "generator", "table"};
static_assert(kAccepts.size() == static_cast<size_t>(firesteel::functions::Accepts::kTime) + 1);
static_assert(kKinds.size() == static_cast<size_t>(firesteel::functions::FunctionKind::kTable) + 1);

nlohmann::json signature_json(const Signature& signature) {
  nlohmann::json arguments = nlohmann::json::array();
  for (const auto accepts : signature.arguments)
    arguments.push_back(kAccepts.at(static_cast<size_t>(accepts)));
  return {{"arguments", arguments},
          {"optional", signature.optional_count},
          {"variadic", signature.is_variadic}};
}

}  // namespace

int main() {
  nlohmann::json table = nlohmann::json::array();
  for (const Function* function : firesteel::functions::all_functions()) {
    nlohmann::json signatures = nlohmann::json::array();
    for (const Signature& signature : function->signatures)
      signatures.push_back(signature_json(signature));
    table.push_back(
        {{"name", function->name},
         {"kind", kKinds.at(static_cast<size_t>(function->kind))},
         {"built",
          !std::holds_alternative<firesteel::functions::No>(function->duckdb) || function->rewrite},
         {"volatile", function->is_volatile},
         {"order_dependent", function->is_order_dependent},
         {"signatures", signatures}});
  }
  std::cout << table.dump(1) << "\n";
}
