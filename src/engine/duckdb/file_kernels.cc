// Names of files as Spark shows them.
#include <algorithm>
#include <string>

#include "engine/duckdb/csv_fields.h"
#include "engine/duckdb/file_listing.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "engine/duckdb/reader_options.h"

namespace firesteel::engine {
namespace {

// The fields of one CSV line without their quotes, joined by kCsvFieldEnd.
std::string csv_fields(std::string_view line, std::string_view separator, std::string_view quote,
                       std::string_view escape) {
  std::string out;
  std::string field;
  size_t at = 0;
  while (true) {
    size_t end = 0;
    if (!quote.empty() && line.substr(at).starts_with(quote)) {
      end = at + read_quoted_field(line.substr(at), separator, quote, escape, field);
      out += field;
    } else {
      end = std::min(line.find(separator, at), line.size());
      out += line.substr(at, end - at);
    }
    if (end == line.size()) return out;
    at = end + separator.size();
    out += kCsvFieldEnd;
  }
}

}  // namespace

void register_file_kernels(KernelRegistry& registry) {
  struct Last {
    std::string path;
    std::string uri;
  };
  registry.add("fs_csv_fields",
               [](std::string_view line, std::string_view separator, std::string_view quote,
                  std::string_view escape) -> std::string { return csv_fields(line, separator, quote, escape); });
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
