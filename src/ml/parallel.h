// Data-parallel passes over a fixed number of parts.
#pragma once

#include <cstdint>
#include <functional>

namespace firesteel::ml {

// Calls `work(part)` for every part in [0, parts), each on its own thread (the caller's takes part
// 0). Returns when all have ended; the exception of the lowest failing part is thrown on.
void for_each_part(int parts, const std::function<void(int)>& work);

// Calls `work(begin, end)` for ranges of at most `step` that make up [0, count), each by the next of
// `threads` threads that is free.
void for_each_range(int threads, int64_t count, int64_t step, const std::function<void(int64_t, int64_t)>& work);

// Keeps `parts - 1` threads alive between passes, for optimizers that make many short ones. Not
// thread-safe: one caller at a time.
class PassRunner {
 public:
  explicit PassRunner(int parts);
  ~PassRunner();
  PassRunner(const PassRunner&) = delete;
  PassRunner& operator=(const PassRunner&) = delete;

  int parts() const { return parts_; }
  void run(const std::function<void(int)>& work);

 private:
  struct Shared;
  int parts_;
  Shared* shared_;
};

}  // namespace firesteel::ml
