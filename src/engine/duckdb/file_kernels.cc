// Names of files as Spark shows them.
#include "engine/duckdb/file_listing.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "engine/duckdb/reader_options.h"

namespace firesteel::engine {
namespace {

// The fields of one CSV line without their quotes, joined by kCsvFieldEnd: univocity's rules with
// unescapedQuoteHandling=STOP_AT_DELIMITER.
std::string csv_fields(std::string_view line, std::string_view separator, std::string_view quote,
                       std::string_view escape) {
  std::string out;
  size_t at = 0;
  while (true) {
    const bool is_quoted = !quote.empty() && line.substr(at).starts_with(quote);
    if (is_quoted) at += quote.size();
    bool is_open = is_quoted;
    while (at < line.size()) {
      const std::string_view rest = line.substr(at);
      const bool escapes = is_open && !escape.empty() && rest.starts_with(escape) && rest.size() > escape.size() &&
                           (rest.substr(escape.size()).starts_with(quote) ||
                            rest.substr(escape.size()).starts_with(escape));
      if (escapes) {
        out += rest[escape.size()];
        at += escape.size() + 1;
      } else if (is_open && rest.starts_with(quote) &&
                 (rest.size() == quote.size() || rest.substr(quote.size()).starts_with(separator))) {
        is_open = false;
        at += quote.size();
      } else if (!is_open && rest.starts_with(separator)) {
        break;
      } else {
        out += line[at++];
      }
    }
    if (at >= line.size()) return out;
    at += separator.size();
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
