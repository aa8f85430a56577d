#include "base/large_stack.h"

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
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kLargeStackBytes);
  auto argument = std::make_unique<std::function<void()>>(std::move(body));
  const int error = pthread_create(&thread_, &attributes, run_body, argument.get());
  pthread_attr_destroy(&attributes);
  FIRESTEEL_CHECK(error == 0, "no thread with a large stack could be started");
  argument.release();  // run_body owns it now
  is_joinable_ = true;
}

LargeStackThread::~LargeStackThread() { join(); }

void LargeStackThread::join() {
  if (!is_joinable_) return;
  is_joinable_ = false;
  pthread_join(thread_, nullptr);
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
