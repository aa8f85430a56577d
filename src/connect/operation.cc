#include "connect/operation.h"

#include "connect/error_status.h"
#include "connect/message.h"
#include "connect/uuid.h"
#include "spark/connect/base.pb.h"

namespace firesteel::connect {

using spark::connect::ExecutePlanResponse;

Operation::Operation(Settings settings)
    : settings_(std::move(settings)),
      responses_(settings_.is_reattachable, ResponseBuffer::Limits{}),
      context_(std::make_shared<engine::ExecutionContext>()) {
  context_->operation_id = settings_.operation_id;
  context_->session_id = settings_.session_id;
}

Operation::~Operation() {
  interrupt();
  if (worker_) worker_->join();
}

void Operation::start(std::function<void(Operation&)> body, std::function<void(Operation&)> on_end) {
  worker_ = std::make_unique<LargeStackThread>([this, body = std::move(body), on_end = std::move(on_end)] {
    run(body);
    on_end(*this);
  });
}

void Operation::run(const std::function<void(Operation&)>& body) {
  try {
    body(*this);
    Outcome expected = Outcome::kRunning;
    outcome_.compare_exchange_strong(expected, Outcome::kSucceeded);
    std::optional<ResponseBuffer::Response> last;
    if (settings_.is_reattachable) {
      ExecutePlanResponse complete;
      complete.mutable_result_complete();
      ResponseBuffer::Response response;
      response.bytes = stamp(&complete, &response.id);
      last = std::move(response);
    }
    responses_.finish(std::move(last));
  } catch (...) {
    SparkError error = as_spark_error(std::current_exception());
    const bool is_cancelled = error.condition() == "OPERATION_CANCELED" || context_->cancellation->is_cancelled();
    Outcome expected = Outcome::kRunning;
    outcome_.compare_exchange_strong(expected, is_cancelled ? Outcome::kCancelled : Outcome::kFailed);
    if (is_cancelled) error = SparkError("OPERATION_CANCELED", {});
    {
      const std::lock_guard lock(mutex_);
      failure_ = error;
    }
    responses_.fail(std::move(error));
  }
}

grpc::ByteBuffer Operation::stamp(ExecutePlanResponse* response, std::string* id) const {
  *id = make_uuid();
  response->set_session_id(settings_.session_id);
  response->set_server_side_session_id(settings_.server_session_id);
  response->set_operation_id(settings_.operation_id);
  response->set_response_id(*id);
  return serialize_message(*response);
}

void Operation::send(ExecutePlanResponse* response) {
  context_->cancellation->throw_if_cancelled();
  std::string id;
  grpc::ByteBuffer bytes = stamp(response, &id);
  if (!responses_.push(std::move(id), std::move(bytes))) throw SparkError("OPERATION_CANCELED", {});
}

void Operation::send_progress(bool is_done) {
  ExecutePlanResponse response;
  auto* progress = response.mutable_execution_progress();
  auto* stage = progress->add_stages();
  // One stage of a hundred tasks stands for the whole query: the client draws a bar of their ratio.
  constexpr int64_t kTasks = 100;
  engine::Progress& done = context_->progress;
  done.refresh();
  if (is_done) done.fraction_done = 1.0;
  const double fraction = done.fraction_done.load();
  stage->set_stage_id(0);
  stage->set_num_tasks(kTasks);
  stage->set_num_completed_tasks(fraction <= 0 ? 0 : static_cast<int64_t>(fraction * kTasks));
  stage->set_input_bytes_read(done.bytes_read.load());
  stage->set_done(is_done);
  progress->set_num_inflight_tasks(is_done ? 0 : 1);
  std::string id;
  grpc::ByteBuffer bytes = stamp(&response, &id);
  responses_.push_at_once(std::move(id), std::move(bytes));
}

bool Operation::interrupt() {
  // The worker has finished, or does what cannot be undone: nothing is left to stop.
  if (outcome_ != Outcome::kRunning || !context_->cancellation->cancel()) return false;
  Outcome expected = Outcome::kRunning;
  if (!outcome_.compare_exchange_strong(expected, Outcome::kCancelled)) return false;  // it ended meanwhile
  // A worker that waits for room wakes up.
  responses_.fail(SparkError("OPERATION_CANCELED", {}));
  return true;
}

std::optional<SparkError> Operation::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Operation::reader_attached() {
  const std::lock_guard lock(mutex_);
  ++readers_;
}

void Operation::reader_detached() {
  const std::lock_guard lock(mutex_);
  if (--readers_ == 0) detached_since_ = std::chrono::steady_clock::now();
}

std::chrono::steady_clock::duration Operation::detached_for() const {
  const std::lock_guard lock(mutex_);
  if (readers_ > 0) return {};
  return std::chrono::steady_clock::now() - detached_since_;
}

}  // namespace firesteel::connect
