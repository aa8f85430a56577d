#include "catalog/warehouse.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/logging.h"
#include "base/text.h"

namespace firesteel::catalog {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kDefault = "default";

[[noreturn]] void throw_database(const std::string& condition, std::string_view name, bool is_qualified) {
  const std::string quoted = "`" + std::string(name) + "`";
  throw SparkError(condition, {{"schemaName", is_qualified ? "`spark_catalog`." + quoted : quoted}});
}

[[noreturn]] void throw_table_exists(const Table& table) {
  throw SparkError("TABLE_OR_VIEW_ALREADY_EXISTS",
                   {{"relationName", "`spark_catalog`.`" + table.database + "`.`" + table.name + "`"}});
}

Json to_json(const View& view) {
  return {{"text", view.text},
          {"database", view.database},
          {"columns", view.columns},
          {"schema_mode", plan::kViewSchemaNames[static_cast<size_t>(view.schema_mode)]},
          {"configuration", view.configuration}};
}

View view_from_json(const Json& json) {
  View view;
  json.at("text").get_to(view.text);
  json.at("database").get_to(view.database);
  json.at("columns").get_to(view.columns);
  const auto* mode = std::find(std::begin(plan::kViewSchemaNames), std::end(plan::kViewSchemaNames), json.at("schema_mode").get<std::string>());
  if (mode == std::end(plan::kViewSchemaNames)) throw Json::other_error::create(0, "a view of an unknown schema mode", &json);
  view.schema_mode = static_cast<plan::ViewSchema>(mode - std::begin(plan::kViewSchemaNames));
  json.at("configuration").get_to(view.configuration);
  return view;
}

// A view as it was kept before its names and configuration were.
View former_view(const Json& table, const plan::Schema& schema) {
  View view;
  view.text = table.at("view_text");
  view.database = table.at("view_database");
  for (const plan::StructField& field : schema) view.columns.push_back(field.name);
  return view;
}

Json to_json(const Table& table) {
  Json json = {{"database", table.database},
          {"name", table.name},
          {"provider", table.provider},
          {"schema", plan::Type::structure(table.schema).json()},
          {"partition_columns", table.partition_columns},
          {"location", table.location},
          {"is_external", table.is_external},
          {"comment", table.comment},
          {"options", table.options},
          {"properties", table.properties},
          {"bucket_count", table.layout.bucket_count},
          {"bucket_columns", table.layout.bucket_columns},
          {"sort_columns", table.layout.sort_columns},
          {"clustering_columns", table.layout.clustering_columns},
          {"created_ms", table.created_ms}};
  if (table.view) json["view"] = to_json(*table.view);
  return json;
}

Table table_from_json(const Json& json) {
  Table table;
  json.at("database").get_to(table.database);
  json.at("name").get_to(table.name);
  json.at("provider").get_to(table.provider);
  table.schema = plan::type_from_json(json.at("schema").get<std::string>()).fields();
  json.at("partition_columns").get_to(table.partition_columns);
  json.at("location").get_to(table.location);
  json.at("is_external").get_to(table.is_external);
  json.at("comment").get_to(table.comment);
  json.at("options").get_to(table.options);
  json.at("properties").get_to(table.properties);
  table.layout.bucket_count = json.value("bucket_count", 0);
  table.layout.bucket_columns = json.value("bucket_columns", std::vector<std::string>());
  table.layout.sort_columns = json.value("sort_columns", std::vector<std::string>());
  table.layout.clustering_columns = json.value("clustering_columns", std::vector<std::string>());
  json.at("created_ms").get_to(table.created_ms);
  if (json.contains("view")) table.view = view_from_json(json["view"]);
  if (!json.value("view_text", std::string()).empty()) table.view = former_view(json, table.schema);
  return table;
}

Json to_json(const plan::SqlFunction& function) {
  Json parameters = Json::array();
  for (const plan::SqlFunctionParameter& parameter : function.parameters) {
    Json entry = {{"name", parameter.name}, {"type", parameter.type.json()}, {"comment", parameter.comment}};
    if (parameter.default_text) entry["default"] = *parameter.default_text;
    parameters.push_back(std::move(entry));
  }
  Json json = {{"name", function.name},
               {"parameters", std::move(parameters)},
               {"is_table", function.is_table},
               {"body_text", function.body_text},
               {"body_is_query", function.body_is_query},
               {"comment", function.comment},
               {"current_database", function.current_database},
               {"configuration", function.configuration},
               {"created_ms", function.created_ms}};
  if (function.result) json["result"] = function.result->json();
  if (function.is_deterministic) json["is_deterministic"] = *function.is_deterministic;
  if (function.reads_data) json["reads_data"] = *function.reads_data;
  return json;
}

plan::SqlFunction function_from_json(const Json& json) {
  plan::SqlFunction function;
  json.at("name").get_to(function.name);
  if (function.name.size() != 3) throw Json::other_error::create(0, "a function without its database", &json);
  for (const Json& entry : json.at("parameters")) {
    plan::SqlFunctionParameter parameter;
    entry.at("name").get_to(parameter.name);
    parameter.type = plan::type_from_json(entry.at("type").get<std::string>());
    entry.at("comment").get_to(parameter.comment);
    if (entry.contains("default")) parameter.default_text = entry["default"].get<std::string>();
    function.parameters.push_back(std::move(parameter));
  }
  json.at("is_table").get_to(function.is_table);
  json.at("body_text").get_to(function.body_text);
  json.at("body_is_query").get_to(function.body_is_query);
  json.at("comment").get_to(function.comment);
  json.at("current_database").get_to(function.current_database);
  json.at("configuration").get_to(function.configuration);
  json.at("created_ms").get_to(function.created_ms);
  if (json.contains("result")) function.result = plan::type_from_json(json["result"].get<std::string>());
  if (json.contains("is_deterministic")) function.is_deterministic = json["is_deterministic"].get<bool>();
  if (json.contains("reads_data")) function.reads_data = json["reads_data"].get<bool>();
  return function;
}

// The entries of one database among those of all.
template <typename Map>
auto entries_of(Map& map, const std::string& database) {
  const auto first = map.lower_bound({database, ""});
  auto last = first;
  while (last != map.end() && last->first.first == database) ++last;
  return std::pair(first, last);
}

fs::path catalog_file(const std::string& folder) { return fs::path(folder) / ".firesteel" / "catalog.json"; }

}  // namespace

Warehouse::Warehouse(std::string folder) : folder_(std::move(folder)) {
  databases_[kDefault] = {kDefault, "default database", folder_};
  load();
}

std::vector<Database> Warehouse::databases() const {
  const std::lock_guard lock(mutex_);
  std::vector<Database> result;
  for (const auto& [key, database] : databases_) result.push_back(database);
  return result;
}

std::optional<Database> Warehouse::find_database(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = databases_.find(lower_case(name));
  if (found == databases_.end()) return std::nullopt;
  return found->second;
}

Database Warehouse::checked_database(std::string_view name) const {
  const auto found = databases_.find(lower_case(name));
  if (found == databases_.end()) throw_database("SCHEMA_NOT_FOUND", name, true);
  return found->second;
}

Database Warehouse::database(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  return checked_database(name);
}

void Warehouse::create_database(Database database, bool if_not_exists) {
  const std::lock_guard lock(mutex_);
  const std::string key = lower_case(database.name);
  if (databases_.count(key) > 0) {
    if (if_not_exists) return;
    throw_database("SCHEMA_ALREADY_EXISTS", database.name, false);
  }
  if (database.location.empty()) database.location = (fs::path(folder_) / (key + ".db")).string();
  database.name = key;
  databases_[key] = std::move(database);
  save();
}

void Warehouse::drop_database(std::string_view name, bool if_exists, bool cascades) {
  const std::lock_guard lock(mutex_);
  const std::string key = lower_case(name);
  const auto found = databases_.find(key);
  if (found == databases_.end()) {
    if (if_exists) return;
    throw_database("SCHEMA_NOT_FOUND", name, true);
  }
  if (key == kDefault) throw SparkError("UNSUPPORTED_FEATURE.DROP_DATABASE", {{"database", "`spark_catalog`.`default`"}});
  const auto [first_table, last_table] = entries_of(tables_, key);
  const auto [first_function, last_function] = entries_of(functions_, key);
  if (!cascades && (first_table != last_table || first_function != last_function)) throw_database("SCHEMA_NOT_EMPTY", name, false);
  for (auto table = first_table; table != last_table; ++table) drop_files(table->second);
  tables_.erase(first_table, last_table);
  functions_.erase(first_function, last_function);
  std::error_code ignored;
  fs::remove(found->second.location, ignored);  // only when nothing foreign is left in it
  databases_.erase(found);
  save();
}

std::vector<Table> Warehouse::tables(std::string_view database) const {
  const std::lock_guard lock(mutex_);
  const std::string key = lower_case(checked_database(database).name);
  std::vector<Table> result;
  const auto [first, last] = entries_of(tables_, key);
  for (auto table = first; table != last; ++table) result.push_back(table->second);
  return result;
}

std::optional<Table> Warehouse::find_table(std::string_view database, std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.find({lower_case(database), lower_case(name)});
  if (found == tables_.end()) return std::nullopt;
  return found->second;
}

bool Warehouse::has_table_at(std::string_view location) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(tables_.begin(), tables_.end(), [&](const auto& entry) { return !entry.second.is_view() && entry.second.location == location; });
}

void Warehouse::create_table(Table table) {
  const std::lock_guard lock(mutex_);
  checked_database(table.database);
  const Key key{lower_case(table.database), lower_case(table.name)};
  if (tables_.count(key) > 0) throw_table_exists(table);
  tables_[key] = std::move(table);
  save();
}

void Warehouse::put_table(Table table) {
  const std::lock_guard lock(mutex_);
  checked_database(table.database);
  const Key key{lower_case(table.database), lower_case(table.name)};
  tables_[key] = std::move(table);
  save();
}

void Warehouse::drop_files(const Table& table) const {
  if (table.is_external || table.is_view()) return;
  std::error_code error;
  fs::remove_all(table.location, error);
  if (error) log_warning("table folder stays", {{"folder", table.location}, {"reason", error.message()}});
}

bool Warehouse::drop_table(std::string_view database, std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.find({lower_case(database), lower_case(name)});
  if (found == tables_.end()) return false;
  drop_files(found->second);
  tables_.erase(found);
  save();
  return true;
}

void Warehouse::rename_table(std::string_view database, std::string_view name, const std::string& new_name) {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.find({lower_case(database), lower_case(name)});
  FIRESTEEL_CHECK(found != tables_.end(), "rename of a table that is not there");
  Table table = found->second;
  table.name = lower_case(new_name);
  const Key key{lower_case(database), table.name};
  if (tables_.count(key) > 0) throw_table_exists(table);
  if (!table.is_external && !table.is_view()) {
    const std::string location = location_of(checked_database(database), table.name);
    std::error_code error;
    fs::rename(table.location, location, error);
    if (error) throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", error.message()}});
    table.location = location;
  }
  tables_.erase(found);
  tables_[key] = std::move(table);
  save();
}

std::vector<Warehouse::Function> Warehouse::functions(std::string_view database) const {
  const std::lock_guard lock(mutex_);
  const std::string key = lower_case(checked_database(database).name);
  std::vector<Function> result;
  const auto [first, last] = entries_of(functions_, key);
  for (auto function = first; function != last; ++function) result.push_back(function->second);
  return result;
}

Warehouse::Function Warehouse::find_function(std::string_view database, std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = functions_.find({lower_case(database), lower_case(name)});
  return found == functions_.end() ? nullptr : found->second;
}

void Warehouse::put_function(Function function) {
  const std::lock_guard lock(mutex_);
  checked_database(function->name[1]);
  functions_[{lower_case(function->name[1]), lower_case(function->name[2])}] = std::move(function);
  save();
}

bool Warehouse::drop_function(std::string_view database, std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (functions_.erase({lower_case(database), lower_case(name)}) == 0) return false;
  save();
  return true;
}

std::string Warehouse::location_of(const Database& database, std::string_view table) const {
  return (fs::path(database.location) / lower_case(table)).string();
}

std::string Warehouse::default_location(std::string_view database, std::string_view table) const {
  const std::lock_guard lock(mutex_);
  return location_of(checked_database(database), table);
}

int64_t Warehouse::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

void Warehouse::load() {
  std::ifstream file(catalog_file(folder_));
  if (!file) return;
  try {
    const Json json = Json::parse(file);
    for (const Json& entry : json.at("databases")) {
      const std::string name = entry.at("name");
      databases_[lower_case(name)] = {name, entry.at("description"), entry.at("location")};
    }
    for (const Json& entry : json.at("tables")) {
      Table table = table_from_json(entry);
      tables_[{lower_case(table.database), lower_case(table.name)}] = std::move(table);
    }
    for (const Json& entry : json.value("functions", Json::array())) {
      auto function = std::make_shared<const plan::SqlFunction>(function_from_json(entry));
      functions_[{function->name[1], function->name[2]}] = function;
    }
  } catch (const std::exception& error) {
    log_warning("the warehouse's catalog cannot be read", {{"folder", folder_}, {"reason", std::string(error.what())}});
  }
}

void Warehouse::save() {
  ++version_;
  Json databases = Json::array();
  for (const auto& [key, database] : databases_) {
    if (key == kDefault) continue;
    databases.push_back(
        {{"name", database.name}, {"description", database.description}, {"location", database.location}});
  }
  Json tables = Json::array();
  for (const auto& [key, table] : tables_) tables.push_back(to_json(table));
  Json functions = Json::array();
  for (const auto& [key, function] : functions_) functions.push_back(to_json(*function));
  const fs::path target = catalog_file(folder_);
  fs::path draft = target;
  draft += ".new";
  std::error_code error;
  fs::create_directories(target.parent_path(), error);
  std::ofstream file(draft);
  file << Json{{"databases", databases}, {"tables", tables}, {"functions", functions}}.dump(1, ' ', false, Json::error_handler_t::replace);
  file.close();
  if (file) fs::rename(draft, target, error);
  if (!file || error) {
    throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", "cannot write " + target.string()}});
  }
}

}  // namespace firesteel::catalog
