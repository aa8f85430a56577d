#include "server/doctor.h"

#include <arrow/config.h>
#include <dlfcn.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <spdlog/version.h>
#include <zstd.h>

#include <Eigen/Core>
#include <ostream>
#include <string>

#include "base/memory_budget.h"
#include "base/version.h"
#include "connect/server.h"
#include "ml/xgboost/library.h"

namespace firesteel::server {
namespace {

// The text that a library's own version function returns. Asked by symbol, so that this room needs
// none of the headers that are walled in elsewhere.
std::string version_of(const char* symbol) {
  using VersionFunction = const char* (*)();
  const auto function = reinterpret_cast<VersionFunction>(dlsym(RTLD_DEFAULT, symbol));
  return function == nullptr ? "" : function();
}

void print_row(std::ostream& out, const std::string& name, const std::string& text) {
  out << "  " << name << std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') << text << '\n';
}

std::string eigen_version() {
  return std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
         std::to_string(EIGEN_MINOR_VERSION);
}

std::string spdlog_version() {
  return std::to_string(SPDLOG_VER_MAJOR) + "." + std::to_string(SPDLOG_VER_MINOR) + "." +
         std::to_string(SPDLOG_VER_PATCH);
}

void print_libraries(std::ostream& out) {
  out << "Libraries\n";
  print_row(out, "DuckDB", version_of("duckdb_library_version"));
  print_row(out, "Arrow", arrow::GetBuildInfo().version_string);
  print_row(out, "gRPC core", version_of("grpc_version_string"));
  print_row(out, "Protobuf", connect::protobuf_version());
  print_row(out, "PCRE2", std::to_string(PCRE2_MAJOR) + "." + std::to_string(PCRE2_MINOR));
  print_row(out, "OpenBLAS", version_of("openblas_get_config"));
  print_row(out, "Eigen", eigen_version());
  print_row(out, "Zstandard", ZSTD_versionString());
  print_row(out, "spdlog", spdlog_version());
  const std::string xgboost_absence = ml::xgboost::absence();
  print_row(out, "XGBoost", xgboost_absence.empty() ? ml::xgboost::version() : "absent: " + xgboost_absence);
}

// Why the GPU plugin cannot be used; empty when it can.
std::string gpu_absence() {
  void* plugin = dlopen("libfiresteel_gpu.so", RTLD_LAZY | RTLD_LOCAL);
  if (plugin == nullptr) return dlerror();
  dlclose(plugin);
  return "";
}

void print_absent_or_found(std::ostream& out, const std::string& name, const std::string& absence) {
  print_row(out, name, absence.empty() ? "found" : "absent: " + absence);
}

}  // namespace

int run_doctor(std::ostream& out) {
  out << "Firesteel " << version() << ", Spark " << spark_version() << "\n\n";
  print_libraries(out);
  const std::string duckdb = version_of("duckdb_library_version");
  out << "\nEngines\n";
  print_absent_or_found(out, "duckdb", duckdb.empty() ? "its library is not loaded" : "");
  print_absent_or_found(out, "gpu", gpu_absence());
  print_absent_or_found(out, "spark", "this version has no engine for a Spark cluster");
  out << "\nMachine\n";
  print_row(out, "memory", std::to_string(machine_memory_bytes() >> 20) + " MiB");
  return duckdb.empty() ? 1 : 0;
}

}  // namespace firesteel::server
