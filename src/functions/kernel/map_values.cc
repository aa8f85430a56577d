// Kernels that build maps. A key may stand in a map once and is never null; -0.0 is 0.0 as a key. Those
// named …_last_win keep the last value of a key (ArrayBasedMapBuilder with the policy LAST_WIN), where the
// others fail (EXCEPTION).
#include <cmath>
#include <memory>
#include <map>

#include "base/error.h"
#include "functions/kernel/java_regex.h"
#include "functions/kernel/value.h"
#include "functions/kernel/value_text.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

class MapBuilder {
 public:
  MapBuilder(const Type& key_type, const ValueCall& call, bool last_wins = false)
      : key_type_(key_type), call_(call), last_wins_(last_wins), places_(Less{key_type}) {}

  void add(Value key, Value value) {
    if (key.is_null()) throw SparkError("NULL_MAP_KEY", {});
    if (auto* real = std::get_if<double>(&key.data); real && *real == 0) *real = 0.0;
    const auto [place, is_new] = places_.try_emplace(key, entries_.size());
    if (!is_new && last_wins_) {
      entries_[place->second + 1] = std::move(value);
      return;
    }
    if (!is_new) {
      throw SparkError("DUPLICATED_MAP_KEY",
                       {{"key", value_text(key_type_, key, call_.time_zone)},
                        {"mapKeyDedupPolicy", "\"spark.sql.mapKeyDedupPolicy\""}});
    }
    entries_.push_back(std::move(key));
    entries_.push_back(std::move(value));
  }
  Value take() { return Value(std::move(entries_)); }

 private:
  struct Less {
    const Type& type;
    bool operator()(const Value& a, const Value& b) const { return compare_values(type, a, b) < 0; }
  };

  const Type& key_type_;
  const ValueCall& call_;
  bool last_wins_;
  std::map<Value, size_t, Less> places_;
  Values entries_;
};

template <bool last_wins>
Value map_from_arrays(ValueCall& call, ValueArguments a) {
  const Values& keys = a[0].list();
  const Values& values = a[1].list();
  if (keys.size() != values.size()) throw SparkError("_LEGACY_ERROR_TEMP_2128", {});
  MapBuilder map(call.result.key(), call, last_wins);
  for (size_t i = 0; i < keys.size(); ++i) map.add(keys[i], values[i]);
  return map.take();
}

// A null entry makes the map null.
template <bool last_wins>
Value map_from_entries(ValueCall& call, ValueArguments a) {
  MapBuilder map(call.result.key(), call, last_wins);
  for (const Value& entry : a[0].list()) {
    if (entry.is_null()) return Value();
  }
  for (const Value& entry : a[0].list()) map.add(entry.list()[0], entry.list()[1]);
  return map.take();
}

// map(key, value, …).
template <bool last_wins>
Value map_of(ValueCall& call, ValueArguments a) {
  MapBuilder map(call.result.key(), call, last_wins);
  for (size_t i = 0; i + 1 < a.size(); i += 2) map.add(a[i], a[i + 1]);
  return map.take();
}

template <bool last_wins>
Value map_concat(ValueCall& call, ValueArguments a) {
  MapBuilder map(call.result.key(), call, last_wins);
  for (const Value& one : a) {
    const Values& entries = one.list();
    for (size_t i = 0; i < entries.size(); i += 2) map.add(entries[i], entries[i + 1]);
  }
  return map.take();
}

// The keys of both maps, those of the first one first, as structs of key, value and value.
Value map_zip(ValueCall& call, ValueArguments a) {
  const Type& key_type = call.argument_types[0].key();
  Values rows;
  const auto add = [&](const Values& entries, size_t place) {
    for (size_t i = 0; i < entries.size(); i += 2) {
      Value* found = nullptr;
      for (Value& row : rows) {
        if (compare_values(key_type, row.list()[0], entries[i]) == 0) found = &row;
      }
      if (!found) {
        rows.emplace_back(Values{entries[i], Value(), Value()});
        found = &rows.back();
      }
      found->list()[place] = entries[i + 1];
    }
  };
  add(a[0].list(), 1);
  add(a[1].list(), 2);
  return Value(std::move(rows));
}

struct PairPatterns {
  std::string pair_text;
  std::string key_text;
  std::shared_ptr<const JavaRegex> pair;
  std::shared_ptr<const JavaRegex> key;
};

// str_to_map(text, pair delimiter, key delimiter): both delimiters are regular expressions.
template <bool last_wins>
Value str_to_map(ValueCall& call, ValueArguments a) {
  auto& patterns = call.keep<PairPatterns>([] { return PairPatterns(); });
  if (!patterns.pair || patterns.pair_text != a[1].text() || patterns.key_text != a[2].text()) {
    patterns = {a[1].text(), a[2].text(), std::make_shared<JavaRegex>(a[1].text(), "str_to_map"),
                std::make_shared<JavaRegex>(a[2].text(), "str_to_map")};
  }
  MapBuilder map(call.result.key(), call, last_wins);
  for (std::string_view pair : split_by_regex(*patterns.pair, a[0].text(), -1)) {
    const auto parts = split_by_regex(*patterns.key, pair, 2);
    map.add(Value(std::string(parts[0])), parts.size() > 1 ? Value(std::string(parts[1])) : Value());
  }
  return map.take();
}

constexpr ValueKernel kKernels[] = {
    {"map", map_of<false>, true},
    {"map_last_win", map_of<true>, true},
    {"map_from_arrays", map_from_arrays<false>},
    {"map_from_arrays_last_win", map_from_arrays<true>},
    {"map_from_entries", map_from_entries<false>},
    {"map_from_entries_last_win", map_from_entries<true>},
    {"map_concat", map_concat<false>},
    {"map_concat_last_win", map_concat<true>},
    {"map_zip", map_zip},
    {"str_to_map", str_to_map<false>},
    {"str_to_map_last_win", str_to_map<true>},
};

}  // namespace

std::span<const ValueKernel> map_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
