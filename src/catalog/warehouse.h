// The databases, tables and functions of one warehouse folder. Names do not distinguish case, as in Spark's session catalog.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/relation.h"
#include "plan/sql_function.h"
#include "plan/type.h"
#include "plan/view_schema.h"

namespace firesteel::catalog {

struct Database {
  std::string name;
  std::string description;
  std::string location;  // absolute path
};

// How the user asked for a table's rows to be laid out. It is told by DESCRIBE and listColumns; the files
// are written as if it were not there, and no answer depends on it.
struct Layout {
  int32_t bucket_count = 0;  // 0: not bucketed
  std::vector<std::string> bucket_columns;
  std::vector<std::string> sort_columns;
  std::vector<std::string> clustering_columns;

  friend bool operator==(const Layout&, const Layout&) = default;
};

// The query of a view. It means what it meant where it was made.
struct View {
  std::string text;
  std::string database;
  std::vector<std::string> columns;  // the names that the query gave
  plan::ViewSchema schema_mode = plan::ViewSchema::kCompensation;
  std::map<std::string, std::string> configuration;
};

struct Table {
  std::string database;
  std::string name;
  std::string provider;  // "parquet", "csv"; "view" for a view
  plan::Schema schema;   // partition columns last
  std::vector<std::string> partition_columns;
  std::string location;  // absolute path
  bool is_external = false;
  std::string comment;
  plan::Options options;
  std::map<std::string, std::string> properties;
  Layout layout;
  int64_t created_ms = 0;
  std::optional<View> view;

  bool is_view() const { return view.has_value(); }
};

// Thread-safe. Errors are Spark's conditions.
class Warehouse {
 public:
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
  // Forgets the table; a managed one loses its folder. False when there was none.
  bool drop_table(std::string_view database, std::string_view name);
  // Moves a managed table's folder too. Throws TABLE_OR_VIEW_ALREADY_EXISTS.
  void rename_table(std::string_view database, std::string_view name, const std::string& new_name);

  using Function = std::shared_ptr<const plan::SqlFunction>;
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
  using Key = std::pair<std::string, std::string>;  // lower case

  Database checked_database(std::string_view name) const;  // mutex_ held, as in all below
  std::string location_of(const Database& database, std::string_view table) const;
  void drop_files(const Table& table) const;
  void load();
  void save();

  const std::string folder_;
  mutable std::mutex mutex_;
  std::map<std::string, Database> databases_;
  std::map<Key, Table> tables_;
  std::map<Key, Function> functions_;
  int64_t version_ = 0;
};

}  // namespace firesteel::catalog
