#include "functions/kernel/type_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;

class TypeReader {
 public:
  TypeReader(std::string_view text, bool timestamps_are_local) : text_(text), timestamps_are_local_(timestamps_are_local) {}

  Type whole() {
    check_begin();
    const size_t start = at_;
    try {
      return type_or_columns();
    } catch (const SparkError& error) {
      at_ = start;
      if (error.condition() == "PARSE_SYNTAX_ERROR") fail_behind_name();
      if (error.condition() == "INVALID_IDENTIFIER" && word() != "" && !take('<')) {
        at_ = start;
        fail_behind_name();
      }
      throw;
    }
  }

 private:
  // 12, 12L, 1.2e3D: digits, an exponent and the letter of a type. All else of letters and digits is a name.
  static bool is_number(std::string_view word) {
    const auto skip_digits = [&] { word.remove_prefix(std::min(word.find_first_not_of("0123456789"), word.size())); };
    if (word.find_first_of("0123456789") != 0) return false;
    skip_digits();
    if (word.size() > 1 && (word[0] == 'e' || word[0] == 'E')) {
      word.remove_prefix(1);
      skip_digits();
    }
    const std::string suffix = upper_case(word);
    return suffix.empty() || suffix == "BD" || (suffix.size() == 1 && suffix.find_first_of("LSYFD") == 0);
  }

  // One type, or columns when a name and a type follow each other.
  Type type_or_columns() {
    const size_t start = at_;
    if (auto type = plain(); type && is_end()) return *type;
    at_ = start;
    const std::string name = word();
    if (!name.empty() && !is_number(name) && is_end()) {
      throw SparkError("UNSUPPORTED_DATATYPE", {{"typeName", "\"" + upper_case(name) + "\""}});
    }
    at_ = start;
    return columns('\0', false);
  }

  [[noreturn]] void fail() const {
    throw SparkError("PARSE_SYNTAX_ERROR", {{"error", "'" + std::string(text_.substr(at_, 16)) + "'"}, {"hint", ""}});
  }

  // Of what is neither a type nor columns Spark tells how it fails as a type: behind the name.
  void fail_behind_name() {
    raw_word();
    if (is_end()) return;
    const size_t start = at_;
    if (raw_word().empty()) ++at_;
    const std::string token = "'" + std::string(text_.substr(start, at_ - start)) + "'";
    throw SparkError("PARSE_SYNTAX_ERROR", {{"error", token}, {"hint", is_end() ? ": extra input " + token : ""}});
  }

  // A number, a text or a sign begins neither a type nor a name.
  void check_begin() {
    // Java's trim() takes every control character for a blank.
    if (std::all_of(text_.begin(), text_.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; })) {
      throw SparkError("PARSE_EMPTY_STATEMENT", {});
    }
    if (is_end()) throw SparkError("PARSE_SYNTAX_ERROR", {{"error", "end of input"}, {"hint", ""}});
    const size_t start = at_;
    if (text_[start] == '`') return;
    const std::string name = raw_word();
    const bool is_number = name.find_first_not_of("0123456789") == std::string::npos;
    if (!name.empty() && !is_number) {
      at_ = start;
      return;
    }
    if (name.empty()) ++at_;
    if (name.empty() && (text_[start] == '\'' || text_[start] == '"')) at_ = std::min(text_.find(text_[start], at_), text_.size() - 1) + 1;
    if (!name.empty() && text_.substr(at_).starts_with('.')) {
      ++at_;
      word();
    }
    throw SparkError("PARSE_SYNTAX_ERROR", {{"error", "'" + std::string(text_.substr(start, at_ - start)) + "'"}, {"hint", ""}});
  }

  // Blanks and comments.
  void skip_blanks() {
    while (at_ < text_.size()) {
      const std::string_view rest = text_.substr(at_);
      if (std::isspace(static_cast<unsigned char>(rest[0]))) {
        ++at_;
      } else if (rest.starts_with("--")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (rest.starts_with("/*") && rest.find("*/", 2) != std::string_view::npos) {
        at_ += rest.find("*/", 2) + 2;
      } else {
        return;
      }
    }
  }
  bool is_end() {
    skip_blanks();
    return at_ == text_.size();
  }
  bool take(char wanted) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) fail();
  }

  // A name with letters beyond ASCII stands in back quotes.
  std::string word() {
    skip_blanks();
    const bool is_quoted = at_ < text_.size() && text_[at_] == '`';
    std::string name = raw_word();
    const bool is_plain = std::none_of(name.begin(), name.end(), [](char c) { return (c & 0x80) != 0; });
    if (!is_quoted && !is_plain) throw SparkError("INVALID_IDENTIFIER", {{"ident", name}});
    return name;
  }

  std::string raw_word() {
    skip_blanks();
    std::string out;
    if (take('`')) {
      while (at_ < text_.size() && text_[at_] != '`') out += text_[at_++];
      expect('`');
      return out;
    }
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_' ||
                                  (text_[at_] & 0x80))) {
      out += text_[at_++];
    }
    return out;
  }
  std::string lower_word() {
    return lower_case(word());
  }
  bool take_word(std::string_view wanted) {
    const size_t start = at_;
    if (lower_word() == wanted) return true;
    at_ = start;
    return false;
  }

  Type type() {
    auto found = plain();
    if (!found) fail();
    return *found;
  }

  std::optional<Type> plain() {
    const std::string name = lower_word();
    if (name == "boolean") return Type::boolean();
    if (name == "tinyint" || name == "byte") return Type::byte();
    if (name == "smallint" || name == "short") return Type::short_integer();
    if (name == "int" || name == "integer") return Type::integer();
    if (name == "bigint" || name == "long") return Type::long_integer();
    if (name == "float" || name == "real") return Type::float_number();
    if (name == "double") return Type::double_number();
    if (name == "string") return Type::string();
    if (name == "binary") return Type::binary();
    if (name == "date") return Type::date();
    if (name == "timestamp_ntz" || (name == "timestamp" && timestamps_are_local_)) return Type::timestamp_ntz();
    if (name == "timestamp" || name == "timestamp_ltz") return Type::timestamp();
    if (name == "time") return time();
    if (name == "interval") return interval();
    if (name == "variant") return Type::variant();
    if (name == "void") return Type::null();
    if (name == "decimal" || name == "dec" || name == "numeric") return decimal();
    if (name == "char" || name == "character" || name == "varchar") {
      expect('(');
      word();
      expect(')');
      return Type::string();
    }
    if (name == "array") {
      expect('<');
      Type element = type();
      expect('>');
      return Type::array(std::move(element));
    }
    if (name == "map") {
      expect('<');
      Type key = type();
      expect(',');
      Type value = type();
      expect('>');
      return Type::map(std::move(key), std::move(value));
    }
    if (name == "struct") {
      expect('<');
      return columns('>', true);
    }
    return std::nullopt;
  }

  Type time() {
    if (!take('(')) return Type::time();
    const int precision = number();
    expect(')');
    if (precision > 6) fail();
    return Type::time(precision);
  }

  // INTERVAL, INTERVAL DAY, INTERVAL YEAR TO MONTH: a field and the one that it goes on to.
  Type interval() {
    static constexpr std::array<std::string_view, 2> kMonths = {"year", "month"};
    static constexpr std::array<std::string_view, 4> kDays = {"day", "hour", "minute", "second"};
    if (const auto fields = interval_fields(kMonths)) {
      return Type::year_month_interval(plan::YearMonthField(fields->first), plan::YearMonthField(fields->second));
    }
    if (const auto fields = interval_fields(kDays)) {
      return Type::day_time_interval(plan::DayTimeField(fields->first), plan::DayTimeField(fields->second));
    }
    return Type::calendar_interval();
  }

  template <size_t count>
  std::optional<std::pair<size_t, size_t>> interval_fields(const std::array<std::string_view, count>& names) {
    const auto take_one = [&](size_t from) {
      while (from < count && !take_word(names[from])) ++from;
      return from;
    };
    const size_t first = take_one(0);
    if (first == count) return std::nullopt;
    if (!take_word("to")) return std::pair(first, first);
    const size_t last = take_one(first + 1);
    if (last == count) fail();
    return std::pair(first, last);
  }

  Type decimal() {
    if (!take('(')) return Type::decimal(10, 0);
    const int precision = number();
    const int scale = take(',') ? number() : 0;
    expect(')');
    if (precision < 1 || precision > 38 || scale > precision) fail();
    return Type::decimal(precision, scale);
  }
  int number() {
    const std::string digits = word();
    if (digits.empty() || digits.size() > 3 || digits.find_first_not_of("0123456789") != std::string::npos) fail();
    return std::stoi(digits);
  }

  Type columns(char end, bool has_colons) {
    std::vector<plan::StructField> fields;
    if (end != '\0' && take(end)) return Type::structure({});
    do {
      std::string name = word();
      if (name.empty()) fail();
      if (has_colons) take(':');
      Type column = type();
      const bool is_required = take_word("not");
      if (is_required && !take_word("null")) fail();
      if (take_word("comment")) {
        expect('\'');
        while (at_ < text_.size() && text_[at_] != '\'') ++at_;
        expect('\'');
      }
      fields.push_back({std::move(name), std::move(column), !is_required, {}});
    } while (take(','));
    if (end != '\0') {
      expect(end);
    } else if (!is_end()) {
      fail();
    }
    return Type::structure(std::move(fields));
  }

  std::string_view text_;
  bool timestamps_are_local_;
  size_t at_ = 0;
};

}  // namespace

Type parse_type_text(std::string_view text, bool timestamps_are_local) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start != std::string_view::npos && (text[start] == '{' || text[start] == '"')) {
    // What is no JSON of a type fails as the DDL that Spark tries first.
    try {
      return plan::type_from_json(text);
    } catch (const SparkError&) {
      return TypeReader(text, timestamps_are_local).whole();
    }
  }
  return TypeReader(text, timestamps_are_local).whole();
}

}  // namespace firesteel::functions::kernel
