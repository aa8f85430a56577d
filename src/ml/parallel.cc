#include "ml/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace firesteel::ml {

struct PassRunner::Shared {
  std::mutex mutex;
  std::condition_variable start;
  std::condition_variable done;
  const std::function<void(int)>* work = nullptr;
  uint64_t pass = 0;
  int running = 0;
  bool stop = false;
  std::vector<std::exception_ptr> errors;
  std::vector<std::thread> threads;

  void serve(int part) {
    uint64_t seen = 0;
    std::unique_lock lock(mutex);
    while (true) {
      start.wait(lock, [&] { return stop || pass != seen; });
      if (stop) return;
      seen = pass;
      const auto* current = work;
      lock.unlock();
      std::exception_ptr error;
      try {
        (*current)(part);
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      errors[part] = error;
      if (--running == 0) done.notify_one();
    }
  }
};

PassRunner::PassRunner(int parts) : parts_(std::max(1, parts)), shared_(new Shared) {
  shared_->errors.resize(parts_);
  for (int part = 1; part < parts_; ++part) {
    shared_->threads.emplace_back([this, part] { shared_->serve(part); });
  }
}

PassRunner::~PassRunner() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stop = true;
  }
  shared_->start.notify_all();
  for (std::thread& thread : shared_->threads) thread.join();
  delete shared_;
}

void PassRunner::run(const std::function<void(int)>& work) {
  {
    const std::lock_guard lock(shared_->mutex);
    std::fill(shared_->errors.begin(), shared_->errors.end(), nullptr);
    shared_->work = &work;
    shared_->running = parts_ - 1;
    ++shared_->pass;
  }
  shared_->start.notify_all();
  std::exception_ptr own;
  try {
    work(0);
  } catch (...) {
    own = std::current_exception();
  }
  std::unique_lock lock(shared_->mutex);
  shared_->done.wait(lock, [&] { return shared_->running == 0; });
  shared_->errors[0] = own;
  for (const std::exception_ptr& error : shared_->errors) {
    if (error) std::rethrow_exception(error);
  }
}

void for_each_part(int parts, const std::function<void(int)>& work) { PassRunner(parts).run(work); }

void for_each_range(int threads, int64_t count, int64_t step, const std::function<void(int64_t, int64_t)>& work) {
  std::atomic<int64_t> next{0};
  const auto ranges = (count + step - 1) / step;
  for_each_part(static_cast<int>(std::clamp<int64_t>(ranges, 1, std::max(1, threads))), [&](int) {
    for (int64_t begin; (begin = next.fetch_add(step)) < count;) work(begin, std::min(count, begin + step));
  });
}

}  // namespace firesteel::ml
