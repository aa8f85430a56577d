// Numbers that stand without quotes in Spark's metadata files although JSON has no form for them.
#pragma once

#include <string_view>

namespace firesteel::ml {

// What precedes the text of such a number, an infinity in a vector, in the strings of to_json().
inline constexpr std::string_view kBareNumber = "bare number ";

}  // namespace firesteel::ml
