// A weak stand-in until the grammar of statements is on main: queries only. The linker prefers the real one.
#include "sql/parser.h"

namespace firesteel {

__attribute__((weak)) sql::Statement sql::parse_statement(std::string_view text, const ParserOptions& options) {
  return parse_query(text, options);
}

}  // namespace firesteel
