// Where loops within one value ask whether what they compute is still wanted: one value may be a text of 100 MB or an
// array of millions, and whoever calls the kernel asks between values only.
#pragma once

#include <cstdint>

namespace firesteel::functions::kernel {

// What the caller of kernels knows about the operation that this thread computes for, as long as the object lives.
class Interruptible {
 public:
  Interruptible() : outer_(current_) { current_ = this; }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  // Throws SparkError OPERATION_CANCELED once nobody waits any more.
  static void poll() {
    if (current_) current_->ask();
  }

 protected:
  ~Interruptible() { current_ = outer_; }
  virtual void ask() = 0;

 private:
  inline static thread_local Interruptible* current_ = nullptr;
  Interruptible* outer_;
};

// For the body of a loop: asks once in a while.
class LoopWatch {
 public:
  // `work`: how much this round does, in units of some nanoseconds.
  void step(uint64_t work = 1) {
    done_ += work;
    if (done_ < kWorkBetweenPolls) return;
    done_ = 0;
    Interruptible::poll();
  }

 private:
  static constexpr uint64_t kWorkBetweenPolls = 1 << 16;

  uint64_t done_ = 0;
};

}  // namespace firesteel::functions::kernel
