// The most frequent items of a stream with bounded memory, as ItemsSketch of the Java library of
// Apache DataSketches counts them: same table, same order of equally frequent items, same bytes.
// (The C++ library visits its table in another order.)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "functions/kernel/value.h"
#include "plan/type.h"

namespace firesteel::functions::kernel {

class FrequentItems {
 public:
  // Items are values of the type, which must be one of booleans, numbers, dates, timestamps and
  // strings; up to `tracked` of them are told apart.
  FrequentItems(plan::Type item, int64_t tracked);

  void update(const Value& item, int64_t count = 1);
  void merge(const FrequentItems& other);
  // The items that surely are frequent with their estimated counts, the most frequent first.
  std::vector<std::pair<Value, int64_t>> rows() const;

  std::string bytes() const;
  // Reads bytes(); throws std::runtime_error for what is none.
  static FrequentItems from_bytes(plan::Type item, std::string_view bytes);

 private:
  FrequentItems(plan::Type item, int lg_max, int lg_current);
  size_t home_of(const Value& item) const;
  bool same_item(const Value& a, const Value& b) const;
  void adjust_or_insert(const Value& item, int64_t count);
  void grow();
  void purge();
  void erase(size_t slot);
  size_t capacity() const { return keys_.size() / 4 * 3; }
  // Calls visit(slot) for all slots in use, in the library's strides.
  template <typename F>
  void visit_in_strides(const F& visit) const;

  plan::Type item_;
  int lg_max_;
  size_t active_ = 0;
  int64_t weight_ = 0;
  int64_t offset_ = 0;
  std::vector<Value> keys_;
  std::vector<int64_t> counts_;
  std::vector<uint16_t> drifts_;  // 0: a free slot; otherwise one more than the distance from home
};

// Object.hashCode() of the Java object that holds the value.
int32_t java_hash_code(const plan::Type& type, const Value& value);

}  // namespace firesteel::functions::kernel
