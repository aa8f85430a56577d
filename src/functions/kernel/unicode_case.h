// upper(), lower() and initcap() with Unicode's full case mappings, as Spark has them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firesteel::functions::kernel {

void append_upper_case(std::string_view text, std::string& out);
void append_lower_case(std::string_view text, std::string& out);
// Capitals after blanks, small letters elsewhere: initcap().
void append_initial_capitals(std::string_view text, std::string& out);

enum class CharacterKind { kUpper, kLower, kDigit, kOther };
// By case mappings; a decimal digit is an ASCII one.
CharacterKind character_kind(uint32_t code_point);

}  // namespace firesteel::functions::kernel
