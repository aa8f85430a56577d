// Splits a date pattern into the elements of DatePattern.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "functions/kernel/date_pattern.h"

namespace firesteel::functions::kernel {

class DatePattern::Compiler {
 public:
  Compiler(std::string_view pattern, Purpose purpose) : pattern_(pattern), purpose_(purpose) {}

  std::vector<Element> compile();

 private:
  void check_letters() const;
  void check_letters_of(std::string_view part) const;
  void add_letters(char letter, int count);
  bool add_number(char letter, int count);
  bool add_other(char letter, int count);
  void add_value(Element element);
  void add(Element element);
  void add_literal(std::string_view text);
  size_t add_quoted(size_t position);
  void close_optional();

  [[noreturn]] void refuse(std::string_view condition, std::string_view letter) const;
  bool is_legacy_pattern() const;

  std::string_view pattern_;
  Purpose purpose_;
  bool has_era_ = false;
  std::vector<Element> elements_;
  std::vector<size_t> open_optionals_;
  // The number that adjacent fixed-width numbers widen, or npos.
  size_t adjacent_base_ = std::string::npos;
};

}  // namespace firesteel::functions::kernel
