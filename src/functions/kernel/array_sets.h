// Arrays as sets: which elements of arrays make array_distinct, array_union, array_intersect, array_except, and whether
// arrays_overlap. Linear in the elements, in their order of first appearance; a null is an element as others are.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "functions/kernel/interruption.h"

namespace firesteel::functions::kernel {

// Keys that were met, compared by ==. Few are compared one by one, without a hash.
template <typename Key>
class KeySet {
 public:
  // False if the key was in the set.
  bool insert(const Key& key) {
    if (slots_.empty()) {
      for (const Key& known : keys_) {
        if (known == key) return false;
      }
      keys_.push_back(key);
      if (keys_.size() > kFew) grow(kFew * 8);
      return true;
    }
    uint32_t& slot = slot_of(key);
    if (slot != kFree) return false;
    slot = static_cast<uint32_t>(keys_.size());
    keys_.push_back(key);
    if (keys_.size() * 2 > slots_.size()) grow(slots_.size() * 2);
    return true;
  }

  bool contains(const Key& key) {
    if (!slots_.empty()) return slot_of(key) != kFree;
    for (const Key& known : keys_) {
      if (known == key) return true;
    }
    return false;
  }

  void clear() {
    keys_.clear();
    slots_.clear();
  }

 private:
  static constexpr size_t kFew = 16;
  static constexpr uint32_t kFree = UINT32_MAX;  // arrays have fewer elements

  // Where the key stands or would stand.
  uint32_t& slot_of(const Key& key) {
    // The hash of a number is the number: multiplied, its upper bits depend on all of it.
    const uint64_t mixed = static_cast<uint64_t>(std::hash<Key>{}(key)) * 0x9E3779B97F4A7C15U;
    size_t at = static_cast<size_t>(mixed >> (64 - std::countr_zero(slots_.size())));
    while (slots_[at] != kFree && !(keys_[slots_[at]] == key)) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }

  void grow(size_t size) {
    slots_.assign(size, kFree);
    for (size_t i = 0; i < keys_.size(); ++i) {
      watch_.step();
      slot_of(keys_[i]) = static_cast<uint32_t>(i);
    }
  }

  std::vector<Key> keys_;
  std::vector<uint32_t> slots_;  // indices of keys; a power of two, at least twice as many
  LoopWatch watch_;
};

enum class SetOperation : uint8_t {
  kDistinct,   // each element of the first array once; of a union, the first array is both
  kIntersect,  // those that the second has as well
  kExcept,     // those that the second has not
  kOverlap,    // one that is no null and that both have, if there is one
};

// The operation over arrays of one element type, one row after another. A key of no value is a null's.
template <typename Key>
class ArraySets {
 public:
  explicit ArraySets(SetOperation operation) : operation_(operation) {}

  // Calls chosen(i) for the places from 0 of the first array's elements that the result has. left(i), right(i): their keys.
  template <typename Left, typename Right, typename Chosen>
  void choose(uint64_t left_count, const Left& left, uint64_t right_count, const Right& right, const Chosen& chosen) {
    bool right_has_null = false;
    right_.clear();
    for (uint64_t i = 0; i < right_count; ++i) {
      watch_.step();
      const std::optional<Key> key = right(i);
      key ? static_cast<void>(right_.insert(*key)) : static_cast<void>(right_has_null = true);
    }
    met_.clear();
    bool met_null = false;
    const bool wanted = operation_ != SetOperation::kExcept;
    for (uint64_t i = 0; i < left_count; ++i) {
      watch_.step();
      const std::optional<Key> key = left(i);
      if (operation_ == SetOperation::kOverlap) {
        if (!key || !right_.contains(*key)) continue;
        return chosen(i);
      }
      if (operation_ != SetOperation::kDistinct && (key ? right_.contains(*key) : right_has_null) != wanted) continue;
      if (key ? !met_.insert(*key) : std::exchange(met_null, true)) continue;
      chosen(i);
    }
  }

 private:
  SetOperation operation_;
  KeySet<Key> right_;
  KeySet<Key> met_;
  LoopWatch watch_;
};

}  // namespace firesteel::functions::kernel
