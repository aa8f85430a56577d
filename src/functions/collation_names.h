// The names of Spark's collations: UTF8_BINARY, UTF8_LCASE and those of ICU's locales, with what they ignore behind them.
#pragma once

#include <string>
#include <string_view>

namespace firesteel::functions {

// The name behind SYSTEM.BUILTIN., in capital letters. Throws COLLATION_INVALID_NAME for what names no collation.
std::string collation_name(std::string_view text);

}  // namespace firesteel::functions
