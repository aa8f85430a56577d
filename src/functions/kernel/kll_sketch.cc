// kll_*: sketches for quantiles of longs, floats and doubles in their compact form
// (kllAggregates.scala, kllExpressions.scala). A sketch above its size keeps items drawn at random.
#include <charconv>
#include <cstdio>
#include <optional>

#include <kll_sketch.hpp>

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/sketches.h"

namespace firesteel::functions::kernel {

namespace {

constexpr std::string_view kBadSketch = "KLL_INVALID_INPUT_SKETCH_BUFFER";

template <typename Item>
using Sketch = datasketches::kll_sketch<Item>;

// How functions of a kind of items end: "kll_sketch_agg" + "_bigint".
template <typename Item>
std::string named(std::string_view name) {
  const char* suffix = std::is_same_v<Item, int64_t> ? "_bigint"
                       : std::is_same_v<Item, float> ? "_float"
                                                     : "_double";
  return std::string(name) + suffix;
}

template <typename Item>
Item item_of(const Value& value) {
  if constexpr (std::is_integral_v<Item>) {
    return value.integer();
  } else {
    return static_cast<Item>(value.real());
  }
}

template <typename Item>
Value value_of(Item item) {
  if constexpr (std::is_integral_v<Item>) {
    return Value(int64_t{item});
  } else {
    return Value(static_cast<double>(item));
  }
}

template <typename Item>
Value bytes_of(const Sketch<Item>& sketch) {
  const auto bytes = sketch.serialize();
  return Value(std::string(bytes.begin(), bytes.end()));
}

template <typename Item>
Sketch<Item> sketch_from(const Value& value, std::string_view name) {
  const std::string& bytes = value.text();
  auto sketch = read_sketch(kBadSketch, named<Item>(name),
                            [&] { return Sketch<Item>::deserialize(bytes.data(), bytes.size()); });
  // Bytes of a sketch of narrower items run short, of wider ones some are left over.
  if (sketch.get_serialized_size_bytes() != bytes.size())
    throw_bad_sketch(kBadSketch, named<Item>(name));
  return sketch;
}

// kll_sketch_agg_*(item): the parameter is k.
template <typename Item>
class KllSketch : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    made(call).update(item_of<Item>(arguments[0]));
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const KllSketch&>(later).sketch_;
    if (other) made(call).merge(*other);
  }
  Value result(const ValueCall& call) override { return bytes_of(made(call)); }

 private:
  Sketch<Item>& made(const ValueCall& call) {
    if (!sketch_) sketch_.emplace(static_cast<uint16_t>(sketch_parameter(call, 0)));
    return *sketch_;
  }
  std::optional<Sketch<Item>> sketch_;
};

// kll_merge_agg_*(sketch): the parameter is k, or empty for that of the first sketch.
template <typename Item>
class KllMerge : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    take(call, sketch_from<Item>(arguments[0], "kll_merge_agg"));
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const KllMerge&>(later).sketch_;
    if (other) take(call, *other);
  }
  Value result(const ValueCall& call) override {
    if (!sketch_) sketch_.emplace(size(call, 200));
    return bytes_of(*sketch_);
  }

 private:
  static uint16_t size(const ValueCall& call, uint16_t otherwise) {
    return call.parameters.at(0).empty() ? otherwise
                                         : static_cast<uint16_t>(sketch_parameter(call, 0));
  }
  void take(const ValueCall& call, const Sketch<Item>& other) {
    if (!sketch_) sketch_.emplace(size(call, other.get_k()));
    sketch_->merge(other);
  }
  std::optional<Sketch<Item>> sketch_;
};

template <typename Item>
Value count(ValueCall&, ValueArguments a) {
  return Value(static_cast<int64_t>(sketch_from<Item>(a[0], "kll_sketch_get_n").get_n()));
}

template <typename Item>
Value merged(ValueCall&, ValueArguments a) {
  auto sketch = sketch_from<Item>(a[0], "kll_sketch_merge");
  sketch.merge(sketch_from<Item>(a[1], "kll_sketch_merge"));
  return bytes_of(sketch);
}

// One answer, or one for each element of an array.
template <typename F>
Value each(const Value& asked, const F& answer) {
  const auto* list = std::get_if<Values>(&asked.data);
  if (!list) return answer(asked);
  Values answers;
  for (const Value& one : *list) answers.push_back(answer(one));
  return Value(std::move(answers));
}

template <typename Item>
Value quantile(ValueCall&, ValueArguments a) {
  constexpr std::string_view kName = "kll_sketch_get_quantile";
  const auto sketch = sketch_from<Item>(a[0], kName);
  return each(a[1], [&](const Value& rank) {
    if (sketch.is_empty()) throw_bad_sketch(kBadSketch, named<Item>(kName));
    if (!(rank.real() >= 0.0 && rank.real() <= 1.0)) {
      throw SparkError("KLL_SKETCH_INVALID_QUANTILE_RANGE",
                       {{"functionName", "`" + named<Item>(kName) + "`"}});
    }
    return value_of<Item>(sketch.get_quantile(rank.real()));
  });
}

template <typename Item>
Value rank(ValueCall&, ValueArguments a) {
  constexpr std::string_view kName = "kll_sketch_get_rank";
  const auto sketch = sketch_from<Item>(a[0], kName);
  return each(a[1], [&](const Value& item) {
    if (sketch.is_empty()) throw_bad_sketch(kBadSketch, named<Item>(kName));
    return Value(sketch.get_rank(item_of<Item>(item)));
  });
}

std::string item_text(int64_t item) { return std::to_string(item); }
std::string item_text(float item) {
  std::string text;
  append_float(item, text);
  return text;
}
std::string item_text(double item) {
  std::string text;
  append_double(item, text);
  return text;
}

// A line of the library's own summary, which tells what it keeps private.
std::string line_of(const std::string& summary, std::string_view label) {
  const size_t at = summary.find("   " + std::string(label));
  FIRESTEEL_CHECK(at != std::string::npos, "a KLL summary without its line " + std::string(label));
  const size_t colon = summary.find(": ", at);
  return summary.substr(colon + 2, summary.find('\n', colon) - colon - 2);
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f%%", share * 100);
  return text;
}

// KllSketch.toString() of the Java library.
template <typename Item>
Value summary(ValueCall&, ValueArguments a) {
  const auto sketch = sketch_from<Item>(a[0], "kll_sketch_to_string");
  const std::string own(sketch.to_string());
  const uint64_t retained = sketch.get_num_retained();
  const uint64_t levels = std::stoull(line_of(own, "Levels"));
  const uint64_t capacity = std::stoull(line_of(own, "Capacity items"));
  const uint64_t updatable = 20 + 4 * (levels + 1) + (capacity + 2) * sizeof(Item);
  const char* kind = std::is_same_v<Item, int64_t> ? "Longs"
                     : std::is_same_v<Item, float> ? "Floats"
                                                   : "Doubles";
  const auto yes = [](bool value) { return std::string(value ? "true" : "false"); };
  std::string out = "\n### KllKll" + std::string(kind) + "Sketch Summary:\n";
  const auto line = [&out](const char* label, const std::string& value) {
    out += "   " + std::string(label) + ": " + value + "\n";
  };
  line("K                      ", std::to_string(sketch.get_k()));
  line("Dynamic min K          ", line_of(own, "min K"));
  line("M                      ", line_of(own, "M "));
  line("N                      ", std::to_string(sketch.get_n()));
  line("Epsilon                ", percent(sketch.get_normalized_rank_error(false)));
  line("Epsilon PMF            ", percent(sketch.get_normalized_rank_error(true)));
  line("Empty                  ", yes(sketch.is_empty()));
  line("Estimation Mode        ", yes(sketch.is_estimation_mode()));
  line("Levels                 ", std::to_string(levels));
  line("Level 0 Sorted         ", line_of(own, "Sorted"));
  line("Capacity Items         ", std::to_string(capacity));
  line("Retained Items         ", std::to_string(retained));
  line("Free Space             ", std::to_string(capacity - retained));
  line("ReadOnly               ", "false");
  line("Updatable Storage Bytes", std::to_string(updatable));
  line("Compact Storage Bytes  ", std::to_string(a[0].text().size()));
  line("Min Item               ", sketch.is_empty() ? "NaN" : item_text(sketch.get_min_item()));
  line("Max Item               ", sketch.is_empty() ? "NaN" : item_text(sketch.get_max_item()));
  return Value(out + "### End sketch summary\n");
}

template <typename Aggregate>
std::unique_ptr<ValueAggregate> make() {
  return std::make_unique<Aggregate>();
}

constexpr ValueAggregateKernel kAggregates[] = {
    {"kll_sketch_agg_bigint", make<KllSketch<int64_t>>},
    {"kll_sketch_agg_float", make<KllSketch<float>>},
    {"kll_sketch_agg_double", make<KllSketch<double>>},
    {"kll_merge_agg_bigint", make<KllMerge<int64_t>>},
    {"kll_merge_agg_float", make<KllMerge<float>>},
    {"kll_merge_agg_double", make<KllMerge<double>>},
};

constexpr ValueKernel kKernels[] = {
    {"kll_sketch_get_n_bigint", count<int64_t>},
    {"kll_sketch_get_n_float", count<float>},
    {"kll_sketch_get_n_double", count<double>},
    {"kll_sketch_merge_bigint", merged<int64_t>},
    {"kll_sketch_merge_float", merged<float>},
    {"kll_sketch_merge_double", merged<double>},
    {"kll_sketch_get_quantile_bigint", quantile<int64_t>},
    {"kll_sketch_get_quantile_float", quantile<float>},
    {"kll_sketch_get_quantile_double", quantile<double>},
    {"kll_sketch_get_rank_bigint", rank<int64_t>},
    {"kll_sketch_get_rank_float", rank<float>},
    {"kll_sketch_get_rank_double", rank<double>},
    {"kll_sketch_to_string_bigint", summary<int64_t>},
    {"kll_sketch_to_string_float", summary<float>},
    {"kll_sketch_to_string_double", summary<double>},
};

}  // namespace

std::span<const ValueAggregateKernel> kll_aggregates() { return kAggregates; }
std::span<const ValueKernel> kll_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
