#include "functions/kernel/list_limit.h"

#include <atomic>
#include <limits>
#include <string>

#include "base/error.h"

namespace firesteel::functions::kernel {
namespace {

constexpr int64_t kCopies = 4;

std::atomic<int64_t> limit_bytes = std::numeric_limits<int64_t>::max();

}  // namespace

void set_list_memory_limit(int64_t bytes) { limit_bytes = bytes; }

void check_list_memory(int64_t elements, int64_t bytes_of_element) {
  if (elements <= limit_bytes / kCopies / bytes_of_element) return;
  throw SparkError("FIRESTEEL_OUT_OF_MEMORY", {{"reason", "an array of " + std::to_string(elements) + " elements"}});
}

}  // namespace firesteel::functions::kernel
