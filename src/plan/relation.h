// The relational half of the plan tree: immutable nodes behind shared pointers. One tree serves
// before and after analysis. Nodes under "unresolved" never leave `analyze`; a resolved tree holds
// only the nodes under "resolved", each with its `output`, and every expression in it is resolved.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "plan/expression.h"
#include "plan/shared_list.h"
#include "plan/type.h"

namespace arrow {
class Table;
}

namespace firesteel::plan {

// A column of a resolved relation.
struct Attribute {
  AttributeId id = 0;
  std::string name;
  Type type;
  bool nullable = true;
  std::string metadata;                // JSON object or empty
  std::vector<std::string> qualifier;  // {"spark_catalog", "default", "t"} or {"alias"}
};
using Attributes = SharedList<Attribute>;
using Expressions = SharedList<ExpressionPtr>;
ExpressionPtr reference(const Attribute& attribute);

using Options = std::map<std::string, std::string>;  // keys as given; compared without case

// ======== unresolved: rewritten by analyze =====================================================

struct UnresolvedTable {  // a table or view by name, or format.`path`
  std::vector<std::string> parts;
  Options options;
  bool is_streaming = false;
};
struct UnresolvedRead {  // spark.read…load(), spark.readStream…load()
  std::string format;            // empty: spark.sql.sources.default
  std::optional<Schema> schema;  // given by the user
  Options options;
  std::vector<std::string> paths;
  bool is_streaming = false;
};
struct SqlQuery {  // spark.sql(text, args) as a relation
  std::string text;
  std::map<std::string, ExpressionPtr> named_arguments;
  std::vector<ExpressionPtr> positional_arguments;
};
struct CommonTableExpression {
  std::string name;
  std::vector<std::string> column_names;
  RelationPtr query;
};
struct With {
  std::vector<CommonTableExpression> definitions;
  RelationPtr child;
  bool is_recursive = false;
};
struct InlineTable {  // VALUES (…), (…)
  std::vector<std::vector<ExpressionPtr>> rows;
};
struct TableFunction {  // range(…), explode(…) in FROM
  std::vector<std::string> name;
  std::vector<ExpressionPtr> arguments;  // NamedArgument possible
};
struct LateralView {
  RelationPtr child;
  ExpressionPtr generator;
  bool is_outer = false;
  std::string table_alias;
  std::vector<std::string> column_aliases;
};
struct NamedWindows {  // WINDOW w AS (…) around a SELECT
  RelationPtr child;
  std::vector<std::pair<std::string, ExpressionPtr>> windows;  // Window without function
};
struct ToDf {
  RelationPtr child;
  std::vector<std::string> names;
};
struct WithColumns {
  RelationPtr child;
  std::vector<ExpressionPtr> columns;  // Alias
};
struct WithColumnsRenamed {
  RelationPtr child;
  std::vector<std::pair<std::string, std::string>> renames;
};
struct Drop {
  RelationPtr child;
  std::vector<ExpressionPtr> columns;
  std::vector<std::string> names;
};
struct Hint {
  RelationPtr child;
  std::string name;
  std::vector<ExpressionPtr> parameters;
};
struct Summary {
  RelationPtr child;
  std::vector<std::string> statistics;
};
struct Describe {
  RelationPtr child;
  std::vector<std::string> columns;
};
struct FillNa {
  RelationPtr child;
  std::vector<std::string> columns;
  std::vector<Literal> values;
};
struct DropNa {
  RelationPtr child;
  std::vector<std::string> columns;
  std::optional<int> min_non_nulls;
};
struct Replace {
  RelationPtr child;
  std::vector<std::string> columns;
  std::vector<std::pair<Literal, Literal>> replacements;
};
struct Unpivot {
  RelationPtr child;
  std::vector<ExpressionPtr> ids;
  std::optional<std::vector<ExpressionPtr>> values;
  std::string variable_column_name;
  std::string value_column_name;
};
struct Transpose {
  RelationPtr child;
  std::vector<ExpressionPtr> index_columns;
};
struct ToSchema {
  RelationPtr child;
  Schema schema;
};
struct SampleBy {
  RelationPtr child;
  ExpressionPtr column;
  std::vector<std::pair<Literal, double>> fractions;
  std::optional<int64_t> seed;
};
struct StatPair {  // df.stat.crosstab / cov / corr of two columns
  RelationPtr child;
  std::string function;  // "crosstab", "cov", "corr"
  std::string first_column;
  std::string second_column;
};
struct ApproxQuantile {
  RelationPtr child;
  std::vector<std::string> columns;
  std::vector<double> probabilities;
  double relative_error = 0;
};
struct FreqItems {
  RelationPtr child;
  std::vector<std::string> columns;
  double support = 0.01;
};
constexpr int32_t kNearestResultsMax = 100000;
struct NearestByJoin {  // for each left row the `count` right rows that rank best
  RelationPtr left;
  RelationPtr right;
  ExpressionPtr ranking;
  int32_t count = 1;
  std::string join_type;
  std::string mode;       // "approx", "exact"
  std::string direction;  // "distance": the least ranks best; "similarity": the greatest
};
struct Parse {  // from_csv / from_json of a DataFrame of strings
  RelationPtr child;
  std::string format;  // "csv", "json"
  std::optional<Schema> schema;
  Options options;
};
struct WithRelations {  // subqueries of the DataFrame API, by plan id
  RelationPtr root;
  std::vector<RelationPtr> references;
};
struct CatalogCall {  // spark.catalog.…: name is the proto's oneof member ("list_tables")
  std::string name;
  std::map<std::string, std::string> arguments;
};

// ======== resolved (also built directly by parser and decoder) =================================

struct OneRow {};  // SELECT without FROM: one row, no column

// Rows that came with the plan: an Arrow table whose columns stand in `output` order.
struct LocalData {
  std::shared_ptr<arrow::Table> table;
  std::optional<Schema> schema;  // given by the client; none: from the Arrow schema
};
struct Range {
  int64_t start = 0;
  int64_t end = 0;
  int64_t step = 1;
  std::optional<int32_t> partitions;
};
struct FileEntry {
  std::string path;  // absolute local path, not percent-encoded
  int64_t size_bytes = 0;
  int64_t modified_ms = 0;
  std::vector<Literal> partition_values;  // one per partition column
};
// A file source: `output` = data columns (those of data_schema, in order), then partition columns,
// then the metadata columns in use.
struct Scan {
  std::string format;  // "csv", "parquet", "text", "json", …
  Options options;
  std::vector<FileEntry> files;
  Schema data_schema;
  Schema partition_schema;
  // Hidden columns that expressions above refer to: "input_file_name", "_metadata".
  std::vector<std::string> metadata_columns;
  std::vector<std::string> root_paths;  // as the user gave them: explain, overwrite checks
};
// Rows that keep arriving (readStream). It can be analysed; no engine runs it yet.
struct StreamingSource {
  std::string description;  // as explain shows it: "rate", "FileSource[/data/in]"
  Options options;
};
struct Project {
  RelationPtr child;
  Expressions expressions;  // resolved: Alias or AttributeReference
};
struct Filter {
  RelationPtr child;
  ExpressionPtr condition;
};
enum class JoinKind : uint8_t {
  kInner, kLeftOuter, kRightOuter, kFullOuter, kLeftSemi, kLeftAnti, kCross
};
struct Join {
  RelationPtr left;
  RelationPtr right;
  JoinKind kind = JoinKind::kInner;
  ExpressionPtr condition;                 // may be null
  std::vector<std::string> using_columns;  // before analyze only
  bool is_natural = false;                 // before analyze only
  bool is_lateral = false;
};
struct AsOfJoin {
  RelationPtr left;
  RelationPtr right;
  ExpressionPtr left_as_of;
  ExpressionPtr right_as_of;
  ExpressionPtr condition;
  std::vector<std::string> using_columns;
  std::string join_type;
  ExpressionPtr tolerance;
  bool allow_exact_matches = true;
  std::string direction;
};
enum class SetOperationKind : uint8_t { kUnion, kIntersect, kExcept };
struct SetOperation {
  std::vector<RelationPtr> inputs;  // two or more (more only for UNION ALL)
  SetOperationKind kind = SetOperationKind::kUnion;
  bool is_all = true;
  bool by_name = false;                // before analyze only
  bool allow_missing_columns = false;  // before analyze only
};
struct Sort {
  RelationPtr child;
  std::vector<ExpressionPtr> order;  // SortOrder
  bool is_global = true;
};
struct Limit {
  RelationPtr child;
  ExpressionPtr limit;  // resolved: an integer literal
};
struct Offset {
  RelationPtr child;
  ExpressionPtr offset;
};
struct Tail {
  RelationPtr child;
  ExpressionPtr limit;
};
enum class GroupKind : uint8_t { kGroupBy, kRollup, kCube, kPivot, kGroupingSets, kAll };
struct Aggregate {
  RelationPtr child;
  std::vector<ExpressionPtr> grouping;
  // Resolved: Alias or AttributeReference over grouping expressions and aggregate calls.
  std::vector<ExpressionPtr> aggregates;
  GroupKind kind = GroupKind::kGroupBy;
  bool adds_grouping_columns = false;  // before analyze: DataFrame calls
  ExpressionPtr having;                // before analyze: SQL's HAVING
  std::vector<std::vector<ExpressionPtr>> grouping_sets;
  ExpressionPtr pivot_column;
  std::vector<ExpressionPtr> pivot_values;
};
struct Sample {
  RelationPtr child;
  double lower_bound = 0;
  double upper_bound = 1;
  bool with_replacement = false;
  std::optional<int64_t> seed;  // always set after analyze
  bool deterministic_order = false;  // analyze turns it into a Sort below
  // Where the rows lie in several partitions: a row's partition and its position there.
  std::vector<ExpressionPtr> place;
};
struct Deduplicate {
  RelationPtr child;
  std::vector<std::string> columns;  // before analyze only
  bool all_columns = false;
  bool within_watermark = false;
  std::vector<ExpressionPtr> keys;  // after analyze
};
struct SubqueryAlias {  // dissolved into qualifiers by analyze
  RelationPtr child;
  std::string alias;
  std::vector<std::string> qualifier;
  std::vector<std::string> column_names;
};
struct Repartition {  // decides the number of output files
  RelationPtr child;
  std::optional<int32_t> partitions;
  bool shuffle = true;
  std::vector<ExpressionPtr> expressions;
  bool is_by_id = false;  // the one expression is the partition's number
};
// Adds the columns of `functions` (Alias over Window) to the child's.
struct WindowColumns {
  RelationPtr child;
  std::vector<ExpressionPtr> functions;
};
// Adds the generator's columns to the child's: output = child's output, then `generated`.
struct Generate {
  RelationPtr child;
  ExpressionPtr generator;  // a FunctionCall of a generator row
  bool is_outer = false;
  Attributes generated;
};
struct CollectMetrics {
  RelationPtr child;
  std::string name;
  std::vector<ExpressionPtr> metrics;
};
// withWatermark() over a stream; over a batch analyze leaves it out.
struct EventTimeWatermark {
  RelationPtr child;
  ExpressionPtr event_time;
  std::string delay;  // as the user wrote it
};
struct ShowString {  // show() and toHtml: one row, one string column; always the root
  RelationPtr child;
  int rows = 20;
  int truncate = 20;  // 0: never
  bool is_vertical = false;
  bool is_html = false;
};
struct Cached {  // a result kept by persist() or checkpoint(); `key` names it in the engine
  std::string key;
  RelationPtr original;
};
// transform() of a model or transformer; `output` as its transform_schema says.
struct MlTransform {
  RelationPtr child;
  std::shared_ptr<const void> transformer;  // points to an ml::BoundTransformer
  std::string name;                         // for explain
};
struct MapPartitions {
  RelationPtr child;
  ExpressionPtr function;  // UserFunction
};

struct Relation {
  using Alternatives =
      std::variant<UnresolvedTable, UnresolvedRead, SqlQuery, With, InlineTable, TableFunction,
                   LateralView, NamedWindows, ToDf, WithColumns, WithColumnsRenamed, Drop, Hint,
                   Summary, Describe, FillNa, DropNa, Replace, Unpivot, Transpose, ToSchema,
                   SampleBy, StatPair, ApproxQuantile, FreqItems, NearestByJoin, Parse,
                   WithRelations, CatalogCall, OneRow, LocalData, Range, Scan, StreamingSource, Project, Filter, Join, AsOfJoin,
                   SetOperation, Sort, Limit, Offset, Tail, Aggregate, Sample, Deduplicate,
                   SubqueryAlias, Repartition, WindowColumns, Generate, CollectMetrics,
                   EventTimeWatermark, ShowString, Cached, MlTransform, MapPartitions>;
  // As Expression::Node.
  struct Node : Alternatives {
    using Alternatives::Alternatives;
    Node(const Node&);
    Node(Node&&) noexcept;
    Node& operator=(const Node&);
    Node& operator=(Node&&) noexcept;
    ~Node();
  };
  Node node;
  Attributes output;               // resolved relations only
  std::optional<int64_t> plan_id;  // the client's id of this DataFrame
  Origin origin;

  template <typename T>
  const T* as() const {
    return std::get_if<T>(&node);
  }
};

template <typename T>
RelationPtr make_relation(T node, std::optional<int64_t> plan_id = {}, Origin origin = {}) {
  return std::make_shared<Relation>(Relation{std::move(node), {}, plan_id, std::move(origin)});
}
template <typename T>
RelationPtr make_resolved(T node, Attributes output,
                          std::optional<int64_t> plan_id = {}) {
  return std::make_shared<Relation>(Relation{std::move(node), std::move(output), plan_id, {}});
}

// Direct inputs, left to right.
std::vector<RelationPtr> children(const Relation& relation);
RelationPtr with_children(const Relation& relation, std::vector<RelationPtr> children);
// Expressions of this node alone (without nulls), in the order that `with_expressions` takes back.
std::vector<ExpressionPtr> expressions(const Relation& relation);
RelationPtr with_expressions(const Relation& relation, std::vector<ExpressionPtr> expressions);

std::string_view node_name(const Relation& relation);  // "Project", "Join"
// True when the tree holds only resolved nodes and expressions.
bool is_resolved(const Relation& relation);
Schema output_schema(const Relation& relation);  // resolved relations
// True of a resolved tree whose rows keep arriving.
bool is_streaming(const Relation& relation);
// Identity up to attribute ids (DataFrame.sameSemantics); resolved trees only.
bool same_semantics(const Relation& a, const Relation& b);
// The same of two queries inside of another one, which read the same columns of it.
bool same_query(const Relation& a, const Relation& b);
int32_t semantic_hash(const Relation& relation);

}  // namespace firesteel::plan
