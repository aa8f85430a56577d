#include "connect/catalog_calls.h"

#include <array>
#include <filesystem>
#include <functional>

#include "base/error.h"
#include "connect/analysis.h"
#include "connect/decode.h"
#include "connect/local_table.h"
#include "connect/session_state.h"
#include "functions/function.h"
#include "sql/parser.h"

namespace firesteel::connect {

namespace {

using plan::RelationPtr;
using plan::Type;
using Rows = std::vector<std::vector<Cell>>;

std::string argument(const plan::CatalogCall& call, const std::string& name) {
  const auto found = call.arguments.find(name);
  return found == call.arguments.end() ? "" : found->second;
}

// Spark's StringUtils.filterPattern: '*' stands for anything, '|' separates alternatives, case does not count.
bool matches_one(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    for (size_t i = 0; i <= text.size(); ++i) {
      if (matches_one(pattern.substr(1), text.substr(i))) return true;
    }
    return false;
  }
  return !text.empty() &&
         std::tolower(static_cast<unsigned char>(pattern[0])) == std::tolower(static_cast<unsigned char>(text[0])) &&
         matches_one(pattern.substr(1), text.substr(1));
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

RelationPtr text_value(std::string value) { return make_local_table({{"value", Type::string(), true}}, {{std::move(value)}}); }
RelationPtr flag(bool value) { return make_local_table({{"value", Type::boolean(), false}}, {{value}}); }
RelationPtr nothing() { return make_local_table({{"value", Type::string(), false}}, {}); }

std::string backquoted(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "`" : ".`") + part + "`";
  return text;
}

RelationPtr find_view(const RequestContext& context, const std::string& name) {
  const std::vector<std::string> parts = sql::parse_multipart_identifier(name);
  if (parts.size() == 1) return context.session.views().find(parts[0]);
  if (parts.size() == 2 && parts[0] == "global_temp") return context.global_views.find(parts[1]);
  return nullptr;
}

RelationPtr view(const RequestContext& context, const std::string& name) {
  RelationPtr found = find_view(context, name);
  if (found) return found;
  throw SparkError("TABLE_OR_VIEW_NOT_FOUND",
                   {{"relationName", backquoted(sql::parse_multipart_identifier(name))},
                    {"searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]"}});
}

bool is_default_database(const std::string& name) { return name == "default" || name == "spark_catalog.default"; }

std::string warehouse_uri(const RequestContext& context) {
  const std::string folder = context.session.config().get("spark.sql.warehouse.dir");
  if (folder.compare(0, 5, "file:") == 0) return folder;
  return "file:" + std::filesystem::absolute(folder).string();
}

void check_database(const std::string& name) {
  if (name.empty() || is_default_database(name)) return;
  throw SparkError("SCHEMA_NOT_FOUND", {{"schemaName", "`spark_catalog`.`" + name + "`"}});
}

RelationPtr databases(const RequestContext& context, const plan::CatalogCall& call) {
  Rows rows;
  if (matches(call, "default")) {
    rows.push_back({"default", "spark_catalog", "default database", warehouse_uri(context)});
  }
  return make_local_table({{"name"}, {"catalog"}, {"description"}, {"locationUri"}}, rows);
}

const std::vector<LocalTableColumn>& table_columns() {
  static const std::vector<LocalTableColumn> columns = {
      {"name"}, {"catalog"}, {"namespace", Type::array(Type::string())},
      {"description"}, {"tableType"}, {"isTemporary", Type::boolean(), false}};
  return columns;
}

std::vector<Cell> table_row(const std::string& name, const std::string& database) {
  return {name, Cell(), database, Cell(), "TEMPORARY", true};
}

RelationPtr tables(const RequestContext& context, const plan::CatalogCall& call) {
  const std::string database = argument(call, "db_name");
  Rows rows;
  if (database == "global_temp") {
    for (const auto& [name, plan] : context.global_views.all()) {
      if (matches(call, name)) rows.push_back(table_row(name, "global_temp"));
    }
  } else {
    check_database(database);
  }
  for (const auto& [name, plan] : context.session.views().all()) {
    if (matches(call, name)) rows.push_back(table_row(name, ""));
  }
  return make_local_table(table_columns(), rows);
}

RelationPtr columns_of(const RequestContext& context, const plan::CatalogCall& call) {
  Rows rows;
  for (const plan::StructField& field : plan::output_schema(*view(context, argument(call, "table_name")))) {
    rows.push_back({field.name, Cell(), field.type.simple_string(), field.nullable, false, false, false});
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
  const RelationPtr plan = view(context, argument(call, "table_name"));
  if (!context.session.state().find_persisted(*plan)) {
    context.session.state().persist(plan, StorageLevel{true, true, false, true, 1});
  }
  return nothing();
}

RelationPtr uncache_table(const RequestContext& context, const plan::CatalogCall& call) {
  const RelationPtr plan = view(context, argument(call, "table_name"));
  if (const auto removed = context.session.state().unpersist(*plan); removed && removed->is_materialised) {
    context.backend.engine->uncache(removed->key);
  }
  return nothing();
}

RelationPtr drop_view(ViewTable* views, const plan::CatalogCall& call) { return flag(views->drop(argument(call, "view_name"))); }

RelationPtr set_current(const plan::CatalogCall& call, const std::string& name) {
  if (call.name == "set_current_catalog") {
    if (name != "spark_catalog") throw SparkError("CATALOG_NOT_FOUND", {{"catalogName", "`" + name + "`"}, {"config", "spark.sql.catalog." + name}});
  } else {
    check_database(name);
  }
  return nothing();
}

using Handler = std::function<RelationPtr(const RequestContext&, const plan::CatalogCall&)>;

const std::map<std::string, Handler>& handlers() {
  using Context = const RequestContext&;
  using Call = const plan::CatalogCall&;
  static const std::map<std::string, Handler> table = {
      {"cache_table", cache_table},
      {"clear_cache", [](Context context, Call) { clear_cache(context); return nothing(); }},
      {"current_catalog", [](Context, Call) { return text_value("spark_catalog"); }},
      {"current_database", [](Context, Call) { return text_value("default"); }},
      {"database_exists", [](Context, Call call) { return flag(is_default_database(argument(call, "db_name"))); }},
      {"drop_global_temp_view", [](Context context, Call call) { return drop_view(&context.global_views, call); }},
      {"drop_temp_view", [](Context context, Call call) { return drop_view(&context.session.views(), call); }},
      {"function_exists",
       [](Context, Call call) { return flag(functions::find_function(argument(call, "function_name")) != nullptr); }},
      {"get_database",
       [](Context context, Call call) { check_database(argument(call, "db_name")); return databases(context, {}); }},
      {"get_table",
       [](Context context, Call call) {
         const std::string name = argument(call, "table_name");
         view(context, name);
         const auto parts = sql::parse_multipart_identifier(name);
         return make_local_table(table_columns(), {table_row(parts.back(), parts.size() == 2 ? parts[0] : "")});
       }},
      {"is_cached",
       [](Context context, Call call) {
         return flag(context.session.state().find_persisted(*view(context, argument(call, "table_name"))) != nullptr);
       }},
      {"list_catalogs",
       [](Context, Call call) {
         Rows rows;
         if (matches(call, "spark_catalog")) rows.push_back({"spark_catalog", Cell()});
         return make_local_table({{"name"}, {"description"}}, rows);
       }},
      {"list_columns", columns_of},
      {"list_databases", databases},
      {"list_tables", tables},
      {"list_views", tables},
      // Files are listed anew by every query, so there is nothing to refresh.
      {"refresh_by_path", [](Context, Call) { return nothing(); }},
      {"refresh_table", [](Context context, Call call) { view(context, argument(call, "table_name")); return nothing(); }},
      {"set_current_catalog", [](Context, Call call) { return set_current(call, argument(call, "catalog_name")); }},
      {"set_current_database", [](Context, Call call) { return set_current(call, argument(call, "db_name")); }},
      {"table_exists",
       [](Context context, Call call) { return flag(find_view(context, argument(call, "table_name")) != nullptr); }},
      {"uncache_table", uncache_table},
  };
  return table;
}

}  // namespace

RelationPtr run_catalog_call(const RequestContext& context, const plan::CatalogCall& call) {
  const auto found = handlers().find(call.name);
  if (found == handlers().end()) throw_unsupported("RELATION", "catalog call " + call.name);
  return found->second(context, call);
}

void clear_cache(const RequestContext& context) {
  for (const auto& persisted : context.session.state().take_all_persisted()) {
    if (persisted->is_materialised) context.backend.engine->uncache(persisted->key);
  }
}

}  // namespace firesteel::connect
