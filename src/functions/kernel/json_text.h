// Reading JSON as Spark's Jackson parser does: single quotes and control characters in strings are
// accepted, depth is limited to 1,000. Positions move forward only.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace firesteel::functions::kernel {

struct MalformedJson : std::runtime_error {
  MalformedJson() : std::runtime_error("malformed JSON") {}
};

// Writes compact JSON as Jackson's generator does.
class JsonWriter {
 public:
  void begin(char bracket);
  void end(char bracket);
  void name(std::string_view text);
  void string(std::string_view text);
  // Text that is JSON already.
  void raw_value(std::string_view text);
  // Text that is put down without quotes or separators.
  void raw(std::string_view text) { out_ += text; }
  std::string take() { return std::move(out_); }
  const std::string& text() const { return out_; }

  static void append_quoted(std::string_view text, std::string& out);

 private:
  void separate();
  std::string out_;
  std::vector<bool> has_values_;
  bool after_name_ = false;
};

// The JSON with \uXXXX in place of all characters beyond ASCII.
std::string with_code_points(std::string_view json);

// Which texts count as JSON: without a word, what get_json_object and its like take. Readers of records refuse control characters
// in strings unless they are told to allow them.
struct JsonSyntax {
  bool single_quotes = true;
  bool control_characters = true;
  bool unquoted_names = false;
  bool comments = false;             // /* … */ and // …
  bool leading_zeros = false;        // of numbers
  bool any_escape = false;           // a backslash before a character that needs none
  bool non_numeric_numbers = false;  // NaN, Infinity, +Infinity, -Infinity, +INF, -INF
};

// The JSON that a reader of records takes. `Options` has `flag(name, fallback)`.
template <typename Options>
JsonSyntax record_syntax_of(const Options& options) {
  return {.single_quotes = options.flag("allowSingleQuotes", true),
          .control_characters = options.flag("allowUnquotedControlChars", false),
          .unquoted_names = options.flag("allowUnquotedFieldNames", false),
          .comments = options.flag("allowComments", false),
          .leading_zeros = options.flag("allowNumericLeadingZeros", false),
          .any_escape = options.flag("allowBackslashEscapingAnyCharacter", false),
          .non_numeric_numbers = options.flag("allowNonNumericNumbers", true)};
}

// The number that NaN, Infinity, INF and their signed forms name.
std::optional<double> non_numeric_number(std::string_view name);

class JsonReader {
 public:
  explicit JsonReader(std::string_view text, JsonSyntax syntax = {}) : text_(text), syntax_(syntax) {}

  // The first character of the next token; '\0' at the end.
  char peek();
  // Consumes a punctuation character or raises MalformedJson.
  void expect(char wanted);
  bool skip(char wanted);
  std::string string();
  // The name of a member.
  std::string name();
  size_t position() const { return position_; }
  // The text read since then.
  std::string_view since(size_t position) const { return text_.substr(position, position_ - position); }
  void skip_value();
  // Copies the next value with numbers and escapes as Jackson writes them.
  void copy_value(JsonWriter& writer);

 private:
  void skip_comment();
  void copy_number(JsonWriter& writer);
  bool copy_non_numeric_number(JsonWriter& writer);
  void copy_word(JsonWriter& writer);
  void append_escape(std::string& out);
  uint32_t hexadecimal();

  std::string_view text_;
  JsonSyntax syntax_;
  size_t position_ = 0;
  int depth_ = 0;
};

}  // namespace firesteel::functions::kernel
