// Memory that a fit or an evaluation has on account while it holds rows.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "ml/context.h"

namespace firesteel::ml {

// Released when it dies. One thread.
class Reservation {
 public:
  // `context` outlives this; `what` names the rows in the error's text.
  Reservation(const FitContext& context, std::string what) : account_(context.memory), what_(std::move(what)) {}
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  ~Reservation() {
    if (account_ != nullptr && bytes_ > 0) account_->release(bytes_);
  }

  // Before `rows` rows of `bytes_of_row` each are held: throws SparkError where they do not fit.
  void add(int64_t rows, int64_t bytes_of_row) {
    rows_ += rows;
    const int64_t bytes = rows * bytes_of_row;
    if (account_ != nullptr && !account_->try_reserve(bytes)) {
      throw SparkError("_LEGACY_ERROR_ML",
                       {{"message", "The " + std::to_string(rows_) + " rows of " + what_ + " do not fit the memory limit"}});
    }
    bytes_ += bytes;
  }

 private:
  MemoryAccount* account_;
  std::string what_;
  int64_t rows_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace firesteel::ml
