// Values of any type as text: what CAST(value AS STRING) gives.
#pragma once

#include <string>
#include <string_view>

#include "functions/kernel/value.h"

namespace firesteel::functions::kernel {

// Null at the top is 'null', as inside of nested values.
void append_value_text(const plan::Type& type, const Value& value, std::string_view time_zone,
                       std::string& out);
std::string value_text(const plan::Type& type, const Value& value, std::string_view time_zone);

// What Java prints of the value that Spark holds inside: a date as its days, a timestamp as its microseconds, rows and arrays as
// [1,a], maps as keys: [1], values: [2].
std::string java_value_text(const plan::Type& type, const Value& value, std::string_view time_zone);

}  // namespace firesteel::functions::kernel
