// What Spark's collations() lists: the locales of its ICU, each with eight collations.
#pragma once

#include <span>
#include <string_view>

namespace firesteel::functions {

struct CollationLocale {
  std::string_view name;      // "de_AUT"; "UNICODE" is the root
  std::string_view language;  // empty: none
  std::string_view country;
};

// In the order in which Spark lists them.
std::span<const CollationLocale> collation_locales();
std::string_view collation_library_version();

}  // namespace firesteel::functions
