// The types of decimal arithmetic where spark.sql.decimalOperations.allowPrecisionLoss is false.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "plan/expression.h"
#include "plan/type.h"

namespace firesteel::functions {

// The type of an operator or its try_ form over two decimals: what does not fit 38 digits is cut from
// the front, and overflows then. Nothing for what is no such operator.
std::optional<plan::Type> exact_decimal_type(std::string_view name, std::span<const plan::ExpressionPtr> arguments);

}  // namespace firesteel::functions
