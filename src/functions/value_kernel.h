// How rows call the kernels over values of any type (functions/kernel/value.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "functions/row.h"

namespace firesteel::functions {

// A kernel on the call's own arguments.
Lowered value_kernel(std::string_view name);
// The same as text, on other arguments and types. The texts may hold placeholders.
std::string value_kernel_sql(std::string_view name, bool ansi, const std::vector<Type>& types,
                             const Type& result, const std::vector<std::string>& arguments);

}  // namespace firesteel::functions
