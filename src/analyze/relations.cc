// The relational nodes that stay as they are: children first, then their own expressions.
#include <algorithm>
#include <set>

#include "analyze/coercion.h"
#include "analyze/resolver.h"
#include "analyze/time_windows.h"
#include "base/error.h"
#include "functions/argument_check.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;

std::vector<Attribute> attributes_of(const std::vector<ExpressionPtr>& named) {
  std::vector<Attribute> attributes;
  for (const ExpressionPtr& e : named) attributes.push_back(attribute_of(*e));
  return attributes;
}

RelationPtr Resolver::resolve(const RelationPtr& relation) {
  RelationPtr resolved = resolve_node(relation);
  if (!relation->plan_id) return resolved;
  plan_outputs_[*relation->plan_id].push_back(resolved->output);
  if (resolved->plan_id == relation->plan_id) return resolved;
  auto copy = std::make_shared<Relation>(*resolved);
  copy->plan_id = relation->plan_id;
  return copy;
}

RelationPtr Resolver::resolve_node(const RelationPtr& relation) {
  const Relation& r = *relation;
  if (const auto* n = r.as<UnresolvedTable>()) return table(*n);
  if (const auto* n = r.as<UnresolvedRead>()) return context_.resolve_source(*n);
  if (const auto* n = r.as<With>()) return with(*n);
  if (const auto* n = r.as<InlineTable>()) return inline_table(*n, {});
  if (const auto* n = r.as<TableFunction>()) return table_function(*n);
  if (const auto* n = r.as<LateralView>()) return lateral_view(*n);
  if (const auto* n = r.as<ToDf>()) return to_df(*n);
  if (const auto* n = r.as<WithColumns>()) return with_columns(*n);
  if (const auto* n = r.as<WithColumnsRenamed>()) return with_columns_renamed(*n);
  if (const auto* n = r.as<Drop>()) return drop(*n);
  if (const auto* n = r.as<Hint>()) {
    if (n->name != "PIPE OPERATOR") return hint(*n);
    auto input = std::make_shared<Relation>(*resolve(n->child));
    pipe_inputs_[input.get()] = input;
    return input;
  }
  if (const auto* n = r.as<Summary>()) {
    static const std::vector<std::string> kAll = {"count", "mean", "stddev", "min", "25%", "50%", "75%", "max"};
    return summary(resolve(n->child), n->statistics.empty() ? kAll : n->statistics, {});
  }
  if (const auto* n = r.as<Describe>()) {
    return summary(resolve(n->child), {"count", "mean", "stddev", "min", "max"}, n->columns);
  }
  if (const auto* n = r.as<FillNa>()) return fill_na(*n);
  if (const auto* n = r.as<DropNa>()) return drop_na(*n);
  if (const auto* n = r.as<Replace>()) return replace(*n);
  if (const auto* n = r.as<Unpivot>()) return unpivot(*n);
  if (const auto* n = r.as<StatPair>()) return stat_pair(*n);
  if (const auto* n = r.as<ApproxQuantile>()) return approx_quantile(*n);
  if (const auto* n = r.as<SampleBy>()) return sample_by(*n);
  if (const auto* n = r.as<FreqItems>()) return frequent_items(*n);
  if (const auto* n = r.as<AsOfJoin>()) return as_of_join(*n);
  if (const auto* n = r.as<NearestByJoin>()) return nearest_by_join(*n);
  if (const auto* n = r.as<Transpose>()) return transpose(*n);
  if (const auto* n = r.as<Parse>()) return parse(*n);
  if (const auto* n = r.as<ToSchema>()) return to_schema(*n);
  if (const auto* n = r.as<CollectMetrics>()) return collect_metrics(*n);
  if (const auto* n = r.as<NamedWindows>()) return named_windows(*n);
  if (const auto* n = r.as<WithRelations>()) return with_relations(*n);
  if (const auto* n = r.as<CatalogCall>()) return context_.run_catalog_call(*n);
  if (r.as<OneRow>()) return make_resolved(OneRow{}, {});
  if (const auto* n = r.as<LocalData>()) return local_data(relation, *n);
  if (const auto* n = r.as<Range>()) return range(*n);
  if (const auto* n = r.as<Project>()) {
    if (const auto windowed = with_time_windows(*n)) return project(resolve(windowed->child), windowed->expressions);
    return project(resolve(n->child), n->expressions);
  }
  if (const auto* n = r.as<Filter>()) return filter(*n);
  if (const auto* n = r.as<Join>()) return join(*n);
  if (const auto* n = r.as<SetOperation>()) return set_operation(*n);
  if (const auto* n = r.as<Sort>()) return sort(*n);
  if (const auto* n = r.as<Limit>()) return limited(relation, resolve(n->child), n->limit, "limit");
  if (const auto* n = r.as<Offset>()) return limited(relation, resolve(n->child), n->offset, "offset");
  if (const auto* n = r.as<Tail>()) return limited(relation, resolve(n->child), n->limit, "tail");
  if (const auto* n = r.as<Aggregate>()) return aggregate(*n);
  if (const auto* n = r.as<Sample>()) return sample(*n);
  if (const auto* n = r.as<Deduplicate>()) return deduplicate(*n);
  if (const auto* n = r.as<SubqueryAlias>()) return alias(*n);
  if (const auto* n = r.as<Repartition>()) return repartition(*n);
  if (const auto* n = r.as<ShowString>()) return show_string(*n);
  if (const auto* n = r.as<MlTransform>()) return ml_transform(relation, *n);
  if (r.as<Scan>() || r.as<Cached>()) {
    // Already resolved: a cached or looked-up relation that the caller put in.
    return relation;
  }
  throw_unsupported("RELATION", std::string(node_name(r)));
}

RelationPtr Resolver::inline_table(const InlineTable& node, const std::vector<std::string>& names) {
  // A union of one-row projections whose columns meet in one type.
  SetOperation rows;
  for (const auto& row : node.rows) {
    std::vector<ExpressionPtr> columns;
    for (size_t i = 0; i < row.size(); ++i) {
      Alias named;
      named.child = row[i];
      named.names = {"col" + std::to_string(i + 1)};
      columns.push_back(make_expression(std::move(named)));
    }
    rows.inputs.push_back(make_relation(Project{make_relation(OneRow{}), std::move(columns)}));
  }
  if (rows.inputs.size() == 1) return resolve(rows.inputs[0]);
  std::vector<RelationPtr> inputs;
  for (const RelationPtr& row : rows.inputs) inputs.push_back(resolve(row));
  for (size_t column = 0; column < node.rows[0].size(); ++column) {
    std::vector<Type> types;
    for (const RelationPtr& input : inputs) types.push_back(input->output[column].type);
    if (wider_type(types, rules())) continue;
    const std::string name = column < names.size() ? names[column] : "col" + std::to_string(column + 1);
    throw SparkError("INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE", {{"colName", quoted_name({name})}});
  }
  return combine(rows, std::move(inputs));
}

// range(end), range(start, end), range(start, end, step) and range(start, end, step, partitions) of constants.
RelationPtr Resolver::range_function(const TableFunction& node) {
  if (node.arguments.empty() || node.arguments.size() > 4) {
    throw SparkError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", "`range`"},
                      {"expectedNum", "[1, 2, 3, 4]"},
                      {"actualNum", std::to_string(node.arguments.size())},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  std::vector<int64_t> numbers;
  for (const ExpressionPtr& argument : expressions(node.arguments, Scope{})) {
    if (!can_cast_implicitly(argument->type, Type::long_integer(), rules()) || !functions::is_foldable(argument)) {
      throw_unsupported("FUNCTION", "range() with the argument " + print_name(*argument));
    }
    const Literal value = constant(cast_to(argument, Type::long_integer(), rules()));
    const auto* number = std::get_if<int64_t>(&value.value);
    if (!number) throw_unsupported("FUNCTION", "range() with an argument that is null");
    numbers.push_back(*number);
  }
  Range r;
  if (numbers.size() == 1) r.end = numbers[0];
  if (numbers.size() >= 2) { r.start = numbers[0]; r.end = numbers[1]; }
  if (numbers.size() >= 3) r.step = numbers[2];
  if (numbers.size() >= 4) r.partitions = static_cast<int32_t>(numbers[3]);
  return range(r);
}

RelationPtr Resolver::table_function(const TableFunction& node) {
  if (same_name(node.name.back(), "range")) return range_function(node);
  const functions::Function* row = functions::find_function(node.name.back());
  if (row && row->kind != functions::FunctionKind::kGenerator) {
    throw SparkError("NOT_A_TABLE_FUNCTION", {{"functionName", quoted_name(node.name)}});
  }
  if (!row) {
    throw SparkError("UNRESOLVABLE_TABLE_VALUED_FUNCTION", {{"name", quoted_name(node.name)}});
  }
  UnresolvedFunction call;
  call.name = node.name;
  call.arguments = node.arguments;
  return project(make_resolved(OneRow{}, {}), {make_expression(std::move(call))});
}

RelationPtr Resolver::local_data(const RelationPtr& relation, const LocalData& node) {
  FIRESTEEL_CHECK(node.schema.has_value(), "local data without a schema");
  Attributes output;
  for (const StructField& field : *node.schema) {
    output.push_back({next_attribute_id(), field.name, field.type, field.nullable, field.metadata, {}});
  }
  return make_resolved(node, std::move(output), relation->plan_id);
}

RelationPtr Resolver::range(const Range& node) {
  if (node.step == 0) throw SparkError("DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES", {});
  return make_resolved(node, {{next_attribute_id(), "id", Type::long_integer(), false, {}, {}}});
}

RelationPtr Resolver::sample(const Sample& node) {
  RelationPtr child = resolve(node.child);
  Sample copy = node;
  if (copy.deterministic_order) {
    // randomSplit: the input sorted by all columns that have an order, so that each split sees
    // the same sequence of rows.
    std::vector<ExpressionPtr> order;
    for (const Attribute& attribute : child->output) {
      if (!attribute.type.is_orderable()) continue;
      order.push_back(make_typed(SortOrder{reference(attribute), true, NullOrder::kFirst}, attribute.type, attribute.nullable));
    }
    if (!order.empty()) {
      const Attributes output = child->output;
      child = make_resolved(Sort{child, order, false}, output);
    }
    copy.deterministic_order = false;
  }
  copy.child = child;
  if (!copy.seed) copy.seed = context_.query_start_us;
  return make_resolved(std::move(copy), child->output);
}

RelationPtr Resolver::deduplicate(const Deduplicate& node) {
  RelationPtr child = resolve(node.child);
  Deduplicate copy;
  copy.child = child;
  copy.all_columns = node.all_columns;
  if (node.within_watermark) {
    throw SparkError("_LEGACY_ERROR_TEMP_3102", {{"msg", "dropDuplicatesWithinWatermark is not supported with batch DataFrames/DataSets"}});
  }
  for (const std::string& name : node.columns) {
    ExpressionPtr column = try_attribute({name}, child->output, {});
    if (!column) {
      std::string names;
      for (const Attribute& a : child->output) names += (names.empty() ? "" : ", ") + a.name;
      throw SparkError("CONNECT_INVALID_PLAN.UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", {{"colName", name}, {"fieldNames", names}});
    }
    copy.keys.push_back(column);
  }
  if (node.columns.empty()) {
    for (const Attribute& attribute : child->output) copy.keys.push_back(reference(attribute));
    copy.all_columns = true;
  }
  for (const ExpressionPtr& key : copy.keys) {
    if (holds_map(key->type)) {
      throw SparkError("UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE", {{"colName", quoted_name({print_name(*key)})}, {"dataType", "\"" + key->type.sql() + "\""}});
    }
  }
  return make_resolved(std::move(copy), child->output);
}

RelationPtr Resolver::alias(const SubqueryAlias& node) {
  if (const auto* table = node.child->as<InlineTable>()) return qualified(inline_table(*table, node.column_names), node);
  return qualified(resolve(node.child), node);
}

RelationPtr Resolver::qualified(const RelationPtr& child, const SubqueryAlias& node) {
  auto copy = std::make_shared<Relation>(*child);
  copy->plan_id.reset();
  if (!node.column_names.empty()) {
    if (node.column_names.size() != child->output.size()) {
      throw SparkError("ASSIGNMENT_ARITY_MISMATCH", {{"numExpr", std::to_string(node.column_names.size())}, {"numTarget", std::to_string(child->output.size())}});
    }
    std::vector<ExpressionPtr> columns;
    for (size_t i = 0; i < child->output.size(); ++i) {
      const Attribute& a = child->output[i];
      columns.push_back(make_typed(Alias{reference(a), {node.column_names[i]}, {}, next_attribute_id()}, a.type, a.nullable));
    }
    copy = std::make_shared<Relation>(*select(child, columns));
  }
  for (Attribute& attribute : copy->output) {
    attribute.qualifier = node.qualifier;
    attribute.qualifier.push_back(node.alias);
  }
  return copy;
}

RelationPtr Resolver::repartition(const Repartition& node) {
  RelationPtr child = resolve(node.child);
  Repartition copy = node;
  copy.child = child;
  copy.expressions = expressions(node.expressions, scope_of(child));
  if (node.is_by_id && !copy.expressions[0]->type.is(TypeKind::kInteger)) {
    const ExpressionPtr& id = copy.expressions[0];
    throw SparkError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                     {{"sqlExpr", "\"direct_shuffle_partition_id(" + print_name(*id) + ")\""},
                      {"paramIndex", "first"},
                      {"requiredType", "\"INT\""},
                      {"inputSql", "\"" + print_name(*id) + "\""},
                      {"inputType", "\"" + id->type.sql() + "\""}});
  }
  return make_resolved(std::move(copy), child->output);
}

RelationPtr Resolver::select(RelationPtr child, std::vector<ExpressionPtr> named) {
  Attributes output;
  output.reserve(named.size());
  // Most lists pass the columns on in their order: the next one is looked at first.
  size_t next = 0;
  const auto below = [&](AttributeId id) -> const Attribute* {
    for (size_t tried = 0; tried < child->output.size(); ++tried, ++next) {
      if (next >= child->output.size()) next = 0;
      if (child->output[next].id == id) return &child->output[next++];
    }
    return nullptr;
  };
  for (const ExpressionPtr& e : named) {
    Attribute attribute = attribute_of(*e);
    // References keep the metadata and the qualifier of the column that they pass on.
    if (const auto* column = e->as<AttributeReference>()) {
      if (const Attribute* source = below(column->id)) {
        attribute.metadata = source->metadata;
        attribute.qualifier = source->qualifier;
      }
    } else if (const auto* alias_node = e->as<Alias>(); alias_node && !alias_node->metadata) {
      const auto* column = alias_node->child->as<AttributeReference>();
      const Attribute* source = column ? below(column->id) : nullptr;
      if (source) attribute.metadata = source->metadata;
    }
    output.push_back(std::move(attribute));
  }
  return make_resolved(Project{std::move(child), std::move(named)}, std::move(output));
}

RelationPtr analyze(const RelationPtr& plan, const AnalysisContext& context) {
  RelationPtr resolved = Resolver(context).resolve(plan);
  FIRESTEEL_CHECK(is_resolved(*resolved), "the analyzed plan holds unresolved nodes");
  return resolved;
}

RelationPtr with_places(const RelationPtr& plan) { return Resolver(AnalysisContext{}).placed(plan); }

}  // namespace firesteel::analyze
