// Lists of stop words per language.
#pragma once

#include <string>
#include <vector>

namespace firesteel::ml {

// Spark's default stop words of "english" and thirteen other languages; throws Spark's error for
// any other.
std::vector<std::string> default_stop_words(const std::string& language);

}  // namespace firesteel::ml
