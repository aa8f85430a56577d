// Intervals out of the texts of JSON and CSV records.
#pragma once

#include <optional>
#include <string_view>

#include "functions/kernel/value.h"

namespace firesteel::functions::kernel {

// The text as a value of an interval's type. A text that is no calendar interval is a null value; nothing for one
// that is none of years and months or of days and times, which makes the record a bad one.
// Source: UnivocityParser and JacksonParser of Spark 4.2.
std::optional<Value> interval_value(const plan::Type& type, std::string_view text);

}  // namespace firesteel::functions::kernel
