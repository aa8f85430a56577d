#include "engine/duckdb/csv_writing.h"

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/cast_lowering.h"
#include "engine/duckdb/type_sql.h"
#include "functions/kernel/csv_text.h"
#include "functions/kernel/encoding.h"

namespace firesteel::engine {
namespace {

using plan::Type;
using plan::TypeKind;

constexpr char kEnd = '\x1f';

bool is_space(char byte) { return static_cast<unsigned char>(byte) <= ' '; }

std::string_view trimmed(const CsvWriteFormat& format, std::string_view text) {
  while (format.trims_leading && !text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (format.trims_trailing && !text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool holds(std::string_view text, const std::string& part) { return !part.empty() && text.find(part) != std::string_view::npos; }

bool starts_with(std::string_view text, const std::string& part) { return !part.empty() && text.starts_with(part); }

bool needs_quotes(const CsvWriteFormat& format, std::string_view text, bool is_first) {
  return format.quotes_all || starts_with(text, format.quote) || (is_first && starts_with(text, format.comment)) ||
         holds(text, format.separator) || text.find_first_of("\r\n") != std::string_view::npos ||
         (format.escapes_quotes && holds(text, format.quote));
}

std::string quoted(const CsvWriteFormat& format, std::string_view text) {
  const std::string& escape = format.escape;
  const bool is_doubled = escape == format.quote;
  const std::string escape_of_escape = is_doubled || !format.escape_of_escape.empty() ? format.escape_of_escape : escape;
  std::string out = format.quote;
  while (!text.empty()) {
    size_t size = 1;
    if (starts_with(text, format.quote)) {
      size = format.quote.size();
      out += escape;
    } else if (starts_with(text, escape)) {
      size = escape.size();
      out += escape_of_escape;
    }
    out += text.substr(0, size);
    text.remove_prefix(size);
  }
  return out + format.quote;
}

}  // namespace

std::string CsvWriteFormat::to_text() const {
  std::string text;
  for (const std::string* part : {&separator, &quote, &escape, &escape_of_escape, &comment, &empty_text}) text += *part + kEnd;
  for (const bool flag : {quotes_all, escapes_quotes, trims_leading, trims_trailing}) text += flag ? '1' : '0';
  return text;
}

CsvWriteFormat CsvWriteFormat::from_text(std::string_view text) {
  CsvWriteFormat format;
  for (std::string* part : {&format.separator, &format.quote, &format.escape, &format.escape_of_escape, &format.comment, &format.empty_text}) {
    const size_t end = text.find(kEnd);
    *part = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  format.quotes_all = text.at(0) == '1';
  format.escapes_quotes = text.at(1) == '1';
  format.trims_leading = text.at(2) == '1';
  format.trims_trailing = text.at(3) == '1';
  return format;
}

std::string csv_field(const CsvWriteFormat& format, std::string_view text, bool is_first) {
  text = trimmed(format, text);
  const bool is_empty = text.empty();
  if (is_empty) text = format.empty_text;
  // What stands for an empty text may have its quotes already.
  const bool has_quotes = is_empty && text.size() >= 2 && starts_with(text, format.quote) && text.ends_with(format.quote);
  return has_quotes || !needs_quotes(format, text, is_first) ? std::string(text) : quoted(format, text);
}

CsvWriting::CsvWriting(const plan::Options& given, std::string session_zone, functions::kernel::TimeParserPolicy policy)
    : options_(given), zone_(std::move(session_zone)), times_(options_, policy) {
  const CsvOptions read(given);  // its checks hold for writing, too
  format_.separator = read.format.separator;
  format_.quote = read.format.quote;
  format_.escape = read.format.escape;
  format_.escape_of_escape = read.format.escape_of_escape;
  format_.comment = read.format.comment;
  format_.empty_text = options_.get("emptyValue", format_.empty_text);
  format_.quotes_all = options_.flag("quoteAll", false);
  format_.escapes_quotes = options_.flag("escapeQuotes", true);
  format_.trims_leading = options_.flag("ignoreLeadingWhiteSpace", true);
  format_.trims_trailing = options_.flag("ignoreTrailingWhiteSpace", true);
  null_text_ = read.format.null_text;
  has_header_ = read.format.has_header;
  if (!read.time_zone.empty()) zone_ = read.time_zone;
}

std::string CsvWriting::text_sql(const plan::Attribute& attribute, const std::string& column) const {
  const Type& type = attribute.type;
  if (type.is_nested() || type.is(TypeKind::kNull)) {
    throw SparkError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                     {{"format", "CSV"}, {"columnName", "`" + attribute.name + "`"}, {"columnType", "\"" + type.sql() + "\""}});
  }
  if (const std::string sql = times_.text_sql(column, type, zone_); !sql.empty()) return sql;
  // UnivocityGenerator shows bytes one by one.
  if (type.is(TypeKind::kBinary)) return "('[' || rtrim(regexp_replace(hex(" + column + "), '(..)', '\\1 ', 'g')) || ']')";
  return cast_sql(column, type, Type::string(), plan::CastMode::kAnsi, zone_);
}

std::string CsvWriting::line_sql(const plan::Attributes& attributes, const std::vector<std::string>& columns) const {
  const std::string format = quote_string(format_.to_text());
  // Nulls are written as what stands for them, quoted where everything is.
  const bool quotes_null = format_.quotes_all;
  std::string line;
  for (size_t i = 0; i < columns.size(); ++i) {
    const bool is_first = i == 0;
    const std::string null_field = quotes_null ? quoted(format_, null_text_) : null_text_;
    if (!is_first) line += " || " + quote_string(format_.separator) + " || ";
    line += "coalesce(fs_csv_field(" + text_sql(attributes[i], columns[i]) + ", " + (is_first ? "true" : "false") + ", " + format + "), " +
            quote_string(null_field) + ")";
  }
  return line.empty() ? "''" : line;
}

std::string CsvWriting::header_line(const plan::Attributes& attributes) const {
  std::string line;
  for (size_t i = 0; i < attributes.size(); ++i) line += (i > 0 ? format_.separator : "") + csv_field(format_, attributes[i].name, i == 0);
  return line;
}

void rewrite_lines(const std::string& path, const std::string& separator, const std::string& charset, const std::function<void()>& progress) {
  const std::string target = path + ".rewritten";
  {
    std::ifstream input(path, std::ios::binary);
    std::ofstream output(target, std::ios::binary);
    const std::string mark = kLineMark;
    std::string record, line;
    while (std::getline(input, line)) {
      record += line;
      if (!record.ends_with(mark)) {  // the line end belongs to a value
        record += '\n';
        continue;
      }
      progress();
      record.replace(record.size() - mark.size(), mark.size(), separator);
      std::string bytes;
      functions::kernel::append_encoded(record, charset, bytes);
      output << bytes;
      record.clear();
    }
    output.flush();
    if (!output || input.bad()) throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", path + " cannot be written"}});
  }
  std::filesystem::rename(target, path);
}

}  // namespace firesteel::engine
