// The relational nodes that stay as they are: children first, then their own expressions.
#include <algorithm>
#include <set>

#include "analyze/resolver.h"
#include "analyze/time_windows.h"
#include "base/error.h"
#include "functions/function.h"
#include "functions/own_names.h"
#include "plan/nested_types.h"

namespace firesteel::analyze {

using namespace plan;

Attributes attributes_of(const std::vector<ExpressionPtr>& named) {
  std::vector<Attribute> attributes;
  attributes.reserve(named.size());
  for (const ExpressionPtr& e : named) attributes.push_back(attribute_of(*e));
  return attributes;
}

RelationPtr Resolver::resolve(const RelationPtr& relation) {
  RelationPtr resolved = resolve_node(relation);
  if (!relation->plan_id) return resolved;
  if (resolved->plan_id != relation->plan_id) {
    // Nobody else holds what was just made: then it need not be copied, which counts for wide and deep plans.
    auto own = resolved.use_count() == 1 ? std::const_pointer_cast<Relation>(resolved) : std::make_shared<Relation>(*resolved);
    own->plan_id = relation->plan_id;
    resolved = std::move(own);
  }
  plan_outputs_[*relation->plan_id].emplace_back(resolved, &resolved->output);
  return resolved;
}

namespace {

RelationPtr batch_source(const UnresolvedRead& node, const AnalysisContext& context) {
  if (!node.format.empty()) return context.resolve_source(node);
  UnresolvedRead read = node;
  read.format = context.default_source;
  return context.resolve_source(read);
}

}  // namespace

RelationPtr Resolver::resolve_node(const RelationPtr& relation) {
  const Relation& r = *relation;
  if (const auto* n = r.as<UnresolvedTable>()) return n->is_streaming ? streaming_table(*n) : table(*n);
  if (const auto* n = r.as<UnresolvedRead>()) return n->is_streaming ? streaming_source(*n) : batch_source(*n, context_);
  if (const auto* n = r.as<With>()) return with(*n);
  if (const auto* n = r.as<InlineTable>()) return inline_table(*n, {}, r.origin);
  if (const auto* n = r.as<TableFunction>()) return table_function(*n, r.origin);
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
  if (const auto* n = r.as<EventTimeWatermark>()) return watermark(*n);
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

namespace {

// Whether Spark's analyzer computes it: nothing of rows, drawn, or of lambda functions. Calls that are replaced are so by then.
bool is_computable(const ExpressionPtr& e) {
  bool found = true;
  walk(e, [&](const ExpressionPtr& node) {
    const auto* call = node->as<FunctionCall>();
    const bool is_of_rows = call && (call->function->kind != functions::FunctionKind::kScalar || call->function->is_volatile);
    const bool is_other = node->as<AttributeReference>() || node->as<LambdaFunction>() || node->as<Window>() || node->as<Subquery>();
    return found = found && !is_of_rows && !is_other;
  });
  return found;
}

}  // namespace

// What stands in VALUES is computed before there are rows.
void Resolver::check_inline_value(const ExpressionPtr& e, const Origin& origin) {
  const bool is_name = e->as<UnresolvedAttribute>() && !outer_scope_;  // which is told as one that there is not
  if (e->as<Literal>() || is_name) return;
  if (e->as<Subquery>()) throw SparkError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.SCALAR_SUBQUERY_IN_VALUES", {}, contexts_of(e->origin));
  const ExpressionPtr resolved = expression(e, Scope{nullptr, outer_scope_, nullptr});
  if (is_computable(resolved)) return;
  throw SparkError("INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE", {{"expr", "\"" + print_name(*resolved) + "\""}}, contexts_of(origin));
}

RelationPtr Resolver::inline_table(const InlineTable& node, const std::vector<std::string>& names, const Origin& origin) {
  const size_t width = names.empty() ? node.rows[0].size() : names.size();
  for (size_t i = 0; i < node.rows.size(); ++i) {
    if (node.rows[i].size() == width) continue;
    throw SparkError("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
                     {{"expectedNumCols", std::to_string(width)},
                      {"actualNumCols", std::to_string(node.rows[i].size())},
                      {"rowIndex", std::to_string(i)}},
                     contexts_of(origin))
        .with_kind(ErrorKind::kParse);
  }
  for (const auto& row : node.rows) {
    for (const ExpressionPtr& e : row) check_inline_value(e, origin);
  }
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

RelationPtr Resolver::table_function(const TableFunction& node, const Origin& origin) {
  functions::check_namespace(node.name);
  const functions::Function* row = functions::is_built_in(node.name) ? functions::find_function(node.name.back()) : nullptr;
  if (row && row->kind == functions::FunctionKind::kTable) return listed_table(*row, node);
  if (row && row->kind != functions::FunctionKind::kGenerator && !functions::is_own_name(row->name)) {
    throw SparkError("NOT_A_TABLE_FUNCTION", {{"functionName", quoted_name(node.name)}});
  }
  if (!row && context_.find_function) {
    if (const auto function = context_.find_function(node.name)) return sql_table_function(*function, node, origin);
  }
  if (!row || row->kind != functions::FunctionKind::kGenerator) {
    throw SparkError("UNRESOLVABLE_TABLE_VALUED_FUNCTION", {{"name", quoted_name(node.name)}});
  }
  UnresolvedFunction call;
  call.name = node.name;
  call.arguments = node.arguments;
  return project(make_resolved(OneRow{}, {}), {make_expression(std::move(call))});
}

// Functions that are tables by themselves: range, and those whose rows the server knows.
RelationPtr Resolver::listed_table(const functions::Function& row, const TableFunction& node) {
  std::string expected;
  bool fits = false;
  for (const functions::Signature& s : row.signatures) {
    fits = fits || s.arguments.size() == node.arguments.size();
    expected += (expected.empty() ? "" : ", ") + std::to_string(s.arguments.size());
  }
  if (!fits) {
    throw SparkError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", quoted_name({std::string(row.name)})},
                      {"expectedNum", row.signatures.size() > 1 ? "[" + expected + "]" : expected},
                      {"actualNum", std::to_string(node.arguments.size())},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  if (row.name != "range") return context_.run_catalog_call({std::string(row.name), {}});
  std::vector<int64_t> numbers;
  for (const ExpressionPtr& argument : node.arguments) numbers.push_back(range_bound(argument, numbers.size()));
  Range r;
  if (numbers.size() == 1) r.end = numbers[0];
  if (numbers.size() >= 2) { r.start = numbers[0]; r.end = numbers[1]; }
  if (numbers.size() >= 3) r.step = numbers[2];
  if (numbers.size() >= 4) r.partitions = static_cast<int32_t>(numbers[3]);
  if (r.step == 0) throw SparkError("FAILED_FUNCTION_CALL", {{"funcName", "`range`"}});
  return range(r);
}

// A constant that becomes BIGINT (TableFunctionRegistry.range).
int64_t Resolver::range_bound(const ExpressionPtr& argument, size_t position) {
  const NamedArgument* named_argument = argument->as<NamedArgument>();
  const ExpressionPtr value = expression(named_argument ? named_argument->value : argument, Scope{});
  // Most bounds are written as they are: no engine is asked for them.
  const auto* literal = value->as<Literal>();
  const auto* known = literal && !named_argument ? std::get_if<int64_t>(&literal->value) : nullptr;
  if (known && value->type.is_integral()) return *known;
  bool is_constant = !named_argument;
  walk(value, [&](const ExpressionPtr& e) {
    is_constant = is_constant && !e->as<AttributeReference>() && !e->as<Subquery>();
    return is_constant;
  });
  const bool is_number = value->type.is_numeric() || value->type.is_string();
  if (!is_constant || !is_number) {
    static const char* const ordinals[] = {"first", "second", "third", "fourth"};
    if (!is_constant) {
      throw SparkError("NON_FOLDABLE_ARGUMENT",
                       {{"funcName", "`range`"}, {"paramName", "`start`"}, {"paramType", "\"BIGINT\""}});
    }
    throw SparkError("UNEXPECTED_INPUT_TYPE", {{"functionName", "`range`"},
                                               {"paramIndex", ordinals[std::min<size_t>(position + 1, 3)]},
                                               {"requiredType", "\"BIGINT\""},
                                               {"inputSql", "\"" + print_name(*value) + "\""},
                                               {"inputType", "\"" + value->type.sql() + "\""}});
  }
  const Literal number = constant(cast_to(value, Type::long_integer(), rules()));
  const auto* found = std::get_if<int64_t>(&number.value);
  if (!found) throw SparkError("FAILED_FUNCTION_CALL", {{"funcName", "`range`"}});
  return *found;
}

RelationPtr Resolver::local_data(const RelationPtr& relation, const LocalData& node) {
  FIRESTEEL_CHECK(node.schema.has_value(), "local data without a schema");
  std::vector<Attribute> output;
  output.reserve(node.schema->size());
  for (const StructField& field : *node.schema) {
    output.push_back({next_attribute_id(), field.name, field.type, field.nullable, field.metadata, {}});
  }
  return make_resolved(node, std::move(output), relation->plan_id);
}

RelationPtr Resolver::range(const Range& node) {
  if (node.step == 0) throw SparkError("_LEGACY_ERROR_ML_REQUIREMENT", {{"message", "step (0) cannot be 0"}});
  return make_resolved(node, {{next_attribute_id(), "id", Type::long_integer(), false, {}, {}}});
}

RelationPtr Resolver::sample(const Sample& node) {
  RelationPtr child = resolve(node.child);
  // RandomSampler.roundingEpsilon
  constexpr double kRounding = 1e-6;
  const double part = node.upper_bound - node.lower_bound;
  if (part < -kRounding || (!node.with_replacement && part > 1 + kRounding)) {
    const std::string text = print_name(*make_literal({Type::double_number(), part}));
    throw SparkError("_LEGACY_ERROR_ML_REQUIREMENT",
                     {{"message", "Sampling fraction (" + text + ") must be " +
                                      (node.with_replacement ? "nonnegative with replacement" : "on interval [0, 1] without replacement")}});
  }
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
  copy.within_watermark = node.within_watermark;
  for (const std::string& name : node.columns) {
    const size_t before = copy.keys.size();
    for (const Attribute& attribute : child->output) {  // every column of the name
      if (same_name(attribute.name, name)) copy.keys.push_back(reference(attribute));
    }
    if (copy.keys.size() == before) {
      std::string names;
      for (const Attribute& a : child->output) names += (names.empty() ? "" : ", ") + a.name;
      throw SparkError("CONNECT_INVALID_PLAN.UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", {{"colName", name}, {"fieldNames", names}});
    }
  }
  if (node.columns.empty()) {
    for (const Attribute& attribute : child->output) copy.keys.push_back(reference(attribute));
    copy.all_columns = true;
  }
  for (const ExpressionPtr& key : copy.keys) {
    if (holds(key->type, TypeKind::kMap)) {
      throw SparkError("UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE", {{"colName", quoted_name({print_name(*key)})}, {"dataType", "\"" + key->type.sql() + "\""}});
    }
  }
  return make_resolved(std::move(copy), child->output);
}

RelationPtr Resolver::alias(const SubqueryAlias& node) {
  if (const auto* table = node.child->as<InlineTable>()) return qualified(inline_table(*table, node.column_names, node.child->origin), node);
  return qualified(resolve(node.child), node);
}

RelationPtr Resolver::qualified(const RelationPtr& child, const SubqueryAlias& node) {
  auto copy = std::make_shared<Relation>(*child);
  copy->plan_id.reset();
  if (!node.column_names.empty()) {
    const std::string names = std::to_string(node.column_names.size()), columns = std::to_string(child->output.size());
    // Names of a WITH have no child.
    if (const auto* function = node.child ? node.child->as<TableFunction>() : nullptr; function && names != columns) {
      throw SparkError("NUM_TABLE_VALUE_ALIASES_MISMATCH",
                       {{"funcName", quoted_name(function->name)}, {"aliasesNum", names}, {"outColsNum", columns}});
    }
    if (names != columns) throw SparkError("ASSIGNMENT_ARITY_MISMATCH", {{"numExpr", names}, {"numTarget", columns}});
    std::vector<ExpressionPtr> renamed;
    for (size_t i = 0; i < child->output.size(); ++i) {
      const Attribute& a = child->output[i];
      renamed.push_back(make_typed(Alias{reference(a), {node.column_names[i]}, {}, next_attribute_id()}, a.type, a.nullable));
    }
    copy = std::make_shared<Relation>(*select(child, renamed));
  }
  std::vector<std::string> qualifier = node.qualifier;
  qualifier.push_back(node.alias);
  for (size_t i = 0; i < copy->output.size(); ++i) copy->output.writable(i).qualifier = qualifier;
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
  std::vector<Attribute> output;
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
