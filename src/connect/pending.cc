// Weak stand-ins that let the server link while the analyzer and the SQL grammar are being written: each
// refuses by name, and the linker prefers the real function as soon as there is one.
#include "analyze/analyzer.h"
#include "base/error.h"
#include "sql/parser.h"

namespace firesteel {

__attribute__((weak)) plan::RelationPtr analyze::analyze(const plan::RelationPtr& plan,
                                                         const analyze::AnalysisContext&) {
  if (plan::is_resolved(*plan)) return plan;
  throw_unsupported("RELATION", std::string(plan::node_name(*plan)));
}

__attribute__((weak)) sql::Statement sql::parse_statement(std::string_view text, const ParserOptions&) {
  throw_unsupported("STATEMENT", std::string(text));
}

__attribute__((weak)) plan::ExpressionPtr sql::parse_expression(std::string_view text, const ParserOptions&) {
  throw_unsupported("EXPRESSION", std::string(text));
}

}  // namespace firesteel
