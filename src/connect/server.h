// The Spark Connect endpoint: gRPC server, authentication, sessions.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/config.h"
#include "connect/backend.h"

namespace firesteel::connect {

// A century: the clocks count nanoseconds, and have no room for the longest time of milliseconds.
inline constexpr std::chrono::milliseconds kForever = std::chrono::hours(24 * 365 * 100);

struct ServerOptions {
  std::string bind_address = "127.0.0.1";
  int port = 15002;             // 0: any free port
  std::string token;            // empty: no authentication
  std::string tls_certificate;  // PEM text; both or none
  std::string tls_key;
  Config::Values configuration;  // --conf and the properties file
  std::string temporary_folder = "/tmp";
  std::chrono::milliseconds idle_session_timeout = std::chrono::minutes(60);
  std::chrono::milliseconds detached_operation_timeout = std::chrono::minutes(5);
};

class ConnectServer {
 public:
  ConnectServer(ServerOptions options, Backend backend);
  ~ConnectServer();  // stops

  // Listens; throws std::runtime_error when the address cannot be bound.
  void start();
  // The port in use, after `start`.
  int port() const;
  // Takes no new calls, interrupts running operations (their clients see OPERATION_CANCELED) and
  // returns once they ended, at the latest after `deadline`.
  void stop(std::chrono::milliseconds deadline = std::chrono::milliseconds(3000));

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

// Of the library that reads and writes the protocol's messages.
std::string protobuf_version();

}  // namespace firesteel::connect
