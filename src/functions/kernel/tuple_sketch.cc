// tuple_*: sketches with a number as the summary of each key (tupleSketchAgg.scala and its
// neighbours). A summary is written as the number and a byte that names its mode.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include <tuple_a_not_b.hpp>
#include <tuple_intersection.hpp>
#include <tuple_sketch.hpp>
#include <tuple_union.hpp>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/sketches.h"
#include "functions/kernel/theta_sketch.h"

namespace firesteel::functions::kernel {

namespace {

constexpr std::string_view kBadSketch = "TUPLE_INVALID_INPUT_SKETCH_BUFFER";

// In the order of DoubleSummary.Mode and IntegerSummary.Mode, whose ordinals are written.
enum class Mode : uint8_t { kSum, kMin, kMax, kAlwaysOne };
constexpr std::string_view kModeNames[] = {"sum", "min", "max", "alwaysone"};

std::optional<Mode> find_mode(std::string_view text) {
  const std::string name = lower_case(text);
  for (size_t i = 0; i < std::size(kModeNames); ++i) {
    if (kModeNames[i] == name) return static_cast<Mode>(i);
  }
  return std::nullopt;
}

Mode mode_of(std::string_view text, std::string_view function) {
  require_summary_mode(text, function);
  return *find_mode(text);
}

template <typename Number>
struct Summary {
  Number value{};
  Mode mode = Mode::kSum;

  // What a key begins with before its first number, or stands for a theta sketch's keys.
  static Summary initial(Mode mode) {
    using Limits = std::numeric_limits<Number>;
    switch (mode) {
      case Mode::kSum:
        return {Number{0}, mode};
      case Mode::kMin:
        return {Limits::has_infinity ? Limits::infinity() : Limits::max(), mode};
      case Mode::kMax:
        return {Limits::has_infinity ? -Limits::infinity() : Limits::min(), mode};
      case Mode::kAlwaysOne:
        break;
    }
    return {Number{1}, mode};
  }
  void take(Number other) {
    switch (mode) {
      case Mode::kSum:
        if constexpr (std::is_integral_v<Number>) {
          value = static_cast<Number>(static_cast<uint32_t>(value) + static_cast<uint32_t>(other));
        } else {
          value += other;
        }
        return;
      case Mode::kMin:
        if (other < value) value = other;
        return;
      case Mode::kMax:
        if (other > value) value = other;
        return;
      case Mode::kAlwaysOne:
        value = 1;
    }
  }
};

// How the library makes, updates and unites summaries.
template <typename Number>
struct Policy {
  Mode mode = Mode::kSum;
  Summary<Number> create() const { return Summary<Number>::initial(mode); }
  void update(Summary<Number>& summary, const Number& number) const { summary.take(number); }
  void operator()(Summary<Number>& summary, const Summary<Number>& other) const {
    summary.mode = mode;
    summary.take(other.value);
  }
};

// DoubleSummary.toByteArray, IntegerSummary.toByteArray.
template <typename Number>
struct SummaryFormat {
  static constexpr size_t kSize = sizeof(Number) + 1;
  size_t size_of_item(const Summary<Number>&) const { return kSize; }
  size_t serialize(void* bytes, size_t capacity, const Summary<Number>* items,
                   unsigned count) const {
    if (capacity < count * kSize) throw std::out_of_range("summaries do not fit");
    auto* out = static_cast<char*>(bytes);
    for (unsigned i = 0; i < count; ++i, out += kSize) {
      std::memcpy(out, &items[i].value, sizeof(Number));
      out[sizeof(Number)] = static_cast<char>(items[i].mode);
    }
    return count * kSize;
  }
  size_t deserialize(const void* bytes, size_t capacity, Summary<Number>* items,
                     unsigned count) const {
    if (capacity < count * kSize) throw std::out_of_range("summaries end early");
    const auto* in = static_cast<const char*>(bytes);
    for (unsigned i = 0; i < count; ++i, in += kSize) {
      Summary<Number> summary;
      std::memcpy(&summary.value, in, sizeof(Number));
      const auto mode = static_cast<uint8_t>(in[sizeof(Number)]);
      if (mode >= std::size(kModeNames)) throw std::out_of_range("a summary of no mode");
      summary.mode = static_cast<Mode>(mode);
      new (&items[i]) Summary<Number>(summary);
    }
    return count * kSize;
  }
};

template <typename Number>
using Compact = datasketches::compact_tuple_sketch<Summary<Number>>;
template <typename Number>
using Updated = datasketches::update_tuple_sketch<Summary<Number>, Number, Policy<Number>>;
template <typename Number>
using Union = datasketches::tuple_union<Summary<Number>, Policy<Number>>;
template <typename Number>
using Intersection = datasketches::tuple_intersection<Summary<Number>, Policy<Number>>;

template <typename Builder, typename Number>
struct SummaryBuilder : Builder {
  SummaryBuilder(int lg_entries, Mode mode) : Builder(Policy<Number>{mode}) {
    this->lg_k_ = static_cast<uint8_t>(lg_entries);
  }
};

template <typename Number>
Union<Number> new_union(int lg_entries, Mode mode) {
  return SummaryBuilder<typename Union<Number>::builder, Number>(lg_entries, mode).build();
}

template <typename Number>
Value bytes_of(const Compact<Number>& sketch) {
  auto bytes = sketch.serialize(0, SummaryFormat<Number>());
  // Java never says that the keys are in order; the library says so of no key and of one.
  constexpr size_t kFlags = 5;
  constexpr uint8_t kIsOrdered = 1 << Compact<Number>::IS_ORDERED;
  bytes[kFlags] = static_cast<uint8_t>(bytes[kFlags] & ~kIsOrdered);
  return Value(std::string(bytes.begin(), bytes.end()));
}

template <typename Number>
Compact<Number> sketch_from(const Value& value, std::string_view function) {
  const std::string& bytes = value.text();
  require_family(bytes, SketchFamily::kTuple, kBadSketch, function);
  auto sketch = read_sketch(kBadSketch, function, [&] {
    return Compact<Number>::deserialize(bytes.data(), bytes.size(), datasketches::DEFAULT_SEED,
                                        SummaryFormat<Number>());
  });
  // A sketch of wider summaries can be read, but bytes are left over.
  const bool is_whole = bytes.size() >= 3 && static_cast<uint8_t>(bytes[2]) == static_cast<uint8_t>(SketchFamily::kTuple) &&
                        sketch.serialize(0, SummaryFormat<Number>()).size() == bytes.size();
  if (!is_whole) throw_bad_sketch(kBadSketch, function);
  return sketch;
}

template <typename Number>
constexpr std::string_view named(std::string_view with_double, std::string_view with_integer) {
  return std::is_integral_v<Number> ? with_integer : with_double;
}

Mode mode_parameter(const ValueCall& call, size_t index) {
  return *find_mode(call.parameters.at(index));
}

// tuple_sketch_agg_*(key, summary): the parameters are lgNomEntries and the mode.
template <typename Number>
class TupleSketch : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    Updated<Number>& sketch = made(call);
    Number number{};
    if constexpr (std::is_integral_v<Number>) {
      number = static_cast<Number>(arguments[1].integer());
    } else {
      number = arguments[1].real();
    }
    with_sketch_key(call.argument_types[0], arguments[0], [&](const auto& key) {
      if constexpr (std::is_same_v<std::decay_t<decltype(key)>, std::string>) {
        if (!key.empty()) sketch.update(key.data(), key.size(), number);
      } else {
        sketch.update(key, number);
      }
    });
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const TupleSketch&>(later);
    if (!other.sketch_ && !other.merged_) return;
    if (!merged_) merged_ = new_union<Number>(sketch_parameter(call, 0), mode_parameter(call, 1));
    if (other.sketch_) merged_->update(*other.sketch_);
    if (other.merged_) merged_->update(other.merged_->get_result(false));
  }
  Value result(const ValueCall& call) override {
    if (!merged_) {
      made(call).trim();
      return bytes_of<Number>(sketch_->compact(false));
    }
    if (sketch_) merged_->update(*sketch_);
    sketch_.reset();
    return bytes_of<Number>(merged_->get_result(false));
  }

 private:
  Updated<Number>& made(const ValueCall& call) {
    if (!sketch_) {
      sketch_ = SummaryBuilder<typename Updated<Number>::builder, Number>(sketch_parameter(call, 0),
                                                                          mode_parameter(call, 1))
                    .build();
    }
    return *sketch_;
  }
  std::optional<Updated<Number>> sketch_;
  std::optional<Union<Number>> merged_;
};

// tuple_union_agg_*(sketch): the parameters are lgNomEntries and the mode.
template <typename Number>
class TupleUnion : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    made(call).update(sketch_from<Number>(
        arguments[0], named<Number>("tuple_union_agg_double", "tuple_union_agg_integer")));
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const TupleUnion&>(later).union_;
    if (other) made(call).update(other->get_result(false));
  }
  Value result(const ValueCall& call) override {
    return bytes_of<Number>(made(call).get_result(false));
  }

 private:
  Union<Number>& made(const ValueCall& call) {
    if (!union_) union_ = new_union<Number>(sketch_parameter(call, 0), mode_parameter(call, 1));
    return *union_;
  }
  std::optional<Union<Number>> union_;
};

// tuple_intersection_agg_*(sketch): the parameter is the mode. Without sketches the empty one.
template <typename Number>
class TupleIntersection : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    made(call).update(sketch_from<Number>(
        arguments[0],
        named<Number>("tuple_intersection_agg_double", "tuple_intersection_agg_integer")));
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const TupleIntersection&>(later).intersection_;
    if (other && other->has_result()) made(call).update(other->get_result(false));
  }
  Value result(const ValueCall& call) override {
    if (made(call).has_result()) return bytes_of<Number>(intersection_->get_result(false));
    return bytes_of<Number>(typename Updated<Number>::builder().build().compact(false));
  }

 private:
  Intersection<Number>& made(const ValueCall& call) {
    if (!intersection_) {
      intersection_.emplace(datasketches::DEFAULT_SEED, Policy<Number>{mode_parameter(call, 0)});
    }
    return *intersection_;
  }
  std::optional<Intersection<Number>> intersection_;
};

template <typename Number>
Value estimate(ValueCall&, ValueArguments a) {
  return Value(sketch_from<Number>(a[0], named<Number>("tuple_sketch_estimate_double",
                                                       "tuple_sketch_estimate_integer"))
                   .get_estimate());
}

template <typename Number>
Value theta(ValueCall&, ValueArguments a) {
  return Value(sketch_from<Number>(
                   a[0], named<Number>("tuple_sketch_theta_double", "tuple_sketch_theta_integer"))
                   .get_theta());
}

// The summaries of all keys in one; zero where there are none. Integers add up to a long.
template <typename Number>
Value summary(ValueCall&, ValueArguments a) {
  constexpr auto kName =
      named<Number>("tuple_sketch_summary_double", "tuple_sketch_summary_integer");
  const auto sketch = sketch_from<Number>(a[0], kName);
  const Mode mode = mode_of(a[1].text(), kName);
  using Wide = std::conditional_t<std::is_integral_v<Number>, int64_t, double>;
  std::optional<Wide> total;
  for (const auto& [hash, one] : sketch) {
    const auto number = static_cast<Wide>(one.value);
    if (mode == Mode::kAlwaysOne) total = total.value_or(0) + 1;
    if (mode == Mode::kSum) total = total.value_or(0) + number;
    if (mode == Mode::kMin) total = std::min(total.value_or(number), number);
    if (mode == Mode::kMax) total = std::max(total.value_or(number), number);
  }
  return Value(total.value_or(0));
}

// The second sketch of the set operations: a tuple sketch, or a theta sketch whose keys all stand
// for the mode's initial summary.
template <typename Number, bool with_theta>
Compact<Number> other_sketch(const Value& value, Mode mode, std::string_view function) {
  if constexpr (with_theta) {
    return Compact<Number>(theta_sketch_from(value, function, "THETA_INVALID_INPUT_SKETCH_BUFFER"),
                           Summary<Number>::initial(mode), false);
  } else {
    return sketch_from<Number>(value, function);
  }
}

template <typename Number, bool with_theta>
Value united(ValueCall&, ValueArguments a) {
  constexpr auto kName =
      with_theta ? named<Number>("tuple_union_theta_double", "tuple_union_theta_integer")
                 : named<Number>("tuple_union_double", "tuple_union_integer");
  require_lg_entries(a[2].integer(), kName);
  const Mode mode = mode_of(a[3].text(), kName);
  const auto left = sketch_from<Number>(a[0], kName);
  auto both = new_union<Number>(static_cast<int>(a[2].integer()), mode);
  both.update(left);
  both.update(other_sketch<Number, with_theta>(a[1], mode, kName));
  return bytes_of<Number>(both.get_result(false));
}

template <typename Number, bool with_theta>
Value intersected(ValueCall&, ValueArguments a) {
  constexpr auto kName =
      with_theta
          ? named<Number>("tuple_intersection_theta_double", "tuple_intersection_theta_integer")
          : named<Number>("tuple_intersection_double", "tuple_intersection_integer");
  const Mode mode = mode_of(a[2].text(), kName);
  Intersection<Number> both(datasketches::DEFAULT_SEED, Policy<Number>{mode});
  both.update(sketch_from<Number>(a[0], kName));
  both.update(other_sketch<Number, with_theta>(a[1], mode, kName));
  return bytes_of<Number>(both.get_result(false));
}

template <typename Number, bool with_theta>
Value difference(ValueCall&, ValueArguments a) {
  constexpr auto kName =
      with_theta ? named<Number>("tuple_difference_theta_double", "tuple_difference_theta_integer")
                 : named<Number>("tuple_difference_double", "tuple_difference_integer");
  const auto left = sketch_from<Number>(a[0], kName);
  const auto right = other_sketch<Number, with_theta>(a[1], Mode::kSum, kName);
  return bytes_of<Number>(
      datasketches::tuple_a_not_b<Summary<Number>>().compute(left, right, false));
}

template <typename Aggregate>
std::unique_ptr<ValueAggregate> make() {
  return std::make_unique<Aggregate>();
}

constexpr ValueAggregateKernel kAggregates[] = {
    {"tuple_sketch_agg_double", make<TupleSketch<double>>},
    {"tuple_sketch_agg_integer", make<TupleSketch<int32_t>>},
    {"tuple_union_agg_double", make<TupleUnion<double>>},
    {"tuple_union_agg_integer", make<TupleUnion<int32_t>>},
    {"tuple_intersection_agg_double", make<TupleIntersection<double>>},
    {"tuple_intersection_agg_integer", make<TupleIntersection<int32_t>>},
};

constexpr ValueKernel kKernels[] = {
    {"tuple_sketch_estimate_double", estimate<double>},
    {"tuple_sketch_estimate_integer", estimate<int32_t>},
    {"tuple_sketch_theta_double", theta<double>},
    {"tuple_sketch_theta_integer", theta<int32_t>},
    {"tuple_sketch_summary_double", summary<double>},
    {"tuple_sketch_summary_integer", summary<int32_t>},
    {"tuple_union_double", united<double, false>},
    {"tuple_union_integer", united<int32_t, false>},
    {"tuple_union_theta_double", united<double, true>},
    {"tuple_union_theta_integer", united<int32_t, true>},
    {"tuple_intersection_double", intersected<double, false>},
    {"tuple_intersection_integer", intersected<int32_t, false>},
    {"tuple_intersection_theta_double", intersected<double, true>},
    {"tuple_intersection_theta_integer", intersected<int32_t, true>},
    {"tuple_difference_double", difference<double, false>},
    {"tuple_difference_integer", difference<int32_t, false>},
    {"tuple_difference_theta_double", difference<double, true>},
    {"tuple_difference_theta_integer", difference<int32_t, true>},
};

}  // namespace

void require_summary_mode(std::string_view mode, std::string_view function) {
  if (find_mode(mode)) return;
  throw SparkError("TUPLE_INVALID_SKETCH_MODE", {{"function", "`" + std::string(function) + "`"},
                                                 {"mode", std::string(mode)},
                                                 {"validModes", "sum, min, max, alwaysone"}});
}

std::span<const ValueAggregateKernel> tuple_aggregates() { return kAggregates; }
std::span<const ValueKernel> tuple_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
