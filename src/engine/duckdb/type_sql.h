// The DuckDB form of each Spark type (the type table of the architecture, decision 14) and of
// constants.
#pragma once

#include <string>
#include <string_view>

#include "plan/expression.h"
#include "plan/type.h"

namespace firesteel::engine {

// "BIGINT", "DECIMAL(10, 2)", "STRUCT(f0 INTEGER, f1 VARCHAR)[]". Fields of structs are named by
// position, since DuckDB refuses names that differ only in case. Void is an INTEGER that is always
// null; strings of any collation are VARCHAR. Throws UNSUPPORTED_FEATURE for a type without a form.
std::string type_sql(const plan::Type& type);

// A constant as an expression of exactly the type's DuckDB form.
std::string literal_sql(const plan::Literal& literal);

// 'text' with quotes doubled.
std::string quote_string(std::string_view text);
// "name" with quotes doubled.
std::string quote_identifier(std::string_view name);

}  // namespace firesteel::engine
