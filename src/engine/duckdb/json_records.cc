#include "engine/duckdb/json_records.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/reader_options.h"
#include "functions/kernel/encoding.h"

namespace firesteel::engine {

namespace {

[[noreturn]] void throw_requirement(const std::string& message) {
  throw SparkError("_LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT", {{"message", "requirement failed: " + message}});
}

// JSONOptionsInRead.checkedEncoding: where lines are read, their ends must be known as bytes.
void check_encoding(const JsonOptions& options) {
  if (options.is_multi_line) return;
  if (options.encoding == "UTF-16" || options.encoding == "UTF-32") {
    throw_requirement("The " + options.encoding +
                      " encoding must not be included in the denyList when multiLine is disabled:\ndenylist: UTF-16, UTF-32");
  }
  if (options.encoding != "UTF-8" && options.line_separator.empty()) {
    throw_requirement("The lineSep option must be specified for the " + options.encoding + " encoding");
  }
}

}  // namespace

JsonOptions::JsonOptions(const plan::Options& given, functions::kernel::TimeParserPolicy policy) {
  const ReaderOptions options(given);
  is_multi_line = options.flag("multiLine", false);
  schema = functions::kernel::schema_options_of(options);
  schema.mode = upper_case(options.get("mode", "PERMISSIVE"));
  if (schema.mode != "DROPMALFORMED" && schema.mode != "FAILFAST") schema.mode = "PERMISSIVE";
  schema.corrupt_column = options.get("columnNameOfCorruptRecord", schema.corrupt_column);
  infers_timestamps = options.flag("inferTimestamp", false);
  sampling_ratio = options.sampling_ratio();
  variant_column = options.get("singleVariantColumn", "");
  formats = datetime_formats(options, policy, /*is_json=*/true);
  time_zone = options.get("timeZone", "");
  options.refuse_other_locales();
  line_separator = options.long_line_separator();
  encoding = options.charset("JSONOptionsInRead");
  check_encoding(*this);
}

JsonRecords::JsonRecords(std::vector<plan::FileEntry> files, const JsonOptions& options)
    : files_(std::move(files)),
      is_multi_line_(options.is_multi_line),
      encoding_(options.encoding),
      line_separator_(options.line_separator) {}

bool JsonRecords::open_next() {
  if (next_file_ == files_.size()) return false;
  file_ = next_file_++;
  const std::string& path = files_[file_].path;
  auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*file) throw SparkError("FAILED_READ_FILE.FILE_NOT_EXIST", {{"path", "file://" + path}});
  if (encoding_ == "UTF-8") {
    stream_ = std::move(file);
    return true;
  }
  const std::string bytes(std::istreambuf_iterator<char>(*file), {});
  std::string text;
  functions::kernel::append_decoded(bytes, encoding_, text);
  stream_ = std::make_unique<std::istringstream>(std::move(text));
  return true;
}

bool JsonRecords::read_line(std::string* line) {
  if (!line_separator_.empty()) {
    line->clear();
    for (std::string part; std::getline(*stream_, part, line_separator_.back());) {
      *line += part;
      if (stream_->eof()) return true;
      *line += line_separator_.back();
      if (!line->ends_with(line_separator_)) continue;
      line->resize(line->size() - line_separator_.size());
      return true;
    }
    return !line->empty();
  }
  if (rest_.empty() && !std::getline(*stream_, rest_)) return false;
  const size_t end = std::min(rest_.find('\r'), rest_.size());
  line->assign(rest_, 0, end);
  rest_.erase(0, end + 1);
  return true;
}

bool JsonRecords::next(std::string* record) {
  while (true) {
    if (is_multi_line_) {
      if (!open_next()) return false;
      record->assign(std::istreambuf_iterator<char>(*stream_), {});
    } else if (!stream_ || !read_line(record)) {
      if (!open_next()) return false;
      continue;
    }
    if (record->compare(0, 3, "\xEF\xBB\xBF") == 0) record->erase(0, 3);
    if (record->find_first_not_of(" \t\r\n") != std::string::npos) return true;
  }
}

}  // namespace firesteel::engine
