// The analyzer's working state. Private to this room: everybody else calls analyze().
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyze/analyzer.h"
#include "analyze/coercion.h"
#include "plan/relation.h"

namespace firesteel::analyze {

// What names may refer to at one place of a plan.
struct Scope {
  const std::vector<plan::Attribute>* attributes = nullptr;
  const Scope* outer = nullptr;  // the query around a subquery
  const plan::Relation* relation = nullptr;  // where the attributes come from
};

class Resolver {
 public:
  explicit Resolver(const AnalysisContext& context);

  plan::RelationPtr resolve(const plan::RelationPtr& relation);

 private:
  using ExpressionPtr = plan::ExpressionPtr;
  using RelationPtr = plan::RelationPtr;
  using Attributes = std::vector<plan::Attribute>;

  // ---- relations.cc, desugar.cc: one function per node -----------------------------------------
  RelationPtr resolve_node(const RelationPtr& relation);
  RelationPtr table(const plan::UnresolvedTable& node);
  RelationPtr with(const plan::With& node);
  RelationPtr inline_table(const plan::InlineTable& node);
  RelationPtr table_function(const plan::TableFunction& node);
  RelationPtr local_data(const RelationPtr& relation, const plan::LocalData& node);
  RelationPtr range(const plan::Range& node);
  RelationPtr project(RelationPtr child, const std::vector<ExpressionPtr>& expressions);
  RelationPtr filter(const plan::Filter& node);
  RelationPtr sort(const plan::Sort& node);
  RelationPtr limited(const RelationPtr& relation, RelationPtr child, const ExpressionPtr& count,
                      const char* name);
  RelationPtr join(const plan::Join& node);
  RelationPtr set_operation(const plan::SetOperation& node);
  RelationPtr combine(const plan::SetOperation& node, std::vector<RelationPtr> inputs);
  RelationPtr union_by_name(const plan::SetOperation& node, std::vector<RelationPtr>& inputs);
  RelationPtr sample(const plan::Sample& node);
  RelationPtr deduplicate(const plan::Deduplicate& node);
  RelationPtr alias(const plan::SubqueryAlias& node);
  RelationPtr qualified(const RelationPtr& child, const plan::SubqueryAlias& node);
  RelationPtr repartition(const plan::Repartition& node);
  RelationPtr aggregate(const plan::Aggregate& node);
  RelationPtr finish_project(RelationPtr child, std::vector<ExpressionPtr> named);
  RelationPtr with_windows(RelationPtr child, std::vector<ExpressionPtr> named);
  RelationPtr generate(RelationPtr child, const ExpressionPtr& call,
                       const std::vector<std::string>& names);
  ExpressionPtr grouping_expression(const ExpressionPtr& e, const std::vector<ExpressionPtr>& list,
                                    const Scope& scope);
  ExpressionPtr lift(const ExpressionPtr& e, const std::vector<ExpressionPtr>& grouping,
                     const std::function<ExpressionPtr(const ExpressionPtr&, const std::string&)>&
                         column_for);
  void check_grouped(const ExpressionPtr& lifted, const std::vector<ExpressionPtr>& columns,
                     const ExpressionPtr& original);
  RelationPtr build_aggregate(RelationPtr child, std::vector<ExpressionPtr> grouping,
                              std::vector<ExpressionPtr> aggregates, const ExpressionPtr& having);
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
  RelationPtr stat_pair(const plan::StatPair& node);
  RelationPtr pivot(const plan::Aggregate& node);
  RelationPtr named_windows(const plan::NamedWindows& node);
  RelationPtr show_string(const plan::ShowString& node);
  RelationPtr ml_transform(const RelationPtr& relation, const plan::MlTransform& node);

  // Projects that keep and rename columns.
  RelationPtr select(RelationPtr child, std::vector<ExpressionPtr> named);
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
  ExpressionPtr attribute(const plan::UnresolvedAttribute& node, const plan::Expression& e,
                          const Scope& scope);
  ExpressionPtr try_attribute(const std::vector<std::string>& parts, const Attributes& attributes,
                              const plan::Origin& origin);
  ExpressionPtr attribute_of_plan(const plan::UnresolvedAttribute& node, const plan::Expression& e,
                                  const Scope& scope);
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
  ExpressionPtr session_fact(const functions::Function& row, const plan::FunctionCall& call);
  std::vector<ExpressionPtr> call_arguments(const functions::Function& row,
                                            const plan::UnresolvedFunction& node,
                                            const Scope& scope);
  ExpressionPtr bind_lambda(const ExpressionPtr& lambda, const std::vector<std::pair<plan::Type, bool>>& types,
                            const Scope& scope);
  void coerce_arguments(const functions::Function& row, plan::FunctionCall& call);

  // ---- state -----------------------------------------------------------------------------------
  bool same_name(std::string_view a, std::string_view b) const;
  CoercionRules rules() const { return {context_.ansi, context_.time_zone}; }

  const AnalysisContext& context_;
  // For each plan id of the client: the outputs of the relations that carried it.
  std::unordered_map<int64_t, std::vector<Attributes>> plan_outputs_;
  std::vector<std::map<std::string, RelationPtr>> common_tables_;
  ExpressionPtr file_name_;  // what input_file_name() is in the list under resolution
  std::vector<ExpressionPtr> lambda_variables_;  // innermost last
  // Calls that became other expressions keep the name of the call, by node.
  std::unordered_map<const plan::Expression*, std::string> rewritten_names_;
  std::vector<ExpressionPtr> rewritten_keep_;  // keeps those nodes' addresses from being reused
};

// Aggregate calls, window calls and generators at or below (not inside subqueries).
bool contains_aggregate(const plan::ExpressionPtr& expression);
bool contains_window(const plan::ExpressionPtr& expression);
const plan::Expression* find_generator(const plan::ExpressionPtr& expression);
plan::Attribute attribute_of(const plan::Expression& named);
std::vector<plan::Attribute> attributes_of(const std::vector<plan::ExpressionPtr>& named);
// "`a`.`b`": parts quoted as in error messages.
std::string quoted_name(const std::vector<std::string>& parts);

}  // namespace firesteel::analyze
