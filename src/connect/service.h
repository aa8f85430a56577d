// The twelve RPCs of SparkConnectService. Messages arrive as bytes and are parsed on a large stack,
// because plans nest far beyond what gRPC's own decoding accepts.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <string>

#include "connect/backend.h"
#include "connect/session_registry.h"

namespace google::protobuf {
class Message;
}
namespace spark::connect {
class AddArtifactsResponse;
class AnalyzePlanRequest;
class AnalyzePlanResponse;
class ArtifactStatusesRequest;
class ArtifactStatusesResponse;
class CloneSessionRequest;
class CloneSessionResponse;
class ConfigRequest;
class ConfigResponse;
class ExecutePlanRequest;
class FetchErrorDetailsRequest;
class FetchErrorDetailsResponse;
class GetStatusRequest;
class GetStatusResponse;
class InterruptRequest;
class InterruptResponse;
class ReleaseExecuteRequest;
class ReleaseExecuteResponse;
class ReleaseSessionRequest;
class ReleaseSessionResponse;
class UserContext;
}  // namespace spark::connect

namespace firesteel::connect {

class Service final : public grpc::Service {
 public:
  using Bytes = grpc::ByteBuffer;
  using Writer = grpc::ServerWriter<grpc::ByteBuffer>;
  using Reader = grpc::ServerReader<grpc::ByteBuffer>;

  struct Settings {
    std::string token;  // empty: no authentication
    int recursion_limit = 16384;
    std::chrono::milliseconds stream_duration_max = std::chrono::minutes(2);
    int64_t stream_bytes_max = int64_t{1} << 30;
  };

  Service(Settings settings, Backend backend, SessionRegistry* sessions);

  grpc::Status execute_plan(grpc::ServerContext* context, const Bytes* request, Writer* writer);
  grpc::Status reattach_execute(grpc::ServerContext* context, const Bytes* request, Writer* writer);
  grpc::Status add_artifacts(grpc::ServerContext* context, Reader* reader, Bytes* response);
  grpc::Status unary(grpc::ServerContext* context, const Bytes* request, Bytes* response,
                     grpc::Status (Service::*handler)(const Bytes&, Bytes*));

 private:
  using SessionPtr = std::shared_ptr<Session>;

  grpc::Status analyze_plan(const Bytes& request, Bytes* response);
  grpc::Status config(const Bytes& request, Bytes* response);
  grpc::Status artifact_status(const Bytes& request, Bytes* response);
  grpc::Status interrupt(const Bytes& request, Bytes* response);
  grpc::Status release_execute(const Bytes& request, Bytes* response);
  grpc::Status release_session(const Bytes& request, Bytes* response);
  grpc::Status fetch_error_details(const Bytes& request, Bytes* response);
  grpc::Status clone_session(const Bytes& request, Bytes* response);
  grpc::Status get_status(const Bytes& request, Bytes* response);

  grpc::Status check_token(const grpc::ServerContext& context) const;
  // Runs `body`; what it throws becomes the call's status, stored for FetchErrorDetails when the
  // session is known.
  grpc::Status guarded(const std::function<void(SessionPtr*)>& body);
  // Sends the operation's responses from the cursor on until it ends or the stream's limits are hit.
  grpc::Status stream(grpc::ServerContext* context, Writer* writer, const SessionPtr& session,
                      const std::shared_ptr<Operation>& operation, ResponseBuffer::Cursor cursor);
  std::shared_ptr<Operation> start_operation(const Bytes& bytes, SessionPtr* session);

  template <typename Request>
  SessionPtr session_of(const Request& request);

  const Settings settings_;
  const Backend backend_;
  SessionRegistry* const sessions_;
};

}  // namespace firesteel::connect
