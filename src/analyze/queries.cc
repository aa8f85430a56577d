// Queries inside queries: subqueries, WITH, tables and views by name; recursion is in recursion.cc.
#include <algorithm>
#include <utility>

#include "analyze/resolver.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/function.h"
#include "plan/free_references.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

bool contains_membership(const ExpressionPtr& e) {
  bool found = false;
  walk(e, [&](const ExpressionPtr& node) {
    const auto* query = node->as<Subquery>();
    found |= query && query->kind == SubqueryKind::kIn;
    return !found;
  });
  return found;
}

}  // namespace

RelationPtr Resolver::resolve_inside(const RelationPtr& query, const Scope& scope) {
  const Replaced<const Scope*> outer(&outer_scope_, &scope);
  const Replaced<const std::vector<ExpressionPtr>*> aliases(&lateral_aliases_, nullptr);
  const Replaced<bool> shown_alone(&sees_shown_alone_, false);
  const Replaced<size_t> tables(&tables_around_, prefers_outer_tables_ ? common_tables_.size() : 0);
  return resolve(query);
}

ExpressionPtr Resolver::subquery(const Subquery& node, const Expression& e, const Scope& scope) {
  Subquery copy = node;
  if (copy.kind == SubqueryKind::kTableArgument) throw_unsupported("EXPRESSION", "TABLE arguments");
  RelationPtr query = node.plan;
  if (!query) {
    const auto known = plan_references_.find(node.plan_id.value_or(-1));
    if (known == plan_references_.end()) throw_unsupported("EXPRESSION", "a subquery without its relation");
    query = known->second;
  }
  for (ExpressionPtr& value : copy.in_values) value = expression(value, scope);
  copy.plan = resolve_inside(query, scope);
  copy.plan_id.reset();
  copy.outer_references = free_references(*copy.plan);
  if (copy.kind == SubqueryKind::kIn) return in_subquery(std::move(copy), e);
  if (copy.kind == SubqueryKind::kExists) {
    return make_typed(std::move(copy), Type::boolean(), false, e.origin);
  }
  if (copy.plan->output.size() != 1) {
    throw SparkError(
        "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN",
        {{"number", std::to_string(copy.plan->output.size())}}, contexts_of(e.origin));
  }
  const Type type = copy.plan->output[0].type;
  return make_typed(std::move(copy), type, true, e.origin);
}

namespace {

// A column with what it comes from.
std::string qualified_text(const Expression& value) {
  const auto* column = value.as<AttributeReference>();
  if (!column) return print_name(value);
  std::string text;
  for (const std::string& part : column->qualifier) text += quoted_if_needed(part) + ".";
  return text + quoted_if_needed(column->name);
}

// IN of a query whose columns have other types.
[[noreturn]] void throw_membership_mismatch(const Subquery& node, std::vector<QueryContext> contexts) {
  std::string pairs;
  std::string left;
  std::string right;
  for (size_t i = 0; i < node.in_values.size(); ++i) {
    const ExpressionPtr& value = node.in_values[i];
    const Attribute& column = node.plan->output[i];
    left += (left.empty() ? "\"" : ", \"") + value->type.sql() + "\"";
    right += (right.empty() ? "\"" : ", \"") + column.type.sql() + "\"";
    if (value->type.same_type(column.type)) continue;
    pairs += (pairs.empty() ? "(" : ", (") + qualified_text(*value) + ":" + value->type.simple_string() + ", " +
             quoted_if_needed(column.name) + ":" + column.type.simple_string() + ")";
  }
  throw SparkError("DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH",
                   {{"sqlExpr", "\"" + print_name(Expression{node, {}, true, {}}) + "\""},
                    {"mismatchedColumns", pairs},
                    {"leftType", left},
                    {"rightType", right}},
                   std::move(contexts));
}

}  // namespace

// Both sides of IN meet in the type in which they are compared.
ExpressionPtr Resolver::in_subquery(Subquery node, const Expression& e) {
  // A struct on the left is compared field by field only where the query has one column.
  const size_t width = node.plan->output.size();
  if (node.in_values.size() != width) {
    std::string left, right;
    for (const ExpressionPtr& v : node.in_values) left += (left.empty() ? "\"" : ", \"") + print_name(*v) + "\"";
    for (const Attribute& a : node.plan->output) right += (right.empty() ? "\"" : ", \"") + a.name + "\"";
    throw SparkError("DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH",
                     {{"sqlExpr", "\"" + print_name(Expression{node, {}, true, {}}) + "\""},
                      {"leftLength", std::to_string(node.in_values.size())},
                      {"rightLength", std::to_string(width)},
                      {"leftColumns", left},
                      {"rightColumns", right}},
                     contexts_of(e.origin));
  }
  std::vector<ExpressionPtr> columns;
  bool is_changed = false;
  bool nullable = false;
  for (size_t i = 0; i < width; ++i) {
    const Attribute& column = node.plan->output[i];
    const auto common = wider_type(node.in_values[i]->type, column.type, rules());
    if (!common) throw_membership_mismatch(node, contexts_of(e.origin));
    node.in_values[i] = cast_to(node.in_values[i], *common, rules());
    ExpressionPtr value = cast_to(reference(column), *common, rules());
    nullable |= node.in_values[i]->nullable || column.nullable;
    if (!value->as<AttributeReference>()) {
      is_changed = true;
      const bool value_nullable = value->nullable;
      value = make_typed(Alias{value, {column.name}, {}, next_attribute_id()}, *common, value_nullable);
    }
    columns.push_back(std::move(value));
  }
  if (is_changed) node.plan = select(node.plan, std::move(columns));
  const bool is_null = width == 1 && is_null_in_nothing() && functions::is_null_constant(*node.in_values[0]);
  ExpressionPtr is_among = make_typed(std::move(node), Type::boolean(), nullable, e.origin);
  return is_null ? shown_as(make_null_literal(Type::boolean()), print_name(*is_among)) : is_among;
}

// NOT moves below AND, OR and NOT as BooleanSimplification moves it, so that it stands at the IN
// that it negates. Null where there is nothing to move.
ExpressionPtr Resolver::with_negation_below(const ExpressionPtr& e) {
  const auto* negation = e->as<FunctionCall>();
  if (!negation || negation->function->name != "not") return nullptr;
  const auto* inner = negation->arguments[0]->as<FunctionCall>();
  if (!inner || !contains_membership(e)) return nullptr;
  if (inner->function->name == "not") return inner->arguments[0];
  const bool is_and = inner->function->name == "and";
  if (!is_and && inner->function->name != "or") return nullptr;
  return bound(is_and ? "or" : "and", {bound("not", {inner->arguments[0]}), bound("not", {inner->arguments[1]})});
}

// IN (query) that no filter drops rows by is an existence join: false where SQL would say null
// (RewritePredicateSubquery). Conjuncts of a filter drop both.
ExpressionPtr Resolver::with_known_membership(const ExpressionPtr& e, bool is_conjunct) {
  const auto is_membership = [](const ExpressionPtr& x) {
    const auto* query = x->as<Subquery>();
    return query && query->kind == SubqueryKind::kIn;
  };
  if (const ExpressionPtr pushed = with_negation_below(e)) return with_known_membership(pushed, is_conjunct);
  const auto* node = e->as<FunctionCall>();
  const bool is_negated = node && node->function->name == "not" && is_membership(node->arguments[0]);
  if (is_membership(e) || is_negated) {
    if (is_conjunct) return e;
    const ExpressionPtr known = bound("coalesce", {e, make_literal({Type::boolean(), false})});
    return make_typed(FunctionCall(*known->as<FunctionCall>()), e->type, e->nullable, e->origin);
  }
  const bool is_and = node && node->function->name == "and";
  std::vector<ExpressionPtr> rebuilt = children(*e);
  bool is_changed = false;
  for (ExpressionPtr& child : rebuilt) {
    ExpressionPtr known = with_known_membership(child, is_conjunct && is_and);
    is_changed |= known != child;
    child = std::move(known);
  }
  return is_changed ? with_children(*e, std::move(rebuilt)) : e;
}

RelationPtr Resolver::with_relations(const WithRelations& node) {
  for (const RelationPtr& reference : node.references) {
    if (reference->plan_id) plan_references_[*reference->plan_id] = reference;
  }
  return resolve(node.root);
}

namespace {

// The read of a table, with the options that the query adds to the table's own ones: DataSourceUtils.generateDatasourceOptions.
RelationPtr with_options(const RelationPtr& relation, const Options& added, const std::string& table) {
  if (const auto* project = relation->as<Project>()) {
    Project changed = *project;
    changed.child = with_options(project->child, added, table);
    return make_relation(std::move(changed), relation->plan_id, relation->origin);
  }
  const auto* read = relation->as<UnresolvedRead>();
  if (!read) return relation;
  UnresolvedRead changed = *read;
  for (const auto& [name, value] : added) {
    const auto own = std::find_if(read->options.begin(), read->options.end(),
                                  [&, &key = name](const auto& option) { return equal_ignoring_case(option.first, key); });
    if (own == read->options.end()) {
      if (!equal_ignoring_case(name, "path")) changed.options.emplace(name, value);
    } else if (own->second != value) {
      throw SparkError("_LEGACY_ERROR_TEMP_1151",
                       {{"table", table}, {"key", own->first}, {"config", "spark.sql.legacy.extraOptionsBehavior.enabled"}});
    }
  }
  return make_relation(std::move(changed), relation->plan_id, relation->origin);
}

}  // namespace

RelationPtr Resolver::table(const UnresolvedTable& node) {
  if (node.parts.size() == 1) {
    for (auto tables = common_tables_.rbegin(); tables != common_tables_.rend(); ++tables) {
      for (const auto& [name, plan] : *tables) {
        if (!same_name(name, node.parts[0])) continue;
        std::map<AttributeId, AttributeId> renamed;
        return qualified(with_fresh_ids(plan, renamed), {nullptr, name, {}, {}});
      }
    }
  }
  if (context_.find_view) {
    if (const FoundTable found = context_.find_view(node.parts); found.plan) {
      // A view knows nothing of the query that reads it.
      const Replaced<const Scope*> outer(&outer_scope_, nullptr);
      const Replaced<std::vector<std::map<std::string, RelationPtr>>> tables(&common_tables_, {});
      const Replaced<size_t> around(&tables_around_, 0);
      std::map<AttributeId, AttributeId> renamed;
      RelationPtr plan = found.plan;
      const bool is_of_catalog = found.qualifier.size() > 1;
      const bool takes_options = is_of_catalog && !node.options.empty() && context_.configuration &&
                                 context_.configuration("spark.sql.legacy.extraOptionsBehavior.enabled").value_or("false") != "true";
      if (takes_options) {
        std::vector<std::string> name = found.qualifier;
        name.push_back(node.parts.back());
        plan = with_options(plan, node.options, quoted_name(name));
      }
      RelationPtr resolved = is_resolved(*plan) ? plan : resolve(plan);
      return qualified(with_fresh_ids(resolved, renamed), {nullptr, node.parts.back(), found.qualifier, {}});
    }
  }
  static const char* const formats[] = {"parquet", "csv", "text", "json", "orc", "avro", "binaryFile", "libsvm"};
  const bool names_format = node.parts.size() == 2 && std::any_of(std::begin(formats), std::end(formats), [&](const char* f) {
    return same_name(f, node.parts[0]);
  });
  if (names_format && is_enabled(context_, "spark.sql.runSQLOnFiles")) {
    return context_.resolve_source({node.parts[0], {}, node.options, {node.parts[1]}});
  }
  throw SparkError("TABLE_OR_VIEW_NOT_FOUND",
                   {{"relationName", quoted_name(node.parts)},
                    {"searchPath", "[`system`.`builtin`, `system`.`session`, `" + context_.current_catalog + "`.`" +
                                       context_.current_database + "`]"}},
                   {});
}

// CTESubstitution.assertNoNameConflictsInCTE.
void Resolver::check_nested_names(const RelationPtr& query, const std::vector<std::string>& outer,
                                  bool starts_query) const {
  if (const auto* inner = query->as<With>()) {
    std::vector<std::string> names = outer;
    for (const CommonTableExpression& definition : inner->definitions) {
      const bool is_known = std::any_of(outer.begin(), outer.end(), [&](const std::string& name) {
        return same_name(name, definition.name);
      });
      if (starts_query && is_known) {
        throw SparkError("AMBIGUOUS_ALIAS_IN_NESTED_CTE",
                         {{"name", quoted_name({definition.name})},
                          {"config", "\"spark.sql.legacy.ctePrecedencePolicy\""},
                          {"docroot", "https://spark.apache.org/docs/latest"}});
      }
      check_nested_names(definition.query, names, true);
      names.push_back(definition.name);
    }
    return check_nested_names(inner->child, names, false);
  }
  for (const ExpressionPtr& e : plan::expressions(*query)) {
    walk(e, [&](const ExpressionPtr& part) {
      const auto* subquery = part->as<Subquery>();
      if (subquery && subquery->plan) check_nested_names(subquery->plan, outer, true);
      return true;
    });
  }
  for (const RelationPtr& child : children(*query)) check_nested_names(child, outer, false);
}

bool Resolver::has_table_policy(std::string_view policy) const {
  if (!context_.configuration) return false;
  return equal_ignoring_case(context_.configuration("spark.sql.legacy.ctePrecedencePolicy").value_or(""), policy);
}

// The definitions that the query names, or others that it names behind them.
std::vector<CommonTableExpression> Resolver::mentioned_definitions(const With& node) const {
  std::vector<CommonTableExpression> mentioned;
  for (auto one = node.definitions.rbegin(); one != node.definitions.rend(); ++one) {
    const bool is_mentioned = mentions_table(node.child, one->name) ||
                              std::any_of(mentioned.begin(), mentioned.end(), [&](const CommonTableExpression& other) {
                                return mentions_table(other.query, one->name);
                              });
    if (is_mentioned) mentioned.insert(mentioned.begin(), *one);
  }
  return mentioned;
}

// CTESubstitution.legacyTraverseAndSubstituteCTE: names are replaced from outside to inside. Definitions see no tables but
// those of their own WITH, and of queries in whose FROM clause it stands; what a WITH in a definition or a subquery
// defines stands back behind what is defined around it.
RelationPtr Resolver::with_outer_tables_first(const With& node) {
  if (node.is_recursive) throw SparkError("RECURSIVE_CTE_IN_LEGACY_MODE", {});
  using Tables = std::vector<std::map<std::string, RelationPtr>>;
  const auto inside = static_cast<std::ptrdiff_t>(common_tables_.size() - tables_around_);
  std::map<std::string, RelationPtr> own;
  for (const CommonTableExpression& definition : mentioned_definitions(node)) {  // what takes no name's place is not analysed
    Tables seen(common_tables_.begin(), common_tables_.begin() + inside);
    seen.push_back(own);
    const size_t count = seen.size();
    const Replaced<Tables> visible(&common_tables_, std::move(seen));
    const Replaced<size_t> around(&tables_around_, count);
    RelationPtr query = resolve(definition.query);
    if (!definition.column_names.empty()) query = qualified(query, {nullptr, definition.name, {}, definition.column_names});
    own[definition.name] = query;
  }
  Tables seen = common_tables_;
  seen.insert(seen.begin() + inside, std::move(own));
  const Replaced<Tables> visible(&common_tables_, std::move(seen));
  return resolve(node.child);
}

RelationPtr Resolver::with(const With& node) {
  if (common_tables_.empty() && has_table_policy("EXCEPTION")) {
    check_nested_names(make_relation(With(node)), {}, true);
  }
  if (prefers_outer_tables_) return with_outer_tables_first(node);
  auto tables = common_tables_;
  tables.emplace_back();
  const Replaced<std::vector<std::map<std::string, RelationPtr>>> visible(&common_tables_, std::move(tables));
  for (const CommonTableExpression& definition : node.definitions) {
    const bool is_recursive = node.is_recursive && mentions_table(definition.query, definition.name);
    RelationPtr query = is_recursive ? recursive_table(definition) : resolve(definition.query);
    if (!definition.column_names.empty() && !is_recursive) {
      query = qualified(query, {nullptr, definition.name, {}, definition.column_names});
    }
    common_tables_.back()[definition.name] = query;
  }
  return resolve(node.child);
}

}  // namespace firesteel::analyze
