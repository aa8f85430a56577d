// Threads with a stack for plans that nest thousands of levels deep. The stack is virtual memory:
// only pages that recursion touches become resident.
#pragma once

#include <cstddef>
#include <functional>

namespace firesteel {

inline constexpr size_t kLargeStackBytes = size_t{512} << 20;

// Runs a body on a thread with a large stack, one of a few that are kept. `body` must not throw, and
// what it leaves in thread-local variables meets the next body.
class LargeStackThread {
 public:
  explicit LargeStackThread(std::function<void()> body);
  LargeStackThread(const LargeStackThread&) = delete;
  LargeStackThread& operator=(const LargeStackThread&) = delete;
  ~LargeStackThread();  // joins

  void join();

 private:
  class Worker;
  Worker* worker_;
};

// Runs `body` on a large stack and waits for it; what it throws is thrown here.
void run_on_large_stack(const std::function<void()>& body);

}  // namespace firesteel
