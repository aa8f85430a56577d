// DataFrame calls that are short for projections, filters and aggregates.
#include <algorithm>
#include <set>

#include "analyze/resolver.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/function.h"
#include "ml/column_replacement.h"
#include "plan/attribute_name.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

ExpressionPtr renamed(const Attribute& attribute, const std::string& name) {
  Alias alias{reference(attribute), {name}, {}, next_attribute_id()};
  if (!attribute.metadata.empty()) alias.metadata = attribute.metadata;
  return make_typed(std::move(alias), attribute.type, attribute.nullable);
}

// A literal fits a column for fillna and replace: numbers to numbers, text to text, and so on.
bool same_class(const Type& column, const Type& value) {
  if (value.is_numeric()) return column.is_numeric();
  return column.kind() == value.kind();
}

// Whether a column is computed from one row: no windows, aggregates, generators, subqueries or stars,
// nothing drawn and nothing that only the scan below knows.
bool is_row_wise(const ExpressionPtr& column) {
  bool found = true;
  walk(column, [&](const ExpressionPtr& e) {
    if (e->as<Window>() || e->as<Subquery>() || e->as<UnresolvedStar>() || e->as<UnresolvedRegex>() || e->as<UserFunction>()) found = false;
    if (const auto* call = e->as<UnresolvedFunction>()) {
      const functions::Function* row = functions::find_function(lower_case(call->name.back()));
      found &= row && row->kind == functions::FunctionKind::kScalar && !row->is_volatile && !row->name.starts_with("input_file_");
    }
    return found;
  });
  return found;
}

}  // namespace

RelationPtr Resolver::to_df(const ToDf& node) {
  RelationPtr child = resolve(node.child);
  if (node.names.size() != child->output.size()) {
    std::string old_names, new_names;
    for (const Attribute& a : child->output) old_names += (old_names.empty() ? "" : ", ") + a.name;
    for (const std::string& n : node.names) new_names += (new_names.empty() ? "" : ", ") + n;
    throw SparkError("ASSIGNMENT_ARITY_MISMATCH",
                     {{"numExpr", std::to_string(node.names.size())},
                      {"numTarget", std::to_string(child->output.size())}});
  }
  std::vector<ExpressionPtr> columns;
  for (size_t i = 0; i < node.names.size(); ++i) columns.push_back(renamed(child->output[i], node.names[i]));
  return select(child, std::move(columns));
}

// A chain of withColumn passes the same columns on at each of its levels, which share the references.
const Expressions& Resolver::references_to(const Attributes& columns) {
  if (!passed_on_.columns.is_shared_with(columns)) {
    std::vector<ExpressionPtr> references;
    references.reserve(columns.size());
    for (const Attribute& column : columns) references.push_back(reference(column));
    passed_on_ = {columns, std::move(references)};
  }
  return passed_on_.references;
}

// One column beside those that are passed on, without the passes over a whole list that `project`
// makes: 200 calls over 500 columns would look at 140,000. Null where it takes `project`.
RelationPtr Resolver::with_column(const RelationPtr& child, const ExpressionPtr& column) {
  const std::string& name = column->as<Alias>()->names[0];
  size_t place = child->output.size();
  for (size_t at = 0; at < child->output.size(); ++at) {
    if (!same_name(name, child->output[at].name)) continue;
    if (place < child->output.size()) return nullptr;
    place = at;
  }
  if (!is_row_wise(column)) return nullptr;
  std::vector<ExpressionPtr> made = named_list({column}, scope_of(child));
  made[0] = with_known_membership(made[0], false);
  RelationPtr single = select(with_exposed(child, made), made);
  Project node{single->as<Project>()->child, references_to(child->output)};
  PassedOn wider = passed_on_;
  const Attribute& shown = single->output[0];
  if (place < child->output.size()) {
    node.expressions.writable(place) = made[0];
    wider.references.writable(place) = reference(shown);
    wider.columns.writable(place) = shown;
  } else {
    node.expressions.push_back(made[0]);
    wider.references.push_back(reference(shown));
    wider.columns.push_back(shown);
  }
  passed_on_ = std::move(wider);
  return make_resolved(std::move(node), passed_on_.columns);
}

RelationPtr Resolver::with_columns(const WithColumns& node) {
  RelationPtr child = resolve(node.child);
  if (node.columns.size() == 1) {
    if (RelationPtr wider = with_column(child, node.columns[0])) return wider;
  }
  std::vector<ExpressionPtr> list;
  std::vector<bool> is_used(node.columns.size(), false);
  std::set<std::string> seen;
  for (const ExpressionPtr& column : node.columns) {
    const std::string& name = column->as<Alias>()->names[0];
    const std::string key = context_.case_sensitive ? name : lower_case(name);
    if (!seen.insert(key).second) throw SparkError("COLUMN_ALREADY_EXISTS", {{"columnName", quoted_name({key})}});
  }
  const Expressions references = references_to(child->output);
  for (size_t at = 0; at < child->output.size(); ++at) {
    ExpressionPtr entry = references[at];
    for (size_t i = 0; i < node.columns.size(); ++i) {
      if (!same_name(node.columns[i]->as<Alias>()->names[0], child->output[at].name)) continue;
      entry = node.columns[i];
      is_used[i] = true;
    }
    list.push_back(entry);
  }
  for (size_t i = 0; i < node.columns.size(); ++i) {
    if (!is_used[i]) list.push_back(node.columns[i]);
  }
  return project(child, list);
}

RelationPtr Resolver::with_columns_renamed(const WithColumnsRenamed& node) {
  RelationPtr child = resolve(node.child);
  std::vector<ExpressionPtr> columns;
  for (const Attribute& attribute : child->output) {
    std::string name = attribute.name;
    for (const auto& [from, to] : node.renames) {
      if (same_name(name, from)) name = to;
    }
    columns.push_back(name == attribute.name ? reference(attribute) : renamed(attribute, name));
  }
  return select(child, std::move(columns));
}

RelationPtr Resolver::drop(const Drop& node) {
  RelationPtr child = resolve(node.child);
  std::set<AttributeId> gone;
  for (const ExpressionPtr& e : node.columns) {
    // A column that is not there is no error.
    try {
      ExpressionPtr column = expression(e, scope_of(child));
      if (const auto* attribute = column->as<AttributeReference>()) gone.insert(attribute->id);
    } catch (const SparkError& error) {
      if (!error.condition().starts_with("UNRESOLVED_COLUMN") && error.condition() != "CANNOT_RESOLVE_DATAFRAME_COLUMN") throw;
    }
  }
  std::vector<ExpressionPtr> kept;
  for (const Attribute& attribute : child->output) {
    const bool is_named = std::any_of(node.names.begin(), node.names.end(), [&](const std::string& name) { return same_name(name, attribute.name); });
    if (!is_named && !gone.count(attribute.id)) kept.push_back(reference(attribute));
  }
  return select(child, std::move(kept));
}

// df.na and df.stat name columns; Dataset.resolve proposes all of them in their order.
void Resolver::check_columns(const std::vector<std::string>& names, const RelationPtr& child) {
  for (const std::string& name : names) {
    if (try_attribute({name}, child->output, {})) continue;
    std::string known;
    for (const Attribute& a : child->output) known += (known.empty() ? "" : ", ") + proposed_name(a.name);
    throw SparkError("UNRESOLVED_COLUMN.WITH_SUGGESTION", {{"objectName", quoted_name({name})}, {"proposal", known}});
  }
}

RelationPtr Resolver::fill_na(const FillNa& node) {
  RelationPtr child = resolve(node.child);
  std::vector<ExpressionPtr> list;
  check_columns(node.columns, child);
  // A value for each column becomes the column's type, whatever its own.
  const bool has_value_each = node.values.size() > 1;
  for (const Attribute& attribute : child->output) {
    const Literal* value = nullptr;
    if (node.columns.empty() && !node.values.empty()) value = &node.values[0];
    for (size_t i = 0; i < node.columns.size(); ++i) {
      if (same_name(node.columns[i], attribute.name)) value = &node.values[node.values.size() == 1 ? 0 : i];
    }
    if (!value || (!has_value_each && !same_class(attribute.type, value->type))) {
      list.push_back(reference(attribute));
      continue;
    }
    FunctionCall call;
    ExpressionPtr input = reference(attribute);
    if (attribute.type.is(TypeKind::kFloat) || attribute.type.is(TypeKind::kDouble)) {
      // fill replaces NaN as well: nanvl(column, null).
      FunctionCall nan_test;
      nan_test.arguments = {input};
      FunctionCall choose;
      choose.arguments = {bind_call(*functions::find_function("isnan"), nan_test, {}), make_null_literal(attribute.type), input};
      input = bind_call(*functions::find_function("if"), choose, {});
    }
    call.arguments = {input, cast_to(make_literal(*value), attribute.type, rules())};
    ExpressionPtr filled = bind_call(*functions::find_function("coalesce"), std::move(call), {});
    list.push_back(make_typed(Alias{filled, {attribute.name}, {}, next_attribute_id()}, filled->type, filled->nullable));
  }
  return select(child, std::move(list));
}

RelationPtr Resolver::drop_na(const DropNa& node) {
  RelationPtr child = resolve(node.child);
  std::vector<ExpressionPtr> inputs;
  if (node.columns.empty()) {
    for (const Attribute& a : child->output) inputs.push_back(reference(a));
  }
  check_columns(node.columns, child);
  for (const std::string& name : node.columns) {
    inputs.push_back(expression(make_expression(UnresolvedAttribute{{name}, {}, false}), scope_of(child)));
  }
  if (inputs.empty()) return child;
  const auto call = [&](const char* name, std::vector<ExpressionPtr> arguments) {
    FunctionCall function;
    function.arguments = std::move(arguments);
    return bind_call(*functions::find_function(name), std::move(function), {});
  };
  // As many of the columns as asked for must be neither null nor NaN. Where that is all of them, each is a
  // condition of its own, so that what fails the first is not looked at again.
  const int wanted = node.min_non_nulls.value_or(static_cast<int>(inputs.size()));
  const bool wants_all = wanted == static_cast<int>(inputs.size());
  ExpressionPtr condition;
  for (const ExpressionPtr& input : inputs) {
    ExpressionPtr there = call("isnotnull", {input});
    if (input->type.is(TypeKind::kFloat) || input->type.is(TypeKind::kDouble)) {
      there = call("and", {there, call("not", {call("isnan", {input})})});
    }
    if (!wants_all) there = call("if", {there, make_integer_literal(1), make_integer_literal(0)});
    condition = !condition ? there : call(wants_all ? "and" : "+", {condition, there});
  }
  if (!wants_all) condition = call(">=", {condition, make_integer_literal(wanted)});
  const Attributes output = child->output;
  return make_resolved(Filter{child, condition}, output);
}

RelationPtr Resolver::replace(const Replace& node) {
  RelationPtr child = resolve(node.child);
  std::vector<std::string> names = node.columns;
  std::erase(names, "*");
  check_columns(names, child);
  std::vector<ExpressionPtr> list;
  for (const Attribute& attribute : child->output) {
    const bool is_meant = node.columns.empty() || std::any_of(node.columns.begin(), node.columns.end(), [&](const std::string& n) { return n == "*" || same_name(n, attribute.name); });
    const Literal* first = nullptr;
    for (const auto& [from, to] : node.replacements) if (!from.is_null() || !first) first = &from;
    if (!is_meant || !first || !same_class(attribute.type, first->type)) {
      list.push_back(reference(attribute));
      continue;
    }
    FunctionCall choose;
    for (const auto& [from, to] : node.replacements) {
      choose.arguments.push_back(bound("=", {reference(attribute), make_literal(from)}));
      choose.arguments.push_back(to.is_null() ? make_null_literal(attribute.type) : cast_to(make_literal(to), attribute.type, rules()));
    }
    choose.arguments.push_back(reference(attribute));
    ExpressionPtr value = bind_call(*functions::find_function("when"), choose, {});
    list.push_back(make_typed(Alias{value, {attribute.name}, {}, next_attribute_id()}, value->type, value->nullable));
  }
  return select(child, std::move(list));
}

// show(): one more row than shown, every cell as show() prints it.
RelationPtr Resolver::show_string(const ShowString& node) {
  RelationPtr child = resolve(node.child);
  std::vector<ExpressionPtr> cells;
  for (const Attribute& attribute : child->output) {
    Cast pretty{reference(attribute), Type::string(), CastMode::kPretty, false, context_.time_zone};
    ExpressionPtr value = make_typed(std::move(pretty), Type::string(), false);
    cells.push_back(make_typed(Alias{value, {attribute.name}, {}, next_attribute_id()}, Type::string(), false));
  }
  const int rows = std::clamp(node.rows, 0, 2147483632 - 1);
  const Attributes child_output = child->output;
  RelationPtr limited_rows = make_resolved(Limit{child, make_integer_literal(rows + 1)}, child_output);
  ShowString copy = node;
  copy.child = select(limited_rows, std::move(cells));
  return make_resolved(std::move(copy), {{next_attribute_id(), node.is_html ? "html_string" : "show_string", Type::string(), false, {}, {}}});
}

RelationPtr Resolver::ml_transform(const RelationPtr& relation, const MlTransform& node) {
  RelationPtr child = resolve(node.child);
  FIRESTEEL_CHECK(context_.transform_schema != nullptr, "no machine learning here");
  // The transformer says which columns it adds or describes anew; each is a new attribute.
  const Schema input = output_schema(*child);
  const Schema schema = context_.transform_schema(node, input);
  const auto& bound = *static_cast<const ml::BoundTransformer*>(node.transformer.get());
  const std::vector<int> replaced = ml::replaced_columns(bound, input);
  Attributes output = child->output;
  for (size_t i = 0; i < output.size(); ++i) {
    const bool is_replaced = std::find(replaced.begin(), replaced.end(), static_cast<int>(i)) != replaced.end();
    if (!is_replaced && schema[i].metadata == output[i].metadata) continue;
    Attribute& column = output.writable(i);
    column.id = next_attribute_id();
    column.type = schema[i].type;
    column.nullable = schema[i].nullable;
    column.metadata = schema[i].metadata;
  }
  for (size_t i = output.size(); i < schema.size(); ++i) {
    output.push_back({next_attribute_id(), schema[i].name, schema[i].type, schema[i].nullable, schema[i].metadata, {}});
  }
  MlTransform copy = node;
  copy.child = child;
  return make_resolved(std::move(copy), std::move(output), relation->plan_id);
}

}  // namespace firesteel::analyze
