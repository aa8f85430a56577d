#include "functions/kernel/csv_records.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/text.h"

namespace firesteel::functions::kernel {
namespace {

bool is_space(char byte) { return static_cast<unsigned char>(byte) <= ' '; }

bool is_blank(std::string_view text) { return std::all_of(text.begin(), text.end(), is_space); }

[[noreturn]] void throw_malformed(std::string_view record) {
  throw SparkError("MALFORMED_CSV_RECORD", {{"badRecord", std::string(record)}});
}

}  // namespace

UnescapedQuotes unescaped_quotes_of(std::string_view name) {
  constexpr const char* kNames[] = {"STOP_AT_DELIMITER", "STOP_AT_CLOSING_QUOTE", "BACK_TO_DELIMITER", "SKIP_VALUE", "RAISE_ERROR"};
  const std::string wanted = upper_case(name);
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (wanted == kNames[i]) return static_cast<UnescapedQuotes>(i);
  }
  throw SparkError("_LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT",
                   {{"message", "No enum constant com.univocity.parsers.csv.UnescapedQuoteHandling." + wanted}});
}

std::vector<std::string> CsvRecordFormat::to_texts() const {
  const auto flag = [](bool is_set) { return std::string(is_set ? "1" : ""); };
  return {separator,
          quote,
          escape,
          escape_of_escape,
          comment,
          line_separator,
          null_text,
          empty_text,
          encoding,
          std::to_string(static_cast<int>(unescaped_quotes)),
          flag(trims_leading),
          flag(trims_trailing),
          flag(has_header),
          flag(is_multi_line),
          std::to_string(columns_max),
          std::to_string(characters_max)};
}

CsvRecordFormat CsvRecordFormat::from_texts(const std::vector<std::string>& texts) {
  CsvRecordFormat format;
  size_t next = 0;
  for (std::string* text : {&format.separator, &format.quote, &format.escape, &format.escape_of_escape, &format.comment,
                            &format.line_separator, &format.null_text, &format.empty_text, &format.encoding}) {
    *text = texts.at(next++);
  }
  format.unescaped_quotes = static_cast<UnescapedQuotes>(std::stoi(texts.at(next++)));
  for (bool* flag : {&format.trims_leading, &format.trims_trailing, &format.has_header, &format.is_multi_line}) {
    *flag = !texts.at(next++).empty();
  }
  format.columns_max = std::stoll(texts.at(next++));
  format.characters_max = std::stoll(texts.at(next));
  return format;
}

CsvRecordReader::CsvRecordReader(const CsvRecordFormat& format, std::string_view text)
    : format_(format), text_(text), line_end_(format.line_separator), end_(text.size()) {
  escape_of_escape_ = format.escape_of_escape;
  if (escape_of_escape_.empty() && format.escape != format.quote) escape_of_escape_ = format.escape;
  if (!line_end_.empty()) return;
  const size_t first = text.find_first_of("\r\n");
  line_end_ = text.substr(std::min(first, text.size())).starts_with("\r\n") ? "\r\n"
              : first == std::string_view::npos || text[first] == '\n'      ? "\n"
                                                                            : "\r";
}

// The parser turns the line end that it finds into \n, so that \n ends a line, too, unless the format names another end.
size_t CsvRecordReader::line_end_size(size_t at) const {
  if (text_.substr(at, line_end_.size()) == line_end_) return line_end_.size();
  return format_.line_separator.empty() && at < text_.size() && text_[at] == '\n' ? 1 : 0;
}

bool CsvRecordReader::is_at_space() const { return !is_at_end() && is_space(text_[position_]) && !is_at_separator(); }

bool CsvRecordReader::next(CsvRecord& record) {
  if (!format_.is_multi_line) return read_line_record(record);
  while (position_ < text_.size()) {
    record.fields.clear();
    const size_t start = position_;
    const bool is_comment = is_at(format_.comment);
    if (is_comment) {
      while (!is_at_end()) ++position_;
    } else {
      read_record(record);
    }
    record.source = text_.substr(start, position_ - start);
    position_ += line_end_size(position_);
    if (!record.fields.empty()) return true;
  }
  return false;
}

// Each line is a text of its own: no value goes beyond it. Blank lines and comments are none (CSVExprUtils.filterCommentAndEmpty).
bool CsvRecordReader::read_line_record(CsvRecord& record) {
  const bool has_any_end = format_.line_separator.empty();
  while (position_ < text_.size()) {
    const size_t end = std::min(has_any_end ? text_.find_first_of("\r\n", position_) : text_.find(line_end_, position_), text_.size());
    size_t behind = end + (has_any_end ? 1 + (text_.substr(end, 2) == "\r\n" ? 1 : 0) : line_end_.size());
    behind = std::min(behind, text_.size());
    record.source = text_.substr(position_, end - position_);
    record.fields.clear();
    const bool is_comment = !format_.comment.empty() && record.source.starts_with(format_.comment);
    end_ = is_comment || is_blank(record.source) ? position_ : end;
    if (position_ < end_) read_record(record);
    end_ = text_.size();
    position_ = behind;
    if (!record.fields.empty()) return true;
  }
  return false;
}

void CsvRecordReader::put(CsvRecord& record, std::string text, bool is_null) const {
  if (format_.characters_max >= 0 && static_cast<int64_t>(text.size()) > format_.characters_max) throw_malformed(text);
  if (static_cast<int64_t>(record.fields.size()) >= format_.columns_max) throw_malformed(text);
  is_null = is_null || text == format_.null_text;
  record.fields.push_back({std::move(text), is_null});
}

void CsvRecordReader::read_record(CsvRecord& record) {
  while (format_.trims_leading && is_at_space() && !is_at(format_.quote)) ++position_;
  if (is_at_end()) return;
  while (true) {
    read_field(record);
    if (is_at_end()) return;
    position_ += format_.separator.size();
  }
}

std::string_view CsvRecordReader::rest_of_field() {
  const size_t start = position_;
  const char separator = format_.separator[0];
  const char line_end = line_end_[0];
  while (true) {
    while (position_ < end_ && text_[position_] != separator && text_[position_] != line_end && text_[position_] != '\n') ++position_;
    if (is_at_end() || is_at_separator()) break;
    ++position_;
  }
  std::string_view text = text_.substr(start, position_ - start);
  while (format_.trims_trailing && !text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

void CsvRecordReader::read_field(CsvRecord& record) {
  while (format_.trims_leading && is_at_space() && !is_at(format_.quote)) ++position_;
  if (!is_at_end() && is_at(format_.quote)) {
    position_ += format_.quote.size();
    return read_quoted(record);
  }
  const std::string_view text = rest_of_field();
  put(record, std::string(text), text.empty());
}

CsvRecordReader::Mark CsvRecordReader::mark_here(size_t& size) const {
  const auto is_mark = [&](std::string_view mark) {
    size = mark.size();
    return is_at(mark);
  };
  if (is_mark(format_.quote)) return Mark::kQuote;
  if (is_mark(format_.escape)) return Mark::kEscape;
  if (is_mark(escape_of_escape_)) return Mark::kEscapeOfEscape;
  size = 1;
  return Mark::kOther;
}

// Behind the opening quote. `before` is what stands before the position and has not gone into the value, if it is a mark.
void CsvRecordReader::read_quoted(CsvRecord& record) {
  std::string value;
  Mark before = Mark::kStart;
  has_unescaped_ = false;
  const bool doubles = format_.escape == format_.quote;
  while (position_ < end_) {
    if (before == Mark::kQuote && (is_at_separator() || is_at_end())) break;
    if (before == Mark::kQuote && is_at_space()) {
      if (ends_behind_space(value, record, before)) return;
      continue;
    }
    size_t size = 1;
    const Mark mark = mark_here(size);
    if (mark == Mark::kQuote && (before == Mark::kEscape || before == Mark::kQuote)) {
      value += format_.quote;
      before = before == Mark::kEscape || doubles ? Mark::kStart : Mark::kQuote;
    } else if (mark == Mark::kQuote) {
      before = Mark::kQuote;
    } else if (mark == Mark::kEscape && before != Mark::kQuote) {
      const bool is_escaped = before == Mark::kEscapeOfEscape || (before == Mark::kEscape && escape_of_escape_ == format_.escape);
      if (is_escaped || before == Mark::kEscape) value += format_.escape;
      before = is_escaped ? Mark::kStart : Mark::kEscape;
    } else if (before == Mark::kQuote) {
      if (!goes_on_behind_quote(value, record, before)) return;
      continue;
    } else if (mark == Mark::kEscapeOfEscape) {
      if (before == Mark::kEscape) value += format_.escape;
      before = mark;
    } else {
      if (before == Mark::kEscape) value += format_.escape;
      const size_t line_end = line_end_size(position_);
      value += line_end > 0 && format_.line_separator.empty() ? "\n" : text_.substr(position_, std::max<size_t>(1, line_end));
      size = std::max<size_t>(1, line_end);
      before = Mark::kOther;
    }
    position_ += size;
  }
  if (has_unescaped_ && format_.unescaped_quotes == UnescapedQuotes::kBackToDelimiter && value.empty()) return;
  put(record, value.empty() ? format_.empty_text : std::move(value), false);
}

// Blanks behind a closing quote count only where something follows them. True: the field is read.
bool CsvRecordReader::ends_behind_space(std::string& value, CsvRecord& record, Mark& before) {
  const size_t start = position_;
  while (is_at_space()) ++position_;
  if (is_at_end() || is_at_separator()) {
    put(record, value.empty() ? format_.empty_text : std::move(value), false);
    return true;
  }
  if (format_.unescaped_quotes == UnescapedQuotes::kRaiseError) throw_malformed(text_.substr(start));
  value += format_.quote;
  value += text_.substr(start, position_ - start);
  if (format_.unescaped_quotes != UnescapedQuotes::kStopAtClosingQuote) {
    finish_with_rest(std::move(value), record);
    return true;
  }
  size_t size = 1;
  before = mark_here(size);
  if (before == Mark::kOther) value += text_[position_];
  position_ += size;
  return false;
}

// A quote that nothing escapes, and something else behind it. False: the field is read.
bool CsvRecordReader::goes_on_behind_quote(std::string& value, CsvRecord& record, Mark& before) {
  has_unescaped_ = true;
  switch (format_.unescaped_quotes) {
    case UnescapedQuotes::kRaiseError: throw_malformed(text_.substr(position_));
    case UnescapedQuotes::kBackToDelimiter:
      split_back(value, record);
      value += text_[position_++];
      before = Mark::kStart;
      return true;
    case UnescapedQuotes::kStopAtClosingQuote:
      value += format_.quote;
      value += text_[position_++];
      before = Mark::kOther;
      return true;
    case UnescapedQuotes::kStopAtDelimiter:
    case UnescapedQuotes::kSkipValue: break;
  }
  value += format_.quote;
  finish_with_rest(std::move(value), record);
  return false;
}

// What was read so far was fields of their own, up to the last separator in it.
void CsvRecordReader::split_back(std::string& value, CsvRecord& record) {
  size_t start = 0;
  for (size_t at = value.find(format_.separator); at != std::string::npos; at = value.find(format_.separator, start)) {
    put(record, value.substr(start, at - start), false);
    start = at + format_.separator.size();
  }
  value.erase(0, start);
}

// The field was none in quotes: it is the text as it stands, with its first quote.
void CsvRecordReader::finish_with_rest(std::string value, CsvRecord& record) {
  const std::string_view rest = rest_of_field();
  if (format_.unescaped_quotes == UnescapedQuotes::kSkipValue) return put(record, "", true);
  put(record, format_.quote + value + std::string(rest), false);
}

}  // namespace firesteel::functions::kernel
