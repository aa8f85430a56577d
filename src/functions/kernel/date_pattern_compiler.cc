#include "functions/kernel/date_pattern_compiler.h"

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"

namespace firesteel::functions::kernel {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// Calls visit(letter, count) for each run of a letter outside quotes.
template <typename Visit>
void for_each_run(std::string_view pattern, Visit visit) {
  bool quoted = false;
  for (size_t i = 0; i < pattern.size();) {
    if (pattern[i] == '\'') quoted = !quoted;
    size_t end = i + 1;
    if (!quoted && is_letter(pattern[i])) {
      while (end < pattern.size() && pattern[end] == pattern[i]) ++end;
      visit(pattern[i], static_cast<int>(end - i));
    }
    i = end;
  }
}

}  // namespace

// Whether java.text.SimpleDateFormat would take the pattern: Spark then says that its meaning has
// changed rather than that it is wrong.
bool DatePattern::Compiler::is_legacy_pattern() const {
  bool quoted = false, known = true;
  for (char c : pattern_) {
    if (c == '\'') quoted = !quoted;
  }
  if (quoted) return false;
  for_each_run(pattern_, [&](char letter, int count) {
    if (!is_one_of(letter, "GyMLdDFEaHkKhmsSzZXYwWu") || (letter == 'X' && count > 3)) {
      known = false;
    }
  });
  return known;
}

void DatePattern::Compiler::refuse(std::string_view condition, std::string_view letter) const {
  const std::string pattern(pattern_);
  const std::string quoted_pattern = quote_sql_string(pattern_);
  const std::string documentation = "https://spark.apache.org/docs/latest";
  if (is_legacy_pattern()) {
    throw SparkError("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION",
                     {{"pattern", quoted_pattern},
                      {"config", "\"spark.sql.legacy.timeParserPolicy\""},
                      {"docroot", documentation}});
  }
  if (condition == "INVALID_DATETIME_PATTERN.WITH_SUGGESTION") {
    throw SparkError(std::string(condition),
                     {{"pattern", quoted_pattern}, {"docroot", documentation}})
        .with_kind(ErrorKind::kRuntime);
  }
  if (condition == "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN") {
    throw SparkError(std::string(condition), {{"c", std::string(letter)}})
        .with_kind(ErrorKind::kIllegalArgument);
  }
  throw SparkError(std::string(condition), {{"c", std::string(letter)}, {"pattern", pattern}});
}

void DatePattern::Compiler::check_letters() const {
  bool is_quoted = false;
  for (std::string_view rest = pattern_;; is_quoted = !is_quoted) {
    const size_t quote = rest.find('\'');
    if (!is_quoted) check_letters_of(rest.substr(0, quote));
    if (quote == std::string_view::npos) return;
    rest.remove_prefix(quote + 1);
  }
}

// What stands between two quotes is checked by itself.
void DatePattern::Compiler::check_letters_of(std::string_view part) const {
  for_each_run(part, [&](char letter, int) {
    if (is_one_of(letter, "YWwuec")) {
      refuse("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN",
             std::string_view(&letter, 1));
    }
  });
  for_each_run(part, [&](char letter, int count) {
    const std::string_view name(&letter, 1);
    if (is_one_of(letter, "ABnNp") ||
        (purpose_ == Purpose::kParse && is_one_of(letter, "EFqQ"))) {
      refuse("INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", name);
    }
    if ((is_one_of(letter, "GMLEQq") && count >= 5) || (letter == 'y' && count >= 7)) {
      refuse("INVALID_DATETIME_PATTERN.LENGTH", name);
    }
  });
}

std::vector<DatePattern::Element> DatePattern::Compiler::compile() {
  check_letters();
  for_each_run(pattern_, [&](char letter, int) { has_era_ = has_era_ || letter == 'G'; });
  for (size_t i = 0; i < pattern_.size();) {
    const char c = pattern_[i];
    if (is_letter(c)) {
      size_t end = i;
      while (end < pattern_.size() && pattern_[end] == c) ++end;
      add_letters(c, static_cast<int>(end - i));
      i = end;
    } else if (c == '\'') {
      i = add_quoted(i);
    } else if (c == '[') {
      Element optional;
      optional.kind = Kind::kOptional;
      adjacent_base_ = std::string::npos;
      open_optionals_.push_back(elements_.size());
      elements_.push_back(optional);
      ++i;
    } else if (c == ']') {
      if (open_optionals_.empty()) refuse("INVALID_DATETIME_PATTERN.WITH_SUGGESTION", "");
      close_optional();
      ++i;
    } else if (c == '{' || c == '}' || c == '#') {
      refuse("INVALID_DATETIME_PATTERN.WITH_SUGGESTION", "");
    } else {
      add_literal(pattern_.substr(i++, 1));
    }
  }
  while (!open_optionals_.empty()) close_optional();
  return std::move(elements_);
}

void DatePattern::Compiler::close_optional() {
  elements_[open_optionals_.back()].end = elements_.size();
  open_optionals_.pop_back();
  adjacent_base_ = std::string::npos;
}

// 'text', with '' for one quote; two quotes alone are a quote.
size_t DatePattern::Compiler::add_quoted(size_t position) {
  std::string text;
  size_t i = position + 1;
  for (; i < pattern_.size(); ++i) {
    if (pattern_[i] != '\'') {
      text += pattern_[i];
    } else if (i + 1 < pattern_.size() && pattern_[i + 1] == '\'') {
      text += pattern_[++i];
    } else {
      break;
    }
  }
  if (i >= pattern_.size()) refuse("INVALID_DATETIME_PATTERN.WITH_SUGGESTION", "");
  add_literal(text.empty() ? "'" : text);
  return i + 1;
}

void DatePattern::Compiler::add_literal(std::string_view text) {
  Element element;
  element.literal = text;
  add(std::move(element));
}

void DatePattern::Compiler::add(Element element) {
  adjacent_base_ = std::string::npos;
  elements_.push_back(std::move(element));
}

// A number right behind another number: the first of them leaves room for those of fixed width.
void DatePattern::Compiler::add_value(Element element) {
  const bool fixed = element.min_width == element.max_width && element.sign == Sign::kNotNegative;
  if (adjacent_base_ != std::string::npos && fixed) {
    elements_[adjacent_base_].subsequent_width += element.max_width;
  } else {
    adjacent_base_ = elements_.size();
  }
  elements_.push_back(std::move(element));
}

void DatePattern::Compiler::add_letters(char letter, int count) {
  if (!add_number(letter, count) && !add_other(letter, count)) {
    refuse("INVALID_DATETIME_PATTERN.WITH_SUGGESTION", std::string_view(&letter, 1));
  }
}

bool DatePattern::Compiler::add_number(char letter, int count) {
  Element element;
  element.kind = Kind::kNumber;
  element.letter = letter;
  element.count = count;
  switch (letter) {
    case 'y':
      // Without an era the letter means the proleptic year, which may be negative.
      if (!has_era_) element.letter = 'u';
      element.min_width = count;
      if (count == 2) {
        element.kind = Kind::kReducedYear;
        element.max_width = 2;
        element.sign = Sign::kNotNegative;
      } else if (count >= 4) {
        element.sign = Sign::kExceedsPad;
      }
      break;
    case 'D':
      if (count > 3) return false;
      if (count > 1) {
        element.min_width = count;
        element.max_width = 3;
        element.sign = Sign::kNotNegative;
      }
      break;
    case 'F':
      if (count > 1) return false;
      break;
    case 'S':
      if (count > 9) return false;
      element.kind = Kind::kFraction;
      element.min_width = purpose_ == Purpose::kParse ? 1 : count;
      element.max_width = count;
      if (element.min_width != element.max_width) {
        add(std::move(element));
        return true;
      }
      element.sign = Sign::kNotNegative;
      break;
    default:
      if (!is_one_of(letter, "MLdHhKkmsQq")) return false;
      if (count > 2) {
        if (!is_one_of(letter, "MLQq") || count > 4) return false;
        element.kind = Kind::kText;
        add(std::move(element));
        return true;
      }
      if (count == 2) {
        element.min_width = element.max_width = 2;
        element.sign = Sign::kNotNegative;
      }
  }
  add_value(std::move(element));
  return true;
}

bool DatePattern::Compiler::add_other(char letter, int count) {
  Element element;
  element.letter = letter;
  element.count = count;
  switch (letter) {
    case 'E':
    case 'G':
    case 'a':
      if (letter == 'a' && count > 1) return false;
      element.kind = Kind::kText;
      break;
    case 'V':
      if (count != 2) return false;
      element.kind = Kind::kZone;
      break;
    case 'O':
      if (count != 1 && count != 4) return false;
      element.kind = Kind::kZone;
      break;
    case 'z':
      if (count > 4) return false;
      element.kind = Kind::kZone;
      break;
    case 'X':
    case 'x':
    case 'Z':
      if (count > 5) return false;
      element.kind = Kind::kZone;
      break;
    default:
      return false;
  }
  add(std::move(element));
  return true;
}

}  // namespace firesteel::functions::kernel
