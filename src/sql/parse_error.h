// Errors of the parser: a condition with Spark's position line and a picture of the text.
#pragma once

#include <string>

#include "base/error.h"
#include "sql/lexer.h"

namespace firesteel::sql {

// The error of `condition` at `token` of `text`.
SparkError parse_error(std::string condition, SparkError::Parameters parameters,
                       const std::string& text, const Token& token);

}  // namespace firesteel::sql
