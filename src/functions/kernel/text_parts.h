// The parts of a text between the places where another one stands: split() by a pattern that means itself
// (JavaRegexTranslator::is_literal), without a limit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "functions/kernel/interruption.h"

namespace firesteel::functions::kernel {

struct TextParts {
  std::string_view text;
  std::string_view separator;  // not empty

  size_t count() const {
    if (separator.size() == 1) return 1 + static_cast<size_t>(std::count(text.begin(), text.end(), separator[0]));
    size_t parts = 0;
    for_each([&](std::string_view) { ++parts; });
    return parts;
  }

  template <typename Visit>
  void for_each(const Visit& visit) const {
    LoopWatch watch;
    size_t start = 0;
    for (size_t end = text.find(separator); end != text.npos; end = text.find(separator, start)) {
      watch.step();
      visit(text.substr(start, end - start));
      start = end + separator.size();
    }
    visit(text.substr(start));
  }
};

}  // namespace firesteel::functions::kernel
