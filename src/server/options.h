// What `firesteel serve` was asked for, after the command line, --conf and the properties file are
// taken together.
#pragma once

#include <cstdint>
#include <string>

#include "base/config.h"
#include "base/logging.h"

namespace firesteel::server {

struct ServeOptions {
  std::string bind_address = "127.0.0.1";
  int port = 15002;             // 0: any free port
  std::string token;            // empty: no authentication
  std::string tls_certificate;  // PEM text; both or none
  std::string tls_key;
  int threads = 1;
  int64_t memory_limit_bytes = 0;
  std::string temporary_folder =
      "/tmp";  // where spilled data and artifacts go, below a folder of this process
  std::string warehouse_folder;  // absolute
  Config::Values configuration;  // the start of every session's configuration
  LogLevel log_level = LogLevel::kInfo;
};

}  // namespace firesteel::server
