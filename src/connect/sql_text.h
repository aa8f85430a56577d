// A query's text → plan, with the client's arguments in place of its parameter markers.
#pragma once

#include <memory>

#include "connect/request_context.h"
#include "engine/engine.h"
#include "plan/relation.h"
#include "sql/parser.h"

namespace firesteel::connect {

// The session's options, with the arguments' values for markers (of a query without arguments none)
// and the values of constant expressions for IDENTIFIER(…). The options borrow `context` and
// `arguments`. Where some arguments are `unnamed`, no marker may have a name.
sql::ParserOptions query_options(const RequestContext& context, const plan::SqlQuery& arguments,
                                 const std::vector<plan::ExpressionPtr>& unnamed = {});

// Parses the text as a query. Throws UNBOUND_SQL_PARAMETER for a marker that no argument answers.
plan::RelationPtr parse_sql_query(const RequestContext& context, const plan::SqlQuery& query);

bool holds_subquery(const plan::ExpressionPtr& expression);

// The values of expressions over no column, which may be null literals. `execution` may be null.
std::vector<plan::Literal> constant_values(const RequestContext& context,
                                           const std::vector<plan::ExpressionPtr>& expressions,
                                           const std::shared_ptr<engine::ExecutionContext>& execution);

}  // namespace firesteel::connect
