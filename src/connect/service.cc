#include "connect/service.h"

#include <algorithm>
#include <grpcpp/support/method_handler.h>

#include "connect/analyze_plan.h"
#include "connect/config_rpc.h"
#include "connect/error_status.h"
#include "connect/execute_plan.h"
#include "connect/message.h"
#include "connect/uuid.h"
#include "functions/kernel/checksum.h"
#include "spark/connect/base.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;

namespace {

constexpr auto kWaitSlice = std::chrono::milliseconds(200);
constexpr auto kShortestWait = std::chrono::milliseconds(10);

template <typename Request>
Session::Key key_of(const Request& request) {
  return {request.user_context().user_id(), request.session_id()};
}

template <typename Response>
void stamp(const Session& session, Response* response) {
  response->set_session_id(session.id());
  response->set_server_side_session_id(session.server_side_id());
}

// Compares in a time that does not depend on where the first difference is.
bool same_secret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace

Service::Service(Settings settings, Backend backend, SessionRegistry* sessions)
    : settings_(std::move(settings)), backend_(std::move(backend)), sessions_(sessions) {
  using grpc::internal::RpcMethod;
  const auto add = [this](const char* name, RpcMethod::RpcType type,
                          grpc::internal::MethodHandler* handler) {
    const std::string path = std::string("/spark.connect.SparkConnectService/") + name;
    // The method keeps a pointer to its name for as long as the process lives.
    static std::deque<std::string> paths;
    paths.push_back(path);
    AddMethod(new grpc::internal::RpcServiceMethod(paths.back().c_str(), type, handler));
  };
  const auto add_unary = [&](const char* name, grpc::Status (Service::*method)(const Bytes&, Bytes*)) {
    add(name, RpcMethod::NORMAL_RPC,
        new grpc::internal::RpcMethodHandler<Service, Bytes, Bytes>(
            [method](Service* self, grpc::ServerContext* context, const Bytes* request, Bytes* response) {
              return self->unary(context, request, response, method);
            },
            this));
  };
  const auto add_server_stream = [&](const char* name, grpc::Status (Service::*method)(
                                                           grpc::ServerContext*, const Bytes*, Writer*)) {
    add(name, RpcMethod::SERVER_STREAMING,
        new grpc::internal::ServerStreamingHandler<Service, Bytes, Bytes>(
            [method](Service* self, grpc::ServerContext* context, const Bytes* request, Writer* writer) {
              return (self->*method)(context, request, writer);
            },
            this));
  };
  add_server_stream("ExecutePlan", &Service::execute_plan);
  add_server_stream("ReattachExecute", &Service::reattach_execute);
  add("AddArtifacts", RpcMethod::CLIENT_STREAMING,
      new grpc::internal::ClientStreamingHandler<Service, Bytes, Bytes>(
          [](Service* self, grpc::ServerContext* context, Reader* reader, Bytes* response) {
            return self->add_artifacts(context, reader, response);
          },
          this));
  add_unary("AnalyzePlan", &Service::analyze_plan);
  add_unary("Config", &Service::config);
  add_unary("ArtifactStatus", &Service::artifact_status);
  add_unary("Interrupt", &Service::interrupt);
  add_unary("ReleaseExecute", &Service::release_execute);
  add_unary("ReleaseSession", &Service::release_session);
  add_unary("FetchErrorDetails", &Service::fetch_error_details);
  add_unary("CloneSession", &Service::clone_session);
  add_unary("GetStatus", &Service::get_status);
}

grpc::Status Service::check_token(const grpc::ServerContext& context) const {
  if (settings_.token.empty()) return grpc::Status::OK;
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find("authorization");
  const std::string expected = "Bearer " + settings_.token;
  if (found == metadata.end()) {
    return {grpc::StatusCode::UNAUTHENTICATED, "No authentication token provided"};
  }
  if (!same_secret({found->second.data(), found->second.size()}, expected)) {
    return {grpc::StatusCode::UNAUTHENTICATED, "Invalid authentication token"};
  }
  return grpc::Status::OK;
}

grpc::Status Service::guarded(const std::function<void(SessionPtr*)>& body) {
  SessionPtr session;
  try {
    body(&session);
    return grpc::Status::OK;
  } catch (...) {
    const SparkError error = as_spark_error(std::current_exception());
    return to_status(error, session ? session->store_error(error) : "");
  }
}

grpc::Status Service::unary(grpc::ServerContext* context, const Bytes* request, Bytes* response,
                            grpc::Status (Service::*handler)(const Bytes&, Bytes*)) {
  if (grpc::Status status = check_token(*context); !status.ok()) return status;
  return (this->*handler)(*request, response);
}

template <typename Request>
Service::SessionPtr Service::session_of(const Request& request) {
  return sessions_->get_or_create(key_of(request), request.client_observed_server_side_session_id());
}

// ---- plans -------------------------------------------------------------------------------------

grpc::Status Service::analyze_plan(const Bytes& bytes, Bytes* out) {
  return guarded([&](SessionPtr* session) {
    run_on_large_stack([&] {
      Message<proto::AnalyzePlanRequest> request;
      parse_message(bytes, settings_.recursion_limit, request.get());
      *session = session_of(*request);
      Message<proto::AnalyzePlanResponse> response;
      answer_analyze_plan({**session, sessions_->global_views(), backend_}, *request, response.get());
      stamp(**session, response.get());
      *out = serialize_message(*response);
    });
  });
}

std::shared_ptr<Operation> Service::start_operation(const Bytes& bytes, SessionPtr* session) {
  auto request = std::make_shared<Message<proto::ExecutePlanRequest>>();
  run_on_large_stack([&] { parse_message(bytes, settings_.recursion_limit, request->get()); });
  const proto::ExecutePlanRequest& plan_request = **request;
  *session = session_of(plan_request);
  if (plan_request.has_operation_id() && !is_uuid(plan_request.operation_id())) {
    throw SparkError("INVALID_HANDLE.FORMAT", {{"handle", plan_request.operation_id()}});
  }
  if (plan_request.plan().op_type_case() == proto::Plan::OP_TYPE_NOT_SET) {
    throw SparkError("CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SET",
                     {{"fullName", "spark.connect.Plan"}, {"name", "OPTYPE_NOT_SET"}});
  }
  Operation::Settings settings;
  settings.session_id = (*session)->id();
  settings.server_session_id = (*session)->server_side_id();
  settings.operation_id = plan_request.has_operation_id() ? plan_request.operation_id() : make_uuid();
  settings.tags.insert(plan_request.tags().begin(), plan_request.tags().end());
  for (const auto& option : plan_request.request_options()) {
    if (option.has_reattach_options()) settings.is_reattachable = option.reattach_options().reattachable();
  }
  settings.progress_interval = std::chrono::milliseconds(
      (*session)->config().get_duration_ms("spark.connect.progress.reportInterval"));
  std::shared_ptr<Operation> operation = (*session)->add_operation(std::move(settings));
  // The worker holds the session, not the operation: the session owns operations and joins them.
  operation->start(
      [this, request, session = *session](Operation& running) {
        connect::execute_plan({*session, sessions_->global_views(), backend_}, **request, running);
      },
      [session = *session](Operation& ended) { log_operation(*session, ended); });
  return operation;
}

grpc::Status Service::execute_plan(grpc::ServerContext* context, const Bytes* request, Writer* writer) {
  if (grpc::Status status = check_token(*context); !status.ok()) return status;
  SessionPtr session;
  std::shared_ptr<Operation> operation;
  grpc::Status status = guarded([&](SessionPtr* known) {
    operation = start_operation(*request, known);
    session = *known;
  });
  if (!status.ok()) return status;
  return stream(context, writer, session, operation, operation->responses().attach(std::nullopt));
}

grpc::Status Service::reattach_execute(grpc::ServerContext* context, const Bytes* bytes, Writer* writer) {
  if (grpc::Status status = check_token(*context); !status.ok()) return status;
  SessionPtr session;
  std::shared_ptr<Operation> operation;
  ResponseBuffer::Cursor cursor;
  grpc::Status status = guarded([&](SessionPtr* known) {
    proto::ReattachExecuteRequest request;
    parse_message(*bytes, settings_.recursion_limit, &request);
    *known = session = sessions_->get(key_of(request), request.client_observed_server_side_session_id());
    operation = session->operation(request.operation_id());
    if (!operation->settings().is_reattachable) {
      throw SparkError("INVALID_CURSOR.NOT_REATTACHABLE", {});
    }
    std::optional<std::string> last;
    if (request.has_last_response_id()) last = request.last_response_id();
    cursor = operation->responses().attach(last);
  });
  if (!status.ok()) return status;
  return stream(context, writer, session, operation, cursor);
}

grpc::Status Service::stream(grpc::ServerContext* context, Writer* writer, const SessionPtr& session,
                             const std::shared_ptr<Operation>& operation, ResponseBuffer::Cursor cursor) {
  const std::string operation_id = operation->settings().operation_id;
  const bool is_reattachable = operation->settings().is_reattachable;
  const std::chrono::milliseconds progress_interval = operation->settings().progress_interval;
  const bool reports_progress = progress_interval.count() > 0;
  const auto wait_slice = reports_progress ? std::clamp<std::chrono::milliseconds>(progress_interval, kShortestWait, kWaitSlice)
                                           : kWaitSlice;
  const auto started = std::chrono::steady_clock::now();
  auto last_progress = started;
  int64_t bytes_sent = 0;
  operation->reader_attached();
  const auto end = [&](grpc::Status status) {
    operation->reader_detached();
    // Without reattachment nobody can come back for the rest.
    if (!is_reattachable) session->remove_operation(operation_id);
    return status;
  };
  while (true) {
    ResponseBuffer::Response response;
    switch (operation->responses().next(&cursor, wait_slice, &response)) {
      case ResponseBuffer::State::kResponse:
        bytes_sent += static_cast<int64_t>(response.bytes.Length());
        if (!writer->Write(response.bytes)) return end(grpc::Status::CANCELLED);
        break;
      case ResponseBuffer::State::kComplete:
        return end(grpc::Status::OK);
      case ResponseBuffer::State::kFailed: {
        const SparkError error = operation->responses().error();
        return end(to_status(error, session->store_error(error)));
      }
      case ResponseBuffer::State::kDisconnected: {
        operation->reader_detached();
        return to_status(SparkError("INVALID_CURSOR.DISCONNECTED", {}), "");
      }
      case ResponseBuffer::State::kTimedOut:
        break;
    }
    if (context->IsCancelled()) return end(grpc::Status::CANCELLED);
    const auto now = std::chrono::steady_clock::now();
    if (reports_progress && now - last_progress >= progress_interval) {
      last_progress = now;
      if (!operation->responses().is_closed()) operation->send_progress(false);
    }
    // A stream that ends without result_complete tells the client to reattach.
    if (is_reattachable && (now - started > settings_.stream_duration_max ||
                            bytes_sent > settings_.stream_bytes_max)) {
      return end(grpc::Status::OK);
    }
  }
}

grpc::Status Service::release_execute(const Bytes& bytes, Bytes* out) {
  return guarded([&](SessionPtr* session) {
    proto::ReleaseExecuteRequest request;
    parse_message(bytes, settings_.recursion_limit, &request);
    *session = sessions_->get(key_of(request), request.client_observed_server_side_session_id());
    proto::ReleaseExecuteResponse response;
    stamp(**session, &response);
    if (const auto operation = (*session)->find_operation(request.operation_id())) {
      response.set_operation_id(request.operation_id());
      if (request.has_release_until()) {
        operation->responses().release_until(request.release_until().response_id());
      } else {
        (*session)->remove_operation(request.operation_id());
      }
    }
    *out = serialize_message(response);
  });
}

grpc::Status Service::interrupt(const Bytes& bytes, Bytes* out) {
  return guarded([&](SessionPtr* session) {
    proto::InterruptRequest request;
    parse_message(bytes, settings_.recursion_limit, &request);
    *session = session_of(request);
    const auto type = request.interrupt_type();
    if (type != proto::InterruptRequest::INTERRUPT_TYPE_ALL &&
        type != proto::InterruptRequest::INTERRUPT_TYPE_TAG &&
        type != proto::InterruptRequest::INTERRUPT_TYPE_OPERATION_ID) {
      throw SparkError("UNSUPPORTED_FEATURE.INTERRUPT_TYPE",
                       {{"interruptType", "INTERRUPT_TYPE_UNSPECIFIED"}});
    }
    proto::InterruptResponse response;
    stamp(**session, &response);
    for (const auto& operation : (*session)->operations()) {
      const auto& settings = operation->settings();
      const bool is_meant =
          type == proto::InterruptRequest::INTERRUPT_TYPE_ALL ||
          (type == proto::InterruptRequest::INTERRUPT_TYPE_TAG && settings.tags.count(request.operation_tag())) ||
          (type == proto::InterruptRequest::INTERRUPT_TYPE_OPERATION_ID &&
           settings.operation_id == request.operation_id());
      if (is_meant && operation->interrupt()) response.add_interrupted_ids(settings.operation_id);
    }
    *out = serialize_message(response);
  });
}

grpc::Status Service::get_status(const Bytes& bytes, Bytes* out) {
  return guarded([&](SessionPtr* session) {
    proto::GetStatusRequest request;
    parse_message(bytes, settings_.recursion_limit, &request);
    *session = session_of(request);
    proto::GetStatusResponse response;
    stamp(**session, &response);
    using Status = proto::GetStatusResponse::OperationStatus;
    const auto add = [&](const std::string& id) {
      Status* status = response.add_operation_statuses();
      status->set_operation_id(id);
      const auto outcome = (*session)->outcome(id);
      if (!outcome) {
        status->set_state(Status::OPERATION_STATE_UNKNOWN);
      } else {
        switch (*outcome) {
          case Operation::Outcome::kRunning:
            status->set_state(Status::OPERATION_STATE_RUNNING);
            break;
          case Operation::Outcome::kSucceeded:
            status->set_state(Status::OPERATION_STATE_SUCCEEDED);
            break;
          case Operation::Outcome::kFailed:
            status->set_state(Status::OPERATION_STATE_FAILED);
            break;
          case Operation::Outcome::kCancelled:
            status->set_state(Status::OPERATION_STATE_CANCELLED);
            break;
        }
      }
    };
    if (request.has_operation_status()) {
      const auto& ids = request.operation_status().operation_ids();
      for (const std::string& id : ids) add(id);
      if (ids.empty()) {
        for (const auto& operation : (*session)->operations()) add(operation->settings().operation_id);
      }
    }
    *out = serialize_message(response);
  });
}

// ---- sessions ----------------------------------------------------------------------------------

grpc::Status Service::config(const Bytes& bytes, Bytes* out) {
  return guarded([&](SessionPtr* session) {
    proto::ConfigRequest request;
    parse_message(bytes, settings_.recursion_limit, &request);
    *session = session_of(request);
    proto::ConfigResponse response;
    answer_config(request.operation(), &(*session)->config(), &response);
    stamp(**session, &response);
    *out = serialize_message(response);
  });
}

grpc::Status Service::release_session(const Bytes& bytes, Bytes* out) {
  return guarded([&](SessionPtr*) {
    proto::ReleaseSessionRequest request;
    parse_message(bytes, settings_.recursion_limit, &request);
    proto::ReleaseSessionResponse response;
    response.set_session_id(request.session_id());
    response.set_server_side_session_id(sessions_->release(key_of(request), request.allow_reconnect()));
    *out = serialize_message(response);
  });
}

grpc::Status Service::clone_session(const Bytes& bytes, Bytes* out) {
  return guarded([&](SessionPtr* session) {
    proto::CloneSessionRequest request;
    parse_message(bytes, settings_.recursion_limit, &request);
    *session = sessions_->get(key_of(request), request.client_observed_server_side_session_id());
    const SessionPtr copy =
        sessions_->clone(**session, request.has_new_session_id() ? request.new_session_id() : make_uuid());
    proto::CloneSessionResponse response;
    stamp(**session, &response);
    response.set_new_session_id(copy->id());
    response.set_new_server_side_session_id(copy->server_side_id());
    *out = serialize_message(response);
  });
}

grpc::Status Service::fetch_error_details(const Bytes& bytes, Bytes* out) {
  return guarded([&](SessionPtr* session) {
    proto::FetchErrorDetailsRequest request;
    parse_message(bytes, settings_.recursion_limit, &request);
    *session = session_of(request);
    proto::FetchErrorDetailsResponse response;
    stamp(**session, &response);
    if (const auto error = (*session)->take_error(request.error_id())) fill_error_details(*error, &response);
    *out = serialize_message(response);
  });
}

// ---- artifacts ---------------------------------------------------------------------------------

namespace {

bool has_right_checksum(const proto::AddArtifactsRequest::ArtifactChunk& chunk) {
  return int64_t{functions::kernel::crc32(chunk.data())} == chunk.crc();
}

// Takes the messages of one AddArtifacts stream in their order.
class ArtifactReceiver {
 public:
  ArtifactReceiver(ArtifactStore* store, proto::AddArtifactsResponse* response)
      : store_(store), response_(response) {}

  void take(const proto::AddArtifactsRequest& request) {
    if (request.has_batch()) {
      for (const auto& artifact : request.batch().artifacts()) {
        const bool is_intact = has_right_checksum(artifact.data());
        if (is_intact) store_->put(artifact.name(), artifact.data().data());
        report(artifact.name(), is_intact);
      }
    } else if (request.has_begin_chunk()) {
      check(!upload_, "a chunked artifact begins inside another one");
      name_ = request.begin_chunk().name();
      expected_bytes_ = request.begin_chunk().total_bytes();
      chunks_left_ = request.begin_chunk().num_chunks();
      is_intact_ = true;
      upload_ = store_->begin_upload(name_);
      add_chunk(request.begin_chunk().initial_chunk());
    } else if (request.has_chunk()) {
      check(upload_.has_value(), "an artifact's chunk came without its beginning");
      add_chunk(request.chunk());
    }
  }

  void finish() {
    if (!upload_) return;
    store_->discard(*upload_);
    check(false, "the stream ended inside the artifact '" + name_ + "'");
  }

 private:
  static void check(bool condition, const std::string& message) {
    if (!condition) throw SparkError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE", {{"message", message}});
  }

  void add_chunk(const proto::AddArtifactsRequest::ArtifactChunk& chunk) {
    is_intact_ = is_intact_ && has_right_checksum(chunk);
    upload_->append(chunk.data());
    if (--chunks_left_ > 0) return;
    is_intact_ = is_intact_ && upload_->size_bytes() == expected_bytes_;
    if (is_intact_) {
      store_->commit(*std::move(upload_));
    } else {
      store_->discard(*upload_);
    }
    upload_.reset();
    report(name_, is_intact_);
  }

  void report(const std::string& name, bool is_intact) {
    auto* summary = response_->add_artifacts();
    summary->set_name(name);
    summary->set_is_crc_successful(is_intact);
  }

  ArtifactStore* store_;
  proto::AddArtifactsResponse* response_;
  std::optional<ArtifactStore::Upload> upload_;
  std::string name_;
  int64_t expected_bytes_ = 0;
  int64_t chunks_left_ = 0;
  bool is_intact_ = true;
};

}  // namespace

grpc::Status Service::add_artifacts(grpc::ServerContext* context, Reader* reader, Bytes* out) {
  if (grpc::Status status = check_token(*context); !status.ok()) return status;
  return guarded([&](SessionPtr* session) {
    proto::AddArtifactsResponse response;
    std::optional<ArtifactReceiver> receiver;
    Bytes bytes;
    while (reader->Read(&bytes)) {
      proto::AddArtifactsRequest request;
      parse_message(bytes, settings_.recursion_limit, &request);
      if (!*session) {
        *session = session_of(request);
        receiver.emplace(&(*session)->artifacts(), &response);
      }
      receiver->take(request);
    }
    if (receiver) receiver->finish();
    if (*session) stamp(**session, &response);
    *out = serialize_message(response);
  });
}

grpc::Status Service::artifact_status(const Bytes& bytes, Bytes* out) {
  return guarded([&](SessionPtr* session) {
    proto::ArtifactStatusesRequest request;
    parse_message(bytes, settings_.recursion_limit, &request);
    *session = session_of(request);
    proto::ArtifactStatusesResponse response;
    stamp(**session, &response);
    for (const std::string& name : request.names()) {
      (*response.mutable_statuses())[name].set_exists((*session)->artifacts().exists(name));
    }
    *out = serialize_message(response);
  });
}

}  // namespace firesteel::connect
