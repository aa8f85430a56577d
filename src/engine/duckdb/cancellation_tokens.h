// Cancellations under numbers that stand in SQL text: kernels learn from them that the operation
// whose text they run is cancelled, which DuckDB does not tell while it computes one expression.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/engine.h"

namespace firesteel::engine {

// The number of a cancellation, the same each time. It stands for nothing once the cancellation is gone.
int64_t cancellation_token(const std::shared_ptr<Cancellation>& cancellation);
// Null when it is gone.
std::shared_ptr<const Cancellation> cancellation_of(int64_t token);

}  // namespace firesteel::engine
