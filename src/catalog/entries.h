// What a warehouse's catalog holds: databases, tables, views and functions.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
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

using Function = std::shared_ptr<const plan::SqlFunction>;

// The database that every warehouse has. It lies in the warehouse's folder itself and is not written down.
inline constexpr const char* kDefaultDatabase = "default";

// Names do not distinguish case, as in Spark's session catalog: the keys are in lower case.
struct Contents {
  using Key = std::pair<std::string, std::string>;  // database, name

  std::map<std::string, Database> databases;
  std::map<Key, Table> tables;
  std::map<Key, Function> functions;
};

}  // namespace firesteel::catalog
