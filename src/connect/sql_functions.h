// Functions that are defined in SQL: temporary ones in the session, the others in the warehouse.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyze/analyzer.h"
#include "connect/request_context.h"
#include "sql/parser.h"

namespace firesteel::connect {

// The function by its name as written, or null.
std::shared_ptr<const plan::SqlFunction> find_function_definition(const RequestContext& context,
                                                                  const std::vector<std::string>& name);

// The same unless the name means a built-in function.
std::shared_ptr<const plan::SqlFunction> find_own_function(const RequestContext& context, const std::vector<std::string>& name);

// Where an analysis stands among the calls of SQL functions.
struct FunctionCalls {
  std::vector<std::string> around;  // whose bodies it is in, outermost first
  std::shared_ptr<int> count = std::make_shared<int>(0);  // of all so far
};

// The definition as a call finds it. Each counts: of calls within calls there may be more than a machine can hold.
std::optional<analyze::FoundFunction> find_sql_function(const RequestContext& context, const std::vector<std::string>& name,
                                                        FunctionCalls calls);

// The session's functions and, behind them, those of the database, each sorted by name.
std::vector<std::shared_ptr<const plan::SqlFunction>> function_definitions(const RequestContext& context, const std::string& database);

// DESCRIBE FUNCTION [EXTENDED], line by line.
std::vector<std::string> describe_sql_function(const RequestContext& context, const plan::SqlFunction& function, bool is_extended);

// Throws what is wrong with the function, and ROUTINE_ALREADY_EXISTS.
void create_function(const RequestContext& context, const sql::CreateFunction& statement);
// Throws ROUTINE_NOT_FOUND.
void drop_function(const RequestContext& context, const sql::DropFunction& statement);

}  // namespace firesteel::connect
