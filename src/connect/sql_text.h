// A query's text → plan, with the client's arguments in place of its parameter markers.
#pragma once

#include "plan/relation.h"
#include "sql/parser.h"

namespace firesteel::connect {

// Binds :name and ? markers everywhere, also inside subqueries. Throws UNBOUND_SQL_PARAMETER for a marker
// that no argument answers.
plan::RelationPtr bind_parameters(const plan::RelationPtr& query, const plan::SqlQuery& arguments);

// Parses the text as a query and binds its parameters.
plan::RelationPtr parse_sql_query(const plan::SqlQuery& query, const sql::ParserOptions& options);

}  // namespace firesteel::connect
