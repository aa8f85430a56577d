// Records of CSV texts with every option of Spark's reader, as the univocity parser splits them (CsvParser). What is
// plain and one byte each goes the faster way of the engine's CSV source where it comes from files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firesteel::functions::kernel {

// CSVOptions.unescapedQuoteHandling: what a quote inside of a quoted value, that nothing escapes, does.
enum class UnescapedQuotes : uint8_t { kStopAtDelimiter, kStopAtClosingQuote, kBackToDelimiter, kSkipValue, kRaiseError };

// By its name in any case. Throws Java's error for one that is unknown.
UnescapedQuotes unescaped_quotes_of(std::string_view name);

// Quote, escape and comment are of one character, or empty.
struct CsvRecordFormat {
  std::string separator = ",";
  std::string quote = "\"";
  std::string escape = "\\";
  std::string escape_of_escape;  // empty: the escape itself, where it is not the quote
  std::string comment;
  std::string line_separator;  // empty: \n, \r\n and \r
  std::string null_text;
  std::string empty_text;
  std::string encoding = "UTF-8";
  UnescapedQuotes unescaped_quotes = UnescapedQuotes::kStopAtDelimiter;
  bool trims_leading = false;
  bool trims_trailing = false;
  bool has_header = false;
  bool is_multi_line = false;
  int64_t columns_max = 20480;
  int64_t characters_max = -1;  // of one column; -1: any number

  // To the table function fs_csv_records and back.
  std::vector<std::string> to_texts() const;
  static CsvRecordFormat from_texts(const std::vector<std::string>& texts);
};

struct CsvRecord {
  struct Field {
    std::string text;
    bool is_null = false;
  };
  std::vector<Field> fields;
  std::string_view source;  // the record's own text, without its line end
};

// Reads one record after the other of a text in UTF-8, which outlives the reader.
class CsvRecordReader {
 public:
  CsvRecordReader(const CsvRecordFormat& format, std::string_view text);

  // The next record; false behind the last one. Throws MALFORMED_CSV_RECORD where the options forbid what is there.
  bool next(CsvRecord& record);
  // Where the record that comes next begins.
  size_t position() const { return position_; }

 private:
  enum class Mark : uint8_t { kStart, kQuote, kEscape, kEscapeOfEscape, kOther };

  size_t line_end_size(size_t at) const;
  bool is_at(std::string_view what) const { return !what.empty() && text_.substr(position_, what.size()) == what; }
  bool is_at_end() const { return position_ >= end_ || line_end_size(position_) > 0; }
  bool is_at_separator() const { return is_at(format_.separator); }
  bool is_at_space() const;
  Mark mark_here(size_t& size) const;
  std::string_view rest_of_field();
  bool read_line_record(CsvRecord& record);
  void read_record(CsvRecord& record);
  void read_field(CsvRecord& record);
  void read_quoted(CsvRecord& record);
  bool ends_behind_space(std::string& value, CsvRecord& record, Mark& before);
  bool goes_on_behind_quote(std::string& value, CsvRecord& record, Mark& before);
  void split_back(std::string& value, CsvRecord& record);
  void finish_with_rest(std::string value, CsvRecord& record);
  void put(CsvRecord& record, std::string text, bool is_null) const;

  const CsvRecordFormat& format_;
  const std::string_view text_;
  std::string_view escape_of_escape_;
  std::string line_end_;  // of a text that spans lines: as its first one is
  size_t position_ = 0;
  size_t end_ = 0;  // of the line, or of the text
  bool has_unescaped_ = false;
};

}  // namespace firesteel::functions::kernel
