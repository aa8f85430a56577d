#include "connect/response_buffer.h"

#include <algorithm>

namespace firesteel::connect {

bool ResponseBuffer::push(std::string id, grpc::ByteBuffer bytes) {
  std::unique_lock lock(mutex_);
  writable_.wait(lock, [&] { return is_closed_ || unsent_bytes_ < limits_.unsent_bytes_max; });
  if (is_closed_) return false;
  add(std::move(id), std::move(bytes));
  return true;
}

bool ResponseBuffer::push_at_once(std::string id, grpc::ByteBuffer bytes) {
  const std::lock_guard lock(mutex_);
  if (is_closed_) return false;
  add(std::move(id), std::move(bytes));
  return true;
}

void ResponseBuffer::finish(std::optional<Response> last) {
  const std::lock_guard lock(mutex_);
  if (is_closed_) return;
  if (last) add(std::move(last->id), std::move(last->bytes));
  is_closed_ = true;
  readable_.notify_all();
  writable_.notify_all();
}

bool ResponseBuffer::fail(SparkError error) {
  const std::lock_guard lock(mutex_);
  if (is_closed_) return false;
  is_closed_ = true;
  error_ = std::move(error);
  readable_.notify_all();
  writable_.notify_all();
  return true;
}

ResponseBuffer::Cursor ResponseBuffer::attach(const std::optional<std::string>& last_response_id) {
  const std::lock_guard lock(mutex_);
  int64_t next_index = 0;
  if (last_response_id) {
    const auto found = std::find_if(responses_.begin(), responses_.end(), [&](const Response& response) {
      return response.id == *last_response_id;
    });
    if (found != responses_.end()) {
      next_index = found->index + 1;
    } else if (released_ && released_->id == *last_response_id) {
      next_index = released_->index + 1;
    } else {
      throw SparkError("INVALID_CURSOR.POSITION_NOT_FOUND", {{"responseId", *last_response_id}});
    }
  }
  const int64_t oldest = responses_.empty() ? next_index_ : responses_.front().index;
  if (next_index < oldest) {
    throw SparkError("INVALID_CURSOR.POSITION_NOT_AVAILABLE",
                     {{"responseId", last_response_id.value_or("")},
                      {"index", std::to_string(next_index)}});
  }
  ++generation_;
  readable_.notify_all();  // an older reader notices that it lost its place
  return Cursor{generation_, next_index};
}

ResponseBuffer::State ResponseBuffer::next(Cursor* cursor, std::chrono::milliseconds timeout,
                                           Response* response) {
  std::unique_lock lock(mutex_);
  const auto is_ready = [&] {
    return cursor->generation != generation_ || cursor->next_index < next_index_ || is_closed_;
  };
  if (!readable_.wait_for(lock, timeout, is_ready)) return State::kTimedOut;
  if (cursor->generation != generation_) return State::kDisconnected;
  if (cursor->next_index >= next_index_) return error_ ? State::kFailed : State::kComplete;
  const int64_t oldest = responses_.front().index;
  *response = responses_[static_cast<size_t>(cursor->next_index - oldest)];
  cursor->next_index += 1;
  if (cursor->next_index > sent_until_) {
    const auto bytes = static_cast<int64_t>(response->bytes.Length());
    sent_until_ = cursor->next_index;
    unsent_bytes_ -= bytes;
    sent_bytes_ += bytes;
    forget_sent();
    writable_.notify_all();
  }
  return State::kResponse;
}

SparkError ResponseBuffer::error() const {
  const std::lock_guard lock(mutex_);
  return error_.value();
}

void ResponseBuffer::release_until(const std::string& response_id) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(responses_.begin(), responses_.end(),
                                  [&](const Response& response) { return response.id == response_id; });
  if (found == responses_.end()) return;  // released before
  const int64_t index = found->index;
  while (!responses_.empty() && responses_.front().index <= index &&
         responses_.front().index < sent_until_) {
    drop_front();
  }
}

bool ResponseBuffer::is_closed() const {
  const std::lock_guard lock(mutex_);
  return is_closed_;
}

void ResponseBuffer::add(std::string id, grpc::ByteBuffer bytes) {
  unsent_bytes_ += static_cast<int64_t>(bytes.Length());
  responses_.push_back(Response{next_index_++, std::move(id), std::move(bytes)});
  readable_.notify_all();
}

void ResponseBuffer::drop_front() {
  sent_bytes_ -= static_cast<int64_t>(responses_.front().bytes.Length());
  // The id stays known: a client may reattach behind the response that it released last.
  released_ = Response{responses_.front().index, std::move(responses_.front().id), {}};
  responses_.pop_front();
}

void ResponseBuffer::forget_sent() {
  const int64_t kept = is_reattachable_ ? limits_.sent_bytes_max : 0;
  while (!responses_.empty() && responses_.front().index + 1 < sent_until_ && sent_bytes_ > kept) {
    drop_front();
  }
}

}  // namespace firesteel::connect
