// Unresolved plan → resolved plan, with Spark 4.2's names, types, nullability, coercion and errors.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plan/relation.h"
#include "plan/sql_function.h"

namespace firesteel::analyze {

struct AnalysisContext;

// A function of SQL as a call finds it, its texts parsed.
struct FoundFunction {
  std::shared_ptr<const plan::SqlFunction> definition;
  std::vector<plan::ExpressionPtr> defaults;  // of its parameters; null where there is none
  plan::ExpressionPtr expression;             // the body: this,
  plan::RelationPtr query;                    // or this
  // Where the body means what it meant as the function was made.
  std::shared_ptr<const AnalysisContext> context;
};

// A table or view by its name.
struct FoundTable {
  plan::RelationPtr plan;              // null: there is none
  std::vector<std::string> qualifier;  // what stands before its own name in its columns' full names
};

// What analysis reads of its surroundings; a snapshot that does not change meanwhile.
struct AnalysisContext {
  bool ansi = true;             // spark.sql.ansi.enabled
  bool case_sensitive = false;  // spark.sql.caseSensitive
  std::string time_zone = "UTC";
  std::string default_source = "parquet";
  std::string current_catalog = "spark_catalog";
  std::string current_database = "default";
  std::string user = "anonymous";
  std::string spark_version = "4.2.0";
  int64_t query_start_us = 0;  // current_timestamp of this query
  std::function<std::optional<std::string>(std::string_view key)> configuration;
  // A view's or table's plan (as its text or DataFrame gave it, resolved; or a read). Parts as written.
  std::function<FoundTable(const std::vector<std::string>& parts)> find_view;
  // A function of SQL by its name as written, or nothing.
  std::function<std::optional<FoundFunction>(const std::vector<std::string>& parts)> find_function;
  // The functions of SQL of whose bodies this is, outermost first: catalog.database.function.
  std::vector<std::string> functions_around;
  // The value of the session variable that the parts name as a whole, or nothing.
  std::function<std::optional<plan::Literal>(const std::vector<std::string>& parts)> find_variable;
  // Looks a data source up: lists files, infers the schema, discovers partitions. Returns a
  // resolved Scan. Implemented by the engine side (engine/duckdb/sources).
  std::function<plan::RelationPtr(const plan::UnresolvedRead&)> resolve_source;
  // Tables, views and columns for CatalogCall and SHOW statements: returns LocalData.
  std::function<plan::RelationPtr(const plan::CatalogCall&)> run_catalog_call;
  // The schema of a transform: the input's columns and, after them, the added ones.
  std::function<plan::Schema(const plan::MlTransform&, const plan::Schema& input)> transform_schema;
  // Runs a small resolved plan (pivot values, crosstab, constants) and returns its rows.
  std::function<std::vector<std::vector<plan::Literal>>(const plan::RelationPtr&)> evaluate;
};

// Resolves the whole plan. Throws SparkError. The result satisfies plan::is_resolved.
plan::RelationPtr analyze(const plan::RelationPtr& plan, const AnalysisContext& context);

// What the body of the function gives, a struct of the columns if it is a table, by its parameters' and its
// result's types. Throws what is wrong with it.
plan::Type result_of_function(const FoundFunction& function);

// The resolved plan as an engine runs it: what depends on a row's partition and its position there is
// computed from columns where the query names partitions, and filters hold no drawn numbers. Engines
// take their inputs for one partition. Not for explain, nor to be compared with other plans.
plan::RelationPtr with_places(const plan::RelationPtr& plan);

// The text of a resolved or unresolved expression as Spark prints it in column names.
std::string print_name(const plan::Expression& expression);

// While it lives, print_name on this thread shows timestamps in that zone (UTC otherwise), and the
// nodes in `names`, which must outlive it, by those names.
class NameScope {
 public:
  using Names = std::unordered_map<const plan::Expression*, std::string>;
  NameScope(std::string zone, const Names& names);
  ~NameScope();
  NameScope(const NameScope&) = delete;
  NameScope& operator=(const NameScope&) = delete;

 private:
  std::string zone_before_;
  const Names* names_before_;
};

}  // namespace firesteel::analyze
