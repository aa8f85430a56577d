// The analyzer's working state. Private to this room: everybody else calls analyze().
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyze/analyzer.h"
#include "analyze/coercion.h"
#include "base/error.h"
#include "plan/relation.h"

namespace firesteel::analyze {

// What names may refer to at one place of a plan.
struct Scope {
  const std::vector<plan::Attribute>* attributes = nullptr;
  const Scope* outer = nullptr;  // the query around a subquery
  const plan::Relation* relation = nullptr;  // where the attributes come from
  // Columns that a name means only where no attribute has it; whoever sets it shows them then.
  const std::vector<plan::Attribute>* hidden = nullptr;
};

// The keys of GROUP BY; with sets, each a list of positions among the keys, which differ then.
struct Grouping {
  std::vector<plan::ExpressionPtr> keys;
  std::vector<std::vector<size_t>> sets;
  bool has_sets = false;
};

class Resolver {
 public:
  explicit Resolver(const AnalysisContext& context);

  plan::RelationPtr resolve(const plan::RelationPtr& relation);

 private:
  using ExpressionPtr = plan::ExpressionPtr;
  using RelationPtr = plan::RelationPtr;
  using Attributes = std::vector<plan::Attribute>;

  // ---- relations.cc, desugar.cc, …: one function per node --------------------------------------
  RelationPtr resolve_node(const RelationPtr& relation);
  RelationPtr inline_table(const plan::InlineTable& node);
  RelationPtr table_function(const plan::TableFunction& node);
  RelationPtr local_data(const RelationPtr& relation, const plan::LocalData& node);
  RelationPtr range(const plan::Range& node);
  RelationPtr project(RelationPtr child, const std::vector<ExpressionPtr>& expressions);
  RelationPtr set_operation(const plan::SetOperation& node);
  RelationPtr combine(const plan::SetOperation& node, std::vector<RelationPtr> inputs);
  RelationPtr union_by_name(const plan::SetOperation& node, std::vector<RelationPtr>& inputs);
  RelationPtr sample(const plan::Sample& node);
  RelationPtr deduplicate(const plan::Deduplicate& node);
  RelationPtr alias(const plan::SubqueryAlias& node);
  RelationPtr qualified(const RelationPtr& child, const plan::SubqueryAlias& node);
  RelationPtr repartition(const plan::Repartition& node);
  RelationPtr to_df(const plan::ToDf& node);
  RelationPtr with_columns(const plan::WithColumns& node);
  RelationPtr with_columns_renamed(const plan::WithColumnsRenamed& node);
  RelationPtr drop(const plan::Drop& node);
  RelationPtr fill_na(const plan::FillNa& node);
  RelationPtr drop_na(const plan::DropNa& node);
  RelationPtr replace(const plan::Replace& node);
  RelationPtr summary(RelationPtr child, std::vector<std::string> statistics,
                      const std::vector<std::string>& columns);
  RelationPtr lateral_view(const plan::LateralView& node);
  // reshape.cc: relations that become others.
  RelationPtr unpivot(const plan::Unpivot& node);
  void unpivot_types(const std::vector<ExpressionPtr>& values);
  RelationPtr pivot(const plan::Aggregate& node);
  std::vector<ExpressionPtr> pivot_values(const plan::Aggregate& node, const RelationPtr& child);
  std::string pivot_value_name(const ExpressionPtr& value);
  std::vector<ExpressionPtr> ungrouped_columns(const plan::Aggregate& node, const RelationPtr& child);
  RelationPtr collect_metrics(const plan::CollectMetrics& node);
  RelationPtr to_schema(const plan::ToSchema& node);
  RelationPtr named_windows(const plan::NamedWindows& node);
  RelationPtr show_string(const plan::ShowString& node);
  RelationPtr ml_transform(const RelationPtr& relation, const plan::MlTransform& node);

  // Projects that keep and rename columns.
  RelationPtr select(RelationPtr child, std::vector<ExpressionPtr> named);

  // ---- statistics.cc ---------------------------------------------------------------------------
  RelationPtr stat_pair(const plan::StatPair& node);
  RelationPtr crosstab(const plan::StatPair& node);
  RelationPtr approx_quantile(const plan::ApproxQuantile& node);
  RelationPtr sample_by(const plan::SampleBy& node);
  RelationPtr transpose(const plan::Transpose& node);
  std::vector<std::vector<plan::Literal>> transposed_rows(const RelationPtr& child,
                                                          const ExpressionPtr& index,
                                                          const Attributes& values,
                                                          const plan::Type& common);

  // ---- queries.cc ------------------------------------------------------------------------------
  RelationPtr table(const plan::UnresolvedTable& node);
  RelationPtr with(const plan::With& node);
  RelationPtr with_relations(const plan::WithRelations& node);
  // A query inside an expression or beside a lateral join, where `scope` is the query around it.
  RelationPtr resolve_inside(const RelationPtr& query, const Scope& scope);
  ExpressionPtr subquery(const plan::Subquery& node, const plan::Expression& e, const Scope& scope);
  ExpressionPtr in_subquery(plan::Subquery node, const plan::Expression& e);
  ExpressionPtr with_known_membership(const ExpressionPtr& e, bool is_conjunct);

  // ---- joins.cc --------------------------------------------------------------------------------
  RelationPtr join(const plan::Join& node);
  RelationPtr using_join(const plan::Join& node, const RelationPtr& left, const RelationPtr& right);
  ExpressionPtr using_column(const RelationPtr& side, const std::string& name, const char* side_name);
  // A call of a row over resolved arguments.
  ExpressionPtr bound(const char* name, std::vector<ExpressionPtr> arguments);

  // ---- sorting.cc ------------------------------------------------------------------------------
  RelationPtr filter(const plan::Filter& node);
  RelationPtr sort(const plan::Sort& node);
  RelationPtr limited(const RelationPtr& relation, RelationPtr child, const ExpressionPtr& count,
                      const char* name);
  // Resolves over what `child` shows, hides or has left out below, and widens it by what was taken.
  ExpressionPtr expression_over(const ExpressionPtr& e, RelationPtr& child, bool may_aggregate);
  ExpressionPtr key_over_groups(const ExpressionPtr& e, RelationPtr& child, const RelationPtr& groups);
  ExpressionPtr sort_position(const plan::SortOrder& order, const Attributes& visible);
  static void check_no_window(const ExpressionPtr& condition, const char* clause);
  plan::Literal constant(const ExpressionPtr& resolved);

  // ---- aggregates.cc ---------------------------------------------------------------------------
  using ColumnFor = std::function<ExpressionPtr(const ExpressionPtr&, const std::string&)>;
  RelationPtr aggregate(const plan::Aggregate& node);
  RelationPtr aggregate_over(const plan::Aggregate& node, const RelationPtr& child);
  void grouping_sets(const plan::Aggregate& node, const std::vector<ExpressionPtr>& list,
                     const Scope& scope, Grouping& grouping);
  ExpressionPtr grouping_expression(const ExpressionPtr& e, const std::vector<ExpressionPtr>& list,
                                    const Scope& scope);
  ExpressionPtr checked_grouping_calls(const ExpressionPtr& list_entry, const Grouping& grouping);
  ExpressionPtr column_for(const ExpressionPtr& e, const std::string& name,
                           std::vector<ExpressionPtr>& columns);
  std::vector<ExpressionPtr> key_columns(const Grouping& grouping);
  ExpressionPtr lift(const ExpressionPtr& e, const std::vector<ExpressionPtr>& grouping,
                     const ColumnFor& column_for);
  void check_grouped(const ExpressionPtr& lifted, const std::vector<ExpressionPtr>& columns,
                     const ExpressionPtr& original);
  RelationPtr build_aggregate(RelationPtr child, Grouping grouping, std::vector<ExpressionPtr> list,
                              const ExpressionPtr& having);

  // ---- projections.cc --------------------------------------------------------------------------
  RelationPtr finish_project(RelationPtr child, std::vector<ExpressionPtr> named);
  RelationPtr with_windows(RelationPtr child, std::vector<ExpressionPtr> named);
  RelationPtr with_lateral_levels(RelationPtr child, std::vector<ExpressionPtr>& named);
  void inline_lateral_aliases(std::vector<ExpressionPtr>& named);
  RelationPtr generate(RelationPtr child, const Scope& scope, const ExpressionPtr& call,
                       const std::vector<std::string>& names);

  // ---- visibility.cc ---------------------------------------------------------------------------
  Scope scope_of(const RelationPtr& relation) const;
  // What names may mean although no star shows it (USING).
  Attributes hidden_columns(const plan::Relation& relation) const;
  void collect_hidden(const plan::Relation& relation, Attributes& found) const;
  // What projections below have left out; the nearest of a name alone.
  static Attributes columns_below(const plan::Relation& relation);
  // The relation with all columns from below it that the expressions refer to.
  static RelationPtr with_exposed(RelationPtr child, const std::vector<ExpressionPtr>& list);
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
  static ExpressionPtr as_outer(const ExpressionPtr& found);
  ExpressionPtr attribute_of_plan(const plan::UnresolvedAttribute& node, const plan::Expression& e,
                                  const Scope& scope);
  ExpressionPtr attribute_of_plan_in(const plan::UnresolvedAttribute& node, const plan::Expression& e,
                                     const Scope& scope, const std::vector<Attributes>& outputs,
                                     bool& exists);
  std::vector<ExpressionPtr> columns_like(const plan::UnresolvedRegex& node, const Scope& scope);
  ExpressionPtr extract(const ExpressionPtr& child, const ExpressionPtr& key,
                        const plan::Origin& origin);
  ExpressionPtr field_of(const ExpressionPtr& child, const std::string& name,
                         const plan::Origin& origin);
  ExpressionPtr cast(const plan::Cast& node, const plan::Expression& e, const Scope& scope);
  ExpressionPtr window(const plan::Window& node, const plan::Expression& e, const Scope& scope);
  ExpressionPtr update_fields(const plan::UpdateFields& node, const Scope& scope);
  ExpressionPtr lambda_variable(const std::vector<std::string>& parts);
  void expand_star(const plan::UnresolvedStar& node, const Scope& scope,
                   std::vector<ExpressionPtr>& out);

  // ---- calls.cc --------------------------------------------------------------------------------
  ExpressionPtr call(const plan::UnresolvedFunction& node, const plan::Expression& e,
                     const Scope& scope);
  ExpressionPtr bind_call(const functions::Function& row, plan::FunctionCall call,
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
  ExpressionPtr difference_of_datetimes(const ExpressionPtr& left, const ExpressionPtr& right,
                                        const plan::Origin& origin);
  ExpressionPtr session_fact(const functions::Function& row, const plan::FunctionCall& call);
  std::vector<ExpressionPtr> call_arguments(const functions::Function& row,
                                            const plan::UnresolvedFunction& node,
                                            const Scope& scope);
  ExpressionPtr bind_lambda(const ExpressionPtr& lambda, const std::vector<std::pair<plan::Type, bool>>& types,
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
  void coerce_arguments(const functions::Function& row, plan::FunctionCall& call);

  // ---- state -----------------------------------------------------------------------------------
  bool same_name(std::string_view a, std::string_view b) const;
  CoercionRules rules() const { return {context_.ansi, context_.time_zone}; }

  const AnalysisContext& context_;
  // For each plan id of the client: the outputs of the relations that carried it.
  std::unordered_map<int64_t, std::vector<Attributes>> plan_outputs_;
  std::vector<std::map<std::string, RelationPtr>> common_tables_;
  std::unordered_map<int64_t, RelationPtr> plan_references_;  // subqueries of the DataFrame API
  // For each join that a USING projection stands on: the sides' own columns, which names may mean.
  std::map<RelationPtr, Attributes> merged_columns_;
  const Scope* outer_scope_ = nullptr;  // the query around the one under resolution
  const std::vector<ExpressionPtr>* lateral_aliases_ = nullptr;  // the list so far
  ExpressionPtr file_name_;  // what input_file_name() is in the list under resolution
  std::vector<ExpressionPtr> lambda_variables_;  // innermost last
  // Calls that became other expressions keep the name of the call, by node.
  std::unordered_map<const plan::Expression*, std::string> rewritten_names_;
  std::vector<ExpressionPtr> rewritten_keep_;  // keeps those nodes' addresses from being reused
  const NameScope name_scope_;
};

// Aggregate calls, window calls and generators at or below (not inside subqueries).
bool contains_aggregate(const plan::ExpressionPtr& expression);
bool contains_window(const plan::ExpressionPtr& expression);
const plan::Expression* find_generator(const plan::ExpressionPtr& expression);
plan::Attribute attribute_of(const plan::Expression& named);
std::vector<plan::Attribute> attributes_of(const std::vector<plan::ExpressionPtr>& named);
std::string lower(std::string_view text);
// Where Spark looks functions and tables up, as its errors show it.
inline constexpr const char* kSearchPath =
    "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]";
// The aggregate calls of an expression, comma-separated, for errors.
std::string aggregate_names(const plan::ExpressionPtr& expression);
// Where in the query an error has its cause; empty where nothing is known.
std::vector<QueryContext> contexts_of(const plan::Origin& origin);
// "`a`.`b`": parts quoted as in error messages.
std::string quoted_name(const std::vector<std::string>& parts);

}  // namespace firesteel::analyze
