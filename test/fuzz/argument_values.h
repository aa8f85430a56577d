// SQL texts of values at the edges of each type, for calls that nobody would write.
#pragma once

#include <string_view>
#include <vector>

#include "functions/function.h"

namespace firesteel::fuzz {

// All texts of one kind have one type, but for those of kMixed.
struct ValueKind {
  std::string_view name;
  std::vector<std::string_view> texts;
};

const std::vector<ValueKind>& value_kinds();
// The names of the kinds that a signature's argument takes; empty: every kind.
std::vector<std::string_view> kinds_for(functions::Accepts accepts);

}  // namespace firesteel::fuzz
