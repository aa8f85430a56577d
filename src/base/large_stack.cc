#include "base/large_stack.h"

#include <pthread.h>
#include <sys/mman.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include "base/error.h"

namespace firesteel {

namespace {

// Threads that wait for the next body. More than this end with their body.
constexpr size_t kIdleThreadsMax = 16;
// What a body of usual depth touches stays resident; what a deep one touched is given back.
constexpr size_t kKeptStackBytes = size_t{256} << 10;

}  // namespace

// Starting a thread costs more than a small request; so threads are kept for the next one.
class LargeStackThread::Worker {
 public:
  // An idle worker, or a new one.
  static Worker* take() {
    {
      const std::lock_guard lock(idle_mutex());
      std::vector<Worker*>& workers = idle_workers();
      if (!workers.empty()) {
        Worker* worker = workers.back();
        workers.pop_back();
        return worker;
      }
    }
    return new Worker;
  }

  void run(std::function<void()> body) {
    const std::lock_guard lock(mutex_);
    body_ = std::move(body);
    is_busy_ = true;
    changed_.notify_all();
  }

  // Waits for the body and leaves the worker to others.
  void finish() {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !is_busy_; });
    }
    {
      const std::lock_guard lock(idle_mutex());
      if (idle_workers().size() < kIdleThreadsMax) {
        idle_workers().push_back(this);
        return;
      }
    }
    stop();
  }

 private:
  Worker() {
    // Mapped as a stack that grows down, whole at once: such memory does not count as data, which
    // the server limits to what the machine has.
    stack_ = mmap(nullptr, kLargeStackBytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_GROWSDOWN | MAP_STACK, -1, 0);
    FIRESTEEL_CHECK(stack_ != MAP_FAILED, "no large stack could be mapped");
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack_, kLargeStackBytes);
    const int error = pthread_create(&thread_, &attributes, &Worker::loop, this);
    pthread_attr_destroy(&attributes);
    if (error != 0) munmap(stack_, kLargeStackBytes);
    FIRESTEEL_CHECK(error == 0, "no thread with a large stack could be started");
  }

  static void* loop(void* self) {
    static_cast<Worker*>(self)->serve();
    return nullptr;
  }

  void serve() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return is_busy_ || is_stopping_; });
      if (!is_busy_) return;
      lock.unlock();
      body_();
      body_ = nullptr;  // what it holds goes before its end is told
      release_deep_pages();
      lock.lock();
      is_busy_ = false;
      changed_.notify_all();
    }
  }

  void release_deep_pages() {
    // Not the address of a variable: a sanitizer may keep those elsewhere.
    const auto* here = static_cast<const char*>(__builtin_frame_address(0));
    const auto used = static_cast<size_t>(here - static_cast<const char*>(stack_));
    FIRESTEEL_CHECK(used <= kLargeStackBytes, "a large stack that is not in use");
    if (used > kKeptStackBytes) {
      const size_t bytes = (used - kKeptStackBytes) & ~size_t{4095};
      madvise(stack_, bytes, MADV_DONTNEED);
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
      changed_.notify_all();
    }
    pthread_join(thread_, nullptr);
    munmap(stack_, kLargeStackBytes);
    delete this;
  }

  // Never destroyed: idle threads wait until the process ends.
  static std::mutex& idle_mutex() {
    static auto* mutex = new std::mutex;
    return *mutex;
  }
  static std::vector<Worker*>& idle_workers() {
    static auto* workers = new std::vector<Worker*>;
    return *workers;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> body_;
  bool is_busy_ = false;
  bool is_stopping_ = false;
  void* stack_ = nullptr;
  pthread_t thread_{};
};

LargeStackThread::LargeStackThread(std::function<void()> body) : worker_(Worker::take()) {
  worker_->run(std::move(body));
}

LargeStackThread::~LargeStackThread() { join(); }

void LargeStackThread::join() {
  if (!worker_) return;
  std::exchange(worker_, nullptr)->finish();
}

void run_on_large_stack(const std::function<void()>& body) {
  std::exception_ptr failure;
  LargeStackThread thread([&] {
    try {
      body();
    } catch (...) {
      failure = std::current_exception();
    }
  });
  thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace firesteel
