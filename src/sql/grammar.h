// Spark SQL's grammar as a recursive-descent parser: one method per rule, expressions by
// precedence climbing. The rules stand in several files: type_grammar.cc, literal_grammar.cc,
// expression_grammar.cc, …
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/token_reader.h"

namespace firesteel::sql {

class Grammar : public TokenReader {
 public:
  using TokenReader::TokenReader;

  // Whole texts: they end with an error if something is left over.
  plan::Type whole_type();
  plan::Schema whole_schema();
  std::vector<std::string> whole_multipart_identifier();

 private:
  // ---- types (type_grammar.cc) ----
  plan::Type data_type();
  plan::Type nested_type();
  plan::Type interval_type();
  plan::Type sized_type();
  plan::Type simple_type(const std::string& name, const std::vector<int64_t>& parameters,
                         size_t from);
  plan::Type time_type(const std::string& name, const std::vector<int64_t>& parameters);
  plan::StructField column_definition(bool allows_colon);
  std::optional<std::string> comment_clause();
  void close_angle();
};

}  // namespace firesteel::sql
