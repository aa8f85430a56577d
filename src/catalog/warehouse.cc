#include "catalog/warehouse.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/logging.h"
#include "base/text.h"

namespace firesteel::catalog {

namespace {

namespace fs = std::filesystem;
using Key = Contents::Key;

[[noreturn]] void throw_database(const std::string& condition, std::string_view name, bool is_qualified) {
  const std::string quoted = "`" + std::string(name) + "`";
  throw SparkError(condition, {{"schemaName", is_qualified ? "`spark_catalog`." + quoted : quoted}});
}

[[noreturn]] void throw_table_exists(const Table& table) {
  throw SparkError("TABLE_OR_VIEW_ALREADY_EXISTS",
                   {{"relationName", "`spark_catalog`.`" + table.database + "`.`" + table.name + "`"}});
}

Key key_of(std::string_view database, std::string_view name) { return {lower_case(database), lower_case(name)}; }
Key key_of(const Table& table) { return key_of(table.database, table.name); }

const Database& checked(const Contents& contents, std::string_view name) {
  const auto found = contents.databases.find(lower_case(name));
  if (found == contents.databases.end()) throw_database("SCHEMA_NOT_FOUND", name, true);
  return found->second;
}

// The entries of one database among those of all.
template <typename Map>
auto entries_of(Map& map, const std::string& database) {
  const auto first = map.lower_bound({database, ""});
  auto last = first;
  while (last != map.end() && last->first.first == database) ++last;
  return std::pair(first, last);
}

template <typename Map>
auto values_of(const Map& map, const std::string& database) {
  std::vector<typename Map::mapped_type> result;
  const auto [first, last] = entries_of(map, database);
  for (auto entry = first; entry != last; ++entry) result.push_back(entry->second);
  return result;
}

std::string location_of(const Database& database, std::string_view table) {
  return (fs::path(database.location) / lower_case(table)).string();
}

void remove_files(const Table& table) {
  if (table.is_external || table.is_view()) return;
  std::error_code error;
  fs::remove_all(table.location, error);
  if (error) log_warning("table folder stays", {{"folder", table.location}, {"reason", error.message()}});
}

}  // namespace

Warehouse::Warehouse(std::string folder) : folder_(std::move(folder)), file_(folder_) {
  contents_.databases[kDefaultDatabase] = {kDefaultDatabase, "default database", folder_};
  current();
}

const Contents& Warehouse::current() const {
  if (std::optional<Contents> read = file_.read_if_changed()) {
    read->databases[kDefaultDatabase] = contents_.databases.at(kDefaultDatabase);
    contents_ = std::move(*read);
    ++version_;
  }
  return contents_;
}

bool Warehouse::change(const Change& apply) {
  const CatalogFile::Lock lock = file_.lock();
  Contents next = current();
  if (!apply(next)) return false;
  file_.write(next);
  contents_ = std::move(next);
  ++version_;
  return true;
}

std::vector<Database> Warehouse::databases() const {
  const std::lock_guard lock(mutex_);
  std::vector<Database> result;
  for (const auto& [key, database] : current().databases) result.push_back(database);
  return result;
}

std::optional<Database> Warehouse::find_database(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const Contents& contents = current();
  const auto found = contents.databases.find(lower_case(name));
  if (found == contents.databases.end()) return std::nullopt;
  return found->second;
}

Database Warehouse::database(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  return checked(current(), name);
}

void Warehouse::create_database(Database database, bool if_not_exists) {
  const std::lock_guard lock(mutex_);
  change([&](Contents& next) {
    const std::string key = lower_case(database.name);
    if (next.databases.count(key) > 0) {
      if (if_not_exists) return false;
      throw_database("SCHEMA_ALREADY_EXISTS", database.name, false);
    }
    if (database.location.empty()) database.location = (fs::path(folder_) / (key + ".db")).string();
    database.name = key;
    next.databases[key] = std::move(database);
    return true;
  });
}

void Warehouse::drop_database(std::string_view name, bool if_exists, bool cascades) {
  const std::lock_guard lock(mutex_);
  std::vector<Table> dropped;
  std::string location;
  const bool is_dropped = change([&](Contents& next) {
    const std::string key = lower_case(name);
    const auto found = next.databases.find(key);
    if (found == next.databases.end()) {
      if (if_exists) return false;
      throw_database("SCHEMA_NOT_FOUND", name, true);
    }
    if (key == kDefaultDatabase) throw SparkError("UNSUPPORTED_FEATURE.DROP_DATABASE", {{"database", "`spark_catalog`.`default`"}});
    const auto [first_table, last_table] = entries_of(next.tables, key);
    const auto [first_function, last_function] = entries_of(next.functions, key);
    if (!cascades && (first_table != last_table || first_function != last_function)) throw_database("SCHEMA_NOT_EMPTY", name, false);
    dropped = values_of(next.tables, key);
    location = found->second.location;
    next.tables.erase(first_table, last_table);
    next.functions.erase(first_function, last_function);
    next.databases.erase(found);
    return true;
  });
  if (!is_dropped) return;
  for (const Table& table : dropped) remove_files(table);
  std::error_code ignored;
  fs::remove(location, ignored);  // only when nothing foreign is left in it
}

std::vector<Table> Warehouse::tables(std::string_view database) const {
  const std::lock_guard lock(mutex_);
  const Contents& contents = current();
  return values_of(contents.tables, lower_case(checked(contents, database).name));
}

std::optional<Table> Warehouse::find_table(std::string_view database, std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const Contents& contents = current();
  const auto found = contents.tables.find(key_of(database, name));
  if (found == contents.tables.end()) return std::nullopt;
  return found->second;
}

bool Warehouse::has_table_at(std::string_view location) const {
  const std::lock_guard lock(mutex_);
  const auto& tables = current().tables;
  return std::any_of(tables.begin(), tables.end(), [&](const auto& entry) { return !entry.second.is_view() && entry.second.location == location; });
}

void Warehouse::create_table(Table table) {
  const std::lock_guard lock(mutex_);
  change([&](Contents& next) {
    checked(next, table.database);
    const Key key = key_of(table);
    if (next.tables.count(key) > 0) throw_table_exists(table);
    next.tables[key] = std::move(table);
    return true;
  });
}

void Warehouse::put_table(Table table) {
  const std::lock_guard lock(mutex_);
  change([&](Contents& next) {
    checked(next, table.database);
    const Key key = key_of(table);
    next.tables[key] = std::move(table);
    return true;
  });
}

bool Warehouse::update_table(std::string_view database, std::string_view name, const std::function<bool(Table&)>& apply) {
  const std::lock_guard lock(mutex_);
  bool is_there = false;
  change([&](Contents& next) {
    const auto found = next.tables.find(key_of(database, name));
    is_there = found != next.tables.end();
    return is_there && apply(found->second);
  });
  return is_there;
}

bool Warehouse::drop_table(std::string_view database, std::string_view name) {
  const std::lock_guard lock(mutex_);
  std::optional<Table> dropped;
  change([&](Contents& next) {
    const auto found = next.tables.find(key_of(database, name));
    if (found == next.tables.end()) return false;
    dropped = std::move(found->second);
    next.tables.erase(found);
    return true;
  });
  if (dropped) remove_files(*dropped);
  return dropped.has_value();
}

bool Warehouse::rename_table(std::string_view database, std::string_view name, const std::string& new_name) {
  const std::lock_guard lock(mutex_);
  std::string former_location, new_location;
  const auto rename = [&](Contents& next) {
    const auto found = next.tables.find(key_of(database, name));
    if (found == next.tables.end()) return false;
    Table table = std::move(found->second);
    table.name = lower_case(new_name);
    const Key key = key_of(table);
    if (next.tables.count(key) > 0) throw_table_exists(table);
    if (!table.is_external && !table.is_view()) {
      const std::string location = location_of(checked(next, database), table.name);
      std::error_code error;
      fs::rename(table.location, location, error);
      if (error) throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", error.message()}});
      former_location = std::exchange(table.location, location);
      new_location = location;
    }
    next.tables.erase(found);
    next.tables[key] = std::move(table);
    return true;
  };
  try {
    return change(rename);
  } catch (...) {
    std::error_code ignored;
    if (!new_location.empty()) fs::rename(new_location, former_location, ignored);
    throw;
  }
}

std::vector<Function> Warehouse::functions(std::string_view database) const {
  const std::lock_guard lock(mutex_);
  const Contents& contents = current();
  return values_of(contents.functions, lower_case(checked(contents, database).name));
}

Function Warehouse::find_function(std::string_view database, std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const Contents& contents = current();
  const auto found = contents.functions.find(key_of(database, name));
  return found == contents.functions.end() ? nullptr : found->second;
}

void Warehouse::put_function(Function function) {
  const std::lock_guard lock(mutex_);
  change([&](Contents& next) {
    checked(next, function->name[1]);
    const Key key = key_of(function->name[1], function->name[2]);
    next.functions[key] = std::move(function);
    return true;
  });
}

bool Warehouse::drop_function(std::string_view database, std::string_view name) {
  const std::lock_guard lock(mutex_);
  return change([&](Contents& next) { return next.functions.erase(key_of(database, name)) > 0; });
}

std::string Warehouse::default_location(std::string_view database, std::string_view table) const {
  const std::lock_guard lock(mutex_);
  return location_of(checked(current(), database), table);
}

int64_t Warehouse::version() const {
  const std::lock_guard lock(mutex_);
  current();
  return version_;
}

}  // namespace firesteel::catalog
