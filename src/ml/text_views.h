// Texts of a column read in place, and tables by text that are asked with them.
#pragma once

#include <arrow/api.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ml/vector_column.h"

namespace firesteel::ml {

// Text of every row as Spark's cast to string gives it; null rows are absent in `valid`. Texts of string columns stand in the
// array's own buffers.
struct TextViews {
  std::vector<std::string_view> values;
  std::vector<uint8_t> valid;
  TextColumn made;  // what is no text there

  bool is_null(int64_t row) const { return !valid.empty() && valid[row] == 0; }
};
TextViews view_texts(const arrow::Array& array);

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
template <typename T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

// The value of the text, made where there is none.
template <typename T>
T& value_of(TextMap<T>& map, std::string_view text) {
  const auto found = map.find(text);
  return found != map.end() ? found->second : map.try_emplace(std::string(text)).first->second;
}

// How often each of a few numbers occurs.
class SparseCounts {
 public:
  void clear() { numbers_.clear(); }
  void add(int32_t number) { numbers_.push_back(number); }
  // visit(number, count), by number.
  template <typename Visit>
  void for_each(const Visit& visit) {
    std::sort(numbers_.begin(), numbers_.end());
    for (size_t i = 0; i < numbers_.size();) {
      size_t end = i + 1;
      while (end < numbers_.size() && numbers_[end] == numbers_[i]) ++end;
      visit(numbers_[i], static_cast<double>(end - i));
      i = end;
    }
  }

 private:
  std::vector<int32_t> numbers_;
};

}  // namespace firesteel::ml
