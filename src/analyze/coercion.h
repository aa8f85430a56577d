// Spark's implicit casts: AnsiTypeCoercion and TypeCoercion. Expressions handed in are resolved.
#pragma once

#include <optional>
#include <vector>

#include "functions/function.h"
#include "plan/expression.h"
#include "plan/type.h"

namespace firesteel::analyze {

struct CoercionRules {
  bool ansi = true;
  std::string time_zone;
  bool measures_literals = true;  // beside decimals a whole number has its own digits, not those of its type
};

// Decimal with the digits of an integral type: DecimalType.forType.
plan::Type decimal_for(const plan::Type& type);

// The type to which both sides can be cast without loss, strings promoted as the mode says
// (findWiderTypeForTwo); nothing when there is none.
std::optional<plan::Type> wider_type(const plan::Type& a, const plan::Type& b,
                                     const CoercionRules& rules);
std::optional<plan::Type> wider_type(const std::vector<plan::Type>& types,
                                     const CoercionRules& rules);
// The same where text meets nothing but text (findWiderTypeWithoutStringPromotion).
std::optional<plan::Type> wider_type_without_text(const std::vector<plan::Type>& types,
                                                  const CoercionRules& rules);
// DataType.equalsStructurally: the same types by position, whatever the fields are called.
bool has_same_shape(const plan::Type& a, const plan::Type& b);
// The type in which both sides of a comparison are compared; of an equality, in which a boolean may meet a number.
std::optional<plan::Type> comparison_type(const plan::Type& a, const plan::Type& b,
                                          const CoercionRules& rules);
std::optional<plan::Type> equality_type(const plan::Type& a, const plan::Type& b, const CoercionRules& rules);
// Whether `from` may be cast implicitly to `to` (function arguments).
bool can_cast_implicitly(const plan::Type& from, const plan::Type& to, const CoercionRules& rules);

// A cast that the user did not write, or the expression itself when it has the type already.
plan::ExpressionPtr cast_to(const plan::ExpressionPtr& expression, const plan::Type& type,
                            const CoercionRules& rules);

// The argument cast to what `accepts` wants; null when it does not fit.
plan::ExpressionPtr fit_argument(const plan::ExpressionPtr& argument, functions::Accepts accepts,
                                 const CoercionRules& rules);

// The same for the argument at a place of a signature, which may take it without a cast only.
plan::ExpressionPtr fit_argument(const plan::ExpressionPtr& argument, const functions::Signature& signature, size_t place,
                                 const CoercionRules& rules);

}  // namespace firesteel::analyze
