// Names of files as Spark shows them.
#include "engine/duckdb/file_listing.h"
#include "engine/duckdb/kernel_adaptor.h"

namespace firesteel::engine {

void register_file_kernels(KernelRegistry& registry) {
  struct Last {
    std::string path;
    std::string uri;
  };
  // A file's name repeats for all its rows.
  registry.add("fs_file_uri", [](Last& last, std::string_view path) -> std::string_view {
    if (last.uri.empty() || last.path != path) {
      last.path = path;
      last.uri = file_uri(path);
    }
    return last.uri;
  });
  registry.add("fs_file_name", [](std::string_view path) -> std::string_view {
    return path.substr(path.rfind('/') + 1);
  });
}

}  // namespace firesteel::engine
