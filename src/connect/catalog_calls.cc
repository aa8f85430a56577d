#include "connect/catalog_calls.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "catalog/warehouse.h"
#include "connect/analysis.h"
#include "connect/decode.h"
#include "connect/local_table.h"
#include "connect/session_state.h"
#include "connect/sql_functions.h"
#include "connect/show_statements.h"
#include "connect/table_calls.h"
#include "connect/table_functions.h"
#include "connect/table_statements.h"
#include "functions/function.h"
#include "functions/kernel/time_zone.h"
#include "functions/own_names.h"
#include "plan/char_columns.h"
#include "sql/parser.h"

namespace firesteel::connect {

namespace {

using plan::RelationPtr;
using plan::Type;
using Rows = std::vector<std::vector<Cell>>;

// Spark's StringUtils.filterPattern: '*' stands for anything, '|' separates alternatives, case does not count.
bool matches_one(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t star = std::string_view::npos;  // the last '*' and the place from which it takes text
  size_t taken = 0;
  for (size_t t = 0; t < text.size();) {
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && lower(pattern[p]) == lower(text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

RelationPtr text_value(std::string value) { return make_local_table({{"value", Type::string(), true}}, {{std::move(value)}}); }
RelationPtr flag(bool value) { return make_local_table({{"value", Type::boolean(), false}}, {{value}}); }
RelationPtr nothing() { return make_local_table({{"value", Type::string(), false}}, {}); }

std::vector<std::string> name_argument(const plan::CatalogCall& call, const std::string& name) {
  return sql::parse_multipart_identifier(argument(call, name));
}

// The name of a table or a function, in the database that the call may name beside it.
std::vector<std::string> name_in_database(const plan::CatalogCall& call, const std::string& argument_name) {
  std::vector<std::string> parts = name_argument(call, argument_name);
  if (parts.size() == 1 && call.arguments.count("db_name") > 0) parts.insert(parts.begin(), database_argument(call, ""));
  return parts;
}

std::vector<std::string> table_argument(const plan::CatalogCall& call) { return name_in_database(call, "table_name"); }

std::vector<Cell> database_row(const catalog::Database& database) {
  return {database.name, "spark_catalog", database.description, "file:" + database.location};
}

RelationPtr database_table(const Rows& rows) {
  return make_local_table({{"name"}, {"catalog"}, {"description"}, {"locationUri"}}, rows);
}

RelationPtr databases(const RequestContext& context, const plan::CatalogCall& call) {
  Rows rows;
  for (const catalog::Database& database : warehouse(context).databases()) {
    if (matches(call, database.name)) rows.push_back(database_row(database));
  }
  return database_table(rows);
}

const std::vector<LocalTableColumn>& table_columns() {
  static const std::vector<LocalTableColumn> columns = {
      {"name"}, {"catalog"}, {"namespace", Type::array(Type::string())},
      {"description"}, {"tableType"}, {"isTemporary", Type::boolean(), false}};
  return columns;
}

std::vector<Cell> view_row(const std::string& name, const std::string& database) {
  return {name, Cell(), database, Cell(), "TEMPORARY", true};
}

std::vector<Cell> table_row(const catalog::Table& table) {
  const Cell comment = table.comment.empty() ? Cell() : Cell(table.comment);
  return {table.name, "spark_catalog", table.database, comment, table_kind(table), false};
}

Rows table_rows(const RequestContext& context, const plan::CatalogCall& call, bool views_only) {
  const std::string database = database_argument(call, context.current_database());
  Rows rows;
  if (database == "global_temp") {
    for (const std::string& name : context.global_views.names()) {
      if (matches(call, name)) rows.push_back(view_row(name, "global_temp"));
    }
  } else {
    for (const catalog::Table& table : warehouse(context).tables(database)) {
      if (matches(call, table.name) && (table.is_view() || !views_only)) rows.push_back(table_row(table));
    }
  }
  for (const std::string& name : context.session.views().names()) {
    if (matches(call, name)) rows.push_back(view_row(name, ""));
  }
  return rows;
}

RelationPtr table(const RequestContext& context, const plan::CatalogCall& call) {
  const std::vector<std::string> name = table_argument(call);
  if (find_temporary_view(context, name)) {
    return make_local_table(table_columns(), {view_row(name.back(), name.size() == 2 ? name[0] : "")});
  }
  const std::optional<catalog::Table> found = find_table(context, name);
  if (!found) throw_no_table_or_view(context, name);
  return make_local_table(table_columns(), {table_row(*found)});
}

RelationPtr columns_of(const RequestContext& context, const plan::CatalogCall& call) {
  const std::vector<std::string> name = table_argument(call);
  const bool is_view = find_temporary_view(context, name).has_value();
  if (!is_view && !find_table(context, name)) throw_no_table_or_view(context, name);
  const std::optional<catalog::Table> found = is_view ? std::nullopt : find_table(context, name);
  const plan::Schema schema = found ? plan::as_texts(found->schema) : plan::output_schema(*resolved_table(context, name));
  Rows rows;
  for (const plan::StructField& field : schema) {
    const bool is_partition =
        found && std::count(found->partition_columns.begin(), found->partition_columns.end(), field.name) > 0;
    const catalog::Layout layout = found ? found->layout : catalog::Layout();
    const auto is_among = [&](const std::vector<std::string>& names) {
      return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return equal_ignoring_case(name, field.name); });
    };
    const std::string comment = column_comment(field);
    rows.push_back({field.name, comment.empty() ? Cell() : Cell(comment), field.type.simple_string(), field.nullable,
                    is_partition, is_among(layout.bucket_columns), is_among(layout.clustering_columns)});
  }
  return make_local_table({{"name"},
                           {"description"},
                           {"dataType"},
                           {"nullable", Type::boolean(), false},
                           {"isPartition", Type::boolean(), false},
                           {"isBucket", Type::boolean(), false},
                           {"isCluster", Type::boolean(), false}},
                          rows);
}

RelationPtr cache_table(const RequestContext& context, const plan::CatalogCall& call) {
  const RelationPtr plan = resolved_table(context, table_argument(call));
  if (!context.session.state().find_persisted(*plan)) {
    context.session.state().persist(plan, StorageLevel{true, true, false, true, 1});
  }
  return nothing();
}

RelationPtr uncache_table(const RequestContext& context, const plan::CatalogCall& call) {
  const RelationPtr plan = resolved_table(context, table_argument(call));
  if (const auto removed = context.session.state().unpersist(*plan); removed && removed->is_materialised) {
    context.backend.engine->uncache(removed->key);
  }
  return nothing();
}

// Files are listed anew by every query: only what is cached of them can be old.
RelationPtr refresh_by_path(const RequestContext& context, const plan::CatalogCall& call) {
  std::string path = argument(call, "path");
  if (path.compare(0, 5, "file:") == 0) path.erase(0, 5);
  while (path.size() > 1 && (path.back() == '/' || path.compare(0, 2, "//") == 0)) {
    path.back() == '/' ? path.pop_back() : void(path.erase(0, 1));
  }
  forget_cached_files(context, path);
  return nothing();
}

RelationPtr refresh_table(const RequestContext& context, const plan::CatalogCall& call) {
  const std::vector<std::string> name = table_argument(call);
  const RelationPtr plan = resolved_table(context, name);
  if (const auto table = find_table(context, name); table && !table->is_view()) forget_cached_files(context, table->location);
  return nothing();
}

// Partitions are found by their folders whenever a table is read.
RelationPtr recover_partitions(const RequestContext& context, const plan::CatalogCall& call) {
  const std::vector<std::string> name = table_argument(call);
  const std::optional<catalog::Table> found = find_table(context, name);
  if (find_temporary_view(context, name) || (found && found->is_view())) {
    throw SparkError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", {{"viewName", backquoted(name)}, {"operation", "recoverPartitions()"}});
  }
  if (!found) throw_no_table_or_view(context, name);
  if (found->partition_columns.empty()) {
    throw SparkError("NOT_A_PARTITIONED_TABLE", {{"operation", "ALTER TABLE RECOVER PARTITIONS"},
                                                 {"tableIdentWithDB", table_name(context, name).quoted()}});
  }
  forget_cached_files(context, found->location);
  return nothing();
}

std::vector<Cell> function_row(const functions::Function& function) {
  return {std::string(function.name), Cell(), Cell(), function_usage(function), "", true};
}

std::vector<Cell> function_row(const plan::SqlFunction& function) {
  const bool is_temporary = function.is_temporary();
  return {function.name.back(), is_temporary ? Cell() : Cell("spark_catalog"),
          is_temporary ? Cell() : Cell(function.name[1]), function.comment, "sqlFunction.", is_temporary};
}

RelationPtr function_table(const Rows& rows) {
  return make_local_table({{"name", Type::string(), false},
                           {"catalog"},
                           {"namespace", Type::array(Type::string())},
                           {"description"},
                           {"className", Type::string(), false},
                           {"isTemporary", Type::boolean(), false}},
                          rows);
}

RelationPtr list_functions(const RequestContext& context, const plan::CatalogCall& call) {
  Rows rows;
  for (const auto& function : function_definitions(context, database_argument(call, context.current_database()))) {
    if (matches(call, function->name.back())) rows.push_back(function_row(*function));
  }
  for (const functions::Function* function : functions::all_functions()) {
    if (matches(call, std::string(function->name))) rows.push_back(function_row(*function));
  }
  return function_table(rows);
}

RelationPtr get_function(const RequestContext& context, const plan::CatalogCall& call) {
  const std::vector<std::string> name = name_in_database(call, "function_name");
  if (const auto own = find_own_function(context, name)) return function_table({function_row(*own)});
  return function_table({function_row(find_function(context, name))});
}

RelationPtr create_catalog_table(const RequestContext& context, const plan::CatalogCall& call) {
  sql::CreateTable statement;
  statement.name = name_argument(call, "table_name");
  statement.provider = argument(call, "source");
  statement.location = argument(call, "path");
  statement.comment = argument(call, "description");
  for (const auto& [name, value] : call.arguments) {
    if (name.compare(0, 8, "options.") == 0) statement.options[name.substr(8)] = value;
  }
  if (const std::string schema = argument(call, "schema"); !schema.empty()) {
    const Type type = plan::type_from_json(schema);
    if (type.is(plan::TypeKind::kStruct) && !type.fields().empty()) statement.schema = type.fields();
  }
  // The client asks for the schema and the rows of the same DataFrame later: only its first use creates the table.
  const std::string plan_id = argument(call, "plan_id");
  if (plan_id.empty() || context.session.state().note_once("create_table " + plan_id)) {
    create_table(context, statement, nullptr, IfExists::kFail, nullptr);
  }
  return resolved_table(context, statement.name);
}

RelationPtr drop_view(const RequestContext& context, ViewTable* views, const plan::CatalogCall& call) {
  return flag(views->drop(argument(call, "view_name"), context.is_case_sensitive()));
}

RelationPtr set_current_catalog(const RequestContext&, const plan::CatalogCall& call) {
  const std::string name = argument(call, "catalog_name");
  if (name == "spark_catalog") return nothing();
  throw SparkError("CATALOG_NOT_FOUND",
                   {{"catalogName", "`" + name + "`"}, {"config", "\"spark.sql.catalog." + name + "\""}});
}

RelationPtr set_current_database(const RequestContext& context, const plan::CatalogCall& call) {
  context.session.set_current_database(warehouse(context).database(database_argument(call, "")).name);
  return nothing();
}

bool database_exists(const RequestContext& context, const plan::CatalogCall& call) {
  return warehouse(context).find_database(database_argument(call, "")).has_value();
}

using Handler = std::function<RelationPtr(const RequestContext&, const plan::CatalogCall&)>;

const std::map<std::string, Handler>& handlers() {
  using Context = const RequestContext&;
  using Call = const plan::CatalogCall&;
  static const std::map<std::string, Handler> table_of_calls = {
      {"cache_table", cache_table},
      {"clear_cache", [](Context context, Call) { clear_cache(context); return nothing(); }},
      {"create_external_table", create_catalog_table},
      {"create_table", create_catalog_table},
      {"current_catalog", [](Context, Call) { return text_value("spark_catalog"); }},
      {"current_database", [](Context context, Call) { return text_value(context.current_database()); }},
      {"database_exists", [](Context context, Call call) { return flag(database_exists(context, call)); }},
      {"drop_global_temp_view", [](Context context, Call call) { return drop_view(context, &context.global_views, call); }},
      {"drop_temp_view", [](Context context, Call call) { return drop_view(context, &context.session.views(), call); }},
      {"function_exists",
       [](Context context, Call call) {
         const std::vector<std::string> name = name_in_database(call, "function_name");
         const bool is_built_in = functions::find_function(name.back()) != nullptr && !functions::is_own_name(name.back());
         return flag(is_built_in || find_own_function(context, name) != nullptr);
       }},
      {"get_database",
       [](Context context, Call call) {
         return database_table({database_row(warehouse(context).database(database_argument(call, "")))});
       }},
      {"get_function", get_function},
      {"get_table", table},
      {"is_cached",
       [](Context context, Call call) {
         const RelationPtr plan = resolved_table(context, table_argument(call));
         return flag(context.session.state().find_persisted(*plan) != nullptr);
       }},
      {"list_catalogs",
       [](Context, Call call) {
         Rows rows;
         if (matches(call, "spark_catalog")) rows.push_back({"spark_catalog", Cell()});
         return make_local_table({{"name"}, {"description"}}, rows);
       }},
      {"list_columns", columns_of},
      {"list_databases", databases},
      {"list_functions", list_functions},
      {"list_tables",
       [](Context context, Call call) {
         return make_local_table(table_columns(), table_rows(context, call, /*views_only=*/false));
       }},
      {"list_views",
       [](Context context, Call call) {
         return make_local_table(table_columns(), table_rows(context, call, /*views_only=*/true));
       }},
      {"recover_partitions", recover_partitions},
      {"refresh_by_path", refresh_by_path},
      {"refresh_table", refresh_table},
      {"set_current_catalog", set_current_catalog},
      {"set_current_database", set_current_database},
      {"table_exists",
       [](Context context, Call call) { return flag(relation_exists(context, table_argument(call))); }},
      {"uncache_table", uncache_table},
  };
  return table_of_calls;
}

}  // namespace

std::string argument(const plan::CatalogCall& call, const std::string& name) {
  const auto found = call.arguments.find(name);
  return found == call.arguments.end() ? "" : found->second;
}

std::string database_argument(const plan::CatalogCall& call, const std::string& fallback) {
  const std::string name = argument(call, "db_name");
  if (name.empty()) return fallback;
  std::vector<std::string> parts = sql::parse_multipart_identifier(name);
  if (parts.size() > 1 && parts[0] == "spark_catalog") parts.erase(parts.begin());
  if (parts.size() == 1) return parts[0];
  throw SparkError("REQUIRES_SINGLE_PART_NAMESPACE",
                   {{"sessionCatalog", "spark_catalog"}, {"identifier", backquoted(parts)}});
}

bool matches(const plan::CatalogCall& call, const std::string& text) {
  const auto found = call.arguments.find("pattern");
  if (found == call.arguments.end()) return true;
  std::string_view rest = found->second;
  while (true) {
    const size_t bar = rest.find('|');
    if (matches_one(rest.substr(0, bar), text)) return true;
    if (bar == std::string_view::npos) return false;
    rest.remove_prefix(bar + 1);
  }
}

void throw_no_table_or_view(const RequestContext& context, const std::vector<std::string>& name) {
  throw SparkError("TABLE_OR_VIEW_NOT_FOUND",
                   {{"relationName", backquoted(name)},
                    {"searchPath", "[`system`.`session`, `spark_catalog`.`" + context.current_database() + "`]"}});
}

std::string table_kind(const catalog::Table& table) {
  return table.is_view() ? "VIEW" : table.is_external ? "EXTERNAL" : "MANAGED";
}

std::string column_comment(const plan::StructField& field) {
  if (field.metadata.empty()) return "";
  const auto json = nlohmann::json::parse(field.metadata, nullptr, false);
  return json.is_object() && json.contains("comment") ? json["comment"].get<std::string>() : "";
}

std::string created_time(const RequestContext& context, int64_t milliseconds) {
  const std::string zone = context.session.config().get("spark.sql.session.timeZone");
  const int64_t seconds = milliseconds / 1000;
  const auto local = static_cast<time_t>(seconds + functions::kernel::TimeZone::get(zone).offset_at(seconds));
  struct tm parts {};
  gmtime_r(&local, &parts);
  char text[64];
  strftime(text, sizeof text, "%a %b %d %H:%M:%S ", &parts);
  char year[16];
  strftime(year, sizeof year, " %Y", &parts);
  return text + zone + year;
}

std::string function_usage(const functions::Function& function) {
  return std::string(function.usage.empty() ? function.name : function.usage) + (function.summary.empty() ? "" : " - " + std::string(function.summary));
}

const functions::Function& find_function(const RequestContext& context, const std::vector<std::string>& name) {
  functions::check_namespace(name);
  const functions::Function* found = functions::find_function(name.back());
  for (const functions::Function* listed : functions::all_functions()) {
    if (found == nullptr && equal_ignoring_case(listed->name, name.back())) found = listed;
  }
  if (found == nullptr || functions::is_own_name(name.back()) || !functions::is_built_in(name)) {
    throw SparkError("UNRESOLVED_ROUTINE",
                     {{"routineName", backquoted(name)},
                      {"searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`" +
                                         context.current_database() + "`]"}});
  }
  return *found;
}

RelationPtr run_catalog_call(const RequestContext& context, const plan::CatalogCall& call) {
  const auto found = handlers().find(call.name);
  if (found != handlers().end()) return found->second(context, call);
  if (RelationPtr answer = run_table_statement(context, call)) return answer;
  if (RelationPtr answer = run_table_function(context, call)) return answer;
  if (RelationPtr answer = run_show_statement(context, call)) return answer;
  throw_unsupported("RELATION", "catalog call " + call.name);
}

void forget_cached_files(const RequestContext& context, const std::string& path) {
  for (const std::string& key : context.session.state().forget_rows_of(path)) context.backend.engine->uncache(key);
}

void clear_cache(const RequestContext& context) {
  for (const auto& persisted : context.session.state().take_all_persisted()) {
    if (persisted->is_materialised) context.backend.engine->uncache(persisted->key);
  }
}

}  // namespace firesteel::connect
