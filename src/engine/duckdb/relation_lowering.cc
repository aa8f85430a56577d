#include "engine/duckdb/relation_lowering.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engine/duckdb/file_scan.h"
#include "engine/duckdb/local_data.h"
#include "engine/duckdb/null_guard.h"
#include "engine/duckdb/parquet_footers.h"
#include "engine/duckdb/row_order.h"
#include "engine/duckdb/table_sources.h"
#include "engine/duckdb/type_sql.h"
#include "functions/function.h"
#include "plan/free_references.h"

namespace firesteel::engine {
namespace {

using plan::AttributeId;
using plan::ExpressionPtr;
using plan::Relation;
using plan::RelationPtr;

// Beyond this the text of one expression nests too deep for DuckDB's planner to stay fast.
constexpr int kInlinedDepthMax = 200;

AttributeSet intersect(const AttributeSet& a, const AttributeSet& b) {
  AttributeSet both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
  return both;
}

int64_t constant(const ExpressionPtr& expression) {
  const auto* literal = expression->as<plan::Literal>();
  FIRESTEEL_CHECK(literal && std::holds_alternative<int64_t>(literal->value),
                  "a limit that is no integer literal");
  return std::get<int64_t>(literal->value);
}

// A selection of the columns that are needed; at least one.
RelationPtr with_columns_of(const RelationPtr& plan, const AttributeSet& needed) {
  std::vector<ExpressionPtr> columns;
  plan::Attributes output;
  for (const plan::Attribute& attribute : plan->output) {
    if (!needed.contains(attribute.id)) continue;
    columns.push_back(plan::reference(attribute));
    output.push_back(attribute);
  }
  if (columns.empty()) return with_columns_of(plan, {plan->output.front().id});
  return plan::make_resolved(plan::Project{plan, std::move(columns)}, std::move(output));
}

std::string constant_sql(const ExpressionPtr& expression) { return std::to_string(constant(expression)); }

}  // namespace

AttributeSet output_ids(const plan::Attributes& output) {
  AttributeSet ids;
  for (const auto& attribute : output) ids.insert(attribute.id);
  return ids;
}

RelationLowering::RelationLowering(const ExecutionContext& context,
                                   const LoweringServices& services)
    : context_(context),
      services_(services),
      expressions_(context, [this](const RelationPtr& plan, const Scope& scope) {
        const Scope* saved = std::exchange(outer_scope_, &scope);
        const bool is_order_seen = std::exchange(is_order_seen_, false);
        auto block = lower(plan, output_ids(plan->output));
        is_order_seen_ = is_order_seen;
        std::vector<AttributeId> columns;
        for (const auto& attribute : plan->output) columns.push_back(attribute.id);
        std::string sql = render(block, columns);
        outer_scope_ = saved;
        return sql;
      }, [this](AttributeId id) { return digits_of(id); }) {}

int RelationLowering::digits_of(AttributeId id) const {
  if (const auto known = computed_digits_.find(id); known != computed_digits_.end()) return known->second;
  const auto column = scan_columns_.find(id);
  if (column == scan_columns_.end()) return 0;
  return services_.footers->digits(*column->second.scan, column->second.position);
}

void RelationLowering::pass_on_digits(AttributeId from, AttributeId to) {
  if (const auto column = scan_columns_.find(from); column != scan_columns_.end()) scan_columns_[to] = column->second;
  if (const auto known = computed_digits_.find(from); known != computed_digits_.end()) computed_digits_[to] = known->second;
}

LoweredQuery RelationLowering::run(const RelationPtr& plan) {
  repeated_.scan(plan);
  auto block = lower(plan, output_ids(plan->output));
  std::vector<AttributeId> columns;
  for (const auto& attribute : plan->output) columns.push_back(attribute.id);
  define_all_shared();
  std::string sql;
  for (const std::string& definition : definitions_) {
    sql += (!sql.empty() ? ", " : has_recursion_ ? "WITH RECURSIVE " : "WITH ") + definition;
  }
  if (!sql.empty()) sql += " ";
  sql += render(block, columns);
  return {std::move(sql), std::move(inputs_)};
}

std::string RelationLowering::render(const SelectBlock& block,
                                     const std::vector<AttributeId>& columns) const {
  std::string sql = "SELECT ";
  if (!block.distinct.empty()) sql += block.distinct + " ";
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) sql += ", ";
    sql += block.columns.find(columns[i]).sql + " AS " + column_name(columns[i]);
  }
  if (columns.empty()) sql += "1 AS c0";
  return sql + block.tail();
}

SelectBlock RelationLowering::wrap(SelectBlock block, const AttributeSet& columns) {
  std::string alias = next_alias();
  SelectBlock wrapped;
  wrapped.columns.outer = outer_scope_;
  std::vector<AttributeId> kept(columns.begin(), columns.end());
  for (AttributeId id : kept) {
    const std::string name = alias + "." + column_name(id);
    wrapped.columns.columns[id] = {.sql = name};
    const auto below = block.columns.columns.find(id);
    if (below == block.columns.columns.end() || below->second.byte.empty()) continue;
    // It stays a byte, and is what it was only for those who read it.
    below->second.sql = below->second.byte;
    wrapped.columns.columns[id] = {.sql = "CAST(" + name + " AS BIGINT)", .byte = name};
  }
  wrapped.from = "(" + render(block, kept) + ") AS " + alias;
  return wrapped;
}

SelectBlock RelationLowering::bare(SelectBlock block, const AttributeSet& columns) {
  return block.is_bare() ? block : wrap(block, columns);
}

SelectBlock RelationLowering::open(SelectBlock block, const AttributeSet& columns) {
  return block.is_open() ? block : wrap(block, columns);
}

void RelationLowering::add_references(const ExpressionPtr& expression, AttributeSet& set) const {
  plan::walk(expression, [&](const ExpressionPtr& node) {
    if (const auto* reference = node->as<plan::AttributeReference>()) set.insert(reference->id);
    if (const auto* subquery = node->as<plan::Subquery>()) {
      for (AttributeId id : subquery->outer_references) set.insert(id);
    }
    return true;
  });
}

SelectBlock RelationLowering::prepare_inline(SelectBlock block,
                                             const std::vector<ExpressionPtr>& expressions,
                                             const AttributeSet& kept,
                                             const AttributeSet& named) {
  std::unordered_map<AttributeId, int> uses;
  AttributeSet used = kept;
  for (AttributeId id : kept) ++uses[id];
  bool may_inline = true;
  for (const ExpressionPtr& expression : expressions) {
    plan::walk(expression, [&](const ExpressionPtr& node) {
      if (const auto* reference = node->as<plan::AttributeReference>()) {
        ++uses[reference->id];
        used.insert(reference->id);
      }
      if (const auto* subquery = node->as<plan::Subquery>()) {
        for (AttributeId id : subquery->outer_references) uses[id] += 2;
        used.insert(subquery->outer_references.begin(), subquery->outer_references.end());
        // DuckDB does not know an expression of GROUP BY again within a subquery.
        if (block.is_aggregate && !subquery->outer_references.empty()) may_inline = false;
      }
      // A variable of a lambda or a row of a generator evaluates what stands below it many times.
      if (node->as<plan::LambdaFunction>()) may_inline = false;
      // DuckDB's TRY takes no aggregate and no window.
      const auto* call = node->as<plan::FunctionCall>();
      if (call && call->function->name == "null if it fails" && !block.is_open()) may_inline = false;
      return true;
    });
    may_inline = may_inline && expression_depth(*expression, block.columns) <= kInlinedDepthMax;
  }
  AttributeSet own;
  for (AttributeId id : used) {
    auto found = block.columns.columns.find(id);
    // Columns of the query around this one, and those that the caller is about to name.
    if (found == block.columns.columns.end() || named.contains(id)) continue;
    own.insert(id);
    const ColumnText& column = found->second;
    if (!column.is_column && (uses[id] > 1 || column.is_volatile)) may_inline = false;
  }
  return may_inline ? block : wrap(block, own);
}

SelectBlock RelationLowering::lower(const RelationPtr& plan, const AttributeSet& needed) {
  context_.cancellation->throw_if_cancelled();
  int shared = repeated_.shared_number(*plan);
  const bool is_order_seen = is_order_seen_;
  is_order_seen_ = is_order_seen && passes_order(*plan);
  SelectBlock block = shared >= 0 ? read_shared(plan, shared, needed) : lower_node(plan, needed);
  is_order_seen_ = is_order_seen;
  block.columns.outer = outer_scope_;
  return block;
}

SelectBlock RelationLowering::read_shared(const RelationPtr& plan, int shared, const AttributeSet& needed) {
  const bool is_new = !shared_.contains(shared);
  SharedQuery& query = shared_[shared];
  if (is_new) {
    query.name = "s" + std::to_string(shared_.size());
    query.plan = plan;
    // A loop stands between the definitions, each of which may read those before it.
    if (repeated_.has_loop()) {
      query.needed = output_ids(plan->output);
      define_shared(query);
    }
  }
  std::string alias = next_alias();
  SelectBlock block;
  block.from = query.name + " AS " + alias;
  for (size_t i = 0; i < plan->output.size(); ++i) {
    if (!needed.contains(plan->output[i].id)) continue;
    const AttributeId id = query.plan->output[i].id;
    query.needed.insert(id);
    block.columns.columns[plan->output[i].id] = {.sql = alias + "." + column_name(id)};
  }
  return block;
}

void RelationLowering::define_shared(SharedQuery& query) {
  query.is_defined = true;
  const Scope* saved = std::exchange(outer_scope_, nullptr);
  const auto block = lower_node(query.plan, query.needed);
  outer_scope_ = saved;
  definitions_.push_back(query.name + " AS MATERIALIZED (" + render(block, {query.needed.begin(), query.needed.end()}) + ")");
}

// With no more columns than somebody reads. A subplan within another one has the smaller number: when its turn comes, all
// who read it are known. It is defined before them.
void RelationLowering::define_all_shared() {
  const auto next = [&] {
    return std::find_if(shared_.rbegin(), shared_.rend(), [](const auto& entry) { return !entry.second.is_defined; });
  };
  for (auto query = next(); query != shared_.rend(); query = next()) define_shared(query->second);
  if (!repeated_.has_loop()) std::reverse(definitions_.begin(), definitions_.end());
}

SelectBlock RelationLowering::lower_node(const RelationPtr& plan, const AttributeSet& needed) {
  const Relation& node = *plan;
  if (node.as<plan::OneRow>()) return {};
  if (const auto* r = node.as<plan::LocalData>()) return lower_local_data(node, *r);
  if (const auto* r = node.as<plan::Range>()) return lower_range(node, *r);
  if (const auto* r = node.as<plan::Scan>()) return lower_scan(node, *r, needed);
  if (const auto loop = plan::loop_of(node)) {
    if (!loops_.contains(loop->id)) define_loop(node, *loop);
    return lower_loop_rows(node, loop->id);
  }
  if (const auto* r = node.as<plan::Cached>()) {
    return context_.fragment_inputs.contains(r->key) ? lower_fragment(plan, plan) : lower_cached(node, *r, needed);
  }
  if (const auto* r = node.as<plan::Project>()) return lower_project(*r, needed);
  if (const auto* r = node.as<plan::Filter>()) return lower_filter(*r, needed);
  if (const auto* r = node.as<plan::Join>()) return lower_join(*r, needed);
  if (const auto* r = node.as<plan::SetOperation>()) return lower_set_operation(node, *r, needed);
  if (const auto* r = node.as<plan::Sort>()) return lower_sort(*r, needed);
  if (const auto* r = node.as<plan::Limit>()) return lower_limit(*r, needed);
  if (const auto* r = node.as<plan::Offset>()) return lower_offset(*r, needed);
  if (const auto* r = node.as<plan::Tail>()) return lower_tail(*r, needed);
  if (const auto* r = node.as<plan::Aggregate>()) return lower_aggregate(*r, needed);
  if (const auto* r = node.as<plan::Sample>()) return lower_sample(*r, needed);
  if (const auto* r = node.as<plan::Deduplicate>()) return lower_deduplicate(*r, needed);
  if (const auto* r = node.as<plan::WindowColumns>()) return lower_windows(*r, needed);
  if (const auto* r = node.as<plan::Generate>()) return lower_generate(*r, needed);
  // On one machine there is one partition: how rows are spread only matters to a writer.
  if (const auto* r = node.as<plan::Repartition>()) return lower(r->child, needed);
  if (const auto* r = node.as<plan::SubqueryAlias>()) return lower(r->child, needed);
  if (const auto* r = node.as<plan::CollectMetrics>()) return lower(r->child, needed);
  if (node.as<plan::MlTransform>()) return lower_fragment(plan, with_columns_of(plan, needed));
  if (node.as<plan::MapPartitions>()) return lower_fragment(plan, plan);
  throw_unsupported("RELATION", std::string(plan::node_name(node)));
}

SelectBlock RelationLowering::lower_local_data(const Relation& node, const plan::LocalData& data) {
  std::string alias = next_alias();
  auto input = local_data_input(node, data);
  SelectBlock block;
  block.from = "fs_arrow(" + std::to_string(input->id()) + ") AS " + alias;
  for (size_t i = 0; i < node.output.size(); ++i) {
    const auto& attribute = node.output[i];
    std::string sql = "CAST(" + alias + ".k" + std::to_string(i) + " AS " + type_sql(attribute.type) + ")";
    block.columns.columns[attribute.id] = {.sql = std::move(sql)};
  }
  if (node.output.empty()) block.columns.columns.clear();
  inputs_.push_back(std::move(input));
  return block;
}

// `fragment` is the plan, or a part of its columns.
SelectBlock RelationLowering::lower_fragment(const RelationPtr& plan, const RelationPtr& fragment) {
  std::string alias = next_alias();
  auto input = services_.run_fragment ? services_.run_fragment(fragment) : nullptr;
  if (!input) throw_unsupported("RELATION", std::string(plan::node_name(*plan)));
  SelectBlock block;
  block.from = "fs_arrow(" + std::to_string(input->id()) + ") AS " + alias;
  for (size_t i = 0; i < fragment->output.size(); ++i) {
    const auto& attribute = fragment->output[i];
    block.columns.columns[attribute.id] = {
        .sql = "CAST(" + alias + ".k" + std::to_string(i) + " AS " + type_sql(attribute.type) + ")"};
  }
  inputs_.push_back(std::move(input));
  return block;
}

SelectBlock RelationLowering::lower_range(const Relation& node, const plan::Range& range) {
  std::string alias = next_alias();
  SelectBlock block;
  block.from = "fs_range(" + std::to_string(range.start) + ", " + std::to_string(range.end) + ", " +
               std::to_string(range.step) + ") AS " + alias;
  block.columns.columns[node.output.at(0).id] = {.sql = alias + ".id"};
  return block;
}

SelectBlock RelationLowering::lower_scan(const Relation& node, const plan::Scan& scan,
                                         const AttributeSet& needed) {
  std::vector<bool> is_needed;
  for (const auto& attribute : node.output) is_needed.push_back(needed.contains(attribute.id));
  std::string alias = next_alias();
  ScanText text = scan_sql(node, scan, is_needed, context_, services_, alias);
  SelectBlock block;
  block.from = std::move(text.from);
  block.where = std::move(text.where);
  for (size_t i = 0; i < node.output.size(); ++i) {
    if (!is_needed[i]) continue;
    if (node.output[i].type.is(plan::TypeKind::kDecimal)) scan_columns_[node.output[i].id] = {&scan, i};
    block.columns.columns[node.output[i].id] = {.sql = text.columns[i].sql,
                                                .is_column = text.columns[i].is_column};
  }
  for (Lease& lease : text.leases) inputs_.push_back(std::move(lease));
  return block;
}

SelectBlock RelationLowering::lower_cached(const Relation& node, const plan::Cached& cached,
                                           const AttributeSet& needed) {
  std::string table = services_.cached_table ? services_.cached_table(cached.key) : "";
  if (table.empty()) {  // not kept any more: computed again, ids mapped by position
    auto block = lower(cached.original, output_ids(cached.original->output));
    auto wrapped = bare(std::move(block), output_ids(cached.original->output));
    SelectBlock result = wrapped;
    result.columns.columns.clear();
    for (size_t i = 0; i < node.output.size(); ++i) {
      result.columns.columns[node.output[i].id] =
          wrapped.columns.find(cached.original->output[i].id);
    }
    return result;
  }
  (void)needed;
  std::string alias = next_alias();
  SelectBlock block;
  block.from = table + " AS " + alias;
  for (size_t i = 0; i < node.output.size(); ++i) {
    block.columns.columns[node.output[i].id] = {.sql = alias + ".k" + std::to_string(i)};
  }
  return block;
}

SelectBlock RelationLowering::lower_project(const plan::Project& project,
                                            const AttributeSet& needed) {
  std::vector<ExpressionPtr> live;
  AttributeSet inner;
  for (const ExpressionPtr& expression : project.expressions) {
    const auto* alias = expression->as<plan::Alias>();
    const auto* reference = expression->as<plan::AttributeReference>();
    AttributeId id = alias ? alias->id : reference ? reference->id : 0;
    if (!needed.contains(id)) continue;
    live.push_back(expression);
    add_references(expression, inner);
  }
  auto child_output = output_ids(project.child->output);
  inner = intersect(inner, child_output);
  auto block = lower(project.child, inner);
  // DuckDB computes what is selected before it limits the rows.
  const bool is_limited = block.limit || block.offset;
  const bool is_wrapped = !block.distinct.empty() || (is_limited && std::any_of(live.begin(), live.end(), may_fail));
  if (is_wrapped) block = wrap(block, inner);
  block = prepare_inline(std::move(block), live, {});
  SelectBlock result = block;
  result.columns.columns.clear();
  for (const ExpressionPtr& expression : live) {
    if (const auto* reference = expression->as<plan::AttributeReference>()) {
      result.columns.columns[reference->id] = block.columns.find(reference->id);
      continue;
    }
    const auto& alias = std::get<plan::Alias>(expression->node);
    if (const auto* reference = alias.child->as<plan::AttributeReference>()) {
      result.columns.columns[alias.id] = block.columns.find(reference->id);
      pass_on_digits(reference->id, alias.id);
      continue;
    }
    ColumnText& text = result.columns.columns[alias.id];
    text = expressions_.lower_column(alias.child, block.columns);
    if (!text.narrow.sql.empty()) computed_digits_[alias.id] = text.narrow.digits;
  }
  return result;
}

SelectBlock RelationLowering::lower_filter(const plan::Filter& filter, const AttributeSet& needed) {
  AttributeSet inner = needed;
  add_references(filter.condition, inner);
  inner = intersect(inner, output_ids(filter.child->output));
  auto block = open(lower(filter.child, inner), inner);
  block = prepare_inline(std::move(block), {filter.condition},
                         intersect(needed, output_ids(filter.child->output)));
  block.where.push_back(expressions_.lower_condition(*filter.condition, block.columns));
  return block;
}

SelectBlock RelationLowering::lower_join(const plan::Join& join, const AttributeSet& needed) {
  AttributeSet inner = needed;
  if (join.condition) add_references(join.condition, inner);
  if (join.is_lateral) {
    for (AttributeId id : plan::free_references(*join.right)) inner.insert(id);
  }
  AttributeSet left_columns = intersect(inner, output_ids(join.left->output));
  AttributeSet right_columns = intersect(inner, output_ids(join.right->output));
  const bool is_ordered = is_order_seen_ && has_small_order(join);
  std::string left_number, right_number;
  auto left = lower(join.left, left_columns);
  left = is_ordered ? numbered(std::move(left), left_columns, &left_number) : bare(std::move(left), left_columns);
  const Scope* saved = outer_scope_;
  if (join.is_lateral) outer_scope_ = &left.columns;
  auto right = lower(join.right, right_columns);
  // A chain of joins on the right keeps its own level: the text of joins associates to the left.
  bool is_chain = right.from.find(" JOIN ") != std::string::npos;
  if (is_ordered) {
    right = numbered(std::move(right), right_columns, &right_number);
  } else {
    right = is_chain || join.is_lateral ? wrap(right, right_columns) : bare(std::move(right), right_columns);
  }
  outer_scope_ = saved;

  SelectBlock block;
  block.columns = left.columns;
  block.columns.outer = outer_scope_;
  for (const auto& [id, column] : right.columns.columns) block.columns.columns[id] = column;
  std::string kind;
  switch (join.kind) {
    case plan::JoinKind::kInner: kind = " JOIN "; break;
    case plan::JoinKind::kCross: kind = " CROSS JOIN "; break;
    case plan::JoinKind::kLeftOuter: kind = " LEFT JOIN "; break;
    case plan::JoinKind::kRightOuter: kind = " RIGHT JOIN "; break;
    case plan::JoinKind::kFullOuter: kind = " FULL JOIN "; break;
    case plan::JoinKind::kLeftSemi: kind = " SEMI JOIN "; break;
    case plan::JoinKind::kLeftAnti: kind = " ANTI JOIN "; break;
  }
  std::string condition = join.condition ? expressions_.lower_condition(*join.condition, block.columns) : "";
  if (kind == " CROSS JOIN " && !condition.empty()) kind = " JOIN ";
  if (kind == " JOIN " && condition.empty()) kind = " CROSS JOIN ";
  if (is_ordered) block.order_by = join_order(join, left_columns, right_columns, left_number, right_number);
  block.from = left.from + kind + (join.is_lateral ? "LATERAL " : "") + right.from;
  if (kind != " CROSS JOIN ") block.from += " ON " + (condition.empty() ? "true" : condition);
  if (join.kind == plan::JoinKind::kLeftSemi || join.kind == plan::JoinKind::kLeftAnti) {
    block.columns.columns = left.columns.columns;
  }
  return block;
}

SelectBlock RelationLowering::lower_sort(const plan::Sort& sort, const AttributeSet& needed) {
  AttributeSet inner = needed;
  for (const ExpressionPtr& order : sort.order) add_references(order, inner);
  inner = intersect(inner, output_ids(sort.child->output));
  auto block = open(lower(sort.child, inner), inner);
  block = prepare_inline(std::move(block), sort.order,
                         intersect(needed, output_ids(sort.child->output)));
  block.order_by.clear();
  for (const ExpressionPtr& order : sort.order) {
    // A constant orders nothing, and a bare number would be a column's position.
    if (std::get<plan::SortOrder>(order->node).child->as<plan::Literal>()) continue;
    block.order_by += (block.order_by.empty() ? "" : ", ") + expressions_.lower_order(*order, block.columns);
  }
  return block;
}

SelectBlock RelationLowering::lower_limit(const plan::Limit& limit, const AttributeSet& needed) {
  // Limits that follow each other are the smallest of them; DuckDB's planning time grows with the square of their
  // number.
  int64_t rows = constant(limit.limit);
  const RelationPtr* child = &limit.child;
  while (const auto* below = (*child)->as<plan::Limit>()) {
    rows = std::min(rows, constant(below->limit));
    child = &below->child;
  }
  auto block = lower(*child, needed);
  auto columns = intersect(needed, output_ids((*child)->output));
  if (block.limit) block = wrap(block, columns);
  block.limit = std::to_string(rows);
  return block;
}

SelectBlock RelationLowering::lower_offset(const plan::Offset& offset, const AttributeSet& needed) {
  auto block = lower(offset.child, needed);
  auto columns = intersect(needed, output_ids(offset.child->output));
  if (block.limit || block.offset) block = wrap(block, columns);
  block.offset = constant_sql(offset.offset);
  return block;
}

SelectBlock RelationLowering::lower_tail(const plan::Tail& tail, const AttributeSet& needed) {
  auto columns = intersect(needed, output_ids(tail.child->output));
  auto block = wrap(lower(tail.child, columns), columns);
  std::string alias = next_alias();
  std::string select = "SELECT row_number() OVER () AS position, count(*) OVER () AS total";
  for (AttributeId id : columns) {
    select += ", " + block.columns.find(id).sql + " AS " + column_name(id);
  }
  SelectBlock result;
  result.from = "(" + select + block.tail() + ") AS " + alias;
  result.where.push_back(alias + ".position > " + alias + ".total - " + constant_sql(tail.limit));
  result.order_by = alias + ".position";
  for (AttributeId id : columns) {
    result.columns.columns[id] = {.sql = alias + "." + column_name(id)};
  }
  return result;
}

}  // namespace firesteel::engine
