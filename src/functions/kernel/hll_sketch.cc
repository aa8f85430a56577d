// hll_sketch_agg, hll_union_agg, hll_union, hll_sketch_estimate: HllSketch of type HLL_8 in its
// updatable form (datasketchesAggregates.scala, datasketchesExpressions.scala).
#include <algorithm>
#include <cmath>
#include <optional>

#include <hll.hpp>

#include "base/error.h"
#include "functions/kernel/sketches.h"

namespace firesteel::functions::kernel {

namespace {

using datasketches::hll_sketch;
using datasketches::hll_union;
using plan::TypeKind;

constexpr std::string_view kBadSketch = "HLL_INVALID_INPUT_SKETCH_BUFFER";

Value bytes_of(const hll_sketch& sketch) {
  const auto bytes = sketch.serialize_updatable();
  return Value(std::string(bytes.begin(), bytes.end()));
}

hll_sketch sketch_from(const Value& value, std::string_view function) {
  return read_sketch(kBadSketch, function, [&] {
    return hll_sketch::deserialize(value.text().data(), value.text().size());
  });
}

void require_same_size(int left, int right, bool may_differ, std::string_view function) {
  if (left == right || may_differ) return;
  throw SparkError("HLL_UNION_DIFFERENT_LG_K", {{"left", std::to_string(left)},
                                                {"right", std::to_string(right)},
                                                {"function", "`" + std::string(function) + "`"}});
}

// hll_sketch_agg(value): the parameter is lgConfigK.
class HllSketch : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    hll_sketch& sketch = made(call);
    const plan::Type& type = call.argument_types[0];
    if (type.is_string() || type.is(TypeKind::kBinary)) {
      // Java's sketches take no notice of what is empty.
      if (arguments[0].text().empty()) return;
      sketch.update(arguments[0].text().data(), arguments[0].text().size());
    } else {
      sketch.update(arguments[0].integer());
    }
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const HllSketch&>(later).sketch_;
    if (!other) return;
    hll_union both(made(call).get_lg_config_k());
    both.update(*sketch_);
    both.update(*other);
    sketch_ = both.get_result(datasketches::HLL_8);
  }
  // Spark merges even the one part of a group into an empty sketch, which changes how it estimates.
  Value result(const ValueCall& call) override {
    hll_union whole(made(call).get_lg_config_k());
    whole.update(hll_sketch(sketch_->get_lg_config_k(), datasketches::HLL_8));
    whole.update(*sketch_);
    return bytes_of(whole.get_result(datasketches::HLL_8));
  }

 private:
  hll_sketch& made(const ValueCall& call) {
    if (!sketch_)
      sketch_.emplace(static_cast<uint8_t>(sketch_parameter(call, 0)), datasketches::HLL_8);
    return *sketch_;
  }
  std::optional<hll_sketch> sketch_;
};

// hll_union_agg(sketch): the parameter is 1 where the sketches' sizes may differ.
class HllUnion : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    take(call, sketch_from(arguments[0], "hll_union_agg"));
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const HllUnion&>(later).union_;
    if (other) take(call, other->get_result(datasketches::HLL_8));
  }
  Value result(const ValueCall&) override {
    if (!union_) union_.emplace(uint8_t{12});
    return bytes_of(union_->get_result(datasketches::HLL_8));
  }

 private:
  void take(const ValueCall& call, const hll_sketch& sketch) {
    if (!union_) union_.emplace(sketch.get_lg_config_k());
    require_same_size(union_->get_lg_config_k(), sketch.get_lg_config_k(),
                      sketch_parameter(call, 0) == 1, "hll_union_agg");
    union_->update(sketch);
  }
  std::optional<datasketches::hll_union> union_;
};

Value estimate(ValueCall&, ValueArguments a) {
  const hll_sketch sketch = sketch_from(a[0], "hll_sketch_estimate");
  return Value(static_cast<int64_t>(std::floor(sketch.get_estimate() + 0.5)));
}

Value united(ValueCall&, ValueArguments a) {
  const hll_sketch left = sketch_from(a[0], "hll_union");
  const hll_sketch right = sketch_from(a[1], "hll_union");
  require_same_size(left.get_lg_config_k(), right.get_lg_config_k(), a[2].boolean(), "hll_union");
  datasketches::hll_union both(std::min(left.get_lg_config_k(), right.get_lg_config_k()));
  both.update(left);
  both.update(right);
  return bytes_of(both.get_result(datasketches::HLL_8));
}

template <typename Aggregate>
std::unique_ptr<ValueAggregate> make() {
  return std::make_unique<Aggregate>();
}

constexpr ValueAggregateKernel kAggregates[] = {
    {"hll_sketch_agg", make<HllSketch>},
    {"hll_union_agg", make<HllUnion>},
};

constexpr ValueKernel kKernels[] = {
    {"hll_sketch_estimate", estimate},
    {"hll_union", united},
};

}  // namespace

int sketch_parameter(const ValueCall& call, size_t index) {
  return std::stoi(call.parameters.at(index));
}

void throw_bad_sketch(std::string_view condition, std::string_view function) {
  throw SparkError(std::string(condition), {{"function", "`" + std::string(function) + "`"}});
}

void require_family(const std::string& bytes, SketchFamily wanted, std::string_view condition, std::string_view function) {
  // org.apache.datasketches.common.Family, from 1 on.
  static constexpr std::string_view kFamilies[] = {"ALPHA",     "QUICKSELECT", "COMPACT",         "UNION",  "INTERSECTION",   "ANOTB", "HLL",
                                                   "QUANTILES", "TUPLE",       "FREQUENCY",       "RESERVOIR", "RESERVOIR_UNION", "VAROPT",
                                                   "VAROPT_UNION", "KLL",      "CPC",             "REQ",    "COUNTMIN",       "EBPPS", "TDIGEST",
                                                   "BLOOMFILTER"};
  const size_t family = bytes.size() > 2 ? static_cast<uint8_t>(bytes[2]) : 0;
  if (family == 0 || family > std::size(kFamilies) || family == static_cast<size_t>(wanted)) return;
  throw SparkError(std::string(condition) + "_FAMILY",
                   {{"function", "`" + std::string(function) + "`"},
                    {"expectedFamily", std::string(kFamilies[static_cast<size_t>(wanted) - 1])},
                    {"actualFamily", std::string(kFamilies[family - 1])}});
}

std::span<const ValueAggregateKernel> hll_aggregates() { return kAggregates; }
std::span<const ValueKernel> hll_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
