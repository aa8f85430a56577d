#include "engine/duckdb/cancellation_tokens.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

namespace firesteel::engine {

namespace {

class Tokens {
 public:
  int64_t add(const std::shared_ptr<Cancellation>& cancellation) {
    const std::lock_guard lock(mutex_);
    for (const auto& [token, known] : known_) {
      if (known.lock() == cancellation) return token;
    }
    std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
    known_.emplace(next_, cancellation);
    return next_++;
  }

  std::shared_ptr<const Cancellation> find(int64_t token) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(token);
    return found == known_.end() ? nullptr : found->second.lock();
  }

 private:
  std::mutex mutex_;
  std::unordered_map<int64_t, std::weak_ptr<Cancellation>> known_;  // of running operations: few
  int64_t next_ = 1;
};

Tokens& tokens() {
  static Tokens all;
  return all;
}

}  // namespace

int64_t cancellation_token(const std::shared_ptr<Cancellation>& cancellation) { return tokens().add(cancellation); }

std::shared_ptr<const Cancellation> cancellation_of(int64_t token) { return tokens().find(token); }

void RowWatch::look() {
  constexpr std::chrono::milliseconds kPatience(4);
  if (!is_known_) {
    if (std::chrono::steady_clock::now() - begin_ < kPatience) return;
    is_known_ = true;
    const auto setting = context_.GetConfig().TryGetOption(kOperationSetting);
    if (setting && !setting->value.IsNull()) cancellation_ = cancellation_of(setting->value.Get<int64_t>());
  }
  if (cancellation_) cancellation_->throw_if_cancelled();
}

}  // namespace firesteel::engine
