#include "plan/attribute_name.h"

#include "base/error.h"
#include "base/text.h"

namespace firesteel::plan {

std::vector<std::string> parse_attribute_name(std::string_view name) {
  const auto fail = [&] {
    throw SparkError("INVALID_ATTRIBUTE_NAME_SYNTAX", {{"name", std::string(name)}});
  };
  std::vector<std::string> parts;
  std::string part;
  bool in_quotes = false;
  size_t i = 0;
  while (i < name.size()) {
    const char c = name[i];
    if (in_quotes) {
      if (c == '`') {
        if (i + 1 < name.size() && name[i + 1] == '`') {
          part += '`';
          ++i;
        } else {
          in_quotes = false;
          if (i + 1 < name.size() && name[i + 1] != '.') fail();
        }
      } else {
        part += c;
      }
    } else if (c == '`') {
      if (!part.empty()) fail();
      in_quotes = true;
    } else if (c == '.') {
      if (i == 0 || name[i - 1] == '.' || i + 1 == name.size()) fail();
      parts.push_back(std::move(part));
      part.clear();
    } else {
      part += c;
    }
    ++i;
  }
  if (in_quotes) fail();
  parts.push_back(std::move(part));
  return parts;
}

std::string proposed_name(const std::string& name) {
  const bool is_path = name.find('.') != std::string::npos && name.find('`') == std::string::npos;
  return quoted_name(is_path ? parse_attribute_name(name) : std::vector<std::string>{name});
}

}  // namespace firesteel::plan
