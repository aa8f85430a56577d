#include "functions/kernel/value_aggregate.h"

#include <optional>

#include "functions/kernel/decimal.h"
#include "functions/kernel/sketches.h"

namespace firesteel::functions::kernel {

namespace {

// max and min: in Spark's order, in which null elements of arrays and structs come first.
template <int direction>
class Extreme : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override { take(call, arguments[0]); }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& best = static_cast<const Extreme&>(later).best_;
    if (best) take(call, *best);
  }
  Value result(const ValueCall&) override { return best_.value_or(Value()); }

 private:
  void take(const ValueCall& call, const Value& value) {
    if (!best_ || direction * compare_values(call.argument_types[0], value, *best_) > 0) best_ = value;
  }
  std::optional<Value> best_;
};

// max_by(value, order) and min_by: of equal ones the last, as MaxMinBy has it. Rows without an order do
// not count; the value may be null.
template <int direction>
class ExtremeBy : public ValueAggregate {
 public:
  void add(const ValueCall& call, ValueArguments arguments) override {
    take(call, arguments[0], arguments[1]);
  }
  void merge(const ValueCall& call, const ValueAggregate& later) override {
    const auto& other = static_cast<const ExtremeBy&>(later);
    take(call, other.value_, other.order_);
  }
  Value result(const ValueCall&) override { return value_; }

 private:
  void take(const ValueCall& call, const Value& value, const Value& order) {
    if (order.is_null()) return;
    if (!order_.is_null() &&
        direction * compare_values(call.argument_types[1], order, order_) < 0) {
      return;
    }
    value_ = value;
    order_ = order;
  }
  Value value_;
  Value order_;
};

// The value of the last row. States come in the order of their rows.
class Last : public ValueAggregate {
 public:
  void add(const ValueCall&, ValueArguments arguments) override { value_ = arguments[0]; }
  void merge(const ValueCall&, const ValueAggregate& later) override {
    const auto& other = static_cast<const Last&>(later).value_;
    if (other) value_ = other;
  }
  Value result(const ValueCall&) override { return value_.value_or(Value()); }

 private:
  std::optional<Value> value_;
};

// The sum of decimals so long that 128 bits may not hold it. Null where it has more digits than a decimal.
class DecimalSum : public ValueAggregate {
 public:
  void add(const ValueCall&, ValueArguments arguments) override { take(arguments[0].decimal()); }
  void merge(const ValueCall&, const ValueAggregate& later) override {
    const auto& other = static_cast<const DecimalSum&>(later);
    is_too_long_ |= other.is_too_long_;
    if (other.sum_) take(*other.sum_);
  }
  Value result(const ValueCall&) override {
    if (!sum_ || is_too_long_ || !decimal_fits(*sum_, kMaxDecimalPrecision)) return Value();
    return Value(*sum_);
  }

 private:
  void take(Int128 value) {
    Int128 sum = sum_.value_or(0);
    is_too_long_ |= __builtin_add_overflow(sum, value, &sum);
    sum_ = sum;
  }
  std::optional<Int128> sum_;
  bool is_too_long_ = false;
};

template <typename Aggregate>
std::unique_ptr<ValueAggregate> make() {
  return std::make_unique<Aggregate>();
}

constexpr ValueAggregateKernel kKernels[] = {
    {"max", make<Extreme<1>>},
    {"min", make<Extreme<-1>>},
    {"max_by", make<ExtremeBy<1>>, true},
    {"min_by", make<ExtremeBy<-1>>, true},
    {"last", make<Last>, true},
    {"decimal_sum", make<DecimalSum>},
};

}  // namespace

std::span<const ValueAggregateKernel> extreme_value_aggregates() { return kKernels; }

const ValueAggregateKernel* find_value_aggregate(std::string_view name) {
  for (const auto& family : {extreme_value_aggregates(), estimate_value_aggregates(), hll_aggregates(),
                             theta_aggregates(), tuple_aggregates(), kll_aggregates(), top_k_aggregates(),
                             variant_aggregates(), vector_aggregates(), vector_summary_aggregates(),
                             frequent_value_aggregates(), text_schema_aggregates()}) {
    for (const ValueAggregateKernel& kernel : family) {
      if (kernel.name == name) return &kernel;
    }
  }
  return nullptr;
}

}  // namespace firesteel::functions::kernel
