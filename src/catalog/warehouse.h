// The databases, tables and functions of one warehouse folder.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog_file.h"
#include "catalog/entries.h"

namespace firesteel::catalog {

// Thread-safe. Errors are Spark's conditions. A change that cannot be written down has not happened; what another server
// has written into the folder is seen by the next call.
class Warehouse {
 public:
  // Throws FIRESTEEL_INPUT_OUTPUT when the folder has a catalog that cannot be read.
  explicit Warehouse(std::string folder);

  const std::string& folder() const { return folder_; }

  std::vector<Database> databases() const;  // sorted by name
  std::optional<Database> find_database(std::string_view name) const;
  // Throws SCHEMA_NOT_FOUND.
  Database database(std::string_view name) const;
  // An empty location stands for the folder below the warehouse. Throws SCHEMA_ALREADY_EXISTS.
  void create_database(Database database, bool if_not_exists);
  // Throws SCHEMA_NOT_FOUND, and SCHEMA_NOT_EMPTY unless `cascades`.
  void drop_database(std::string_view name, bool if_exists, bool cascades);

  std::vector<Table> tables(std::string_view database) const;  // sorted by name; throws SCHEMA_NOT_FOUND
  std::optional<Table> find_table(std::string_view database, std::string_view name) const;
  // Whether those are the files of a table.
  bool has_table_at(std::string_view location) const;
  // Throws SCHEMA_NOT_FOUND and TABLE_OR_VIEW_ALREADY_EXISTS.
  void create_table(Table table);
  // Replaces the entry of the same name, or adds it.
  void put_table(Table table);
  // Applies a change to the table as it stands by now; `apply` says whether it changed anything.
  // False when there is no such table (any more).
  bool update_table(std::string_view database, std::string_view name, const std::function<bool(Table&)>& apply);
  // Forgets the table; a managed one loses its folder. False when there was none.
  bool drop_table(std::string_view database, std::string_view name);
  // Moves a managed table's folder too. Throws TABLE_OR_VIEW_ALREADY_EXISTS; false when there is no such table.
  bool rename_table(std::string_view database, std::string_view name, const std::string& new_name);

  std::vector<Function> functions(std::string_view database) const;  // sorted by name; throws SCHEMA_NOT_FOUND
  Function find_function(std::string_view database, std::string_view name) const;  // null: none
  // Replaces the function of the same name, or adds it. Throws SCHEMA_NOT_FOUND.
  void put_function(Function function);
  // False when there was none.
  bool drop_function(std::string_view database, std::string_view name);

  // The folder of a managed table.
  std::string default_location(std::string_view database, std::string_view table) const;
  // Grows with each change: analysed plans depend on it.
  int64_t version() const;

 private:
  // What changes the catalog gets a copy of it, and says whether there is anything to write.
  using Change = std::function<bool(Contents&)>;

  // The catalog as it stands in the folder; mutex_ held, as in all below.
  const Contents& current() const;
  bool change(const Change& apply);

  const std::string folder_;
  mutable std::mutex mutex_;
  mutable CatalogFile file_;
  mutable Contents contents_;
  mutable int64_t version_ = 0;
};

}  // namespace firesteel::catalog
