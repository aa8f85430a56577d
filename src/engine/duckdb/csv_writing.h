// Lines of CSV as the univocity writer makes them (CsvWriter, CSVOptions.asWriterSettings), and what becomes of written
// text files whose lines end otherwise or that are in another encoding.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/duckdb/reader_options.h"
#include "engine/duckdb/time_formats.h"
#include "plan/relation.h"

namespace firesteel::engine {

struct CsvWriteFormat {
  std::string separator = ",";
  std::string quote = "\"";
  std::string escape = "\\";
  std::string escape_of_escape;
  std::string comment;
  std::string empty_text = "\"\"";
  bool quotes_all = false;
  bool escapes_quotes = true;
  bool trims_leading = true;
  bool trims_trailing = true;

  // To the kernel fs_csv_field and back.
  std::string to_text() const;
  static CsvWriteFormat from_text(std::string_view text);
};

// The field as it stands in the file; `is_first`: a line begins with it.
std::string csv_field(const CsvWriteFormat& format, std::string_view text, bool is_first);

class CsvWriting {
 public:
  CsvWriting(const plan::Options& options, std::string session_zone, functions::kernel::TimeParserPolicy policy);

  // SQL of a line from the columns' SQL; the zone and formats are the options'.
  std::string line_sql(const plan::Attributes& attributes, const std::vector<std::string>& columns) const;
  bool has_header() const { return has_header_; }
  std::string header_line(const plan::Attributes& attributes) const;

 private:
  std::string text_sql(const plan::Attribute& attribute, const std::string& column) const;

  ReaderOptions options_;
  CsvWriteFormat format_;
  std::string null_text_;
  std::string zone_;
  TimeFormats times_;
  bool has_header_ = false;
};

// Ends the lines of a file with `separator` and encodes them by `charset`. The file's lines end with kLineMark before \n.
inline constexpr const char* kLineMark = "\x1e\x1f";
void rewrite_lines(const std::string& path, const std::string& separator, const std::string& charset,
                   const std::function<void()>& progress);

}  // namespace firesteel::engine
