// Cancellations under numbers that stand in SQL text: kernels learn from them that the operation
// whose text they run is cancelled, which DuckDB does not tell while it computes one expression.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include <duckdb_cpp.hpp>

#include "engine/engine.h"
#include "functions/kernel/interruption.h"

namespace firesteel::engine {

// The number of a cancellation, the same each time. It stands for nothing once the cancellation is gone.
int64_t cancellation_token(const std::shared_ptr<Cancellation>& cancellation);
// Null when it is gone.
std::shared_ptr<const Cancellation> cancellation_of(int64_t token);

// What a kernel asks between rows, and loops within one value of it by Interruptible. DuckDB looks for interrupts between
// vectors of 2,048 rows only, and those of slow kernels take seconds. A vector that is done within a few milliseconds costs a
// look at the clock now and then.
class RowWatch final : public functions::kernel::Interruptible {
 public:
  explicit RowWatch(duckdb::cxx::Context& context) : context_(context) {}
  ~RowWatch() = default;

  // Throws OPERATION_CANCELED once the operation is.
  void next_row() {
    // The first rows one by one: those of long texts take long each.
    if (rows_ < kRowsBetweenLooks || rows_ % kRowsBetweenLooks == 0 || cancellation_) look();
    ++rows_;
  }

 private:
  static constexpr uint32_t kRowsBetweenLooks = 8;

  void ask() override { look(); }
  void look();

  duckdb::cxx::Context& context_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  uint32_t rows_ = 0;
  bool is_known_ = false;
  std::shared_ptr<const Cancellation> cancellation_;
};

// The setting of a connection that says which operation it runs: its value is the number of a cancellation.
inline constexpr const char* kOperationSetting = "fs_operation";

}  // namespace firesteel::engine
