// Letters of ASCII without regard to their case, and lists of names as errors show them. What Unicode
// says of case is functions/kernel/unicode_case.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firesteel {

std::string lower_case(std::string_view text);
std::string upper_case(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

// "a, b"
std::string joined(const std::vector<std::string>& parts, std::string_view separator = ", ");

// "`a`.`b`": a back-quote within a part stands twice.
std::string quoted_name(const std::vector<std::string>& parts);

// The name as it stands, or in back-quotes where it is no plain identifier.
std::string quoted_if_needed(std::string_view name);

// The text with every byte that is no part of UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string text);

}  // namespace firesteel
