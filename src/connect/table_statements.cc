#include "connect/table_statements.h"

#include <filesystem>
#include <functional>
#include <map>

#include "base/error.h"
#include "catalog/warehouse.h"
#include "connect/catalog_calls.h"
#include "connect/local_table.h"
#include "connect/table_calls.h"
#include "plan/char_columns.h"
#include "sql/parser.h"

namespace firesteel::connect {

namespace {

using catalog::Table;
using Context = const RequestContext&;
using Call = const plan::CatalogCall&;

std::vector<std::string> name_of(Call call, const std::string& argument_name) {
  return sql::parse_multipart_identifier(argument(call, argument_name));
}

bool flag_of(Call call, const std::string& name) { return argument(call, name) == "true"; }

// The table that the call is about, which must be there.
Table table_of(Context context, Call call) {
  const std::vector<std::string> name = name_of(call, "table_name");
  std::optional<Table> table = find_table(context, name);
  if (!table) throw_table_not_found(context, name);
  return *std::move(table);
}

std::string qualified(const Table& table) { return "`spark_catalog`.`" + table.database + "`.`" + table.name + "`"; }

void require_table(const Table& table, const std::string& operation) {
  if (!table.is_view()) return;
  throw SparkError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", {{"operation", operation}, {"viewName", qualified(table)}});
}

void create_database(Context context, Call call) {
  catalog::Database database;
  database.name = database_argument(call, "");
  database.description = argument(call, "comment");
  if (database.description.empty()) database.description = argument(call, "properties.comment");
  database.location = argument(call, "location");
  if (database.location.empty()) database.location = argument(call, "properties.location");
  context.backend.warehouse->create_database(std::move(database), flag_of(call, "if_not_exists"));
}

void drop_database(Context context, Call call) {
  context.backend.warehouse->drop_database(database_argument(call, ""), flag_of(call, "if_exists"),
                                           flag_of(call, "cascade"));
}

void drop(Context context, const std::vector<std::string>& name, bool if_exists, bool is_view) {
  // DROP TABLE takes views too.
  if (find_temporary_view(context, name)) {
    ViewTable& views = name.size() == 2 ? context.global_views : context.session.views();
    views.drop(name.back(), context.is_case_sensitive());
    return;
  }
  const std::optional<Table> table = find_table(context, name);
  if (!table) {
    if (if_exists) return;
    throw_nothing_to_drop(context, name);
  }
  if (is_view && !table->is_view()) {
    throw SparkError("WRONG_COMMAND_FOR_OBJECT_TYPE", {{"operation", "DROP VIEW"},
                                                       {"requiredType", "VIEW or METRIC_VIEW"},
                                                       {"objectName", "spark_catalog." + table->database + "." + table->name},
                                                       {"foundType", table_kind(*table)},
                                                       {"alternative", "DROP TABLE"}});
  }
  if (!is_view && table->is_view() && !context.session.config().get_boolean("spark.sql.dropTableOnView.enabled")) {
    throw SparkError("WRONG_COMMAND_FOR_OBJECT_TYPE", {{"operation", "DROP TABLE"},
                                                       {"requiredType", "EXTERNAL or MANAGED"},
                                                       {"objectName", "spark_catalog." + table->database + "." + table->name},
                                                       {"foundType", table_kind(*table)},
                                                       {"alternative", "DROP VIEW"}});
  }
  const bool was_there = context.backend.warehouse->drop_table(table->database, table->name);
  if (!was_there && !if_exists) throw_nothing_to_drop(context, name);
}

void rename_table(Context context, Call call) {
  const std::vector<std::string> name = name_of(call, "table_name");
  const std::vector<std::string> new_name = name_of(call, "new_name");
  if (std::optional<ViewTable::View> view = find_temporary_view(context, name); view && name.size() == 1) {
    view->name = new_name.back();
    context.session.views().put(*std::move(view), context.is_case_sensitive(), /*replace=*/false);
    context.session.views().drop(name.back(), context.is_case_sensitive());
    return;
  }
  const Table table = table_of(context, call);
  if (new_name.size() > 1 && table_name(context, new_name).database != table.database) {
    throw_unsupported("STATEMENT", "ALTER TABLE RENAME into another database");
  }
  const bool was_there = context.backend.warehouse->rename_table(table.database, table.name, new_name.back());
  if (!was_there) throw_no_table_or_view(context, name);
}

void add_columns(Context context, Call call) {
  const Table found = table_of(context, call);
  require_table(found, "ALTER TABLE ... ADD COLUMNS");
  if (found.provider != "parquet") throw_unsupported("STATEMENT", "ADD COLUMNS to a table of " + found.provider);
  plan::Schema added = plan::type_from_json(argument(call, "columns")).fields();
  for (plan::StructField& field : added) field.nullable = true;
  if (context.session.config().get_boolean("spark.sql.charAsVarchar")) added = plan::with_varchars(added);
  const bool was_there = context.backend.warehouse->update_table(found.database, found.name, [&](Table& table) {
    for (const plan::StructField& field : added) {
      for (const plan::StructField& known : table.schema) {
        if (known.name != field.name) continue;
        throw SparkError("COLUMN_ALREADY_EXISTS", {{"columnName", "`" + field.name + "`"}});
      }
    }
    const auto first_partition = table.schema.end() - static_cast<std::ptrdiff_t>(table.partition_columns.size());
    table.schema.insert(first_partition, added.begin(), added.end());
    return true;
  });
  if (!was_there) throw_no_table_or_view(context, name_of(call, "table_name"));
}

void truncate_table(Context context, Call call) {
  const Table table = table_of(context, call);
  require_table(table, "TRUNCATE TABLE");
  if (table.is_external) throw_unsupported("STATEMENT", "TRUNCATE TABLE of an external table");
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(table.location, error)) {
    std::filesystem::remove_all(entry.path(), error);
  }
  if (error) throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", error.message()}});
}

void recover_partitions(Context context, Call call) {
  const Table table = table_of(context, call);
  if (!table.partition_columns.empty()) return;  // folders are listed anew by every query
  throw SparkError("NOT_A_PARTITIONED_TABLE",
                   {{"operation", "ALTER TABLE RECOVER PARTITIONS"}, {"tableIdentWithDB", qualified(table)}});
}

const std::map<std::string, std::function<void(Context, Call)>>& handlers() {
  static const std::map<std::string, std::function<void(Context, Call)>> table = {
      {"add_columns", add_columns},
      // DuckDB keeps its own statistics of what it reads.
      {"analyze_table", [](Context context, Call call) { table_of(context, call); }},
      {"create_database", create_database},
      {"drop_database", drop_database},
      {"drop_table",
       [](Context context, Call call) {
         drop(context, name_of(call, "table_name"), flag_of(call, "if_exists"), /*is_view=*/false);
       }},
      {"drop_view",
       [](Context context, Call call) {
         drop(context, name_of(call, "view_name"), flag_of(call, "if_exists"), /*is_view=*/true);
       }},
      {"recover_partitions", recover_partitions},
      {"rename_table", rename_table},
      {"truncate_table", truncate_table},
  };
  return table;
}

}  // namespace

plan::RelationPtr run_table_statement(const RequestContext& context, const plan::CatalogCall& call) {
  const auto found = handlers().find(call.name);
  if (found == handlers().end()) return nullptr;
  FIRESTEEL_CHECK(context.backend.warehouse != nullptr, "a server without a warehouse");
  found->second(context, call);
  return make_local_table({{"value", plan::Type::string(), false}}, {});
}

}  // namespace firesteel::connect
