// Names of files as Spark shows them.
#include <optional>
#include <string>

#include "engine/duckdb/csv_writing.h"
#include "engine/duckdb/file_listing.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/csv_text.h"

namespace firesteel::engine {
namespace {

}  // namespace

void register_file_kernels(KernelRegistry& registry) {
  struct Last {
    std::string path;
    std::string uri;
  };
  struct FieldFormat {
    std::string text;
    CsvWriteFormat format;
  };
  registry.add("fs_csv_field", [](FieldFormat& state, std::string_view text, bool is_first, std::string_view format) -> std::string {
    if (state.text != format) {
      state.format = CsvWriteFormat::from_text(format);
      state.text = format;
    }
    return csv_field(state.format, text, is_first);
  });
  registry.add("fs_csv_double", [](std::string_view text, std::string_view nan, std::string_view infinity,
                                   std::string_view negative_infinity) -> std::optional<double> {
    return functions::kernel::csv_real(text, nan, infinity, negative_infinity);
  });
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
