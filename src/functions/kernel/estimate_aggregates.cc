// Estimates over a group whose state does not grow with it: percentile_approx, approx_count_distinct.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/error.h"
#include "functions/kernel/cast_number.h"
#include "functions/kernel/count_min_sketch.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/hyperloglog.h"
#include "functions/kernel/quantile_summary.h"
#include "functions/kernel/value_aggregate.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

double as_double(const Type& type, const Value& value) {
  if (type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble)) return value.real();
  if (type.is(TypeKind::kDecimal)) return decimal_to_double(value.decimal(), type.scale());
  return static_cast<double>(value.integer());
}

// As Java converts a double to the type: fractions fall away, and a decimal is made of the shortest text of the double.
Value from_double(const Type& type, double number) {
  if (type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble)) return Value(number);
  if (type.is(TypeKind::kDecimal)) {
    const auto unscaled = double_to_decimal(number, {type.precision(), type.scale()}, CastMode::kTry);
    return unscaled ? Value(*unscaled) : Value();
  }
  if (std::isnan(number)) return Value(int64_t{0});
  if (number >= 9223372036854775807.0) return Value(std::numeric_limits<int64_t>::max());
  if (number <= -9223372036854775808.0) return Value(std::numeric_limits<int64_t>::min());
  return Value(static_cast<int64_t>(number));
}

// percentile_approx(value, fractions, accuracy).
class ApproximatePercentile : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    if (arguments[0].is_null()) return;
    if (!summary_) {
      fractions_ = arguments[1];
      summary_.emplace(1.0 / static_cast<double>(std::max<int64_t>(arguments[2].integer(), 1)));
    }
    summary_->insert(as_double(call.argument_types[0], arguments[0]));
  }

  void merge(const ValueCall&, const ValueAggregate& later) override {
    const auto& other = static_cast<const ApproximatePercentile&>(later);
    if (!other.summary_) return;
    QuantileSummary theirs = *other.summary_;
    theirs.compress();
    if (!summary_) {
      fractions_ = other.fractions_;
      summary_ = std::move(theirs);
      return;
    }
    summary_->compress();
    summary_->merge(theirs);
  }

  Value result(const ValueCall& call) override {
    if (!summary_) return Value();
    summary_->compress();
    const Type& type = call.argument_types[0];
    const auto* list = std::get_if<Values>(&fractions_.data);
    if (!list) return from_double(type, summary_->query(fractions_.real()));
    Values results;
    for (const Value& fraction : *list) results.push_back(from_double(type, summary_->query(fraction.real())));
    return results.empty() ? Value() : Value(std::move(results));
  }

 private:
  Value fractions_;
  std::optional<QuantileSummary> summary_;
};

// approx_count_distinct(hash, relative deviation); zero for a group without values.
class ApproximateCount : public ValueAggregate {
 public:
  void add(const ValueCall&, ValueArguments arguments) override {
    if (!sketch_) sketch_.emplace(hyperloglog_bits(arguments[1].real()));
    sketch_->add(static_cast<uint64_t>(arguments[0].integer()));
  }
  void merge(const ValueCall&, const ValueAggregate& later) override {
    const auto& other = static_cast<const ApproximateCount&>(later).sketch_;
    if (!other) return;
    if (sketch_) {
      sketch_->merge(*other);
    } else {
      sketch_ = other;
    }
  }
  Value result(const ValueCall&) override { return Value(sketch_ ? sketch_->estimate() : int64_t{0}); }

 private:
  std::optional<HyperLogLog> sketch_;
};

// count_min_sketch(value): the parameters are the error, the confidence and the seed.
class CountedMinimum : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    CountMinSketch& sketch = made(call);
    const auto* text = std::get_if<std::string>(&arguments[0].data);
    text ? sketch.add(*text) : sketch.add(arguments[0].integer());
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const CountedMinimum&>(later).sketch_;
    if (other) made(call).merge(*other);
  }
  Value result(const ValueCall& call) override { return Value(made(call).bytes()); }

 private:
  CountMinSketch& made(const ValueCall& call) {
    if (!sketch_) {
      sketch_.emplace(std::stod(call.parameters.at(0)), std::stod(call.parameters.at(1)),
                      static_cast<int32_t>(std::stoll(call.parameters.at(2))));
    }
    return *sketch_;
  }
  std::optional<CountMinSketch> sketch_;
};

template <typename Aggregate>
std::unique_ptr<ValueAggregate> make() {
  return std::make_unique<Aggregate>();
}

constexpr ValueAggregateKernel kKernels[] = {
    {"percentile_approx", make<ApproximatePercentile>, true},
    {"approx_count_distinct", make<ApproximateCount>},
    {"count_min_sketch", make<CountedMinimum>},
};

}  // namespace

std::span<const ValueAggregateKernel> estimate_value_aggregates() { return kKernels; }

}  // namespace firesteel::functions::kernel
