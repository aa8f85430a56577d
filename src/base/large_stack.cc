#include "base/large_stack.h"

#include <sys/mman.h>

#include <exception>

#include "base/error.h"

namespace firesteel {

namespace {

void* run_body(void* argument) {
  const std::unique_ptr<std::function<void()>> body(static_cast<std::function<void()>*>(argument));
  (*body)();
  return nullptr;
}

}  // namespace

LargeStackThread::LargeStackThread(std::function<void()> body) {
  // Mapped as a stack that grows down, whole at once: such memory does not count as data, which
  // the server limits to what the machine has.
  stack_ = mmap(nullptr, kLargeStackBytes, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_GROWSDOWN | MAP_STACK, -1, 0);
  FIRESTEEL_CHECK(stack_ != MAP_FAILED, "no large stack could be mapped");
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack_, kLargeStackBytes);
  auto argument = std::make_unique<std::function<void()>>(std::move(body));
  const int error = pthread_create(&thread_, &attributes, run_body, argument.get());
  pthread_attr_destroy(&attributes);
  if (error != 0) munmap(stack_, kLargeStackBytes);
  FIRESTEEL_CHECK(error == 0, "no thread with a large stack could be started");
  argument.release();  // run_body owns it now
  is_joinable_ = true;
}

LargeStackThread::~LargeStackThread() { join(); }

void LargeStackThread::join() {
  if (!is_joinable_) return;
  is_joinable_ = false;
  pthread_join(thread_, nullptr);
  munmap(stack_, kLargeStackBytes);
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
