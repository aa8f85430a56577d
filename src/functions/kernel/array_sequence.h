// sequence() of whole numbers.
#pragma once

#include <cstdint>
#include <optional>

namespace firesteel::functions::kernel {

struct IntegerSequence {
  int64_t start = 0;
  int64_t step = 0;
  int64_t count = 0;
};

// Throws SparkError for a step that does not lead from `start` to `stop` and for more elements than an array has. Without a
// step it is 1 or -1.
IntegerSequence integer_sequence(int64_t start, int64_t stop, std::optional<int64_t> step);

}  // namespace firesteel::functions::kernel
