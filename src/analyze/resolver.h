// The analyzer's working state. Private to this room: everybody else calls analyze().
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyze/analyzer.h"
#include "analyze/coercion.h"
#include "base/error.h"
#include "base/text.h"
#include "plan/recursion.h"
#include "plan/relation.h"

namespace firesteel::analyze {

// What names may refer to at one place of a plan.
struct Scope {
  const plan::Attributes* attributes = nullptr;
  const Scope* outer = nullptr;  // the query around a subquery
  const plan::Relation* relation = nullptr;  // where the attributes come from
  // Columns that a name means only where no attribute has it; whoever sets it shows them then.
  const plan::Attributes* hidden = nullptr;
  bool is_of_having = false;  // queries inside may aggregate its columns
};

// The keys of GROUP BY; with sets, each a list of positions among the keys, which differ then.
struct Grouping {
  std::vector<plan::ExpressionPtr> keys;
  std::vector<std::vector<size_t>> sets;
  bool has_sets = false;
};

// What a key that a relation does not show may be: a column from below, or something of the groups.
enum class KeyScope : uint8_t {
  kRows,
  kGroups,        // aggregates and grouping expressions of an Aggregate right below
  kClosedGroups,  // no more than the grouping columns: a projection stands above the groups
};

// Puts another value into a variable for as long as this lives.
template <typename T>
class Replaced {
 public:
  Replaced(T* variable, T value) : variable_(variable), saved_(std::exchange(*variable, std::move(value))) {}
  ~Replaced() { *variable_ = std::move(saved_); }
  Replaced(const Replaced&) = delete;
  Replaced& operator=(const Replaced&) = delete;

 private:
  T* variable_;
  T saved_;
};

class Resolver {
 public:
  explicit Resolver(const AnalysisContext& context);

  plan::RelationPtr resolve(const plan::RelationPtr& relation);
  // See with_places().
  plan::RelationPtr placed(const plan::RelationPtr& relation);
  // See result_of_function().
  plan::Type result_of(const FoundFunction& function);

 private:
  using ExpressionPtr = plan::ExpressionPtr;
  using RelationPtr = plan::RelationPtr;
  using Attributes = plan::Attributes;
  using SharedAttributes = std::shared_ptr<const Attributes>;

  // ---- relations.cc, desugar.cc, …: one function per node --------------------------------------
  RelationPtr resolve_node(const RelationPtr& relation);
  void check_inline_value(const ExpressionPtr& e, const plan::Origin& origin);
  RelationPtr inline_table(const plan::InlineTable& node, const std::vector<std::string>& names, const plan::Origin& origin);
  RelationPtr table_function(const plan::TableFunction& node, const plan::Origin& origin);
  RelationPtr listed_table(const functions::Function& row, const plan::TableFunction& node);
  int64_t range_bound(const ExpressionPtr& argument, size_t position);
  RelationPtr local_data(const RelationPtr& relation, const plan::LocalData& node);
  RelationPtr range(const plan::Range& node);
  RelationPtr project(RelationPtr child, const std::vector<ExpressionPtr>& expressions);
  RelationPtr set_operation(const plan::SetOperation& node);
  RelationPtr combine(const plan::SetOperation& node, std::vector<RelationPtr> inputs);
  ExpressionPtr with_fields_of(const ExpressionPtr& value, const plan::Type& type);
  ExpressionPtr merged_column(const plan::Attribute& column, const plan::Attribute& left, const plan::Attribute& right);
  RelationPtr union_by_name(const plan::SetOperation& node, std::vector<RelationPtr>& inputs);
  RelationPtr sample(const plan::Sample& node);
  RelationPtr deduplicate(const plan::Deduplicate& node);
  RelationPtr alias(const plan::SubqueryAlias& node);
  RelationPtr qualified(const RelationPtr& child, const plan::SubqueryAlias& node);
  RelationPtr repartition(const plan::Repartition& node);
  RelationPtr hint(const plan::Hint& node);
  RelationPtr to_df(const plan::ToDf& node);
  const plan::Expressions& references_to(const Attributes& columns);
  RelationPtr with_column(const RelationPtr& child, const ExpressionPtr& column);
  RelationPtr with_columns(const plan::WithColumns& node);
  RelationPtr with_columns_renamed(const plan::WithColumnsRenamed& node);
  RelationPtr drop(const plan::Drop& node);
  void check_columns(const std::vector<std::string>& names, const RelationPtr& child);
  RelationPtr fill_na(const plan::FillNa& node);
  RelationPtr drop_na(const plan::DropNa& node);
  RelationPtr replace(const plan::Replace& node);
  // summaries.cc
  RelationPtr summary(RelationPtr child, const std::vector<std::string>& names,
                      const std::vector<std::string>& columns);
  ExpressionPtr statistic_of(const ExpressionPtr& column, const std::string& name, double fraction);
  void check_lateral_function(const plan::UnresolvedFunction& call) const;
  RelationPtr lateral_view(const plan::LateralView& node);
  // reshape.cc: relations that become others.
  RelationPtr unpivot(const plan::Unpivot& node);
  plan::Type unpivot_types(const std::vector<ExpressionPtr>& values);
  RelationPtr pivot(const plan::Aggregate& node);
  std::vector<ExpressionPtr> pivot_values(const plan::Aggregate& node, const RelationPtr& child);
  void check_pivot_value(const ExpressionPtr& value, const plan::Type& pivot_type, const Scope& scope);
  void check_pivot_aggregate(const ExpressionPtr& item, const Scope& scope);
  std::string pivot_value_name(const ExpressionPtr& value);
  std::vector<ExpressionPtr> ungrouped_columns(const plan::Aggregate& node, const RelationPtr& child);
  RelationPtr collect_metrics(const plan::CollectMetrics& node);
  RelationPtr to_schema(const plan::ToSchema& node);
  RelationPtr named_windows(const plan::NamedWindows& node);
  RelationPtr show_string(const plan::ShowString& node);
  RelationPtr ml_transform(const RelationPtr& relation, const plan::MlTransform& node);

  // Projects that keep and rename columns.
  RelationPtr select(RelationPtr child, std::vector<ExpressionPtr> named);

  // ---- streaming.cc ----------------------------------------------------------------------------
  RelationPtr streaming_source(const plan::UnresolvedRead& node);
  RelationPtr streaming_files(const std::string& format, const plan::UnresolvedRead& node);
  RelationPtr streaming_table(const plan::UnresolvedTable& node);
  RelationPtr watermark(const plan::EventTimeWatermark& node);

  // ---- statistics.cc ---------------------------------------------------------------------------
  RelationPtr stat_pair(const plan::StatPair& node);
  RelationPtr crosstab(const plan::StatPair& node);
  RelationPtr approx_quantile(const plan::ApproxQuantile& node);
  RelationPtr sample_by(const plan::SampleBy& node);
  RelationPtr frequent_items(const plan::FreqItems& node);
  RelationPtr transpose(const plan::Transpose& node);
  std::vector<std::vector<plan::Literal>> transposed_rows(const RelationPtr& child,
                                                          const ExpressionPtr& index,
                                                          const Attributes& values,
                                                          const plan::Type& common);

  // ---- text_records.cc -------------------------------------------------------------------------
  RelationPtr parse(const plan::Parse& node);
  RelationPtr rows_of_texts(const RelationPtr& texts, const char* function, plan::Schema schema, const plan::Options& options);
  RelationPtr csv_lines(const RelationPtr& texts, const plan::Options& options);
  std::optional<std::string> text_of_first_row(const RelationPtr& relation);
  plan::Schema schema_of_all(const char* function, const RelationPtr& texts, const plan::Options& options);
  plan::Schema csv_schema(const RelationPtr& lines, const std::optional<std::string>& first, const plan::Options& options);
  void check_csv_header(const plan::Schema& schema, const std::string& first, const plan::Options& options) const;

  // ---- partitions.cc ---------------------------------------------------------------------------
  // The relation with the number of each row's partition; no relation: all lie in one.
  struct Spread {
    RelationPtr relation;
    plan::Attribute partition;
    int64_t count = 1;
  };
  // The relation with each row's partition and position there; no relation as above.
  struct Placement {
    RelationPtr relation;
    plan::Attribute partition;
    plan::Attribute position;
  };
  Spread spread_of(const RelationPtr& relation);
  Spread spread_range(const RelationPtr& relation, const plan::Range& range);
  Spread spread_again(const RelationPtr& relation, const plan::Repartition& node);
  Spread with_number(const RelationPtr& relation, const ExpressionPtr& number, int64_t count);
  ExpressionPtr range_partition(RelationPtr& relation, const std::vector<ExpressionPtr>& order, int64_t count);
  Placement placement_of(const RelationPtr& relation);
  RelationPtr placed_sample(const RelationPtr& relation, plan::Sample node);
  ExpressionPtr with_placed_subqueries(const ExpressionPtr& e);
  // Calls that read a row's place get it where the rows lie in several partitions.
  RelationPtr with_placed_calls(RelationPtr child, std::vector<ExpressionPtr>& list);
  // Volatile calls become columns of a projection below.
  RelationPtr with_drawn_calls(RelationPtr child, std::vector<ExpressionPtr>& list);

  // ---- queries.cc ------------------------------------------------------------------------------
  RelationPtr table(const plan::UnresolvedTable& node);
  RelationPtr with(const plan::With& node);
  RelationPtr with_outer_tables_first(const plan::With& node);
  // A query with HAVING whose setting says that it filters rows, or null.
  RelationPtr rows_with_having(const plan::Aggregate& node);
  std::vector<plan::CommonTableExpression> mentioned_definitions(const plan::With& node) const;
  bool has_table_policy(std::string_view policy) const;  // spark.sql.legacy.ctePrecedencePolicy
  // spark.sql.legacy.ctePrecedencePolicy=EXCEPTION: a query must not define again what is defined around it.
  void check_nested_names(const RelationPtr& query, const std::vector<std::string>& outer, bool starts_query) const;
  RelationPtr with_relations(const plan::WithRelations& node);
  // recursion.cc
  bool mentions_table(const RelationPtr& relation, const std::string& name) const;
  RelationPtr recursive_table(const plan::CommonTableExpression& definition);
  plan::Loop loop_limits() const;
  // A query inside an expression or beside a lateral join, where `scope` is the query around it.
  RelationPtr resolve_inside(const RelationPtr& query, const Scope& scope);
  ExpressionPtr subquery(const plan::Subquery& node, const plan::Expression& e, const Scope& scope);
  ExpressionPtr in_subquery(plan::Subquery node, const plan::Expression& e);
  ExpressionPtr with_negation_below(const ExpressionPtr& e);
  ExpressionPtr with_known_membership(const ExpressionPtr& e, bool is_conjunct);
  ExpressionPtr with_known_membership_of_join(const ExpressionPtr& e, const plan::Join& join);

  // ---- joins.cc --------------------------------------------------------------------------------
  RelationPtr join(const plan::Join& node);
  RelationPtr using_join(const plan::Join& node, const RelationPtr& left, const RelationPtr& right);
  ExpressionPtr using_column(const RelationPtr& side, const std::string& name, const char* side_name);
  // The relation, under fresh ids where it shares columns with `other`.
  RelationPtr apart_from(const plan::Relation& other, RelationPtr relation);
  // A call of a row over resolved arguments.
  ExpressionPtr bound(const char* name, std::vector<ExpressionPtr> arguments);

  // ---- nearest_joins.cc ------------------------------------------------------------------------
  RelationPtr as_of_join(const plan::AsOfJoin& node);
  ExpressionPtr as_of_pairs(const plan::AsOfJoin& node, const RelationPtr& left, const RelationPtr& right,
                            const Scope& scope);
  RelationPtr nearest_by_join(const plan::NearestByJoin& node);
  RelationPtr numbered_rows(const RelationPtr& left);
  RelationPtr best_of_joined(const RelationPtr& joined, const RelationPtr& numbered, const ExpressionPtr& best,
                             std::map<plan::AttributeId, plan::AttributeId>& renamed);
  ExpressionPtr row_of(const Attributes& columns);
  ExpressionPtr column_of(const RelationPtr& side, const std::string& name);

  // ---- sorting.cc ------------------------------------------------------------------------------
  RelationPtr filter(const plan::Filter& node);
  RelationPtr sort(const plan::Sort& node);
  RelationPtr limited(const RelationPtr& relation, RelationPtr child, const ExpressionPtr& count,
                      const char* name);
  // Resolves over what `child` shows, hides or has left out below, and widens it by what was taken.
  ExpressionPtr expression_over(const ExpressionPtr& e, RelationPtr& child, KeyScope keys);
  ExpressionPtr key_over_groups(const ExpressionPtr& e, RelationPtr& child, const RelationPtr& groups,
                                bool is_conflict);
  bool names_column(const ExpressionPtr& e, RelationPtr child);
  void throw_ungrouped(const ExpressionPtr& e, const Scope& scope, plan::AttributeId column,
                       const Attributes& shown);
  static void check_no_aggregates(const std::vector<ExpressionPtr>& order);
  ExpressionPtr sort_position(const plan::SortOrder& order, const Attributes& visible);
  void check_filter_of(const ExpressionPtr& filter);
  static void check_no_window(const ExpressionPtr& condition, const char* clause);
  plan::Literal constant(const ExpressionPtr& resolved);

  // ---- before_binding.cc -----------------------------------------------------------------------
  // Arguments that Spark wants as constants and computes become literals, shown as they were written. Before the call
  // is bound to a signature what fails stays as it is.
  bool is_null_if_computed(const ExpressionPtr& expression);
  std::vector<ExpressionPtr> with_constants(const functions::Function& row, std::vector<ExpressionPtr> arguments, bool is_bound);

  // ---- char_padding.cc -------------------------------------------------------------------------
  // Beside a constant text or another such column, the shorter side of a comparison of a column CHAR(n) is filled up with blanks.
  void pad_char_operands(std::string_view name, std::vector<ExpressionPtr>& arguments, const Scope& scope);
  ExpressionPtr padded(const ExpressionPtr& text, int length);

  // ---- aggregates.cc ---------------------------------------------------------------------------
  using ColumnFor = std::function<ExpressionPtr(const ExpressionPtr&, const std::string&)>;
  RelationPtr aggregate(const plan::Aggregate& node);
  RelationPtr aggregate_over(const plan::Aggregate& node, const RelationPtr& child);
  void grouping_sets(const plan::Aggregate& node, const std::vector<ExpressionPtr>& list,
                     const Scope& scope, Grouping& grouping);
  ExpressionPtr grouping_by_position(const plan::Expression& e, int64_t position, const std::vector<ExpressionPtr>& list);
  ExpressionPtr entry_named(const std::vector<ExpressionPtr>& list, const ExpressionPtr& name) const;
  bool is_name_of_column(const ExpressionPtr& name, const Scope& scope);
  ExpressionPtr grouping_expression(const ExpressionPtr& e, const std::vector<ExpressionPtr>& list,
                                    const Scope& scope);
  ExpressionPtr grouping_bits(const std::vector<ExpressionPtr>& keys, const Grouping& grouping, const plan::Expression& e);
  ExpressionPtr checked_grouping_calls(const ExpressionPtr& list_entry, const Grouping& grouping);
  ExpressionPtr column_for(const ExpressionPtr& e, const std::string& name,
                           std::vector<ExpressionPtr>& columns);
  // The value with the entries of all its maps in one order, so that equal maps are equal.
  ExpressionPtr with_sorted_maps(const ExpressionPtr& value);
  ExpressionPtr over_elements(const ExpressionPtr& array, const std::function<ExpressionPtr(const ExpressionPtr&)>& change);
  std::vector<ExpressionPtr> key_columns(const Grouping& grouping);
  ExpressionPtr lift(const ExpressionPtr& e, const std::vector<ExpressionPtr>& grouping,
                     const ColumnFor& column_for);
  ExpressionPtr over_groups(const ExpressionPtr& e, const plan::Subquery& query, const std::vector<ExpressionPtr>& grouping,
                            const ColumnFor& column_for);
  // The first column that the groups do not have, or null.
  static ExpressionPtr ungrouped(const ExpressionPtr& lifted, const std::vector<ExpressionPtr>& columns);
  static void check_grouped(const ExpressionPtr& lifted, const std::vector<ExpressionPtr>& columns);
  static ExpressionPtr with_queries_over_groups(const ExpressionPtr& e, bool is_having, const std::vector<ExpressionPtr>& list,
                                                const std::vector<ExpressionPtr>& columns,
                                                const std::function<ExpressionPtr(const ExpressionPtr&)>& lifted);
  // The aggregate calls of a condition of rows, of which queries within HAVING may hold those of the query around.
  std::vector<ExpressionPtr> misplaced_aggregates(const ExpressionPtr& condition) const;
  static Attributes keys_of(const plan::Aggregate& node);
  std::vector<ExpressionPtr> keys_of_all(const std::vector<ExpressionPtr>& list, const Scope& scope);
  RelationPtr aggregate_with_having(const plan::Aggregate& node, const RelationPtr& child, Grouping grouping,
                                    const std::vector<ExpressionPtr>& list);
  ExpressionPtr having_condition(const ExpressionPtr& e, const RelationPtr& child, const Attributes& shown,
                                 bool prefers_shown);
  ExpressionPtr with_names_of(const ExpressionPtr& e, const Attributes& shown);
  void check_no_outer(const std::vector<ExpressionPtr>& keys, const std::vector<ExpressionPtr>& list);
  RelationPtr build_aggregate(RelationPtr child, Grouping grouping, std::vector<ExpressionPtr> list,
                              const ExpressionPtr& having);

  // ---- projections.cc --------------------------------------------------------------------------
  RelationPtr project_over_file(const RelationPtr& child, const std::vector<ExpressionPtr>& list);
  RelationPtr finish_project(RelationPtr child, std::vector<ExpressionPtr> named);
  RelationPtr with_windows(RelationPtr child, std::vector<ExpressionPtr> named);
  RelationPtr with_drawn_columns(RelationPtr child, std::vector<ExpressionPtr>& named);
  // lateral_aliases.cc
  RelationPtr with_lateral_levels(RelationPtr child, std::vector<ExpressionPtr>& named);
  // Answers which aliases used others.
  std::set<plan::AttributeId> inline_lateral_aliases(std::vector<ExpressionPtr>& named);
  void check_required_frame(const plan::Window& window, std::string_view function) const;
  void check_window_of_aliases(const plan::Window& window) const;
  void check_having_beside_aliases(const std::vector<ExpressionPtr>& named) const;
  // The function that stands before OVER.
  ExpressionPtr windowed_function(const ExpressionPtr& function, const Scope& scope);
  // Window functions stand before OVER, and no windows inside of aggregates.
  void check_window_place(const functions::Function& row, const plan::UnresolvedFunction& node,
                          const plan::FunctionCall& bound, const plan::Origin& origin) const;
  // Generators stand where a relation is made of them; everywhere else they are refused.
  void check_generator_place(const plan::UnresolvedFunction& node, const plan::Expression& e) const;
  // Generators of a list: their columns take their place in it.
  RelationPtr with_generators(RelationPtr child, const Scope& scope, std::vector<ExpressionPtr>& list,
                              Attributes& generated);
  // A list with generators over groups: the groups compute what the generators read.
  RelationPtr generators_over_groups(const plan::Aggregate& node, const RelationPtr& child);
  RelationPtr generate(RelationPtr child, const Scope& scope, const ExpressionPtr& call,
                       const std::vector<std::string>& names);

  // ---- visibility.cc ---------------------------------------------------------------------------
  Scope scope_of(const RelationPtr& relation) const;
  // What names may mean although no star shows it (USING).
  Attributes hidden_columns(const plan::Relation& relation) const;
  void collect_hidden(const plan::Relation& relation, Attributes& found) const;
  // _metadata of the files below, which neither a star nor a projection shows.
  Attributes metadata_columns(const plan::Relation& relation);
  // What projections below have left out; the nearest of a name alone.
  Attributes columns_below(const plan::Relation& relation) const;
  void collect_below(const plan::Relation& relation, Attributes& found) const;
  // The relation with all columns from below it that the expressions refer to.
  RelationPtr with_exposed(RelationPtr child, const std::vector<ExpressionPtr>& list) const;
  static RelationPtr keep_columns(const RelationPtr& relation, const Attributes& columns);
  RelationPtr with_fresh_ids(const RelationPtr& relation, std::map<plan::AttributeId, plan::AttributeId>& renamed);
  void register_plan_ids(const plan::Relation& relation,
                         const std::map<plan::AttributeId, plan::AttributeId>& renamed);

  // ---- expressions.cc --------------------------------------------------------------------------
  ExpressionPtr expression(const ExpressionPtr& e, const Scope& scope);
  // Stars and regular expressions expanded, aliases given, generators left as they are.
  std::vector<ExpressionPtr> named_list(const std::vector<ExpressionPtr>& list, const Scope& scope);
  ExpressionPtr named(const ExpressionPtr& resolved, const ExpressionPtr& original);
  std::vector<ExpressionPtr> expressions(const std::vector<ExpressionPtr>& list, const Scope& scope);
  ExpressionPtr condition(const ExpressionPtr& e, const Scope& scope, const char* clause);
  ExpressionPtr checked_condition(const ExpressionPtr& resolved, const plan::Origin& origin);
  ExpressionPtr attribute(const plan::UnresolvedAttribute& node, const plan::Expression& e,
                          const Scope& scope);
  ExpressionPtr try_attribute(const std::vector<std::string>& parts, const Attributes& attributes,
                              const plan::Origin& origin);
  ExpressionPtr attribute_in(const std::vector<std::string>& parts, const Scope& scope,
                             const plan::Origin& origin);
  ExpressionPtr lateral_alias(const std::vector<std::string>& parts, const plan::Origin& origin);
  ExpressionPtr session_variable(const std::vector<std::string>& parts, const plan::Origin& origin);
  ExpressionPtr attribute_of_plan(const plan::UnresolvedAttribute& node, const plan::Expression& e,
                                  const Scope& scope);
  ExpressionPtr attribute_of_plan_in(const plan::UnresolvedAttribute& node, const plan::Expression& e,
                                     const Scope& scope, const std::vector<SharedAttributes>& outputs);
  std::vector<ExpressionPtr> columns_like(const plan::UnresolvedRegex& node, const Scope& scope);
  ExpressionPtr extracted(const plan::UnresolvedExtract& node, const plan::Origin& origin, const Scope& scope);
  ExpressionPtr extract(const ExpressionPtr& child, const ExpressionPtr& key,
                        const plan::Origin& origin);
  ExpressionPtr field_of(const ExpressionPtr& child, const std::string& name,
                         const plan::Origin& origin);
  ExpressionPtr cast(const plan::Cast& node, const plan::Expression& e, const Scope& scope);
  // The explicit cast of a resolved value.
  ExpressionPtr cast_resolved(plan::Cast node, const plan::Origin& origin);
  ExpressionPtr window(const plan::Window& node, const plan::Expression& e, const Scope& scope);
  ExpressionPtr update_fields(const plan::UpdateFields& node, const Scope& scope);
  ExpressionPtr lambda_variable(const std::vector<std::string>& parts);
  void drop_excepted(const std::vector<std::vector<std::string>>& names, const Scope& scope,
                     std::vector<ExpressionPtr>& columns);
  void expand_star(const plan::UnresolvedStar& node, const Scope& scope,
                   std::vector<ExpressionPtr>& out);
  std::vector<ExpressionPtr> columns_of_target(const std::vector<std::string>& target, const Scope& scope);

  // ---- calls.cc --------------------------------------------------------------------------------
  ExpressionPtr call(const plan::UnresolvedFunction& node, const plan::Expression& e,
                     const Scope& scope);
  void append_defaults(const functions::Signature& s, plan::FunctionCall& call,
                       const plan::Origin& origin);
  ExpressionPtr bind_call(const functions::Function& row, plan::FunctionCall call,
                          const plan::Origin& origin);
  void check_days(std::string_view name, const std::vector<ExpressionPtr>& a, const plan::Origin& origin);
  ExpressionPtr scaled_calendar_interval(const std::string& name, const std::vector<ExpressionPtr>& a,
                                         const plan::Origin& origin);
  ExpressionPtr operator_on_dates(const std::string& name, const std::vector<ExpressionPtr>& a,
                                  const plan::Origin& origin);
  // datetime_arithmetic.cc
  ExpressionPtr built_call(const char* name, std::vector<ExpressionPtr> arguments,
                           const plan::Origin& origin);
  ExpressionPtr moved(const ExpressionPtr& when, const ExpressionPtr& interval, bool is_plus,
                      const plan::Origin& origin);
  ExpressionPtr sum_of_intervals(const ExpressionPtr& left, const ExpressionPtr& right,
                                 bool is_plus, const plan::Origin& origin);
  ExpressionPtr sum_of_datetimes(const ExpressionPtr& left, const ExpressionPtr& right,
                                 const plan::Origin& origin);
  ExpressionPtr difference_with_text(const ExpressionPtr& left, const ExpressionPtr& right,
                                     const plan::Origin& origin);
  ExpressionPtr difference_of_datetimes(const ExpressionPtr& left, const ExpressionPtr& right,
                                        const plan::Origin& origin);
  bool asks_for_file(const ExpressionPtr& expression) const;
  ExpressionPtr session_fact(const functions::Function& row, const plan::FunctionCall& call);
  std::vector<ExpressionPtr> call_arguments(const functions::Function& row,
                                            const plan::UnresolvedFunction& node,
                                            const plan::Origin& origin, const Scope& scope);
  ExpressionPtr bind_lambda(const ExpressionPtr& lambda, const std::vector<std::pair<plan::Type, bool>>& types,
                            size_t optional_count,
                            const Scope& scope);
  // Named arguments put where the row's names say.
  std::vector<ExpressionPtr> ordered_arguments(const functions::Function& row,
                                               const plan::UnresolvedFunction& node);
  // Keeps a name for a node that stands for something else.
  ExpressionPtr shown_as(const ExpressionPtr& expression, std::string name);
  ExpressionPtr fields_of_elements(const ExpressionPtr& child, const std::string& name,
                                   const plan::Origin& origin);
  ExpressionPtr with_field(const ExpressionPtr& child, std::span<const std::string> path,
                           const ExpressionPtr& value);
  void spare_beside_nulls(std::string_view name, std::vector<ExpressionPtr>& a);
  void spare_beside_values(std::string_view name, std::vector<ExpressionPtr>& a);
  ExpressionPtr with_tried_operands(const ExpressionPtr& call, const plan::Origin& origin);
  void coerce_arguments(const functions::Function& row, plan::FunctionCall& call);
  bool keeps_decimal_digits() const;
  bool timestamps_are_local() const;  // spark.sql.timestampType
  void check_positions_beside_star(const plan::Aggregate& node) const;

  // ---- function_settings.cc --------------------------------------------------------------------
  bool is_null_in_nothing() const;
  ExpressionPtr in_nothing(const ExpressionPtr& value, const plan::Origin& origin);
  void keep_null_fields(std::vector<ExpressionPtr>& a, const plan::Origin& origin);
  void set_arguments(std::string_view name, std::vector<ExpressionPtr>& a, const plan::Origin& origin);
  ExpressionPtr as_set(const ExpressionPtr& result, const plan::Origin& origin);

  // ---- sql_functions.cc ------------------------------------------------------------------------
  ExpressionPtr sql_function_call(const FoundFunction& function, const plan::UnresolvedFunction& node, const plan::Expression& e,
                                  const Scope& scope);
  RelationPtr sql_table_function(const FoundFunction& function, const plan::TableFunction& node, const plan::Origin& origin);
  // The values of all parameters of a call in their types; `shown` are those that its name shows.
  std::vector<ExpressionPtr> parameter_values(const FoundFunction& function, const std::vector<ExpressionPtr>& arguments,
                                              const Scope& scope, const plan::Origin& origin, std::vector<ExpressionPtr>* shown);
  // The bodies over the columns that stand for their parameters; these two in the function's own context.
  ExpressionPtr scalar_body(const FoundFunction& function, const Attributes& parameters, const plan::Origin& origin);
  RelationPtr table_body(const FoundFunction& function, const Attributes& parameters, const plan::Origin& origin);
  // The value in the type that the function states.
  ExpressionPtr in_type(ExpressionPtr value, const plan::Type& type, const plan::Origin& origin);
  ExpressionPtr inlined_query(const FoundFunction& function, const Scope& scope);

  // ---- state -----------------------------------------------------------------------------------
  // Most names of a wide table are of another length, which takes no call to see.
  bool same_name(std::string_view a, std::string_view b) const {
    return a.size() == b.size() && (context_.case_sensitive ? a == b : equal_ignoring_case(a, b));
  }
  CoercionRules rules() const { return {context_.ansi, context_.time_zone, measures_literals_}; }

  const AnalysisContext& context_;
  // For each plan id of the client: the outputs of the relations that carried it.
  std::unordered_map<int64_t, std::vector<SharedAttributes>> plan_outputs_;
  std::vector<std::map<std::string, RelationPtr>> common_tables_;  // the last ones are looked through first
  size_t tables_around_ = 0;  // how many of them, the last, come before those of WITH clauses further inside
  std::unordered_map<int64_t, RelationPtr> plan_references_;  // subqueries of the DataFrame API
  // For each join that a USING projection stands on: the sides' own columns, which names may mean.
  std::map<RelationPtr, Attributes> merged_columns_;
  // Relations with a projection above their groups, below which ORDER BY looks no further.
  std::set<RelationPtr> closed_groups_;
  // What stands left of |>: the operator sees no more than it shows.
  std::map<const plan::Relation*, RelationPtr> pipe_inputs_;
  std::map<plan::AttributeId, plan::Attribute> file_metadata_;  // what _metadata is, by a scan's first column
  const Scope* outer_scope_ = nullptr;  // the query around the one under resolution
  const plan::UnresolvedFunction* allowed_generator_ = nullptr;  // the one that generate() resolves
  const plan::UnresolvedFunction* windowed_ = nullptr;  // the one that an OVER clause belongs to
  bool allows_generators_ = false;  // among grouping keys, where other errors come first
  const bool takes_lateral_aliases_;
  const bool measures_literals_;
  const bool prefers_outer_tables_;
  bool sees_shown_alone_ = false;  // names mean neither columns of the query around nor variables
  const std::vector<ExpressionPtr>* lateral_aliases_ = nullptr;  // the list so far
  // The columns that withColumn last passed on or made, with references to them.
  struct PassedOn {
    Attributes columns;
    plan::Expressions references;
  };
  PassedOn passed_on_;
  ExpressionPtr file_name_;   // what input_file_name() is in the list under resolution
  ExpressionPtr file_block_;  // the scan's _metadata there, or a null where no scan is below
  std::vector<ExpressionPtr> lambda_variables_;  // innermost last
  // Calls that became other expressions keep the name of the call, by node.
  std::unordered_map<const plan::Expression*, std::string> rewritten_names_;
  std::vector<ExpressionPtr> rewritten_keep_;  // keeps those nodes' addresses from being reused
  const NameScope name_scope_;
};

// The scan's hidden column _metadata, as a new attribute.
plan::Attribute metadata_attribute(const plan::Scan& scan);
// SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION for a correlated scalar subquery over groups.
void check_no_correlated_scalar(const plan::ExpressionPtr& e);
// Whether it holds a column of the query around (`is_outer`), or one of its own.
bool holds_column(const plan::ExpressionPtr& expression, bool is_outer);
// Aggregate calls, window calls and generators at or below (not inside subqueries).
bool contains_aggregate(const plan::ExpressionPtr& expression);
bool contains_window(const plan::ExpressionPtr& expression);
bool contains_drawn(const plan::ExpressionPtr& expression);  // calls that give another value each time
const plan::Expression* find_generator(const plan::ExpressionPtr& expression);
// For an operator that works row by row: throws UNSUPPORTED_EXPR_FOR_OPERATOR for what looks at several rows.
void check_row_expression(const plan::ExpressionPtr& expression);
plan::Attribute attribute_of(const plan::Expression& named);
plan::Attributes attributes_of(const std::vector<plan::ExpressionPtr>& named);
// Where Spark looks functions and tables up, as its errors show it.
inline constexpr const char* kSearchPath =
    "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]";
// The aggregate calls of an expression, comma-separated, for errors.
std::string aggregate_names(const plan::ExpressionPtr& expression);
// With values in place of columns, also where a query inside names a column of the query around it.
plan::ExpressionPtr with_values(const plan::ExpressionPtr& expression, const std::map<plan::AttributeId, plan::ExpressionPtr>& values);
plan::RelationPtr with_values(const plan::RelationPtr& relation, const std::map<plan::AttributeId, plan::ExpressionPtr>& values);
// The expression's columns as those of the query around.
plan::ExpressionPtr as_outer(const plan::ExpressionPtr& found);
// A setting that is true or false and that Spark declares: its value, or its default.
bool is_enabled(const AnalysisContext& context, std::string_view key);
// Whether they have one value, whatever the order of operands that may be swapped: one key of GROUP BY.
bool same_value(const plan::ExpressionPtr& a, const plan::ExpressionPtr& b);
bool has_id(const plan::Attributes& columns, plan::AttributeId id);
// Levenshtein's, for suggestions.
size_t edit_distance(const std::string& a, const std::string& b);
bool has_named_argument(const std::vector<plan::ExpressionPtr>& arguments);
// Arguments put where the routine's names of them say; null where a place has none.
std::vector<plan::ExpressionPtr> arguments_by_name(const std::string& routine, const std::vector<std::string>& names,
                                                   const std::vector<plan::ExpressionPtr>& arguments);
// Where in the query an error has its cause; empty where nothing is known.
std::vector<QueryContext> contexts_of(const plan::Origin& origin);

}  // namespace firesteel::analyze
