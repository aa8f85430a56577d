#include "catalog/catalog_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"

namespace firesteel::catalog {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

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

Contents contents_from_json(const Json& json) {
  Contents contents;
  for (const Json& entry : json.at("databases")) {
    const std::string name = entry.at("name");
    contents.databases[lower_case(name)] = {name, entry.at("description"), entry.at("location")};
  }
  for (const Json& entry : json.at("tables")) {
    Table table = table_from_json(entry);
    contents.tables[{lower_case(table.database), lower_case(table.name)}] = std::move(table);
  }
  for (const Json& entry : json.value("functions", Json::array())) {
    auto function = std::make_shared<const plan::SqlFunction>(function_from_json(entry));
    contents.functions[{lower_case(function->name[1]), lower_case(function->name[2])}] = function;
  }
  return contents;
}

Json to_json(const Contents& contents) {
  Json databases = Json::array();
  for (const auto& [key, database] : contents.databases) {
    if (key == kDefaultDatabase) continue;
    databases.push_back({{"name", database.name}, {"description", database.description}, {"location", database.location}});
  }
  Json tables = Json::array();
  for (const auto& [key, table] : contents.tables) tables.push_back(to_json(table));
  Json functions = Json::array();
  for (const auto& [key, function] : contents.functions) functions.push_back(to_json(*function));
  return {{"databases", std::move(databases)}, {"tables", std::move(tables)}, {"functions", std::move(functions)}};
}

[[noreturn]] void throw_unwritable(const std::string& path) {
  throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", "cannot write " + path + ": " + std::strerror(errno)}});
}

// Writes the whole text and waits until the disk has it.
void write_through(const std::string& path, std::string_view text) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) throw_unwritable(path);
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    text.remove_prefix(static_cast<size_t>(written));
  }
  const bool is_whole = text.empty() && fsync(descriptor) == 0;
  const int error = errno;
  close(descriptor);
  if (is_whole) return;
  unlink(path.c_str());
  errno = error;
  throw_unwritable(path);
}

}  // namespace

CatalogFile::Lock::Lock(const std::string& path) {
  std::error_code ignored;
  fs::create_directories(fs::path(path).parent_path(), ignored);
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  while (descriptor_ >= 0 && flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) continue;
}

CatalogFile::Lock::~Lock() {
  if (descriptor_ >= 0) close(descriptor_);
}

CatalogFile::CatalogFile(const std::string& warehouse_folder)
    : folder_(warehouse_folder + "/.firesteel"), path_(folder_ + "/catalog.json") {}

CatalogFile::Version CatalogFile::version() const {
  struct stat status = {};
  if (stat(path_.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", "cannot read the catalog " + path_ + ": " + std::strerror(errno)}});
  }
  return {status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size), status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

std::optional<Contents> CatalogFile::read_if_changed() {
  const Version now = version();
  if (now == read_) return std::nullopt;
  Contents contents;
  if (now != Version{}) {
    try {
      std::ifstream file(path_);
      if (!file) throw std::runtime_error(std::strerror(errno));
      contents = contents_from_json(Json::parse(file));
    } catch (const std::exception& error) {
      throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", "cannot read the catalog " + path_ + ": " + error.what()}});
    }
  }
  read_ = now;
  return contents;
}

void CatalogFile::write(const Contents& contents) {
  const std::string draft = path_ + ".new";
  write_through(draft, to_json(contents).dump(1, ' ', false, Json::error_handler_t::replace));
  if (rename(draft.c_str(), path_.c_str()) != 0) throw_unwritable(path_);
  read_ = version();
}

}  // namespace firesteel::catalog
