// The responses of one operation between the worker that makes them and the client that reads them.
// Bounded: a slow client makes the worker wait. A reattachable operation keeps what was sent until the
// client releases it, so that a client that was cut off continues where it stopped.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.h"

namespace firesteel::connect {

class ResponseBuffer {
 public:
  struct Limits {
    int64_t unsent_bytes_max = int64_t{32} << 20;  // the worker waits beyond it
    int64_t sent_bytes_max = int64_t{32} << 20;    // sent but unreleased responses that are kept
  };
  struct Response {
    int64_t index = 0;
    std::string id;
    grpc::ByteBuffer bytes;
  };
  // A reader's place. A newer reader of the same operation disconnects an older one.
  struct Cursor {
    int64_t generation = 0;
    int64_t next_index = 0;
  };
  enum class State : uint8_t { kResponse, kComplete, kFailed, kDisconnected, kTimedOut };

  ResponseBuffer(bool is_reattachable, Limits limits)
      : is_reattachable_(is_reattachable), limits_(limits) {}

  // ---- worker ----
  // Waits for room; false once the buffer is closed (interrupted, or finished).
  bool push(std::string id, grpc::ByteBuffer bytes);
  // Adds without waiting; for small messages such as progress. False when closed.
  bool push_at_once(std::string id, grpc::ByteBuffer bytes);
  // Adds the last response and closes the buffer in one step.
  void finish(std::optional<Response> last);
  // Ends the stream with an error behind the responses that are there. The first end wins; true if
  // this was it.
  bool fail(SparkError error);

  // ---- reader ----
  // Reads from the response behind `last_response_id`, from the start when there is none. Throws
  // INVALID_CURSOR.*.
  Cursor attach(const std::optional<std::string>& last_response_id);
  // The next response, or why there is none.
  State next(Cursor* cursor, std::chrono::milliseconds timeout, Response* response);
  SparkError error() const;  // after kFailed
  void release_until(const std::string& response_id);

  bool is_closed() const;

 private:
  void add(std::string id, grpc::ByteBuffer bytes);
  void drop_front();
  void forget_sent();

  const bool is_reattachable_;
  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable readable_;
  std::condition_variable writable_;
  std::deque<Response> responses_;
  std::optional<Response> released_;  // the newest response that was dropped, without its bytes
  int64_t next_index_ = 0;        // of the next response that is added
  int64_t sent_until_ = 0;        // responses below were handed to a reader
  int64_t unsent_bytes_ = 0;
  int64_t sent_bytes_ = 0;
  int64_t generation_ = 0;
  bool is_closed_ = false;
  std::optional<SparkError> error_;
};

}  // namespace firesteel::connect
