// JSON on several lines.
#pragma once

#include <string>
#include <string_view>

namespace firesteel::functions::kernel {

// The text as Jackson's DefaultPrettyPrinter has it: a member to a line, arrays on one. `compact` is JSON without blanks
// between its tokens.
std::string pretty_json(std::string_view compact);

}  // namespace firesteel::functions::kernel
