// The relational nodes that stay as they are: children first, then their own expressions.
#include <algorithm>
#include <set>

#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

std::vector<QueryContext> no_context() { return {}; }

bool outputs_meet(const Relation& a, const Relation& b) {
  std::set<AttributeId> ids;
  for (const Attribute& attribute : a.output) ids.insert(attribute.id);
  return std::any_of(b.output.begin(), b.output.end(),
                     [&](const Attribute& attribute) { return ids.count(attribute.id) > 0; });
}

void collect_plan_ids(const Relation& relation, std::set<int64_t>& ids) {
  if (relation.plan_id) ids.insert(*relation.plan_id);
  for (const RelationPtr& child : children(relation)) collect_plan_ids(*child, ids);
}

}  // namespace

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
  if (const auto* n = r.as<InlineTable>()) return inline_table(*n);
  if (const auto* n = r.as<TableFunction>()) return table_function(*n);
  if (const auto* n = r.as<LateralView>()) return lateral_view(*n);
  if (const auto* n = r.as<ToDf>()) return to_df(*n);
  if (const auto* n = r.as<WithColumns>()) return with_columns(*n);
  if (const auto* n = r.as<WithColumnsRenamed>()) return with_columns_renamed(*n);
  if (const auto* n = r.as<Drop>()) return drop(*n);
  if (const auto* n = r.as<Hint>()) return resolve(n->child);
  if (const auto* n = r.as<Summary>()) return summary(resolve(n->child), n->statistics, {});
  if (const auto* n = r.as<Describe>()) {
    return summary(resolve(n->child), {"count", "mean", "stddev", "min", "max"}, n->columns);
  }
  if (const auto* n = r.as<FillNa>()) return fill_na(*n);
  if (const auto* n = r.as<DropNa>()) return drop_na(*n);
  if (const auto* n = r.as<Replace>()) return replace(*n);
  if (const auto* n = r.as<Unpivot>()) return unpivot(*n);
  if (const auto* n = r.as<StatPair>()) return stat_pair(*n);
  if (const auto* n = r.as<NamedWindows>()) return named_windows(*n);
  if (const auto* n = r.as<CatalogCall>()) return context_.run_catalog_call(*n);
  if (r.as<OneRow>()) return make_resolved(OneRow{}, {});
  if (const auto* n = r.as<LocalData>()) return local_data(relation, *n);
  if (const auto* n = r.as<Range>()) return range(*n);
  if (const auto* n = r.as<Project>()) return project(resolve(n->child), n->expressions);
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
    if (RelationPtr view = context_.find_view(node.parts)) {
      std::map<AttributeId, AttributeId> renamed;
      RelationPtr resolved = is_resolved(*view) ? view : resolve(view);
      return qualified(with_fresh_ids(resolved, renamed), {nullptr, node.parts.back(), {}, {}});
    }
  }
  static const char* const formats[] = {"parquet", "csv", "text", "json", "orc"};
  if (node.parts.size() == 2 &&
      std::any_of(std::begin(formats), std::end(formats),
                  [&](const char* f) { return same_name(f, node.parts[0]); })) {
    return context_.resolve_source({node.parts[0], {}, node.options, {node.parts[1]}});
  }
  throw SparkError("TABLE_OR_VIEW_NOT_FOUND",
                   {{"relationName", quoted_name(node.parts)},
                    {"searchPath", "[`system`.`builtin`, `system`.`session`, `" + context_.current_catalog + "`.`" +
                                       context_.current_database + "`]"}},
                   no_context());
}

RelationPtr Resolver::with(const With& node) {
  if (node.is_recursive) throw_unsupported("RELATION", "WITH RECURSIVE");
  common_tables_.emplace_back();
  for (const CommonTableExpression& definition : node.definitions) {
    RelationPtr query = resolve(definition.query);
    if (!definition.column_names.empty()) query = qualified(query, {nullptr, definition.name, {}, definition.column_names});
    common_tables_.back()[definition.name] = query;
  }
  RelationPtr result = resolve(node.child);
  common_tables_.pop_back();
  return result;
}

RelationPtr Resolver::inline_table(const InlineTable& node) {
  // A union of one-row projections whose columns meet in one type.
  SetOperation rows;
  for (const auto& row : node.rows) {
    if (row.size() != node.rows[0].size()) {
      throw SparkError("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
                       {{"expectedNumCols", std::to_string(node.rows[0].size())},
                        {"actualNumCols", std::to_string(row.size())},
                        {"rowIndex", "0"}});
    }
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
  return set_operation(rows);
}

RelationPtr Resolver::table_function(const TableFunction& node) {
  const Scope none;
  std::vector<ExpressionPtr> arguments = expressions(node.arguments, none);
  if (same_name(node.name.back(), "range")) {
    std::vector<int64_t> numbers;
    for (const ExpressionPtr& argument : arguments) {
      const auto* literal = argument->as<Literal>();
      const auto* number = literal ? std::get_if<int64_t>(&literal->value) : nullptr;
      // Negative bounds come as a call of "negative" over a literal.
      const auto* call = argument->as<FunctionCall>();
      if (!number && call && call->function->name == "negative") {
        literal = call->arguments[0]->as<Literal>();
        number = literal ? std::get_if<int64_t>(&literal->value) : nullptr;
        if (number) { numbers.push_back(-*number); continue; }
      }
      if (!number) throw_unsupported("FUNCTION", "range() with an argument that is no integer literal");
      numbers.push_back(*number);
    }
    Range r;
    if (numbers.size() == 1) r.end = numbers[0];
    if (numbers.size() >= 2) { r.start = numbers[0]; r.end = numbers[1]; }
    if (numbers.size() >= 3) r.step = numbers[2];
    return range(r);
  }
  const functions::Function* row = functions::find_function(node.name.back());
  if (!row || row->kind != functions::FunctionKind::kGenerator) {
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

RelationPtr Resolver::filter(const Filter& node) {
  RelationPtr child = resolve(node.child);
  Scope scope{&child->output, nullptr, child.get()};
  try {
    ExpressionPtr resolved = condition(node.condition, scope, "WHERE");
    if (contains_window(resolved)) {
      throw SparkError("INVALID_WHERE_CONDITION", {{"condition", "\"" + print_name(*resolved) + "\""}, {"expressionList", print_name(*resolved)}});
    }
    if (contains_aggregate(resolved)) {
      // df.groupBy().agg().filter(agg) is HAVING only in SQL; here it is an error.
      throw SparkError("INVALID_WHERE_CONDITION", {{"condition", "\"" + print_name(*resolved) + "\""}, {"expressionList", print_name(*resolved)}});
    }
    const Attributes output = child->output;
    return make_resolved(Filter{child, resolved}, output);
  } catch (const SparkError& error) {
    // A column that the select below left out: filter below it, as ResolveReferences does.
    const auto* below = child->as<Project>();
    if (!below || !error.condition().starts_with("UNRESOLVED_COLUMN")) throw;
    Attributes all = child->output;
    std::vector<ExpressionPtr> wider = below->expressions;
    for (const Attribute& attribute : below->child->output) {
      if (std::none_of(all.begin(), all.end(), [&](const Attribute& a) { return a.id == attribute.id || same_name(a.name, attribute.name); })) {
        wider.push_back(reference(attribute));
        all.push_back(attribute);
      }
    }
    Scope wide{&all, nullptr, nullptr};
    ExpressionPtr resolved = condition(node.condition, wide, "WHERE");
    RelationPtr extended = make_resolved(Project{below->child, wider}, all);
    RelationPtr filtered = make_resolved(Filter{extended, resolved}, all);
    std::vector<ExpressionPtr> kept;
    for (const Attribute& attribute : child->output) kept.push_back(reference(attribute));
    return make_resolved(Project{filtered, kept}, child->output);
  }
}

RelationPtr Resolver::sort(const Sort& node) {
  RelationPtr child = resolve(node.child);
  std::vector<ExpressionPtr> order;
  Attributes all = child->output;
  std::vector<ExpressionPtr> wider;
  const auto* below = child->as<Project>();
  for (const ExpressionPtr& one : node.order) {
    const auto* sort_order = one->as<SortOrder>();
    // ORDER BY 2: the second column.
    const auto* position = sort_order ? sort_order->child->as<Literal>() : nullptr;
    const auto* number = position && position->type.is(TypeKind::kInteger) && node.is_global ? std::get_if<int64_t>(&position->value) : nullptr;
    if (number) {
      if (*number < 1 || *number > static_cast<int64_t>(child->output.size())) {
        throw SparkError("ORDER_BY_POS_OUT_OF_RANGE", {{"index", std::to_string(*number)}, {"size", std::to_string(child->output.size())}});
      }
      SortOrder copy = *sort_order;
      copy.child = reference(child->output[static_cast<size_t>(*number - 1)]);
      order.push_back(expression(make_expression(std::move(copy)), Scope{&all, nullptr, nullptr}));
      continue;
    }
    ExpressionPtr wrapped = sort_order ? one : make_expression(SortOrder{one, true, NullOrder::kDefault});
    try {
      order.push_back(expression(wrapped, Scope{&child->output, nullptr, child.get()}));
    } catch (const SparkError& error) {
      if (!below || (!error.condition().starts_with("UNRESOLVED_COLUMN") && error.condition() != "CANNOT_RESOLVE_DATAFRAME_COLUMN")) throw;
      Attributes both = child->output;
      for (const Attribute& attribute : below->child->output) {
        if (std::none_of(both.begin(), both.end(), [&](const Attribute& a) { return a.id == attribute.id; })) both.push_back(attribute);
      }
      ExpressionPtr resolved = expression(wrapped, Scope{&both, nullptr, nullptr});
      walk(resolved, [&](const ExpressionPtr& e) {
        const auto* column = e->as<AttributeReference>();
        if (!column) return true;
        if (std::none_of(all.begin(), all.end(), [&](const Attribute& a) { return a.id == column->id; })) {
          for (const Attribute& attribute : both) {
            if (attribute.id == column->id) {
              wider.push_back(reference(attribute));
              all.push_back(attribute);
            }
          }
        }
        return true;
      });
      order.push_back(resolved);
    }
  }
  if (std::any_of(order.begin(), order.end(), [](const ExpressionPtr& e) { return contains_window(e); })) {
    // Windows in ORDER BY: computed as columns first.
    std::vector<ExpressionPtr> extended;
    for (const Attribute& a : child->output) extended.push_back(reference(a));
    std::vector<ExpressionPtr> replaced;
    for (const ExpressionPtr& e : order) {
      SortOrder copy = *e->as<SortOrder>();
      Alias hidden{copy.child, {"_order"}, {}, next_attribute_id()};
      ExpressionPtr named_column = make_typed(hidden, copy.child->type, copy.child->nullable);
      extended.push_back(named_column);
      copy.child = reference(attribute_of(*named_column));
      replaced.push_back(make_typed(std::move(copy), e->type, e->nullable));
    }
    RelationPtr with_keys = project(child, extended);
    RelationPtr sorted = make_resolved(Sort{with_keys, replaced, node.is_global}, with_keys->output);
    std::vector<ExpressionPtr> kept;
    for (const Attribute& a : child->output) kept.push_back(reference(a));
    return make_resolved(Project{sorted, kept}, child->output);
  }
  if (wider.empty()) {
    const Attributes output = child->output;
    return make_resolved(Sort{child, order, node.is_global}, output);
  }
  std::vector<ExpressionPtr> list = below->expressions;
  list.insert(list.end(), wider.begin(), wider.end());
  RelationPtr extended = make_resolved(Project{below->child, list}, all);
  RelationPtr sorted = make_resolved(Sort{extended, order, node.is_global}, all);
  std::vector<ExpressionPtr> kept;
  for (const Attribute& attribute : child->output) kept.push_back(reference(attribute));
  return make_resolved(Project{sorted, kept}, child->output);
}

RelationPtr Resolver::limited(const RelationPtr& relation, RelationPtr child,
                              const ExpressionPtr& count, const char* name) {
  ExpressionPtr resolved = expression(count, Scope{});
  const auto* literal = resolved->as<Literal>();
  const auto* number = literal ? std::get_if<int64_t>(&literal->value) : nullptr;
  SparkError::Parameters who = {{"name", name}, {"expr", "\"" + print_name(*resolved) + "\""}};
  if (literal && literal->is_null()) throw SparkError("INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL", who);
  if (!number) throw SparkError("INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE", who);
  if (!literal->type.is_integral()) {
    who.push_back({"dataType", "\"" + literal->type.sql() + "\""});
    throw SparkError("INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE", who);
  }
  if (*number < 0) {
    who.push_back({"v", std::to_string(*number)});
    throw SparkError("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", who);
  }
  const Attributes output = child->output;
  if (relation->as<Limit>()) return make_resolved(Limit{child, resolved}, output);
  if (relation->as<Offset>()) return make_resolved(Offset{child, resolved}, output);
  return make_resolved(Tail{child, resolved}, output);
}

RelationPtr Resolver::with_fresh_ids(const RelationPtr& relation,
                                     std::map<AttributeId, AttributeId>& renamed) {
  std::vector<ExpressionPtr> columns;
  Attributes output;
  for (const Attribute& attribute : relation->output) {
    Attribute copy = attribute;
    copy.id = next_attribute_id();
    renamed[attribute.id] = copy.id;
    Alias fresh{reference(attribute), {attribute.name}, {}, copy.id};
    if (!attribute.metadata.empty()) fresh.metadata = attribute.metadata;
    columns.push_back(make_typed(std::move(fresh), attribute.type, attribute.nullable));
    output.push_back(std::move(copy));
  }
  return make_resolved(Project{relation, std::move(columns)}, std::move(output));
}

void Resolver::register_plan_ids(const Relation& relation,
                                 const std::map<AttributeId, AttributeId>& renamed) {
  std::set<int64_t> ids;
  collect_plan_ids(relation, ids);
  for (int64_t id : ids) {
    std::vector<Attributes> added;
    for (const Attributes& output : plan_outputs_[id]) {
      Attributes copy = output;
      bool is_changed = false;
      for (Attribute& attribute : copy) {
        const auto found = renamed.find(attribute.id);
        if (found == renamed.end()) continue;
        attribute.id = found->second;
        is_changed = true;
      }
      if (is_changed) added.push_back(std::move(copy));
    }
    for (Attributes& output : added) plan_outputs_[id].push_back(std::move(output));
  }
}

RelationPtr Resolver::set_operation(const SetOperation& node) {
  std::vector<RelationPtr> inputs;
  for (const RelationPtr& input : node.inputs) inputs.push_back(resolve(input));
  if (node.by_name) return union_by_name(node, inputs);
  return combine(node, std::move(inputs));
}

// By position, over resolved inputs.
RelationPtr Resolver::combine(const SetOperation& node, std::vector<RelationPtr> inputs) {
  const char* name = node.kind == SetOperationKind::kUnion ? "UNION"
                     : node.kind == SetOperationKind::kIntersect ? "INTERSECT" : "EXCEPT";
  const size_t width = inputs[0]->output.size();
  std::vector<Type> types;
  std::vector<bool> nullable(width, false);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i]->output.size() != width) {
      throw SparkError("NUM_COLUMNS_MISMATCH",
                       {{"operator", name}, {"firstNumColumns", std::to_string(width)},
                        {"invalidOrdinalNum", i == 1 ? "second" : std::to_string(i + 1) + "th"},
                        {"invalidNumColumns", std::to_string(inputs[i]->output.size())}});
    }
  }
  for (size_t c = 0; c < width; ++c) {
    Type type = inputs[0]->output[c].type;
    for (size_t i = 1; i < inputs.size(); ++i) {
      const auto wider = wider_type(type, inputs[i]->output[c].type, rules());
      if (!wider) {
        throw SparkError("INCOMPATIBLE_COLUMN_TYPE",
                         {{"operator", name}, {"columnOrdinalNumber", c == 0 ? "first" : c == 1 ? "second" : std::to_string(c + 1) + "th"},
                          {"tableOrdinalNumber", i == 1 ? "second" : std::to_string(i + 1) + "th"},
                          {"dataType1", "\"" + inputs[i]->output[c].type.sql() + "\""},
                          {"dataType2", "\"" + type.sql() + "\""}, {"hint", ""}});
      }
      type = *wider;
    }
    for (const RelationPtr& input : inputs) nullable[c] = nullable[c] || input->output[c].nullable;
    if (node.kind == SetOperationKind::kExcept) nullable[c] = inputs[0]->output[c].nullable;
    types.push_back(type);
  }
  for (RelationPtr& input : inputs) {
    std::vector<ExpressionPtr> columns;
    bool is_changed = false;
    for (size_t c = 0; c < width; ++c) {
      const Attribute& attribute = input->output[c];
      ExpressionPtr value = cast_to(reference(attribute), types[c], rules());
      is_changed |= !attribute.type.same_type(types[c]);
      if (!value->as<AttributeReference>()) {
        const bool is_nullable = value->nullable;
        value = make_typed(Alias{value, {attribute.name}, {}, next_attribute_id()}, types[c], is_nullable);
      }
      columns.push_back(value);
    }
    if (is_changed) {
      const Attributes output = attributes_of(columns);
      input = make_resolved(Project{input, std::move(columns)}, output);
    }
  }
  Attributes output;
  for (size_t c = 0; c < width; ++c) {
    Attribute attribute = inputs[0]->output[c];
    attribute.id = next_attribute_id();
    attribute.type = types[c];
    attribute.nullable = nullable[c];
    attribute.qualifier.clear();
    output.push_back(std::move(attribute));
  }
  SetOperation resolved{std::move(inputs), node.kind, node.is_all, false, false};
  return make_resolved(std::move(resolved), std::move(output));
}

RelationPtr Resolver::union_by_name(const SetOperation& node, std::vector<RelationPtr>& inputs) {
  RelationPtr left = inputs[0];
  for (size_t i = 1; i < inputs.size(); ++i) {
    RelationPtr right = inputs[i];
    std::vector<ExpressionPtr> right_columns;
    std::vector<ExpressionPtr> left_columns;
    for (const Attribute& a : left->output) left_columns.push_back(reference(a));
    for (const Attribute& a : left->output) {
      auto found = std::find_if(right->output.begin(), right->output.end(), [&](const Attribute& b) { return same_name(a.name, b.name); });
      if (found != right->output.end()) { right_columns.push_back(reference(*found)); continue; }
      if (!node.allow_missing_columns) {
        std::string names;
        for (const Attribute& b : right->output) names += (names.empty() ? "" : ", ") + b.name;
        throw SparkError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", {{"colName", a.name}, {"fieldNames", names}});
      }
      right_columns.push_back(make_typed(Alias{make_null_literal(a.type), {a.name}, {}, next_attribute_id()}, a.type, true));
    }
    for (const Attribute& b : right->output) {
      if (std::any_of(left->output.begin(), left->output.end(), [&](const Attribute& a) { return same_name(a.name, b.name); })) continue;
      if (!node.allow_missing_columns) {
        throw SparkError("NUM_COLUMNS_MISMATCH", {{"operator", "UNION"}, {"firstNumColumns", std::to_string(left->output.size())}, {"invalidOrdinalNum", "second"}, {"invalidNumColumns", std::to_string(right->output.size())}});
      }
      left_columns.push_back(make_typed(Alias{make_null_literal(b.type), {b.name}, {}, next_attribute_id()}, b.type, true));
      right_columns.push_back(reference(b));
    }
    left = combine(node, {select(left, left_columns), select(right, right_columns)});
  }
  return left;
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
  if (node.within_watermark) throw_unsupported("RELATION", "dropDuplicatesWithinWatermark");
  for (const std::string& name : node.columns) {
    ExpressionPtr column = try_attribute({name}, child->output, {});
    if (!column) {
      std::string names;
      for (const Attribute& a : child->output) names += (names.empty() ? "" : ", ") + a.name;
      throw SparkError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", {{"colName", quoted_name({name})}, {"fieldNames", names}});
    }
    copy.keys.push_back(column);
  }
  if (node.columns.empty()) {
    for (const Attribute& attribute : child->output) copy.keys.push_back(reference(attribute));
    copy.all_columns = true;
  }
  for (const ExpressionPtr& key : copy.keys) {
    if (key->type.is(TypeKind::kMap)) {
      throw SparkError("UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE", {{"colName", quoted_name({print_name(*key)})}, {"dataType", "\"" + key->type.sql() + "\""}});
    }
  }
  return make_resolved(std::move(copy), child->output);
}

RelationPtr Resolver::alias(const SubqueryAlias& node) {
  return qualified(resolve(node.child), node);
}

RelationPtr Resolver::qualified(const RelationPtr& child, const SubqueryAlias& node) {
  auto copy = std::make_shared<Relation>(*child);
  copy->plan_id.reset();
  if (!node.column_names.empty()) {
    if (node.column_names.size() != child->output.size()) {
      throw SparkError("ASSIGNMENT_ARITY_MISMATCH", {{"numExpr", std::to_string(child->output.size())}, {"numTarget", std::to_string(node.column_names.size())}});
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
  copy.expressions = expressions(node.expressions, Scope{&child->output, nullptr, child.get()});
  return make_resolved(std::move(copy), child->output);
}

RelationPtr Resolver::join(const Join& node) {
  if (node.is_lateral) throw_unsupported("RELATION", "LATERAL joins");
  RelationPtr left = resolve(node.left);
  RelationPtr right = resolve(node.right);
  if (outputs_meet(*left, *right)) {
    std::map<AttributeId, AttributeId> renamed;
    RelationPtr original = right;
    right = with_fresh_ids(right, renamed);
    register_plan_ids(*original, renamed);
  }
  std::vector<std::string> shared = node.using_columns;
  if (node.is_natural) {
    for (const Attribute& a : left->output) {
      if (std::any_of(right->output.begin(), right->output.end(), [&](const Attribute& b) { return same_name(a.name, b.name); })) shared.push_back(a.name);
    }
  }
  const bool keeps_right = node.kind != JoinKind::kLeftSemi && node.kind != JoinKind::kLeftAnti;
  Attributes output;
  for (Attribute a : left->output) {
    if (node.kind == JoinKind::kRightOuter || node.kind == JoinKind::kFullOuter) a.nullable = true;
    output.push_back(std::move(a));
  }
  for (Attribute a : right->output) {
    if (node.kind == JoinKind::kLeftOuter || node.kind == JoinKind::kFullOuter) a.nullable = true;
    if (keeps_right) output.push_back(std::move(a));
  }
  Attributes inputs = left->output;
  inputs.insert(inputs.end(), right->output.begin(), right->output.end());
  ExpressionPtr joined;
  if (node.condition) joined = condition(node.condition, Scope{&inputs, nullptr, nullptr}, "ON");
  std::vector<std::pair<ExpressionPtr, ExpressionPtr>> pairs;
  for (const std::string& name : shared) {
    ExpressionPtr l = try_attribute({name}, left->output, {});
    ExpressionPtr r = try_attribute({name}, right->output, {});
    if (!l || !r) {
      std::string names;
      std::vector<std::string> sorted;
      for (const Attribute& a : (l ? right : left)->output) sorted.push_back(quoted_name({a.name}));
      std::sort(sorted.begin(), sorted.end());
      for (const std::string& one : sorted) names += (names.empty() ? "" : ", ") + one;
      throw SparkError("UNRESOLVED_USING_COLUMN_FOR_JOIN", {{"colName", quoted_name({name})}, {"side", l ? "right" : "left"}, {"suggestion", "[" + names + "]"}});
    }
    pairs.emplace_back(l, r);
    ExpressionPtr equal = bind_call(*functions::find_function("="), FunctionCall{nullptr, {l, r}, false, false, {}, {}, true, {}, "="}, {});
    joined = joined ? bind_call(*functions::find_function("and"), FunctionCall{nullptr, {joined, equal}, false, false, {}, {}, true, {}, "and"}, {}) : equal;
  }
  Join resolved{left, right, node.kind, joined, {}, false, false};
  if (resolved.kind == JoinKind::kCross && joined) resolved.kind = JoinKind::kInner;
  RelationPtr plain = make_resolved(std::move(resolved), output);
  if (pairs.empty()) return plain;
  // USING: the shared columns once, in front; for a full join the coalesced value.
  std::vector<ExpressionPtr> columns;
  std::set<AttributeId> used;
  for (const auto& [l, r] : pairs) {
    const AttributeId left_id = l->as<AttributeReference>()->id;
    const AttributeId right_id = r->as<AttributeReference>()->id;
    used.insert(left_id);
    used.insert(right_id);
    if (node.kind == JoinKind::kFullOuter) {
      FunctionCall coalesce;
      Attribute left_attribute, right_attribute;
      for (const Attribute& a : output) { if (a.id == left_id) left_attribute = a; if (a.id == right_id) right_attribute = a; }
      coalesce.arguments = {reference(left_attribute), reference(right_attribute)};
      ExpressionPtr value = bind_call(*functions::find_function("coalesce"), coalesce, {});
      columns.push_back(make_typed(Alias{value, {l->as<AttributeReference>()->name}, {}, next_attribute_id()}, value->type, value->nullable));
      continue;
    }
    for (const Attribute& a : output) {
      if (a.id == (node.kind == JoinKind::kRightOuter ? right_id : left_id)) columns.push_back(reference(a));
    }
  }
  for (const Attribute& a : output) {
    if (!used.count(a.id)) columns.push_back(reference(a));
  }
  return select(plain, columns);
}

RelationPtr Resolver::select(RelationPtr child, std::vector<ExpressionPtr> named) {
  Attributes output;
  for (const ExpressionPtr& e : named) {
    Attribute attribute = attribute_of(*e);
    // References keep the metadata and the qualifier of the column that they pass on.
    if (const auto* column = e->as<AttributeReference>()) {
      for (const Attribute& below : child->output) {
        if (below.id != column->id) continue;
        attribute.metadata = below.metadata;
        attribute.qualifier = below.qualifier;
      }
    } else if (const auto* alias_node = e->as<Alias>(); alias_node && !alias_node->metadata) {
      const auto* column_below = alias_node->child->as<AttributeReference>();
      for (const Attribute& below : child->output) {
        if (column_below && below.id == column_below->id) attribute.metadata = below.metadata;
      }
    }
    output.push_back(std::move(attribute));
  }
  return make_resolved(Project{std::move(child), std::move(named)}, std::move(output));
}

RelationPtr analyze(const RelationPtr& plan, const AnalysisContext& context) {
  const NameTimeZone zone(context.time_zone);
  RelationPtr resolved = Resolver(context).resolve(plan);
  FIRESTEEL_CHECK(is_resolved(*resolved), "the analyzed plan holds unresolved nodes");
  return resolved;
}

}  // namespace firesteel::analyze
