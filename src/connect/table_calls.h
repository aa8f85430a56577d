// Tables of the warehouse: names, reading, creating, inserting.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyze/analyzer.h"
#include "catalog/warehouse.h"
#include "connect/operation.h"
#include "connect/request_context.h"
#include "plan/relation.h"
#include "sql/parser.h"

namespace firesteel::connect {

// The server's. Throws where it has none.
catalog::Warehouse& warehouse(const RequestContext& context);

// Throws COLUMN_ALREADY_EXISTS.
void check_columns(const plan::Schema& schema);

// A table's place: the session's current database where the name holds none.
struct TableName {
  std::string database;
  std::string table;
  std::string quoted() const { return "`spark_catalog`.`" + database + "`.`" + table + "`"; }
};

// `a`.`b`
std::string backquoted(const std::vector<std::string>& parts);

// Throws for a catalog other than spark_catalog and for more than three parts.
TableName table_name(const RequestContext& context, const std::vector<std::string>& parts);
std::optional<catalog::Table> find_table(const RequestContext& context, const std::vector<std::string>& parts);

// The temporary view with that name, as it was made.
std::optional<ViewTable::View> find_temporary_view(const RequestContext& context, const std::vector<std::string>& parts);
// Whether there is a view or a table of that name.
bool relation_exists(const RequestContext& context, const std::vector<std::string>& parts);
// A temporary view's plan, a table's read (unresolved) or a view's query; the qualifier of a table is catalog and database.
// `query_start_us` is what current_timestamp() is in a plan that was made before.
analyze::FoundTable find_relation(const RequestContext& context, const std::vector<std::string>& parts, int64_t query_start_us);
// The same resolved; throws TABLE_OR_VIEW_NOT_FOUND.
plan::RelationPtr resolved_table(const RequestContext& context, const std::vector<std::string>& parts);
[[noreturn]] void throw_table_not_found(const RequestContext& context, const std::vector<std::string>& parts);
// As DROP words it: the name qualified, and only the current database searched.
[[noreturn]] void throw_nothing_to_drop(const RequestContext& context, const std::vector<std::string>& parts);

// CREATE TABLE in all its forms, saveAsTable and writeTo.create: with a query (resolved) its rows are stored, which
// needs the operation.
enum class IfExists : uint8_t { kFail, kIgnore, kReplace };
void create_table(const RequestContext& context, const sql::CreateTable& statement, const plan::RelationPtr& resolved,
                  IfExists if_exists, Operation* operation, const catalog::Layout& layout = {});

// The layout as errors and DESCRIBE write it: "2 buckets, bucket columns: [a], sort columns: [b]".
std::string bucket_text(const catalog::Layout& layout);

// Appends a resolved query's rows to a table, or puts them in place of the table's.
struct InsertRequest {
  std::vector<std::string> table;
  std::vector<std::string> columns;  // the table's columns that the query gives; empty: all
  std::vector<std::pair<std::string, plan::ExpressionPtr>> partitions;  // PARTITION (…)
  plan::RelationPtr query;
  bool is_overwrite = false;
  bool by_name = false;
  bool is_save = false;  // saveAsTable: the columns are exactly the table's
  std::optional<catalog::Layout> layout;  // must be the table's
};
void insert_into(const RequestContext& context, const InsertRequest& request, Operation& operation);

}  // namespace firesteel::connect
