// What a fit or an evaluation may use of its surroundings.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ml/field.h"

namespace firesteel::ml {

// One report per iteration of an optimizer or per pass over the data.
struct FitProgress {
  std::string stage;          // "reading", "iteration"
  int64_t rows = 0;           // rows read so far
  int32_t iteration = 0;      // of `iterations_max`
  int32_t iterations_max = 0;
  double objective = 0;
};

// Account for the memory that a fit holds. Calls may come from several threads.
class MemoryAccount {
 public:
  virtual ~MemoryAccount() = default;
  // False if `bytes` more do not fit; the fit then spills to a file.
  virtual bool try_reserve(int64_t bytes) = 0;
  virtual void release(int64_t bytes) = 0;
};

// Borrowed pointers outlive the call they are given to.
struct FitContext {
  int threads = 1;
  // Polled at least every 10 ms of work; a fit that sees true ends with OPERATION_CANCELED.
  const std::atomic<bool>* canceled = nullptr;
  std::function<void(const FitProgress&)> progress;
  MemoryAccount* memory = nullptr;  // null: unlimited
  std::string temp_dir = "/tmp";
  // Spark's partitions of the dataset, as far as they are known: so many runs of rows of about the same
  // size. What Spark draws or averages by partition is done by these runs.
  int32_t slices = 1;
  // The dataset's fields, in the order of the reader's columns, with their metadata.
  Fields fields;

  void check_canceled() const;
  void report(FitProgress progress_report) const {
    if (progress) progress(progress_report);
  }
};

// The ordinals at which each of the slices of `rows` rows ends (SparkContext.parallelize); none is empty.
std::vector<int64_t> slice_ends(int64_t rows, int32_t slices);

}  // namespace firesteel::ml
