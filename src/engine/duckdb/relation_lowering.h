// The relational half of the lowering; used by lowering.cc alone.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/duckdb/expression_lowering.h"
#include "engine/duckdb/lowering.h"
#include "engine/duckdb/repeated_subplans.h"
#include "engine/duckdb/select_block.h"
#include "plan/recursion.h"

namespace firesteel::engine {

using AttributeSet = std::set<plan::AttributeId>;

AttributeSet output_ids(const plan::Attributes& output);

class RelationLowering {
 public:
  RelationLowering(const ExecutionContext& context, const LoweringServices& services);

  LoweredQuery run(const plan::RelationPtr& plan);

 private:
  // The block of a plan with at least the columns in `needed`.
  SelectBlock lower(const plan::RelationPtr& plan, const AttributeSet& needed);
  SelectBlock lower_node(const plan::RelationPtr& plan, const AttributeSet& needed);

  SelectBlock lower_local_data(const plan::Relation& node, const plan::LocalData& data);
  SelectBlock lower_range(const plan::Relation& node, const plan::Range& range);
  SelectBlock lower_scan(const plan::Relation& node, const plan::Scan& scan,
                         const AttributeSet& needed);
  SelectBlock lower_cached(const plan::Relation& node, const plan::Cached& cached,
                           const AttributeSet& needed);
  SelectBlock lower_fragment(const plan::RelationPtr& plan, const plan::RelationPtr& fragment);
  SelectBlock lower_project(const plan::Project& project, const AttributeSet& needed);
  SelectBlock lower_filter(const plan::Filter& filter, const AttributeSet& needed);
  SelectBlock lower_join(const plan::Join& join, const AttributeSet& needed);
  SelectBlock values_block(const plan::Relation& node, const plan::SetOperation& operation, const std::vector<SelectBlock>& sides,
                           const std::vector<size_t>& live);
  SelectBlock lower_set_operation(const plan::Relation& node, const plan::SetOperation& operation,
                                  const AttributeSet& needed);
  void define_loop(const plan::Relation& node, const plan::Loop& loop);
  SelectBlock lower_loop_rows(const plan::Relation& node, int64_t loop_id);
  SelectBlock lower_sort(const plan::Sort& sort, const AttributeSet& needed);
  SelectBlock lower_limit(const plan::Limit& limit, const AttributeSet& needed);
  SelectBlock lower_offset(const plan::Offset& offset, const AttributeSet& needed);
  SelectBlock lower_tail(const plan::Tail& tail, const AttributeSet& needed);
  SelectBlock lower_aggregate(const plan::Aggregate& aggregate, const AttributeSet& needed);
  std::optional<SelectBlock> count_by_byte(const plan::Aggregate& aggregate, const SelectBlock& input,
                                           const std::vector<std::string>& key_texts,
                                           const std::vector<plan::ExpressionPtr>& live);
  SelectBlock lower_sample(const plan::Sample& sample, const AttributeSet& needed);
  SelectBlock lower_deduplicate(const plan::Deduplicate& deduplicate, const AttributeSet& needed);
  SelectBlock repeat_rows(const SelectBlock& numbered, const std::string& alias,
                          const AttributeSet& columns, const std::string& copies);
  AttributeSet with_key_columns(std::vector<plan::ExpressionPtr>& functions, plan::RelationPtr& child,
                                AttributeSet columns);
  SelectBlock lower_windows(const plan::WindowColumns& windows, const AttributeSet& needed);
  SelectBlock lower_generate(const plan::Generate& generate, const AttributeSet& needed);

  // row_order.cc: small results have their rows in Spark's order.
  SelectBlock numbered(SelectBlock block, const AttributeSet& columns, std::string* number);
  std::string join_order(const plan::Join& join, const AttributeSet& left, const AttributeSet& right,
                         const std::string& left_number, const std::string& right_number) const;
  std::string window_order(const std::vector<plan::ExpressionPtr>& functions, const Scope& scope, const std::string& number);

  // A block that reads a repeated subplan.
  SelectBlock read_shared(const plan::RelationPtr& plan, int shared, const AttributeSet& needed);

  static std::string variant_rows(const std::string& variant);
  std::string tuple_row(const plan::FunctionCall& call, const Scope& scope);
  std::string stack_rows(const plan::FunctionCall& call, size_t column_count, const Scope& scope);

  std::string next_alias() { return "t" + std::to_string(++alias_count_); }
  // The whole SELECT with the given columns, in order.
  std::string render(const SelectBlock& block, const std::vector<plan::AttributeId>& columns) const;
  // Puts the block into a subquery, so that every column becomes a plain one.
  SelectBlock wrap(SelectBlock block, const AttributeSet& columns);
  SelectBlock bare(SelectBlock block, const AttributeSet& columns);
  // Wraps unless what the expressions make of the block's columns may be inlined. `kept` are columns
  // that the result passes on besides; `named` are ids that are not the block's but the caller's.
  SelectBlock prepare_inline(SelectBlock block, const std::vector<plan::ExpressionPtr>& expressions,
                             const AttributeSet& kept, const AttributeSet& named = {});
  SelectBlock open(SelectBlock block, const AttributeSet& columns);
  void add_references(const plan::ExpressionPtr& expression, AttributeSet& set) const;
  // By the statistics of the scan that the column comes from.
  int digits_of(plan::AttributeId id) const;
  void pass_on_digits(plan::AttributeId from, plan::AttributeId to);

  const ExecutionContext& context_;
  const LoweringServices& services_;
  ExpressionLowering expressions_;
  RepeatedSubplans repeated_;
  struct SharedQuery {
    std::string name;
    plan::RelationPtr plan;  // where it was met first; later occurrences map their ids by position
    AttributeSet needed;     // of the plan's columns
    bool is_defined = false;
  };
  void define_shared(SharedQuery& query);
  void define_all_shared();
  std::map<int, SharedQuery> shared_;  // by number
  std::vector<std::string> definitions_;  // "s1 AS MATERIALIZED (…)"
  std::vector<Lease> inputs_;
  std::unordered_map<int64_t, std::vector<plan::AttributeId>> loops_;  // columns by position
  bool has_recursion_ = false;
  // Where decimal columns come from, and the digits of those that projections compute.
  struct ScanColumn {
    const plan::Scan* scan = nullptr;
    size_t position = 0;
  };
  std::unordered_map<plan::AttributeId, ScanColumn> scan_columns_;
  std::unordered_map<plan::AttributeId, int> computed_digits_;
  const Scope* outer_scope_ = nullptr;
  bool is_order_seen_ = true;  // whether the rows of the relation under work reach the result in their order
  int alias_count_ = 0;
};

}  // namespace firesteel::engine
