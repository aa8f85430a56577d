// One ExecutePlan: its worker thread, its responses, and how it ends.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/large_stack.h"
#include "connect/response_buffer.h"
#include "engine/engine.h"

namespace spark::connect {
class ExecutePlanResponse;
}

namespace firesteel::connect {

class Session;

// What the log line of an operation says beside its ids and times.
struct OperationSummary {
  std::string statement;  // "relation project", "command write_operation"
  std::string engine;
  int64_t rows = 0;
  int64_t bytes = 0;
};

class Operation {
 public:
  enum class Outcome : uint8_t { kRunning, kSucceeded, kFailed, kCancelled };

  struct Settings {
    std::string session_id;
    std::string server_session_id;
    std::string operation_id;
    std::set<std::string> tags;
    bool is_reattachable = false;
    std::chrono::milliseconds progress_interval{2000};
  };

  explicit Operation(Settings settings);
  ~Operation();  // interrupts and waits for the worker

  const Settings& settings() const { return settings_; }
  ResponseBuffer& responses() { return responses_; }
  engine::ExecutionContext& context() { return *context_; }
  std::shared_ptr<engine::ExecutionContext> shared_context() { return context_; }
  OperationSummary& summary() { return summary_; }

  // Starts the worker. `body` sends its responses with `send`; what it throws fails the operation.
  // `on_end` runs on the worker afterwards.
  void start(std::function<void(Operation&)> body, std::function<void(Operation&)> on_end);

  // Sends a response (ids are filled in). Waits while the client is slow. Throws OPERATION_CANCELED
  // once the operation was interrupted.
  void send(spark::connect::ExecutePlanResponse* response);
  // Sends how far the query is, without waiting.
  void send_progress(bool is_done);

  // Stops the engine and ends the stream with OPERATION_CANCELED. False when it had ended before.
  bool interrupt();
  Outcome outcome() const { return outcome_; }
  std::optional<SparkError> failure() const;
  std::chrono::steady_clock::time_point started() const { return started_; }

  // Readers register, so that an abandoned operation can be told from one whose client is slow.
  void reader_attached();
  void reader_detached();
  // How long no reader has been attached; zero while one is.
  std::chrono::steady_clock::duration detached_for() const;

 private:
  void run(const std::function<void(Operation&)>& body);
  grpc::ByteBuffer stamp(spark::connect::ExecutePlanResponse* response, std::string* id) const;

  const Settings settings_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  ResponseBuffer responses_;
  std::shared_ptr<engine::ExecutionContext> context_;
  OperationSummary summary_;
  std::atomic<Outcome> outcome_{Outcome::kRunning};
  mutable std::mutex mutex_;
  std::optional<SparkError> failure_;
  int readers_ = 0;
  std::chrono::steady_clock::time_point detached_since_ = started_;
  std::unique_ptr<LargeStackThread> worker_;
};

}  // namespace firesteel::connect
