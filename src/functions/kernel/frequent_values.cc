// The items of a group that may be frequent: Spark's CollectFrequentItems.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "functions/kernel/murmur3.h"
#include "functions/kernel/value_aggregate.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

// java.lang.Long.hashCode.
int32_t long_hash(int64_t value) {
  return static_cast<int32_t>(value ^ static_cast<int64_t>(static_cast<uint64_t>(value) >> 32));
}

// scala.runtime.Statics.longHash and doubleHash: numbers of all types that are equal hash alike.
int32_t number_hash(int64_t value) {
  return value == static_cast<int32_t>(value) ? static_cast<int32_t>(value) : long_hash(value);
}

int32_t number_hash(double value) {
  if (std::abs(value) < 0x1.0p63 && value == static_cast<double>(static_cast<int64_t>(value))) {
    return number_hash(static_cast<int64_t>(value));
  }
  if (const auto narrow = static_cast<float>(value); static_cast<double>(narrow) == value) {
    int32_t bits = 0;
    std::copy_n(reinterpret_cast<const char*>(&narrow), sizeof(bits),
                reinterpret_cast<char*>(&bits));
    return bits;
  }
  int64_t bits = 0;
  std::copy_n(reinterpret_cast<const char*>(&value), sizeof(bits), reinterpret_cast<char*>(&bits));
  return long_hash(bits);
}

// Where Scala's mutable.HashMap puts the key; other types keep the order in which they came.
int32_t key_hash(const Type& type, const Value& key) {
  if (key.is_null()) return 0;
  if (type.is(TypeKind::kBoolean)) return key.boolean() ? 1231 : 1237;
  if (type.is_string()) return murmur3_hash_bytes(key.text(), kMurmur3Seed);
  if (const auto* whole = std::get_if<int64_t>(&key.data)) return number_hash(*whole);
  if (const auto* real = std::get_if<double>(&key.data)) return number_hash(*real);
  return 0;
}

// Scala compares boxed numbers by value, where NaN equals nothing, and byte arrays by identity.
bool equals_nothing(const Type& type, const Value& key) {
  const auto* real = std::get_if<double>(&key.data);
  return type.is(TypeKind::kBinary) || (real && std::isnan(*real));
}

class FrequentItems : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    if (size_ == 0) size_ = static_cast<size_t>(arguments[1].integer());
    take(call, arguments[0], 1);
  }

  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const FrequentItems&>(later);
    if (size_ == 0) size_ = other.size_;
    for (const Item& item : other.items_) take(call, item.key, item.count);
  }

  // In the order in which Scala's map gives its keys.
  Value result(const ValueCall& call) override {
    size_t buckets = 16;
    while (items_.size() * 4 >= buckets * 3) buckets *= 2;
    std::vector<std::pair<uint32_t, const Value*>> keys;
    for (const Item& item : items_) {
      const auto hash = static_cast<uint32_t>(key_hash(call.argument_types[0], item.key));
      keys.emplace_back(hash ^ (hash >> 16), &item.key);
    }
    std::stable_sort(keys.begin(), keys.end(), [&](const auto& a, const auto& b) {
      const auto bucket = [&](uint32_t hash) { return hash & (buckets - 1); };
      if (bucket(a.first) != bucket(b.first)) return bucket(a.first) < bucket(b.first);
      return static_cast<int32_t>(a.first) < static_cast<int32_t>(b.first);
    });
    Values values;
    for (const auto& [hash, key] : keys) values.push_back(*key);
    return Value(std::move(values));
  }

 private:
  struct Item {
    Value key;
    int64_t count;
  };

  Item* find(const Type& type, const Value& key, int32_t hash) {
    if (equals_nothing(type, key)) return nullptr;
    const auto [first, last] = index_.equal_range(hash);
    for (auto at = first; at != last; ++at) {
      Item& item = items_[at->second];
      if (item.key.is_null() || key.is_null()) {
        if (item.key.is_null() && key.is_null()) return &item;
      } else if (!equals_nothing(type, item.key) && compare_values(type, key, item.key) == 0) {
        return &item;
      }
    }
    return nullptr;
  }

  // Karp, Schenker and Papadimitriou: what finds no place takes from the counts of all.
  void take(const ValueCall& call, const Value& key, int64_t count) {
    const Type& type = call.argument_types[0];
    const int32_t hash = key_hash(type, key);
    if (Item* known = find(type, key, hash)) {
      known->count += count;
    } else if (items_.size() < size_) {
      index_.emplace(hash, items_.size());
      items_.push_back({key, count});
    } else {
      int64_t least = items_.front().count;
      for (const Item& item : items_) least = std::min(least, item.count);
      const int64_t taken = std::min(count, least);
      if (count >= least) items_.push_back({key, count});
      std::erase_if(items_,
                    [&](const Item& item) { return count >= least && item.count <= least; });
      for (Item& item : items_) item.count -= taken;
      index_.clear();
      for (size_t i = 0; i < items_.size(); ++i) index_.emplace(key_hash(type, items_[i].key), i);
    }
  }

  size_t size_ = 0;
  std::vector<Item> items_;
  std::unordered_multimap<int32_t, size_t> index_;  // positions in items_ by the key's hash
};

constexpr ValueAggregateKernel kKernels[] = {
    {"collect_frequent_items",
     [] { return std::unique_ptr<ValueAggregate>(std::make_unique<FrequentItems>()); }, true},
};

}  // namespace

std::span<const ValueAggregateKernel> frequent_value_aggregates() { return kKernels; }

}  // namespace firesteel::functions::kernel
