// Select lists: window functions and generators become nodes of their own below the projection, and
// aliases that later entries use a projection of their own.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "analyze/call_errors.h"
#include "analyze/lateral_aliases.h"
#include "analyze/unresolved.h"
#include "base/error.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;
using functions::FunctionKind;

namespace {

const FunctionCall* call_of_kind(const Expression& e, FunctionKind kind) {
  const auto* call = e.as<FunctionCall>();
  return call && call->function->kind == kind ? call : nullptr;
}

// Wide lists pass most of their columns on; nothing is to be found in those.
bool is_column(const ExpressionPtr& e) { return e->as<AttributeReference>() != nullptr; }

// The call of a generator that an entry of a list is; null where it is none.
const UnresolvedFunction* generator_call(const ExpressionPtr& entry) {
  const auto* alias = entry->as<Alias>();
  const auto* call = (alias ? alias->child : entry)->as<UnresolvedFunction>();
  const functions::Function* row = call ? functions::find_function(lower_case(call->name.back())) : nullptr;
  return row && row->kind == FunctionKind::kGenerator ? call : nullptr;
}

void check_no_generator_inside(const ExpressionPtr& entry) {
  const auto* alias = entry->as<Alias>();
  const ExpressionPtr& whole = alias ? alias->child : entry;
  walk(whole, [&](const ExpressionPtr& e) {
    if (e == whole || !generator_call(e)) return true;
    // print_name shows operators that are resolved.
    const auto* call = whole->as<UnresolvedFunction>();
    const bool is_operator = call && call->arguments.size() == 2 && call->name.back().find_first_of("+-*/%=<>|&^") == 0;
    const std::string shown = is_operator ? "(" + print_name(*call->arguments[0]) + " " + call->name.back() + " " + print_name(*call->arguments[1]) + ")"
                                          : print_name(*whole);
    throw SparkError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", {{"expression", "\"" + shown + "\""}});
  });
}

// Whether an aggregate is called outside of windows.
bool calls_aggregate(const ExpressionPtr& expression) {
  bool found = false;
  walk(expression, [&](const ExpressionPtr& e) {
    if (e->as<Window>()) return false;
    const auto* call = e->as<UnresolvedFunction>();
    const functions::Function* row = call ? functions::find_function(lower_case(call->name.back())) : nullptr;
    found |= row && row->kind == FunctionKind::kAggregate;
    return !found;
  });
  return found;
}

}  // namespace

// AstBuilder.withSelectQuerySpecification: HAVING without GROUP BY and without aggregates as WHERE.
RelationPtr Resolver::rows_with_having(const Aggregate& node) {
  const bool has_groups = !node.having || !node.grouping.empty() || node.kind != GroupKind::kGroupBy;
  if (has_groups || !is_enabled(context_, "spark.sql.legacy.parser.havingWithoutGroupByAsWhere")) return nullptr;
  if (std::any_of(node.aggregates.begin(), node.aggregates.end(), calls_aggregate)) return nullptr;
  return resolve(make_relation(Filter{make_relation(Project{node.child, node.aggregates}), node.having}));
}

namespace {

// Whether an expression reads columns or rows.
bool reads_something(const ExpressionPtr& expression) {
  bool found = calls_aggregate(expression);
  walk(expression, [&](const ExpressionPtr& e) {
    found |= e->as<UnresolvedAttribute>() || e->as<AttributeReference>() || e->as<Subquery>() || e->as<UnresolvedStar>();
    return !found;
  });
  return found;
}

}  // namespace

bool contains_drawn(const ExpressionPtr& expression) {
  bool found = false;
  walk(expression, [&](const ExpressionPtr& e) {
    const auto* call = e->as<FunctionCall>();
    found |= call && call->function->is_volatile;
    return !found;
  });
  return found;
}

bool contains_window(const ExpressionPtr& expression) {
  bool found = false;
  walk(expression, [&](const ExpressionPtr& e) {
    found |= e->as<Window>() != nullptr;
    return !found;
  });
  return found;
}

bool contains_aggregate(const ExpressionPtr& expression) {
  bool found = false;
  walk(expression, [&](const ExpressionPtr& e) {
    if (const auto* window = e->as<Window>()) {
      // The window's own function is none; what it works on may hold one.
      for (const ExpressionPtr& child : children(*window->function)) found |= contains_aggregate(child);
      for (const ExpressionPtr& child : window->partition_by) found |= contains_aggregate(child);
      for (const ExpressionPtr& child : window->order_by) found |= contains_aggregate(child);
      return false;
    }
    found |= call_of_kind(*e, FunctionKind::kAggregate) != nullptr;
    return !found;
  });
  return found;
}

void check_row_expression(const ExpressionPtr& expression) {
  std::vector<std::string> invalid;
  walk(expression, [&](const ExpressionPtr& e) {
    const bool is_of_rows = e->as<Window>() == nullptr && call_of_kind(*e, FunctionKind::kAggregate) == nullptr;
    if (!is_of_rows) invalid.push_back("\"" + print_name(*e) + "\"");
    return is_of_rows;
  });
  if (!invalid.empty()) throw SparkError("UNSUPPORTED_EXPR_FOR_OPERATOR", {{"invalidExprSqls", joined(invalid)}});
}

const Expression* find_generator(const ExpressionPtr& expression) {
  const Expression* found = nullptr;
  walk(expression, [&](const ExpressionPtr& e) {
    if (call_of_kind(*e, FunctionKind::kGenerator)) found = e.get();
    return !found;
  });
  return found;
}

namespace {

// Whether the list asks for the file or the block that a row comes from.
bool mentions_file(const std::vector<ExpressionPtr>& list, std::string_view prefix) {
  bool found = false;
  for (const ExpressionPtr& e : list) {
    if (is_column(e)) continue;
    walk(e, [&](const ExpressionPtr& node) {
      const auto* call = node->as<UnresolvedFunction>();
      found |= call && call->arguments.empty() && call->name.back().starts_with(prefix);
      return !found;
    });
  }
  return found;
}

constexpr const char* kFileName = "input_file_name";
constexpr const char* kFileBlock = "input_file_block_";

// The relation with a hidden column of the scan below; null when the rows come from no single scan.
RelationPtr with_file_column(const RelationPtr& relation, Attribute (*make)(const Scan&), Attribute& column) {
  auto copy = std::make_shared<Relation>(*relation);
  if (const auto* scan = relation->as<Scan>()) {
    column = make(*scan);
    Scan with_column = *scan;
    with_column.metadata_columns.push_back(column.name);
    copy->node = std::move(with_column);
    copy->output.push_back(column);
    return copy;
  }
  const bool passes_rows = relation->as<Project>() || relation->as<Filter>() ||
                           relation->as<Limit>() || relation->as<Sort>() ||
                           relation->as<Repartition>() || relation->as<Sample>();
  if (!passes_rows) return nullptr;
  RelationPtr below = with_file_column(children(*relation)[0], make, column);
  if (!below) return nullptr;
  if (const auto* project = relation->as<Project>()) {
    Project wider = *project;
    wider.expressions.push_back(reference(column));
    copy->node = std::move(wider);
  }
  copy = std::const_pointer_cast<Relation>(with_children(*copy, {below}));
  copy->output.push_back(column);
  return copy;
}

Attribute file_name_attribute(const Scan&) { return {next_attribute_id(), kFileName, Type::string(), false, {}, {}}; }

}  // namespace

// input_file_name() and input_file_block_…() become hidden columns of the scan below.
RelationPtr Resolver::project_over_file(const RelationPtr& child, const std::vector<ExpressionPtr>& list) {
  RelationPtr wider = child;
  Attribute column;
  if (mentions_file(list, kFileName)) {
    const RelationPtr with_name = with_file_column(wider, file_name_attribute, column);
    // Without a file below, Spark's input_file_name() is the empty string.
    file_name_ = with_name ? reference(column) : make_string_literal("");
    if (with_name) wider = with_name;
  }
  if (mentions_file(list, kFileBlock)) {
    const RelationPtr with_block = with_file_column(wider, metadata_attribute, column);
    // Without a file below both are -1.
    file_block_ = with_block ? reference(column) : make_null_literal(Type::null());
    if (with_block) wider = with_block;
  }
  // A star above must not see the hidden columns.
  const Attributes visible = child->output;
  std::vector<ExpressionPtr> expanded;
  for (const ExpressionPtr& e : list) {
    if (const auto* star = e->as<UnresolvedStar>()) {
      expand_star(*star, Scope{&visible, outer_scope_, child.get()}, expanded);
    } else {
      expanded.push_back(e);
    }
  }
  RelationPtr result = project(wider, expanded);
  file_name_ = nullptr;
  file_block_ = nullptr;
  return result;
}

RelationPtr Resolver::project(RelationPtr child, const std::vector<ExpressionPtr>& list) {
  if ((!file_name_ && mentions_file(list, kFileName)) || (!file_block_ && mentions_file(list, kFileBlock))) {
    return project_over_file(child, list);
  }
  const RelationPtr source = child;
  Attributes generated;
  const bool has_generator = std::any_of(list.begin(), list.end(), [](const ExpressionPtr& e) { return generator_call(e) != nullptr; });
  std::vector<ExpressionPtr> entries;
  if (has_generator) {
    Aggregate total;
    total.aggregates = list;
    if (RelationPtr over_groups = generators_over_groups(total, child)) return over_groups;
    entries = list;
    child = with_generators(std::move(child), scope_of(source), entries, generated);
  } else {
    for (const ExpressionPtr& e : list) {
      if (!is_column(e)) check_no_generator_inside(e);
    }
  }
  // What generators make is reached by its name, though no star shows it; an alias comes before.
  erase_if(generated, [&](const Attribute& column) {
    return std::any_of(list.begin(), list.end(), [&](const ExpressionPtr& e) {
      const auto* alias = e->as<Alias>();
      return alias && !generator_call(e) && same_name(alias->names[0], column.name);
    });
  });
  Scope scope = scope_of(source);
  scope.hidden = &generated;
  std::vector<ExpressionPtr> named = named_list(has_generator ? entries : list, scope);
  child = with_exposed(child, named);
  return finish_project(std::move(child), std::move(named));
}

RelationPtr Resolver::with_generators(RelationPtr child, const Scope& scope, std::vector<ExpressionPtr>& list,
                                      Attributes& generated) {
  std::vector<size_t> pending;
  for (size_t i = 0; i < list.size(); ++i) {
    if (generator_call(list[i])) pending.push_back(i);
    check_no_generator_inside(list[i]);
  }
  std::map<size_t, Attributes> made;
  // One may read what another makes, wherever it stands.
  while (!pending.empty()) {
    const size_t before = pending.size();
    for (size_t k = 0; k < pending.size(); ++k) {
      Scope here = scope;
      here.hidden = &generated;
      const auto* alias = list[pending[k]]->as<Alias>();
      try {
        child = generate(child, here, alias ? alias->child : list[pending[k]], alias ? alias->names : std::vector<std::string>{});
      } catch (const SparkError& error) {
        if (!is_unresolved_column(error) || k + 1 == pending.size()) throw;
        continue;
      }
      made[pending[k]] = child->as<Generate>()->generated;
      for (const Attribute& column : made[pending[k]]) generated.push_back(column);
      pending.erase(pending.begin() + static_cast<long>(k));
      break;
    }
    FIRESTEEL_CHECK(pending.size() < before, "a generator that is never made");
  }
  std::vector<ExpressionPtr> entries;
  for (size_t i = 0; i < list.size(); ++i) {
    const auto columns = made.find(i);
    if (columns == made.end()) entries.push_back(list[i]);
    else for (const Attribute& column : columns->second) entries.push_back(reference(column));
  }
  list = std::move(entries);
  return child;
}

// ExtractGenerator: what a generator reads are columns of the groups, named after its arguments'
// places; constants stay where they are.
RelationPtr Resolver::generators_over_groups(const Aggregate& node, const RelationPtr& child) {
  const auto& list = node.aggregates;
  const auto generators = std::count_if(list.begin(), list.end(), [](const ExpressionPtr& e) { return generator_call(e) != nullptr; });
  if (generators == 0) return nullptr;
  const bool has_groups = !node.grouping.empty() || node.kind != GroupKind::kGroupBy || node.having;
  if (!has_groups && std::none_of(list.begin(), list.end(), calls_aggregate)) return nullptr;
  Aggregate below = node;
  below.aggregates.clear();
  below.having = nullptr;
  std::vector<std::function<ExpressionPtr(const Attributes&)>> above;
  std::string shown;
  std::vector<std::string> made;
  for (const ExpressionPtr& e : list) {
    check_no_generator_inside(e);
    const auto* call = generator_call(e);
    if (!call) {
      if (e->as<UnresolvedStar>()) throw_unsupported("EXPRESSION", "a star beside a generator over groups");
      above.push_back([at = below.aggregates.size()](const Attributes& columns) { return reference(columns[at]); });
      below.aggregates.push_back(e);
      continue;
    }
    const auto* alias = e->as<Alias>();
    const ExpressionPtr& inner = alias ? alias->child : e;
    shown += (shown.empty() ? "\"" : ", \"") + print_name(*inner) + "\"";
    if (alias) made.insert(made.end(), alias->names.begin(), alias->names.end());
    std::vector<std::pair<size_t, size_t>> moved;  // place among the arguments → column of the groups
    for (size_t i = 0; i < call->arguments.size(); ++i) {
      if (!reads_something(call->arguments[i])) continue;
      moved.emplace_back(i, below.aggregates.size());
      below.aggregates.push_back(make_expression(Alias{call->arguments[i], {"_gen_input_" + std::to_string(i)}, {}, 0}));
    }
    above.push_back([e, alias, call, moved](const Attributes& columns) {
      UnresolvedFunction copy = *call;
      for (const auto& [argument, column] : moved) copy.arguments[argument] = reference(columns[column]);
      ExpressionPtr generator = make_expression(std::move(copy), e->origin);
      return alias ? make_expression(Alias{generator, alias->names, {}, 0}, e->origin) : generator;
    });
  }
  if (generators > 1) {
    throw SparkError("UNSUPPORTED_GENERATOR.MULTI_GENERATOR", {{"num", std::to_string(generators)}, {"generators", shown}});
  }
  const auto names_made = [&](const ExpressionPtr& e) {
    const auto* name = e->as<UnresolvedAttribute>();
    return name && std::any_of(made.begin(), made.end(), [&](const std::string& m) { return same_name(m, name->parts.back()); });
  };
  bool filters_made = false;
  if (node.having) {
    walk(node.having, [&](const ExpressionPtr& e) {
      filters_made |= names_made(e);
      return !filters_made;
    });
    if (!filters_made) below.having = node.having;
  }
  const RelationPtr groups = aggregate_over(below, child);
  std::vector<ExpressionPtr> entries;
  for (const auto& entry : above) entries.push_back(entry(groups->output));
  RelationPtr result = project(groups, entries);
  if (!filters_made) return result;
  const ExpressionPtr kept = condition(node.having, scope_of(result), "HAVING");
  const Attributes output = result->output;
  return make_resolved(Filter{std::move(result), kept}, output);
}

// The list is resolved and named; pulls aggregates and windows out of it.
RelationPtr Resolver::finish_project(RelationPtr child, std::vector<ExpressionPtr> named) {
  for (const ExpressionPtr& e : named) {
    if (is_column(e) || !find_generator(e)) continue;
    const auto* alias_node = e->as<Alias>();
    throw SparkError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
                     {{"expression", "\"" + print_name(alias_node ? *alias_node->child : *e) + "\""}});
  }
  for (ExpressionPtr& e : named) {
    if (!is_column(e)) e = with_known_membership(e, false);
  }
  const bool has_aggregate = std::any_of(named.begin(), named.end(),
                                         [](const ExpressionPtr& e) { return !is_column(e) && contains_aggregate(e); });
  if (has_aggregate) {
    inline_lateral_aliases(named);
    return build_aggregate(std::move(child), {}, std::move(named), nullptr);
  }
  child = with_lateral_levels(std::move(child), named);
  return with_windows(std::move(child), std::move(named));
}

// What windows compute from drawn numbers or positions is a column below them.
RelationPtr Resolver::with_drawn_columns(RelationPtr child, std::vector<ExpressionPtr>& named) {
  std::vector<ExpressionPtr> drawn;
  const auto replace = [&](const ExpressionPtr& node) -> ExpressionPtr {
    const auto* call = node->as<FunctionCall>();
    if (!call || !call->function->is_volatile) return nullptr;
    Alias hidden{node, {print_name(*node)}, {}, next_attribute_id()};
    drawn.push_back(make_typed(std::move(hidden), node->type, node->nullable));
    return reference(attribute_of(*drawn.back()));
  };
  for (ExpressionPtr& e : named) {
    if (is_column(e)) continue;
    e = transform_up(e, [&](const ExpressionPtr& node) -> ExpressionPtr {
      return node->as<Window>() ? transform_up(node, replace) : nullptr;
    });
  }
  if (drawn.empty()) return child;
  std::vector<ExpressionPtr> level;
  for (const Attribute& column : child->output) level.push_back(reference(column));
  level.insert(level.end(), drawn.begin(), drawn.end());
  return select(std::move(child), std::move(level));
}

// Windows become columns of WindowColumns nodes below the projection.
RelationPtr Resolver::with_windows(RelationPtr child, std::vector<ExpressionPtr> named) {
  child = with_drawn_columns(std::move(child), named);
  std::vector<ExpressionPtr> windows;
  std::vector<ExpressionPtr> bare;  // a window function without OVER
  for (ExpressionPtr& e : named) {
    if (is_column(e)) continue;
    e = transform_up(e, [&](const ExpressionPtr& node) -> ExpressionPtr {
      if (!node->as<Window>()) return nullptr;
      for (const ExpressionPtr& known : windows) {
        if (same_expression(*known->as<Alias>()->child, *node)) {
          return reference(attribute_of(*known));
        }
      }
      Alias hidden{node, {print_name(*node)}, {}, next_attribute_id()};
      ExpressionPtr column = make_typed(std::move(hidden), node->type, node->nullable);
      windows.push_back(column);
      return reference(attribute_of(*column));
    });
    walk(e, [&](const ExpressionPtr& node) {
      if (call_of_kind(*node, FunctionKind::kWindow)) bare.push_back(node);
      return true;
    });
  }
  if (!bare.empty()) {
    throw SparkError("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE",
                     {{"funcName", "\"" + print_name(*bare[0]) + "\""}});
  }
  // A window over another's result stands above it.
  while (!windows.empty()) {
    const std::set<AttributeId> own = alias_ids(windows);
    std::vector<ExpressionPtr> level;
    for (const ExpressionPtr& window : windows) {
      if (!uses_any(window, own)) level.push_back(window);
    }
    std::erase_if(windows, [&](const ExpressionPtr& window) { return !uses_any(window, own); });
    Attributes output = child->output;
    for (const ExpressionPtr& window : level) output.push_back(attribute_of(*window));
    child = make_resolved(WindowColumns{child, std::move(level)}, std::move(output));
  }
  return select(std::move(child), std::move(named));
}

RelationPtr Resolver::generate(RelationPtr child, const Scope& scope, const ExpressionPtr& call,
                               const std::vector<std::string>& names) {
  const UnresolvedFunction* const outer = allowed_generator_;
  allowed_generator_ = call->as<UnresolvedFunction>();
  ExpressionPtr generator;
  try {
    generator = expression(call, scope);
  } catch (...) {
    allowed_generator_ = outer;
    throw;
  }
  allowed_generator_ = outer;
  const auto* bound = generator->as<FunctionCall>();
  if (!bound || bound->function->kind != FunctionKind::kGenerator) throw_no_generator(*call->as<UnresolvedFunction>(), *generator);
  const bool takes_collection = bound->function->name.starts_with("explode") || bound->function->name.starts_with("posexplode");
  if (takes_collection && bound->arguments[0]->type.is(TypeKind::kNull)) {
    throw SparkError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {{"sqlExpr", "\"" + print_name(*generator) + "\""},
                                                                 {"paramIndex", "first"},
                                                                 {"requiredType", "(\"ARRAY\" or \"MAP\")"},
                                                                 {"inputSql", "\"NULL\""},
                                                                 {"inputType", "\"VOID\""}},
                     contexts_of(call->origin));
  }
  child = with_exposed(child, {generator});
  Generate node;
  node.child = child;
  node.is_outer = bound->display_name.ends_with("_outer");
  const auto& fields = generator->type.fields();
  if (!names.empty() && names.size() != fields.size()) {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ",") + name;
    throw SparkError("UDTF_ALIAS_NUMBER_MISMATCH",
                     {{"aliasesSize", std::to_string(fields.size())}, {"aliasesNames", all}});
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    Attribute attribute;
    attribute.id = next_attribute_id();
    attribute.name = names.empty() ? fields[i].name : names[i];
    attribute.type = fields[i].type;
    attribute.nullable = fields[i].nullable || node.is_outer;
    node.generated.push_back(std::move(attribute));
  }
  node.generator = generator;
  Attributes output = child->output;
  output.append(node.generated.begin(), node.generated.end());
  return make_resolved(std::move(node), std::move(output));
}

void Resolver::check_generator_place(const UnresolvedFunction& node, const Expression& e) const {
  if (&node == allowed_generator_ || allows_generators_) return;
  if (allowed_generator_) {
    throw SparkError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
                     {{"expression", "\"" + print_name(Expression{*allowed_generator_, {}, true, {}}) + "\""}});
  }
  throw SparkError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", {{"plan", print_name(e)}}, contexts_of(e.origin));
}

void check_no_generator_key(const std::vector<ExpressionPtr>& keys) {
  for (const ExpressionPtr& key : keys) {
    if (find_generator(key)) throw SparkError("UNSUPPORTED_EXPR_FOR_OPERATOR", {{"invalidExprSqls", "\"" + print_name(*key) + "\""}});
  }
}

// Spark looks for the function of a view before it looks at its arguments, and says otherwise that it is not there.
void Resolver::check_lateral_function(const UnresolvedFunction& call) const {
  if (functions::find_function(lower_case(call.name.back())) || (context_.find_function && context_.find_function(call.name))) return;
  std::vector<std::string> name = call.name;
  if (name.size() == 1) name.insert(name.begin(), context_.current_database);
  throw SparkError("ROUTINE_NOT_FOUND", {{"routineName", quoted_name(name)}});
}

RelationPtr Resolver::lateral_view(const LateralView& node) {
  RelationPtr child = resolve(node.child);
  ExpressionPtr call = node.generator;
  if (const auto* function = call->as<UnresolvedFunction>()) check_lateral_function(*function);
  RelationPtr generated = generate(child, scope_of(child), call, node.column_aliases);
  auto copy = std::make_shared<Relation>(*generated);
  Generate inner = *generated->as<Generate>();
  inner.is_outer |= node.is_outer;
  const size_t first = generated->output.size() - generated->as<Generate>()->generated.size();
  for (size_t i = 0; i < inner.generated.size(); ++i) {
    Attribute& column = inner.generated.writable(i);
    column.nullable |= node.is_outer;
    column.qualifier = {node.table_alias};
    copy->output.writable(first + i) = column;
  }
  copy->node = std::move(inner);
  return copy;
}

}  // namespace firesteel::analyze
