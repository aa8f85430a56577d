#include "engine/duckdb/json_records.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/reader_options.h"

namespace firesteel::engine {

JsonOptions::JsonOptions(const plan::Options& given) {
  const ReaderOptions options(given);
  is_multi_line = options.flag("multiLine", false);
  primitives_as_string = options.flag("primitivesAsString", false);
  syntax.control_characters = options.flag("allowUnquotedControlChars", false);
  mode = upper_case(options.get("mode", "PERMISSIVE"));
  if (mode != "DROPMALFORMED" && mode != "FAILFAST") mode = "PERMISSIVE";
  corrupt_column = options.get("columnNameOfCorruptRecord", corrupt_column);
  date_format = options.get("dateFormat", "");
  timestamp_format = options.get("timestampFormat", "");
  for (const char* name : {"prefersDecimal", "allowComments", "allowUnquotedFieldNames", "dropFieldIfAllNull",
                           "allowNumericLeadingZeros", "allowBackslashEscapingAnyCharacter", "inferTimestamp"}) {
    options.refuse(name, "false");
  }
  options.refuse("allowSingleQuotes", "true");
  options.refuse("encoding", "UTF-8");
  options.refuse("lineSep", "\n");
  options.refuse("timestampNTZFormat");
}

JsonRecords::JsonRecords(std::vector<plan::FileEntry> files, bool is_multi_line)
    : files_(std::move(files)), is_multi_line_(is_multi_line) {}

bool JsonRecords::open_next() {
  if (next_file_ == files_.size()) return false;
  file_ = next_file_++;
  const std::string& path = files_[file_].path;
  stream_ = std::ifstream(path, std::ios::binary);
  if (!stream_) throw SparkError("FAILED_READ_FILE.FILE_NOT_EXIST", {{"path", "file://" + path}});
  return true;
}

bool JsonRecords::next(std::string* record) {
  while (true) {
    if (is_multi_line_) {
      if (!open_next()) return false;
      record->assign(std::istreambuf_iterator<char>(stream_), {});
      stream_.close();
    } else if (!stream_.is_open() || !std::getline(stream_, *record)) {
      stream_.close();
      if (!open_next()) return false;
      continue;
    }
    if (record->compare(0, 3, "\xEF\xBB\xBF") == 0) record->erase(0, 3);
    if (!record->empty() && record->back() == '\r') record->pop_back();
    if (record->find_first_not_of(" \t\r\n") != std::string::npos) return true;
  }
}

}  // namespace firesteel::engine
