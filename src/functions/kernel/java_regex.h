// Java regular expressions on PCRE2 (compiled just in time where the machine allows), and Spark's
// functions over them. Compiled patterns are immutable and may be used from every thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firesteel::functions::kernel {

class JavaRegex {
 public:
  // A pattern that Java refuses raises INVALID_PARAMETER_VALUE.PATTERN naming `function`, one that
  // PCRE2 cannot express UNSUPPORTED_FEATURE.EXPRESSION.
  explicit JavaRegex(std::string_view pattern, std::string_view function = "rlike");
  ~JavaRegex();
  JavaRegex(JavaRegex&&) noexcept;
  JavaRegex& operator=(JavaRegex&&) noexcept;

  // Byte positions; group 0 is the whole match, `first` is npos for a group that took no part.
  struct Span {
    size_t first;
    size_t last;
  };
  using Match = std::vector<Span>;

  // The first match at or after a byte position, as java.util.regex.Matcher.find(int) but without
  // resetting what lies before. With an unset `match` only the answer is computed.
  bool find(std::string_view text, size_t from = 0, Match* match = nullptr) const;
  // Where Matcher.find() goes on after a match.
  static size_t next_start(std::string_view text, const Span& match);

  size_t group_count() const { return group_count_; }
  // The number of a named group, 0 if there is none.
  size_t group_number(std::string_view name) const;
  const std::string& pattern() const { return pattern_; }

 private:
  struct Code;
  std::string pattern_;
  // The text to search for when the pattern is nothing but a text.
  std::optional<std::string> literal_;
  size_t group_count_ = 0;
  std::unique_ptr<Code> code_;
};

// The replacement string of regexp_replace: $1, ${name}, and \ before a literal character.
class RegexReplacement {
 public:
  explicit RegexReplacement(std::string_view text) : text_(text) {}
  // Appends the text for a match; false for a reference that the pattern does not have.
  bool append(const JavaRegex& regex, std::string_view source, const JavaRegex::Match& match,
              std::string& out) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Group `index` of the first match; empty if there is none or the group took no part. An index that
// the pattern lacks raises INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX once there is a match.
std::string_view regexp_extract(const JavaRegex& regex, std::string_view text, int32_t index);
std::vector<std::string_view> regexp_extract_all(const JavaRegex& regex, std::string_view text,
                                                 int32_t index);
// Replaces every match from character `position` (from 1) on.
void regexp_replace(const JavaRegex& regex, std::string_view text,
                    const RegexReplacement& replacement, int32_t position, std::string& out);
int32_t regexp_count(const JavaRegex& regex, std::string_view text);
// The position from 1 in UTF-16 units, as Java counts; 0 without a match.
int32_t regexp_instr(const JavaRegex& regex, std::string_view text);
std::optional<std::string_view> regexp_substr(const JavaRegex& regex, std::string_view text);
// At most `limit` parts if it is positive. An empty pattern splits into characters.
std::vector<std::string_view> split_by_regex(const JavaRegex& regex, std::string_view text,
                                             int32_t limit);

}  // namespace firesteel::functions::kernel
