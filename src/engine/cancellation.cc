#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engine/engine.h"

namespace firesteel::engine {

bool Cancellation::cancel() {
  std::vector<std::pair<int, std::function<void()>>> callbacks;
  {
    std::lock_guard lock(mutex_);
    if (is_closed_ || cancelled_.exchange(true)) return false;
    callbacks = callbacks_;
  }
  for (const auto& [handle, callback] : callbacks) callback();
  return true;
}

void Cancellation::close() {
  std::lock_guard lock(mutex_);
  throw_if_cancelled();
  is_closed_ = true;
}

void Cancellation::throw_if_cancelled() const {
  if (is_cancelled()) throw SparkError("OPERATION_CANCELED", {});
}

int Cancellation::on_cancel(std::function<void()> callback) {
  int handle = 0;
  {
    std::lock_guard lock(mutex_);
    handle = next_handle_++;
    if (!is_cancelled()) {
      callbacks_.emplace_back(handle, std::move(callback));
      return handle;
    }
  }
  callback();
  return handle;
}

void Cancellation::remove(int handle) {
  std::lock_guard lock(mutex_);
  std::erase_if(callbacks_, [&](const auto& entry) { return entry.first == handle; });
}

}  // namespace firesteel::engine
