// Relations that become others: unpivot, pivot with given values, pair statistics, named windows.
#include <algorithm>
#include <map>
#include <set>

#include "analyze/casts.h"
#include "analyze/qualified_names.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/argument_check.h"
#include "functions/foldable.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

// Cast.canANSIStoreAssign for columns that change no structure.
bool can_store(const Type& from, const Type& to) {
  if (from.same_type(to) || from.is(TypeKind::kNull)) return true;
  if (from.is_numeric() && to.is_numeric()) return true;
  const bool is_nested = from.is(TypeKind::kArray) || from.is(TypeKind::kMap) || from.is(TypeKind::kStruct);
  if (to.is_string()) return !is_nested && !from.is(TypeKind::kBinary);
  return from.is_datetime() && to.is_datetime();
}

}  // namespace

// A row for each value column, the rows of one input row together.
RelationPtr Resolver::unpivot(const Unpivot& node) {
  RelationPtr child = resolve(node.child);
  const Scope scope = scope_of(child);
  std::vector<ExpressionPtr> ids = named_list(node.ids, scope);
  std::vector<ExpressionPtr> values;
  const auto is_among = [](const std::vector<ExpressionPtr>& list, const Attribute& column) {
    return std::any_of(list.begin(), list.end(), [&](const ExpressionPtr& e) { return attribute_of(*e).id == column.id; });
  };
  if (node.values) {
    values = named_list(*node.values, scope);
  } else {
    for (const Attribute& column : child->output) {
      if (!is_among(ids, column)) values.push_back(reference(column));
    }
  }
  if (values.empty()) throw SparkError("UNPIVOT_REQUIRES_VALUE_COLUMNS", {});
  const auto named_as = [](ExpressionPtr value, const std::string& name) {
    const Type type = value->type;
    const bool nullable = value->nullable;
    return make_typed(Alias{std::move(value), {name}, {}, next_attribute_id()}, type, nullable);
  };
  const Type common = unpivot_types(values);
  const auto value_of = [&](const ExpressionPtr& value) {
    const auto* alias_node = value->as<Alias>();
    return cast_to(alias_node ? alias_node->child : value, common, rules());
  };
  if (values.size() == 1) {
    std::vector<ExpressionPtr> columns = ids;
    columns.push_back(named_as(make_string_literal(attribute_of(*values[0]).name), node.variable_column_name));
    columns.push_back(named_as(value_of(values[0]), node.value_column_name));
    return select(child, std::move(columns));
  }
  std::vector<ExpressionPtr> rows;
  for (const ExpressionPtr& value : values) {
    rows.push_back(bound("named_struct", {make_string_literal("variable"), make_string_literal(attribute_of(*value).name),
                                          make_string_literal("value"), value_of(value)}));
  }
  Generate generate;
  generate.child = child;
  generate.generator = bound("inline", {bound("array", std::move(rows))});
  const auto& fields = generate.generator->type.fields();
  const std::string* names[] = {&node.variable_column_name, &node.value_column_name};
  Attributes output = child->output;
  for (size_t i = 0; i < fields.size(); ++i) {
    generate.generated.push_back({next_attribute_id(), *names[i], fields[i].type, fields[i].nullable, {}, {}});
    output.push_back(generate.generated.back());
    ids.push_back(reference(generate.generated.back()));
  }
  return select(make_resolved(std::move(generate), std::move(output)), std::move(ids));
}

// The one type of all values. Names of each type stand together, three at most (unpivotValueDataTypeMismatchError).
Type Resolver::unpivot_types(const std::vector<ExpressionPtr>& values) {
  std::vector<Type> types;
  std::map<std::string, std::vector<std::string>> names;
  for (const ExpressionPtr& value : values) {
    types.push_back(value->type);
    names[value->type.sql()].push_back(quoted_name({attribute_of(*value).name}));
  }
  if (const auto common = wider_type_without_text(types, rules())) return *common;
  std::string all;
  for (auto& [type, columns] : names) {
    if (columns.size() > 3) {
      columns.resize(3);
      columns.emplace_back("...");
    }
    all += (all.empty() ? "\"" : ", \"") + type + "\" (" + firesteel::joined(columns) + ")";
  }
  throw SparkError("UNPIVOT_VALUE_DATA_TYPE_MISMATCH", {{"types", all}});
}

// The values of the pivot column: those given, or else all that the data has.
std::vector<ExpressionPtr> Resolver::pivot_values(const Aggregate& node, const RelationPtr& child) {
  if (!node.pivot_values.empty()) return node.pivot_values;
  FIRESTEEL_CHECK(context_.evaluate != nullptr, "no engine to find the values of a pivot with");
  int64_t values_max = 10000;
  if (context_.configuration) {
    if (const auto text = context_.configuration("spark.sql.pivotMaxValues")) values_max = std::stoll(*text);
  }
  const ExpressionPtr column = expression(node.pivot_column, scope_of(child));
  const ExpressionPtr value = make_typed(Alias{column, {"value"}, {}, next_attribute_id()}, column->type, column->nullable);
  RelationPtr values = select(child, {value});
  const Attributes output = values->output;
  Deduplicate distinct;
  distinct.child = values;
  distinct.all_columns = true;
  distinct.keys = {reference(output[0])};
  values = make_resolved(std::move(distinct), output);
  const ExpressionPtr order = make_typed(SortOrder{reference(output[0]), true, NullOrder::kFirst}, column->type, column->nullable);
  values = make_resolved(Sort{values, {order}, true}, output);
  values = make_resolved(Limit{values, make_integer_literal(static_cast<int32_t>(values_max + 1))}, output);
  std::vector<ExpressionPtr> found;
  for (auto& row : context_.evaluate(values)) found.push_back(make_literal(std::move(row[0])));
  if (static_cast<int64_t>(found.size()) > values_max) {
    throw SparkError("_LEGACY_ERROR_TEMP_1324", {{"pivotColumn", print_name(*column)}, {"maxValues", std::to_string(values_max)}, {"config", "spark.sql.pivotMaxValues"}});
  }
  return found;
}

// The name of a pivot value's columns: its alias, or its text as a cast to string gives it.
std::string Resolver::pivot_value_name(const ExpressionPtr& value) {
  if (const auto* alias_node = value->as<Alias>()) return alias_node->names[0];
  ExpressionPtr resolved = expression(value, Scope{});
  const auto* literal = resolved->as<Literal>();
  if (literal && literal->is_null()) return "null";
  if (literal && (literal->type.is_string() || literal->type.is(TypeKind::kInteger) || literal->type.is(TypeKind::kLong))) return print_name(*resolved);
  const Literal text = constant(cast_to(resolved, Type::string(), rules()));
  return text.is_null() ? "null" : std::get<std::string>(text.value);
}

// The values of a pivot are constants of the pivot column's type.
void Resolver::check_pivot_value(const ExpressionPtr& value, const Type& pivot_type, const Scope& scope) {
  const auto* named_value = value->as<Alias>();
  const ExpressionPtr resolved = expression(named_value ? named_value->child : value, scope);
  if (!functions::is_foldable(resolved)) {
    throw SparkError("NON_LITERAL_PIVOT_VALUES", {{"expression", "\"" + print_name(*resolved) + "\""}});
  }
  if (can_cast(resolved->type, pivot_type, context_.ansi ? CastMode::kAnsi : CastMode::kLegacy)) return;
  throw SparkError("PIVOT_VALUE_DATA_TYPE_MISMATCH", {{"value", print_name(*resolved)},
                                                      {"valueType", resolved->type.simple_string()},
                                                      {"pivotType", pivot_type.simple_string()}});
}

// What a pivot computes are aggregates.
void Resolver::check_pivot_aggregate(const ExpressionPtr& item, const Scope& scope) {
  if (const auto* alias_node = item->as<Alias>()) return check_pivot_aggregate(alias_node->child, scope);
  if (const auto* call = item->as<UnresolvedFunction>()) {
    const auto* row = functions::find_function(call->name.back());
    if (row && row->kind == functions::FunctionKind::kAggregate) return;
  }
  if (item->as<UnresolvedAttribute>()) {
    throw SparkError("_LEGACY_ERROR_TEMP_1006", {{"sql", print_qualified(*expression(item, scope))}});
  }
  for (const ExpressionPtr& part : children(*item)) check_pivot_aggregate(part, scope);
}

// Each value of the pivot column becomes the aggregates of the rows that have it. A group without
// such rows has null, also where the function alone would give 0.
RelationPtr Resolver::pivot(const Aggregate& node) {
  Aggregate grouped;
  const RelationPtr child = resolve(node.child);
  grouped.grouping = node.adds_grouping_columns ? node.grouping : ungrouped_columns(node, child);
  grouped.adds_grouping_columns = true;
  const ExpressionPtr pivoted = expression(node.pivot_column, scope_of(child));
  const Type& pivot_type = pivoted->type;
  if (holds(pivot_type, TypeKind::kMap)) {
    const auto* column = pivoted->as<AttributeReference>();
    std::vector<std::string> name = column ? column->qualifier : std::vector<std::string>();
    name.push_back(column ? column->name : print_name(*pivoted));
    throw SparkError("INCOMPARABLE_PIVOT_COLUMN", {{"columnName", quoted_name(name)}});
  }
  for (const ExpressionPtr& item : node.aggregates) check_pivot_aggregate(item, scope_of(child));
  for (const ExpressionPtr& value : pivot_values(node, child)) {
    check_pivot_value(value, pivot_type, scope_of(child));
    const auto* named_value = value->as<Alias>();
    ExpressionPtr wanted = named_value ? named_value->child : value;
    if (pivot_type.is(TypeKind::kStruct)) {
      Cast cast;
      cast.child = wanted;
      cast.target = pivot_type;
      cast.is_user_specified = false;
      wanted = make_expression(std::move(cast));
    }
    const ExpressionPtr condition = make_call("<=>", {node.pivot_column, wanted});
    const std::string value_name = pivot_value_name(value);
    for (const ExpressionPtr& item : node.aggregates) {
      const auto* alias_node = item->as<Alias>();
      const auto filtered = [&](const ExpressionPtr& e) -> ExpressionPtr {
        const auto* call_node = e->as<UnresolvedFunction>();
        const auto* row = call_node ? functions::find_function(call_node->name.back()) : nullptr;
        if (!row || row->kind != functions::FunctionKind::kAggregate) return nullptr;
        UnresolvedFunction copy = *call_node;
        copy.filter = copy.filter ? make_call("and", {copy.filter, condition}) : condition;
        return make_expression(std::move(copy), e->origin);
      };
      const ExpressionPtr result = transform_up(alias_node ? alias_node->child : item, filtered);
      const ExpressionPtr rows = filtered(make_call("count", {make_integer_literal(1)}));
      ExpressionPtr guarded = make_call("if", {make_call("=", {rows, make_integer_literal(0)}),
                                               make_null_literal(Type::null()), result});
      const std::string suffix = alias_node ? alias_node->names[0] : print_name(*expression(item, scope_of(child)));
      const std::string name = node.aggregates.size() == 1 ? value_name : value_name + "_" + suffix;
      grouped.aggregates.push_back(make_expression(Alias{guarded, {name}, {}, 0}));
    }
  }
  return aggregate_over(grouped, child);
}

// SQL's PIVOT groups by every column that neither the aggregates nor the pivot column use.
std::vector<ExpressionPtr> Resolver::ungrouped_columns(const Aggregate& node, const RelationPtr& child) {
  std::set<AttributeId> used;
  std::vector<ExpressionPtr> inputs = node.aggregates;
  inputs.push_back(node.pivot_column);
  for (const ExpressionPtr& e : inputs) {
    walk(expression(e, scope_of(child)), [&](const ExpressionPtr& part) {
      if (const auto* column = part->as<AttributeReference>()) used.insert(column->id);
      return true;
    });
  }
  std::vector<ExpressionPtr> keys;
  for (const Attribute& column : child->output) {
    if (!used.contains(column.id)) keys.push_back(reference(column));
  }
  return keys;
}

// One row of metrics over the rows that pass, for whoever observes them.
RelationPtr Resolver::collect_metrics(const CollectMetrics& node) {
  RelationPtr child = resolve(node.child);
  CollectMetrics copy = node;
  copy.child = child;
  std::vector<ExpressionPtr> list = named_list(node.metrics, scope_of(child));
  for (const ExpressionPtr& e : list) {
    if (contains_aggregate(e) || e->as<Alias>()) continue;
    throw SparkError("INVALID_OBSERVED_METRICS.NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE", {{"expr", "\"" + print_name(*e) + "\""}});
  }
  // The row of metrics is a query of its own: no input of this node, one subquery beside it.
  Subquery observed;
  observed.plan = build_aggregate(child, {}, list, nullptr);
  copy.metrics = {make_typed(std::move(observed), Type::boolean(), true)};
  const Attributes output = child->output;
  return make_resolved(std::move(copy), output);
}

// df.to(schema): columns by name, in the schema's order, with its types (Project.matchSchema).
RelationPtr Resolver::to_schema(const ToSchema& node) {
  RelationPtr child = resolve(node.child);
  std::vector<ExpressionPtr> columns;
  for (const StructField& field : node.schema) {
    ExpressionPtr column = try_attribute({field.name}, child->output, {});
    if (!column && !field.nullable) {
      std::string names;
      for (const Attribute& a : child->output) names += (names.empty() ? "" : ", ") + quoted_name({a.name});
      throw SparkError("UNRESOLVED_COLUMN.WITH_SUGGESTION", {{"objectName", quoted_name({field.name})}, {"proposal", names}});
    }
    if (!column) column = make_null_literal(field.type);
    if (column->nullable && !field.nullable) {
      throw SparkError("NULLABLE_COLUMN_OR_FIELD", {{"name", quoted_name({field.name})}});
    }
    if (!can_store(column->type, field.type)) {
      throw SparkError("INVALID_COLUMN_OR_FIELD_DATA_TYPE",
                       {{"name", quoted_name({field.name})},
                        {"type", "\"" + column->type.sql() + "\""},
                        {"expectedType", "\"" + field.type.sql() + "\""}});
    }
    Alias alias{cast_to(column, field.type, rules()), {field.name}, {}, next_attribute_id()};
    if (!field.metadata.empty()) alias.metadata = field.metadata;
    columns.push_back(make_typed(std::move(alias), field.type, column->nullable));
  }
  return select(child, std::move(columns));
}

// WINDOW w AS (…): OVER w takes the definition's place, in the SELECT that the clause belongs to.
RelationPtr Resolver::named_windows(const NamedWindows& node) {
  const auto with_definition = [&](const ExpressionPtr& e) -> ExpressionPtr {
    const auto* over = e->as<Window>();
    if (!over || over->name.empty()) return nullptr;
    for (const auto& [name, definition] : node.windows) {
      if (name != over->name) continue;  // whatever spark.sql.caseSensitive says
      Window copy = *definition->as<Window>();
      copy.function = over->function;
      copy.name.clear();
      if (!over->partition_by.empty()) copy.partition_by = over->partition_by;
      if (!over->order_by.empty()) copy.order_by = over->order_by;
      if (over->frame) copy.frame = over->frame;
      return make_expression(std::move(copy), e->origin);
    }
    throw SparkError("MISSING_WINDOW_SPECIFICATION",
                     {{"windowName", over->name}, {"docroot", "https://spark.apache.org/docs/latest"}});
  };
  const std::function<RelationPtr(const RelationPtr&)> replaced = [&](const RelationPtr& relation) -> RelationPtr {
    std::vector<ExpressionPtr> list = plan::expressions(*relation);
    for (ExpressionPtr& e : list) e = transform_up(e, with_definition);
    auto copy = std::make_shared<Relation>(*with_expressions(*relation, std::move(list)));
    copy->plan_id = relation->plan_id;
    copy->origin = relation->origin;
    if (copy->as<Project>() || copy->as<Aggregate>()) return copy;
    std::vector<RelationPtr> below = children(*copy);
    if (below.size() != 1) return copy;
    below[0] = replaced(below[0]);
    return with_children(*copy, std::move(below));
  };
  return resolve(replaced(node.child));
}

}  // namespace firesteel::analyze
