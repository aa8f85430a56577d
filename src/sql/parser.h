// Spark SQL text → plan with unresolved leaves. Errors are PARSE_SYNTAX_ERROR and its kin with
// positions; statements that are not done yet raise UNSUPPORTED_FEATURE.STATEMENT.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "plan/expression.h"
#include "plan/relation.h"
#include "plan/sql_function.h"
#include "plan/type.h"
#include "plan/view_schema.h"

namespace firesteel::sql {

struct CreateView {  // CREATE [OR REPLACE] [[GLOBAL] TEMPORARY] VIEW
  std::vector<std::string> name;
  std::vector<std::string> column_names;
  plan::RelationPtr query;
  bool is_global = false;
  bool replace = false;
  bool if_not_exists = false;
  bool is_temporary = true;
  std::string query_text;  // empty where the text alone does not say it: parameters, a data source
  // Of a view that is kept in the catalog.
  std::string comment;
  std::map<std::string, std::string> properties;
  std::vector<std::optional<std::string>> column_comments;  // as many as columns are named
  std::optional<plan::ViewSchema> schema_mode;              // WITH SCHEMA …
};
struct AlterView {  // AS query, WITH SCHEMA …
  std::vector<std::string> name;
  plan::RelationPtr query;  // or null
  std::string query_text;
  std::optional<plan::ViewSchema> schema_mode;
};
struct CreateTable {
  std::vector<std::string> name;
  std::optional<plan::Schema> schema;
  std::string provider;                         // empty: spark.sql.sources.default
  std::vector<std::string> partition_columns;   // those with a type stand in `schema` too
  plan::Options options;
  std::string location;
  std::string comment;
  std::map<std::string, std::string> properties;
  plan::RelationPtr query;                      // CREATE TABLE … AS; null otherwise
  std::vector<std::string> like;                // CREATE TABLE … LIKE this one
  bool if_not_exists = false;
  bool replace = false;
};
struct Insert {  // INSERT INTO | OVERWRITE
  std::vector<std::string> table;
  std::vector<std::string> columns;
  // PARTITION (a = 1, b): columns with the given value, or with the query's.
  std::vector<std::pair<std::string, plan::ExpressionPtr>> partitions;
  plan::RelationPtr query;
  bool is_overwrite = false;
  bool by_name = false;
};
struct DescribeQuery {
  plan::RelationPtr query;
};
struct DropView {
  std::vector<std::string> name;
  bool if_exists = false;
};
struct SetConfiguration {  // SET; SET k; SET k=v; RESET [k]
  std::optional<std::string> key;
  std::optional<std::string> value;
  bool is_reset = false;
};
struct Explain {
  std::string mode;  // "", "extended", "codegen", "cost", "formatted"
  plan::RelationPtr query;
};
struct CacheTable {
  std::vector<std::string> name;
  plan::RelationPtr query;  // CACHE TABLE t AS …; null otherwise
  bool is_lazy = false;
};
struct UncacheTable {
  std::vector<std::string> name;
  bool if_exists = false;
};
struct ClearCache {};
// SHOW …, DESCRIBE …, USE …: answered through the catalog. Calls that spark.catalog has too bear its
// names; the others are "show_tables", "show_views", "show_databases", "show_catalogs",
// "show_columns", "show_functions", "show_current_namespace", "describe_table",
// "describe_function" and "describe_namespace", whose columns are those of the statements.
// DDL without a query likewise: "create_database", "drop_database", "drop_table", "rename_table",
// "add_columns", "truncate_table", "analyze_table", "recover_partitions", "refresh_by_path".
// Arguments: "db_name", "catalog_name", "table_name", "column_name", "function_name" (quoted names,
// `a`.`b`), "pattern", "scope" of functions, "extended".
struct CatalogStatement {
  plan::CatalogCall call;
};

struct DeclareVariable {  // DECLARE [OR REPLACE] [VARIABLE] a, b type DEFAULT value
  std::vector<std::vector<std::string>> names;
  std::optional<plan::Type> type;   // none: that of the value
  plan::ExpressionPtr value;        // null: NULL
  std::string value_text;
  bool replace = false;
};
struct SetVariable {  // SET VARIABLE a = value, b = DEFAULT; SET VARIABLE (a, b) = (query)
  std::vector<std::vector<std::string>> names;
  std::vector<plan::ExpressionPtr> values;  // null: DEFAULT
  plan::RelationPtr query;                  // in place of the values
};
struct DropVariable {  // DROP TEMPORARY VARIABLE
  std::vector<std::string> name;
  bool if_exists = false;
};
struct ExecuteImmediate {  // EXECUTE IMMEDIATE text INTO variables USING arguments
  plan::ExpressionPtr text;
  std::vector<std::vector<std::string>> into;
  std::vector<plan::ExpressionPtr> arguments;  // an Alias where one is named
};

struct CreateFunction {  // CREATE [OR REPLACE] [TEMPORARY] FUNCTION
  plan::SqlFunction function;  // its name as written
  bool is_temporary = false;
  bool replace = false;
  bool if_not_exists = false;
};
struct DropFunction {
  std::vector<std::string> name;
  bool is_temporary = false;
  bool if_exists = false;
};

using Statement = std::variant<plan::RelationPtr,  // a query
                               CreateView, DropView, SetConfiguration, Explain, CacheTable,
                               UncacheTable, ClearCache, CatalogStatement, CreateTable, Insert,
                               DescribeQuery, DeclareVariable, SetVariable, DropVariable,
                               ExecuteImmediate, CreateFunction, DropFunction, AlterView>;

struct ParserOptions {
  bool ansi = true;
  bool enforce_reserved_keywords = false;
  bool double_quoted_identifiers = false;
  bool escaped_string_literals = false;  // spark.sql.parser.escapedStringLiterals: no unescaping
  std::string time_zone = "UTC";  // TIMESTAMP '…' literals
  bool timestamp_ntz_default = false;  // spark.sql.timestampType
  bool equal_set_precedence = false;   // spark.sql.legacy.setopsPrecedence.enabled
  bool single_character_pipe = true;   // spark.sql.parser.singleCharacterPipeOperator.enabled
  bool allows_named_arguments = true;   // spark.sql.allowNamedFunctionArguments
  bool allows_pipe_operators = true;    // spark.sql.operatorPipeSyntaxEnabled
  bool allows_default_columns = true;   // spark.sql.defaultColumn.enabled
  bool allows_scripts = true;           // spark.sql.scripting.enabled
  bool regex_column_names = false;      // spark.sql.parser.quotedRegexColumnNames
  bool doubled_quotes_join = false;     // spark.sql.legacy.consecutiveStringLiterals.enabled
  bool exponent_is_decimal = false;     // spark.sql.legacy.exponentLiteralAsDecimal.enabled
  bool bang_is_not = false;             // spark.sql.legacy.bangEqualsNot
  bool identifier_clause_is_name = false;  // spark.sql.legacy.identifierClause: a whole name, no part of one
  bool between_is_two = false;          // spark.sql.legacy.duplicateBetweenInput
  // The value of ${key} or ${prefix:key} (`prefix` is empty in the first), or nothing where the text
  // stays as it is. Without it all of them stay: spark.sql.variable.substitute.
  std::function<std::optional<std::string>(const std::string& prefix, const std::string& key)> variable;
  // The value of the marker :name, or of the ? with that rank where the name is empty. Without it
  // markers become Parameter nodes.
  std::function<plan::ExpressionPtr(const std::string& name, size_t rank)> parameter;
  // The text that an expression in IDENTIFIER(…) gives; without it only literals stand there.
  std::function<std::string(const plan::ExpressionPtr&)> constant_text;
};

Statement parse_statement(std::string_view text, const ParserOptions& options = {});
plan::RelationPtr parse_query(std::string_view text, const ParserOptions& options = {});
// One expression with an optional alias ("a + 1 AS b"), as in selectExpr and F.expr.
plan::ExpressionPtr parse_expression(std::string_view text, const ParserOptions& options = {});
// "decimal(10, 2)", "struct<a: int>".
plan::Type parse_type(std::string_view text, const ParserOptions& options = {});
// "a INT NOT NULL, `b c` STRING COMMENT 'x'": also accepts a single type and "struct<…>".
plan::Schema parse_schema(std::string_view text, const ParserOptions& options = {});
// A possibly qualified name: "`a.b`.c" → {"a.b", "c"}.
std::vector<std::string> parse_multipart_identifier(std::string_view text, const ParserOptions& options = {});

}  // namespace firesteel::sql
