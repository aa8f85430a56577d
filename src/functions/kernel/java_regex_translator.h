// Rewrites a Java regular expression into one that means the same to PCRE2.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace firesteel::functions::kernel {

// Java would throw PatternSyntaxException.
struct MalformedRegex : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// Valid in Java but beyond this translation; the text names the construct.
struct UntranslatableRegex : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class JavaRegexTranslator {
 public:
  explicit JavaRegexTranslator(std::string_view pattern) : pattern_(pattern) {}

  std::string translate();
  // Whether \w, \d, … and the named classes shall follow Unicode: the flag (?U).
  bool uses_unicode_classes() const { return unicode_classes_; }
  // The text that the pattern stands for, if it has no operator in it.
  static bool is_literal(std::string_view pattern);

 private:
  struct Flags {
    bool ignore_case = false;
    bool unicode_case = false;
    bool dot_all = false;
    bool comments = false;
    bool unix_lines = false;
  };

  bool at_end() const { return position_ >= pattern_.size(); }
  char peek(size_t ahead = 0) const {
    return position_ + ahead < pattern_.size() ? pattern_[position_ + ahead] : '\0';
  }
  bool skip(std::string_view text);
  void skip_comments();
  void count_groups();

  void translate_group();
  void translate_flags();
  void translate_atom();
  void translate_quantifier();
  void translate_escape();
  void translate_back_reference();
  std::string class_escape(char letter);
  std::string property(bool negated);
  std::string property_class(std::string_view name) const;
  uint32_t code_point_escape();
  uint32_t hexadecimal(size_t digits);
  std::string quoted_text();

  // A class after its '[': a pattern for exactly one character.
  std::string translate_class();
  std::string translate_class_part(bool& is_simple);
  std::string class_item(bool& is_simple, std::string& nested);
  uint32_t class_character();

  void append_literal(uint32_t code_point);
  static void append_escaped(uint32_t code_point, std::string& out);

  std::string_view pattern_;
  size_t position_ = 0;
  std::string out_;
  Flags flags_;
  std::vector<Flags> saved_flags_;
  size_t group_count_ = 0;
  bool unicode_classes_ = false;
  bool can_repeat_ = false;
};

}  // namespace firesteel::functions::kernel
