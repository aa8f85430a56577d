// JSON files as Spark's JSON source reads them: one record a line, or one value a file.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "functions/kernel/datetime_reader.h"
#include "functions/kernel/json_schema.h"
#include "plan/relation.h"
#include "plan/type.h"

namespace arrow {
class Schema;
class RecordBatch;
}  // namespace arrow

namespace firesteel::engine {

class ArrowInput;

struct JsonOptions {
  // Throws UNSUPPORTED_FEATURE.OPTION for another locale than English.
  explicit JsonOptions(const plan::Options& options,
                       functions::kernel::TimeParserPolicy policy = functions::kernel::TimeParserPolicy::kCorrected);

  bool is_multi_line = false;
  functions::kernel::JsonSchemaOptions schema;  // the mode and the column of malformed records among them
  bool infers_timestamps = false;
  double sampling_ratio = 1.0;
  std::string variant_column;  // which takes each record as a whole; empty: there is none
  functions::kernel::DatetimeFormats formats;
  std::string time_zone;  // empty: the session's
  std::string encoding = "UTF-8";
  std::string line_separator;  // empty: \n, \r or both
};

// The records' texts, file by file.
class JsonRecords {
 public:
  JsonRecords(std::vector<plan::FileEntry> files, const JsonOptions& options);
  // False at the end. Throws FAILED_READ_FILE.*.
  bool next(std::string* record);
  const std::string& path() const { return files_[file_].path; }

 private:
  bool open_next();
  bool read_line(std::string* line);

  std::vector<plan::FileEntry> files_;
  const bool is_multi_line_;
  size_t next_file_ = 0;
  size_t file_ = 0;
  const std::string encoding_;
  const std::string line_separator_;
  std::string rest_;                      // lines that ended with \r alone leave it
  std::unique_ptr<std::istream> stream_;  // null between files
};

// The schema of all records: JsonInferSchema.
// `has_local_timestamps`: whether texts without a zone that are timestamps are local ones.
plan::Schema infer_json_schema(const JsonOptions& options, const std::vector<plan::FileEntry>& files, bool has_local_timestamps);

// The columns of `schema` as k0, k1, …, then fs_file (the path) and fs_keep (false for a record that DROPMALFORMED
// leaves out, and for a row that was read once more).
std::shared_ptr<ArrowInput> json_input(const JsonOptions& options, const std::vector<plan::FileEntry>& files,
                                       const plan::Schema& schema, const std::string& time_zone);

}  // namespace firesteel::engine
