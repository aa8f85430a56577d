#include "sql/parse_error.h"

#include <utility>

namespace firesteel::sql {

SparkError parse_error(std::string condition, SparkError::Parameters parameters,
                       const std::string& text, const Token& token) {
  int line = 1;
  int position = 0;
  for (size_t i = 0; i < token.begin && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++line;
      position = 0;
    } else {
      position += begins_character(text[i]);
    }
  }
  return SparkError(std::move(condition), std::move(parameters))
      .with_kind(ErrorKind::kParse)
      .at_sql_position(text, line, position);
}

}  // namespace firesteel::sql
