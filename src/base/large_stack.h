// Threads with a stack for plans that nest thousands of levels deep. The stack is virtual memory:
// only pages that recursion touches become resident.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace firesteel {

inline constexpr size_t kLargeStackBytes = size_t{512} << 20;

// A joinable thread on a large stack. `body` must not throw.
class LargeStackThread {
 public:
  explicit LargeStackThread(std::function<void()> body);
  LargeStackThread(const LargeStackThread&) = delete;
  LargeStackThread& operator=(const LargeStackThread&) = delete;
  ~LargeStackThread();  // joins

  void join();

 private:
  void* stack_ = nullptr;
  pthread_t thread_{};
  bool is_joinable_ = false;
};

// Runs `body` on a large stack and waits for it; what it throws is thrown here.
void run_on_large_stack(const std::function<void()>& body);

}  // namespace firesteel
