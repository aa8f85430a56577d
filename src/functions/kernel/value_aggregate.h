// Aggregates over values of any Spark type, for what an engine's own aggregates do otherwise than
// Spark. The type stands beside the value (functions/kernel/value.h).
#pragma once

#include <memory>
#include <string_view>

#include "functions/kernel/value.h"

namespace firesteel::functions::kernel {

// The state of one group. One thread at a time uses it.
class ValueAggregate {
 public:
  virtual ~ValueAggregate() = default;
  virtual void add(const ValueCall& call, ValueArguments arguments) = 0;
  // Takes in a state of the same kind, whose rows come after those of this one; it is not changed.
  virtual void merge(const ValueCall& call, const ValueAggregate& later) = 0;
  // Null for a group without rows, unless the aggregate says otherwise.
  virtual Value result(const ValueCall& call) = 0;
};

struct ValueAggregateKernel {
  std::string_view name;
  std::unique_ptr<ValueAggregate> (*make)() = nullptr;
  bool takes_nulls = false;  // otherwise rows with a null argument are left out
};

// The kernel of a name, or null.
const ValueAggregateKernel* find_value_aggregate(std::string_view name);

// The families of kernels, each in its own file.
std::span<const ValueAggregateKernel> extreme_value_aggregates();
std::span<const ValueAggregateKernel> estimate_value_aggregates();
std::span<const ValueAggregateKernel> variant_aggregates();
std::span<const ValueAggregateKernel> vector_aggregates();
std::span<const ValueAggregateKernel> vector_summary_aggregates();
std::span<const ValueAggregateKernel> frequent_value_aggregates();
std::span<const ValueAggregateKernel> text_schema_aggregates();

}  // namespace firesteel::functions::kernel
