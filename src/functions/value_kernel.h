// How rows call the kernels over values of any type (functions/kernel/value.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "functions/row.h"

namespace firesteel::functions {

// A kernel on the call's own arguments.
Lowered value_kernel(std::string_view name);
// The kernel on a call that builds a map; with DISTINCT, which the analyzer sets for the policy LAST_WIN of
// spark.sql.mapKeyDedupPolicy, the one that keeps the last value of a key.
Lowered map_kernel(std::string_view name);
std::string map_kernel_name(std::string_view name, const plan::FunctionCall& call);
// The same as text, on other arguments and types. The texts may hold placeholders.
std::string value_kernel_sql(std::string_view name, bool ansi, const std::vector<Type>& types,
                             const Type& result, const std::vector<std::string>& arguments);
// A text between the quotes of a constant of SQL in a template: quotes and dollar signs stand twice.
std::string in_constant(const std::string& text);
// A call of an aggregate of functions/kernel/value_aggregate.h, with $distinct and $suffix. The
// parameters are plain words and numbers.
std::string value_aggregate_sql(std::string_view name, const plan::FunctionCall& call,
                                const std::vector<Type>& types, const Type& result,
                                const std::vector<std::string>& arguments,
                                const std::vector<std::string>& parameters = {});

}  // namespace firesteel::functions
