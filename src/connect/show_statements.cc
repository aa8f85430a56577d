#include "connect/show_statements.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>

#include "base/error.h"
#include "base/process_owner.h"
#include "base/text.h"
#include "base/version.h"
#include "catalog/warehouse.h"
#include "connect/catalog_calls.h"
#include "connect/local_table.h"
#include "connect/sql_functions.h"
#include "connect/table_calls.h"
#include "functions/function.h"
#include "functions/kernel/time_zone.h"
#include "functions/own_names.h"
#include "plan/char_columns.h"
#include "sql/parser.h"

namespace firesteel::connect {

namespace {

using catalog::Table;
using plan::RelationPtr;
using plan::Type;
using Rows = std::vector<std::vector<Cell>>;
using Context = const RequestContext&;
using Call = const plan::CatalogCall&;

std::vector<std::string> name_of(Call call, const std::string& argument_name) {
  return sql::parse_multipart_identifier(argument(call, argument_name));
}

LocalTableColumn text_column(const char* name) { return {name, Type::string(), false}; }
LocalTableColumn flag_column(const char* name) { return {name, Type::boolean(), false}; }

bool keeps_old_columns(Context context) { return context.session.config().get_boolean("spark.sql.legacy.keepCommandOutputSchema"); }
// KeepLegacyOutputs: a column's name, or the one that it had before Spark 3.
const char* named(Context context, const char* name, const char* old_name) { return keeps_old_columns(context) ? old_name : name; }

Table table_of(Context context, Call call) {
  const std::vector<std::string> name = name_of(call, "table_name");
  std::optional<Table> table = find_table(context, name);
  if (!table) throw_table_not_found(context, name);
  return *std::move(table);
}

// ---- SHOW --------------------------------------------------------------------------------------

// Temporary views stand behind the database's tables; those of global_temp stand in it.
template <typename Add>
void add_temporary_views(Context context, Call call, const std::string& database, const Add& add) {
  if (database == "global_temp") {
    for (const std::string& name : context.global_views.names()) {
      if (matches(call, name)) add("global_temp", name);
    }
  }
  for (const std::string& name : context.session.views().names()) {
    if (matches(call, name)) add("", name);
  }
}

RelationPtr show_tables(Context context, Call call, bool views_only) {
  const std::string database = database_argument(call, context.current_database());
  Rows rows;
  if (database != "global_temp") {
    for (const Table& table : context.backend.warehouse->tables(database)) {
      if (matches(call, table.name) && (table.is_view() || !views_only)) {
        rows.push_back({table.database, table.name, false});
      }
    }
  }
  add_temporary_views(context, call, database, [&](const std::string& where, const std::string& name) {
    rows.push_back({where, name, true});
  });
  return make_local_table({text_column(views_only ? "namespace" : named(context, "namespace", "database")), text_column(views_only ? "viewName" : "tableName"),
                           flag_column("isTemporary")},
                          rows);
}

RelationPtr show_databases(Context context, Call call) {
  Rows rows;
  for (const catalog::Database& database : context.backend.warehouse->databases()) {
    if (matches(call, database.name)) rows.push_back({database.name});
  }
  return make_local_table({text_column(named(context, "namespace", "databaseName"))}, rows);
}

RelationPtr show_columns(Context context, Call call) {
  std::vector<std::string> name = name_of(call, "table_name");
  if (name.size() == 1 && call.arguments.count("db_name") > 0) name.insert(name.begin(), database_argument(call, ""));
  Rows rows;
  for (const plan::StructField& field : plan::output_schema(*resolved_table(context, name))) {
    rows.push_back({field.name});
  }
  return make_local_table({text_column("col_name")}, rows);
}

RelationPtr show_functions(Context context, Call call) {
  Rows rows;
  plan::CatalogCall filter = call;
  if (const std::string name = argument(call, "function_name"); !name.empty()) {
    filter.arguments["pattern"] = sql::parse_multipart_identifier(name).back();
  }
  if (argument(call, "scope") != "system") {
    for (const auto& function : function_definitions(context, database_argument(call, context.current_database()))) {
      if (matches(filter, function->name.back())) rows.push_back({joined(function->name, ".")});
    }
  }
  if (argument(call, "scope") != "user") {
    for (const functions::Function* function : functions::all_functions()) {
      std::vector<std::string_view> names = {function->name};
      names.insert(names.end(), function->aliases.begin(), function->aliases.end());
      for (const std::string_view name : names) {
        if (!functions::is_own_name(name) && matches(filter, std::string(name))) rows.push_back({std::string(name)});
      }
    }
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return *a[0].text < *b[0].text; });
  return make_local_table({text_column("function")}, rows);
}

std::vector<std::string> partitions_of(const Table& table) {
  namespace fs = std::filesystem;
  std::vector<std::string> partitions;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(table.location, error), end; !error && entry != end;
       entry.increment(error)) {
    const bool is_leaf = entry.depth() + 1 == static_cast<int>(table.partition_columns.size());
    if (!entry->is_directory(error) || !is_leaf) continue;
    const std::string name = fs::relative(entry->path(), table.location, error).string();
    if (name.find('=') != std::string::npos) partitions.push_back(name);
  }
  std::sort(partitions.begin(), partitions.end());
  return partitions;
}

RelationPtr show_partitions(Context context, Call call) {
  const Table table = table_of(context, call);
  if (table.partition_columns.empty()) {
    throw SparkError("INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY",
                     {{"name", "`spark_catalog`.`" + table.database + "`.`" + table.name + "`"}});
  }
  Rows rows;
  for (const std::string& partition : partitions_of(table)) rows.push_back({partition});
  return make_local_table({text_column("partition")}, rows);
}

RelationPtr show_properties(Context context, Call call) {
  Rows rows;
  const std::string wanted = argument(call, "pattern");
  const bool shows_value_alone = !wanted.empty() && keeps_old_columns(context);
  for (const auto& [key, value] : table_of(context, call).properties) {
    if (!wanted.empty() && wanted != key) continue;
    rows.push_back(shows_value_alone ? std::vector<Cell>{value} : std::vector<Cell>{key, value});
  }
  if (shows_value_alone) return make_local_table({text_column("value")}, rows);
  return make_local_table({text_column("key"), text_column("value")}, rows);
}

std::string schema_mode_name(const Table& view) {
  return std::string(plan::kViewSchemaNames[static_cast<size_t>(view.view->schema_mode)]);
}

std::string quoted_text(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "\\'" : std::string(1, c);
  return out + "'";
}

// "CLAUSE (\n  'key' = 'value')\n", nothing where there are none.
std::string property_clause(const char* clause, const std::map<std::string, std::string>& entries) {
  if (entries.empty()) return "";
  std::string text = std::string(clause) + " (\n";
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    text += (entry == entries.begin() ? "  " : ",\n  ") + quoted_text(entry->first) + " = " + quoted_text(entry->second);
  }
  return text + ")\n";
}

// What follows the columns.
std::string view_clauses(const Table& table) {
  std::string text;
  if (!table.comment.empty()) text += "COMMENT " + quoted_text(table.comment) + "\n";
  text += property_clause("TBLPROPERTIES", table.properties);
  if (table.view->schema_mode != plan::ViewSchema::kUnsupported) text += "WITH SCHEMA " + schema_mode_name(table) + "\n";
  return text + "AS " + table.view->text + "\n";
}

std::string create_statement(const Table& table) {
  std::string text = std::string("CREATE ") + (table.is_view() ? "VIEW " : "TABLE ");
  text += (table.is_view() ? "" : "spark_catalog.") + table.database + "." + table.name + " (\n";
  for (size_t i = 0; i < table.schema.size(); ++i) {
    const plan::StructField& field = table.schema[i];
    const std::string comment = column_comment(field);
    const bool is_text = field.type.is_string() || plan::has_length(field.type);
    text += (i > 0 ? ",\n  " : "  ") + field.name;
    if (!table.is_view()) text += " " + field.type.sql() + (is_text ? " COLLATE UTF8_BINARY" : "") + (field.nullable ? "" : " NOT NULL");
    if (!comment.empty()) text += " COMMENT " + quoted_text(comment);
  }
  text += ")\n";
  if (table.is_view()) return text + view_clauses(table);
  text += "USING " + table.provider + "\n";
  text += property_clause("OPTIONS", {table.options.begin(), table.options.end()});
  if (!table.partition_columns.empty()) {
    text += "PARTITIONED BY (";
    for (const std::string& name : table.partition_columns) text += (text.back() == '(' ? "" : ", ") + name;
    text += ")\n";
  }
  if (table.is_external) text += "LOCATION 'file:" + table.location + "'\n";
  if (!table.comment.empty()) text += "COMMENT " + quoted_text(table.comment) + "\n";
  return text + property_clause("TBLPROPERTIES", table.properties);
}

using Details = std::vector<std::pair<std::string, std::string>>;

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "`" : ", `") + name + "`";
  return "[" + text + "]";
}

Details details_of(Context context, const Table& table) {
  Details details = {{"Catalog", "spark_catalog"},
                     {"Database", table.database},
                     {"Table", table.name},
                     {"Created Time", created_time(context, table.created_ms)},
                     {"Last Access", "UNKNOWN"},
                     {"Created By", "Spark " + std::string(spark_version())},
                     {"Type", table_kind(table)}};
  if (!table.is_view()) details.emplace_back("Provider", table.provider);
  if (table.layout.bucket_count > 0) {
    details.emplace_back("Num Buckets", std::to_string(table.layout.bucket_count));
    details.emplace_back("Bucket Columns", quoted_list(table.layout.bucket_columns));
    details.emplace_back("Sort Columns", quoted_list(table.layout.sort_columns));
  }
  if (!table.comment.empty()) details.emplace_back("Comment", table.comment);
  if (table.is_view()) {
    details.emplace_back("View Text", table.view->text);
    details.emplace_back("View Original Text", table.view->text);
    if (table.view->schema_mode != plan::ViewSchema::kUnsupported) {
      details.emplace_back("View Schema Mode", schema_mode_name(table));
    }
    details.emplace_back("View Catalog and Namespace", "spark_catalog." + table.view->database);
    details.emplace_back("View Query Output Columns", quoted_list(table.view->columns));
  } else {
    details.emplace_back("Location", "file:" + table.location);
  }
  return details;
}

RelationPtr show_table_extended(Context context, Call call) {
  const std::string database = database_argument(call, context.current_database());
  Rows rows;
  for (const Table& table : context.backend.warehouse->tables(database)) {
    if (!matches(call, table.name)) continue;
    std::string information;
    for (const auto& [key, value] : details_of(context, table)) information += key + ": " + value + "\n";
    information += "Schema: " + Type::structure(table.schema).tree_string() + "\n";
    rows.push_back({table.database, table.name, false, information});
  }
  return make_local_table(
      {text_column(named(context, "namespace", "database")), text_column("tableName"), flag_column("isTemporary"), text_column("information")}, rows);
}

// ---- DESCRIBE ----------------------------------------------------------------------------------

Rows column_rows(const plan::Schema& schema) {
  Rows rows;
  for (const plan::StructField& field : schema) {
    const std::string comment = column_comment(field);
    rows.push_back({field.name, field.type.simple_string(), comment.empty() ? Cell() : Cell(comment)});
  }
  return rows;
}

RelationPtr description(const Rows& rows) {
  return make_local_table({text_column("col_name"), text_column("data_type"), {"comment"}}, rows);
}

RelationPtr describe_column(const plan::Schema& schema, const std::vector<std::string>& name, bool is_extended) {
  for (const plan::StructField& field : schema) {
    if (name.size() != 1 || field.name != name[0]) continue;
    const std::string comment = column_comment(field);
    Rows rows = {{"col_name", field.name},
                 {"data_type", field.type.simple_string()},
                 {"comment", comment.empty() ? "NULL" : comment}};
    if (is_extended) {  // nothing analyzes columns
      for (const char* statistic : {"min", "max", "num_nulls", "distinct_count", "avg_col_len", "max_col_len", "histogram"}) {
        rows.push_back({statistic, "NULL"});
      }
    }
    return make_local_table({text_column("info_name"), text_column("info_value")}, rows);
  }
  throw SparkError("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", {{"objectName", backquoted(name)}});
}

RelationPtr describe_table(Context context, Call call) {
  const std::vector<std::string> name = name_of(call, "table_name");
  const bool is_temporary = find_temporary_view(context, name).has_value();
  const std::optional<Table> table = is_temporary ? std::nullopt : find_table(context, name);
  const plan::Schema schema = plan::as_declared(table ? table->schema : plan::output_schema(*resolved_table(context, name)));
  if (const std::string column = argument(call, "column_name"); !column.empty()) {
    return describe_column(schema, sql::parse_multipart_identifier(column), argument(call, "extended") == "true");
  }
  Rows rows = column_rows(schema);
  if (!table) return description(rows);
  if (!table->partition_columns.empty()) {
    rows.push_back({"# Partition Information", "", ""});
    rows.push_back({"# col_name", "data_type", "comment"});
    const plan::Schema partitions(schema.end() - static_cast<std::ptrdiff_t>(table->partition_columns.size()),
                                  schema.end());
    for (auto& row : column_rows(partitions)) rows.push_back(std::move(row));
  }
  if (!table->layout.clustering_columns.empty()) {
    rows.push_back({"# Clustering Information", "", ""});
    rows.push_back({"# col_name", "data_type", "comment"});
    for (const std::string& column : table->layout.clustering_columns) {
      plan::Schema one = schema;
      std::erase_if(one, [&](const plan::StructField& field) { return !equal_ignoring_case(field.name, column); });
      for (auto& row : column_rows(one)) rows.push_back(std::move(row));
    }
  }
  if (argument(call, "extended") == "true") {
    rows.push_back({"", "", ""});
    rows.push_back({"# Detailed Table Information", "", ""});
    for (const auto& [key, value] : details_of(context, *table)) rows.push_back({key, value, ""});
  }
  return description(rows);
}

RelationPtr describe_function(Context context, Call call) {
  const std::vector<std::string> name = name_of(call, "function_name");
  const bool is_extended = argument(call, "extended") == "true";
  if (const auto own = find_own_function(context, name)) {
    Rows lines;
    for (const std::string& line : describe_sql_function(context, *own, is_extended)) lines.push_back({line});
    return make_local_table({text_column("function_desc")}, lines);
  }
  const functions::Function& function = find_function(context, name_of(call, "function_name"));
  Rows rows = {{"Function: " + std::string(function.name)}, {"Usage: " + function_usage(function)}};
  if (argument(call, "extended") == "true") {
    std::string text = "Extended Usage:\n    Examples:\n";
    for (const functions::Example& example : function.examples) {
      text += "      > " + std::string(example.sql) + ";\n       " + std::string(example.result) + "\n";
    }
    if (!function.since.empty()) text += "  \n    Since: " + std::string(function.since) + "\n";
    rows.push_back({text});
  }
  return make_local_table({text_column("function_desc")}, rows);
}

RelationPtr describe_namespace(Context context, Call call) {
  const catalog::Database database = context.backend.warehouse->database(database_argument(call, ""));
  Rows rows = {{"Catalog Name", "spark_catalog"},
               {"Namespace Name", database.name},
               {"Comment", database.description},
               {"Location", "file:" + database.location},
               {"Owner", process_owner()}};
  if (argument(call, "extended") == "true") rows.push_back({"Properties", ""});
  return make_local_table({text_column(named(context, "info_name", "database_description_item")),
                           {named(context, "info_value", "database_description_value")}},
                          rows);
}

using Handler = std::function<RelationPtr(Context, Call)>;

const std::map<std::string, Handler>& handlers() {
  static const std::map<std::string, Handler> table = {
      {"describe_function", describe_function},
      {"describe_namespace", describe_namespace},
      {"describe_table", describe_table},
      {"get_create_table_string",
       [](Context context, Call call) {
         return make_local_table({text_column("value")}, {{create_statement(table_of(context, call))}});
       }},
      {"get_table_properties", show_properties},
      {"list_partitions", show_partitions},
      {"show_catalogs",
       [](Context, Call call) {
         return make_local_table({text_column("catalog")}, matches(call, "spark_catalog") ? Rows{{"spark_catalog"}} : Rows{});
       }},
      {"show_columns", show_columns},
      {"show_create_table",
       [](Context context, Call call) {
         return make_local_table({text_column("createtab_stmt")}, {{create_statement(table_of(context, call))}});
       }},
      {"show_current_namespace",
       [](Context context, Call) {
         return make_local_table({text_column("catalog"), text_column("namespace")},
                                 {{"spark_catalog", context.current_database()}});
       }},
      {"show_databases", show_databases},
      {"show_functions", show_functions},
      {"show_partitions", show_partitions},
      {"show_table_extended", show_table_extended},
      {"show_tables", [](Context context, Call call) { return show_tables(context, call, false); }},
      {"show_tblproperties", show_properties},
      {"show_views", [](Context context, Call call) { return show_tables(context, call, true); }},
  };
  return table;
}

}  // namespace

RelationPtr run_show_statement(const RequestContext& context, const plan::CatalogCall& call) {
  const auto found = handlers().find(call.name);
  if (found == handlers().end()) return nullptr;
  FIRESTEEL_CHECK(context.backend.warehouse != nullptr, "a server without a warehouse");
  return found->second(context, call);
}

RelationPtr describe_schema(const plan::Schema& schema) { return description(column_rows(schema)); }

plan::RelationPtr listed_settings(const Config& config) {
  std::vector<std::vector<Cell>> rows;
  for (const ConfigEntry& entry : config_entries()) {
    if (entry.is_listed) rows.push_back({std::string(entry.key), config.find(entry.key).value_or("<undefined>"), "", ""});
  }
  return make_local_table({{"key", plan::Type::string(), false},
                           {"value", plan::Type::string(), false},
                           {"meaning", plan::Type::string(), false},
                           {"Since version", plan::Type::string(), false}},
                          rows);
}

}  // namespace firesteel::connect
