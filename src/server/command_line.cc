#include "server/command_line.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "base/memory_budget.h"
#include "server/properties_file.h"

namespace firesteel::server {
namespace {

namespace fs = std::filesystem;

// The options as typed; an empty one was not given.
struct Typed {
  std::string bind, port, token_file, tls_certificate_file, tls_key_file, threads, memory_limit;
  std::string temporary_folder, warehouse_folder, properties_file, log_level;
  std::vector<std::string> configuration;
  bool insecure = false;
};

void add_serve_options(CLI::App& serve, Typed& typed) {
  serve.add_option("--port", typed.port, "Port to listen on; 0 takes a free one [15002]");
  serve.add_option("--bind", typed.bind, "Address to listen on [127.0.0.1]");
  serve.add_option("--token-file", typed.token_file,
                   "File with the token that clients must send (sc://HOST/;token=...)");
  serve.add_option("--tls-cert", typed.tls_certificate_file, "Certificate chain, PEM");
  serve.add_option("--tls-key", typed.tls_key_file, "Private key of the certificate, PEM");
  serve.add_option("--threads", typed.threads, "Threads for queries and training [all cores]");
  serve.add_option("--memory-limit", typed.memory_limit,
                   "Memory for all sessions together, as 80% or 4GB [80%]");
  serve.add_option("--temp-dir", typed.temporary_folder, "Where spilled data goes [/tmp]");
  serve.add_option("--warehouse", typed.warehouse_folder, "Folder of tables [spark-warehouse]");
  serve.add_option("--conf", typed.configuration, "key=value, a session's starting configuration")
      ->take_all()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  serve.add_option("--properties-file", typed.properties_file,
                   "Configuration in the format of spark-defaults.conf");
  serve.add_option("--log-level", typed.log_level, "trace, debug, info, warn, error or off [info]");
  serve.add_flag("--insecure", typed.insecure,
                 "Listen outside this machine without asking for a token");
}

std::string read_file(const std::string& path, const char* option) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    throw std::invalid_argument(std::string(option) + ": " + path + " cannot be read");
  }
  return text.str();
}

int whole_number(const std::string& text, const std::string& name, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    throw std::invalid_argument(name + ": '" + text + "' is not a number from " +
                                std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

Config::Values starting_configuration(const Typed& typed) {
  Config::Values values;
  if (!typed.properties_file.empty()) {
    values = parse_properties(read_file(typed.properties_file, "--properties-file"));
  }
  for (const std::string& pair : typed.configuration) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw std::invalid_argument("--conf: '" + pair + "' is not of the form key=value");
    }
    values[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return values;
}

// The option as typed, else the configuration's value of `key`, else `fallback`.
std::string chosen(const std::string& typed, const Config::Values& values, std::string_view key,
                   std::string fallback) {
  if (!typed.empty()) return typed;
  const auto at = values.find(key);
  return at == values.end() || at->second.empty() ? std::move(fallback) : at->second;
}

bool is_loopback(std::string_view address) {
  return address == "localhost" || address == "::1" || address == "[::1]" ||
         address.starts_with("127.");
}

std::string token_of(const Typed& typed, const Config::Values& values) {
  if (typed.token_file.empty()) return chosen("", values, "spark.connect.authenticate.token", "");
  std::string token = read_file(typed.token_file, "--token-file");
  while (!token.empty() && std::isspace(static_cast<unsigned char>(token.back()))) token.pop_back();
  if (token.empty()) throw std::invalid_argument("--token-file: " + typed.token_file + " is empty");
  return token;
}

void set_security(ServeOptions& options, const Typed& typed) {
  options.token = token_of(typed, options.configuration);
  if (typed.tls_certificate_file.empty() != typed.tls_key_file.empty()) {
    throw std::invalid_argument("--tls-cert and --tls-key are given together or not at all");
  }
  if (!typed.tls_certificate_file.empty()) {
    options.tls_certificate = read_file(typed.tls_certificate_file, "--tls-cert");
    options.tls_key = read_file(typed.tls_key_file, "--tls-key");
  }
  if (!is_loopback(options.bind_address) && options.token.empty() && !typed.insecure) {
    throw std::invalid_argument("--bind " + options.bind_address +
                                " is reachable from other machines: give a --token-file, or "
                                "--insecure to serve everybody");
  }
}

std::string warehouse_of(const std::string& chosen_folder) {
  std::string folder = chosen_folder;
  if (folder.starts_with("file://")) folder.erase(0, 7);
  if (folder.starts_with("file:")) folder.erase(0, 5);
  return fs::absolute(folder).lexically_normal().string();
}

ServeOptions serve_options(const Typed& typed) {
  ServeOptions options;
  options.configuration = starting_configuration(typed);
  const Config::Values& values = options.configuration;
  options.bind_address =
      chosen(typed.bind, values, "spark.connect.grpc.binding.address", options.bind_address);
  options.port = whole_number(
      chosen(typed.port, values, "spark.connect.grpc.binding.port", "15002"), "--port", 0, 65535);
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  options.threads = typed.threads.empty() ? static_cast<int>(cores)
                                          : whole_number(typed.threads, "--threads", 1, 4096);
  const std::string limit = typed.memory_limit.empty() ? "80%" : typed.memory_limit;
  const auto limit_bytes = parse_memory_limit(limit, machine_memory_bytes());
  if (!limit_bytes) {
    throw std::invalid_argument("--memory-limit: '" + limit + "' is neither a share nor a size");
  }
  options.memory_limit_bytes = *limit_bytes;
  options.temporary_folder = chosen(typed.temporary_folder, values, "spark.local.dir", "/tmp");
  options.warehouse_folder = warehouse_of(
      chosen(typed.warehouse_folder, values, "spark.sql.warehouse.dir", "spark-warehouse"));
  options.configuration["spark.sql.warehouse.dir"] = "file:" + options.warehouse_folder;
  const auto level = parse_log_level(chosen(typed.log_level, values, "spark.log.level", "info"));
  if (!level)
    throw std::invalid_argument("--log-level: there is no level '" + typed.log_level + "'");
  options.log_level = *level;
  set_security(options, typed);
  return options;
}

Command finished(std::string output, int exit_status) {
  Command command;
  command.output = std::move(output);
  command.exit_status = exit_status;
  return command;
}

}  // namespace

Command parse_command_line(std::vector<std::string> arguments) {
  CLI::App app("Firesteel: a Spark Connect server in one binary.", "firesteel");
  app.require_subcommand(1);
  Typed typed;
  CLI::App* serve = app.add_subcommand("serve", "Serve Spark Connect clients");
  add_serve_options(*serve, typed);
  CLI::App* version = app.add_subcommand("version", "Print the version");
  CLI::App* doctor =
      app.add_subcommand("doctor", "Print libraries and engines, and what is absent");

  try {
    std::reverse(arguments.begin(), arguments.end());  // the order that this parser takes
    app.parse(std::move(arguments));
    Command command;
    if (version->parsed()) command.kind = Command::Kind::kVersion;
    if (doctor->parsed()) command.kind = Command::Kind::kDoctor;
    if (serve->parsed()) {
      command.kind = Command::Kind::kServe;
      command.serve = serve_options(typed);
    }
    return command;
  } catch (const CLI::ParseError& error) {
    std::ostringstream output;
    std::ostringstream errors;
    const int status = app.exit(error, output, errors);
    return finished(output.str() + errors.str(), status == 0 ? 0 : 2);
  } catch (const std::exception& error) {
    return finished(std::string("firesteel: ") + error.what() + "\n", 2);
  }
}

}  // namespace firesteel::server
