#include <algorithm>
#include <utility>

#include "engine/engine.h"

namespace firesteel::engine {

int Progress::watch(std::function<void(Progress*)> look) {
  const std::lock_guard lock(mutex_);
  looks_.emplace_back(next_handle_, std::move(look));
  return next_handle_++;
}

void Progress::remove(int handle) {
  const std::lock_guard lock(mutex_);
  std::erase_if(looks_, [&](const auto& entry) { return entry.first == handle; });
}

void Progress::refresh() {
  const std::lock_guard lock(mutex_);
  for (const auto& [handle, look] : looks_) look(this);
}

void Progress::set_query_done(double fraction) {
  fraction_done = fraction;
  bytes_read = static_cast<int64_t>(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(input_bytes.load()));
}

}  // namespace firesteel::engine
