#include "connect/server.h"

#include <absl/synchronization/mutex.h>
#include <google/protobuf/stubs/common.h>
#include <grpcpp/grpcpp.h>

#include <limits>
#include <stdexcept>

#include "connect/service.h"
#include "connect/session_registry.h"

namespace firesteel::connect {

namespace {

constexpr int kMessageBytesMax = 256 << 20;
// Debuggers and paused notebooks keep a connection open; pings from clients are welcome at any rate.
constexpr int kKeepaliveTimeMs = 2 * 60 * 60 * 1000;
constexpr int kPingIntervalMinMs = 1000;

std::shared_ptr<grpc::ServerCredentials> credentials(const ServerOptions& options) {
  if (options.tls_certificate.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({options.tls_key, options.tls_certificate});
  return grpc::SslServerCredentials(tls);
}

}  // namespace

class ConnectServer::Implementation {
 public:
  Implementation(ServerOptions options, Backend backend)
      : options_(std::move(options)),
        sessions_({options_.configuration, options_.temporary_folder, options_.idle_session_timeout,
                   options_.detached_operation_timeout}),
        service_(service_settings(options_), std::move(backend), &sessions_) {}

  void start() {
    // Debian builds Abseil with its checks for deadlocks, which keep a graph of every lock that gRPC takes.
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    grpc::ServerBuilder builder;
    const std::string address = options_.bind_address + ":" + std::to_string(options_.port);
    builder.AddListeningPort(address, credentials(options_), &port_);
    builder.RegisterService(&service_);
    builder.SetMaxReceiveMessageSize(kMessageBytesMax);
    builder.SetMaxSendMessageSize(kMessageBytesMax);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kPingIntervalMinMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // a second server on the port is an error
    server_ = builder.BuildAndStart();
    if (!server_ || port_ == 0) throw std::runtime_error("cannot listen on " + address);
  }

  int port() const { return port_; }

  void stop(std::chrono::milliseconds deadline) {
    if (!server_) return;
    const auto until = std::chrono::system_clock::now() + deadline;
    // Interrupted operations end their streams with an error, so that the calls finish by themselves.
    for (const auto& session : sessions_.all()) {
      for (const auto& operation : session->operations()) operation->interrupt();
    }
    server_->Shutdown(until);
    server_->Wait();
    server_.reset();
    sessions_.close_all();
  }

 private:
  static Service::Settings service_settings(const ServerOptions& options) {
    const Config config(options.configuration);
    Service::Settings settings;
    settings.token = options.token;
    settings.recursion_limit = static_cast<int>(config.get_integer("spark.connect.grpc.marshallerRecursionLimit"));
    // 0 is no limit.
    const int64_t duration_ms = config.get_duration_ms("spark.connect.execute.reattachable.senderMaxStreamDuration");
    settings.stream_duration_max = duration_ms > 0 ? std::chrono::milliseconds(duration_ms) : kForever;
    const int64_t bytes = config.get_bytes("spark.connect.execute.reattachable.senderMaxStreamSize");
    settings.stream_bytes_max = bytes > 0 ? bytes : std::numeric_limits<int64_t>::max();
    return settings;
  }

  const ServerOptions options_;
  SessionRegistry sessions_;
  Service service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

ConnectServer::ConnectServer(ServerOptions options, Backend backend)
    : implementation_(std::make_unique<Implementation>(std::move(options), std::move(backend))) {}
ConnectServer::~ConnectServer() { stop(std::chrono::milliseconds(0)); }
void ConnectServer::start() { implementation_->start(); }
int ConnectServer::port() const { return implementation_->port(); }
void ConnectServer::stop(std::chrono::milliseconds deadline) { implementation_->stop(deadline); }

std::string protobuf_version() { return google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION); }

}  // namespace firesteel::connect
