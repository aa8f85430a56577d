// spark.catalog.… over the warehouse's databases and tables and the session's temporary views; SHOW and DDL
// statements, which the parser hands over in the same form, are in show_statements and table_statements.
#pragma once

#include <string>
#include <vector>

#include "connect/request_context.h"
#include "plan/relation.h"

namespace firesteel::catalog {
struct Table;
}
namespace firesteel::functions {
struct Function;
}

namespace firesteel::connect {

// The answer as resolved local data. Throws UNSUPPORTED_FEATURE.RELATION naming a call that Firesteel
// does not do yet.
plan::RelationPtr run_catalog_call(const RequestContext& context, const plan::CatalogCall& call);

// ---- parts that the statements share ----
// The argument's text, empty when it is not there.
std::string argument(const plan::CatalogCall& call, const std::string& name);
// The plain name of "db_name".
std::string database_argument(const plan::CatalogCall& call, const std::string& fallback);
// Whether the text fits the call's "pattern", if it has one.
bool matches(const plan::CatalogCall& call, const std::string& text);
std::string table_kind(const catalog::Table& table);  // "MANAGED", "EXTERNAL", "VIEW"
// Where only the session's views and the catalog are looked through. TABLE_OR_VIEW_NOT_FOUND.
[[noreturn]] void throw_no_table_or_view(const RequestContext& context, const std::vector<std::string>& name);

std::string column_comment(const plan::StructField& field);
// java.util.Date.toString in the session's zone.
std::string created_time(const RequestContext& context, int64_t milliseconds);
std::string function_usage(const functions::Function& function);
// Throws UNRESOLVED_ROUTINE.
const functions::Function& find_function(const RequestContext& context, const std::vector<std::string>& name);

// Rows that are kept of files at or below the path, for they may have changed.
void forget_cached_files(const RequestContext& context, const std::string& path);

// Forgets every persisted relation and frees its rows.
void clear_cache(const RequestContext& context);

}  // namespace firesteel::connect
