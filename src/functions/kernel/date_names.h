// English names in dates, as java.time writes them.
#pragma once

#include <array>
#include <string_view>

namespace firesteel::functions::kernel {

// From January; the short name is the first three letters.
inline constexpr std::array<std::string_view, 12> kMonthNames = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
// From Monday; the short name is the first three letters.
inline constexpr std::array<std::string_view, 7> kDayNames = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
inline constexpr std::array<std::string_view, 4> kQuarterNames = {"1st quarter", "2nd quarter",
                                                                  "3rd quarter", "4th quarter"};

}  // namespace firesteel::functions::kernel
