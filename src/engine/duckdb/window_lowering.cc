// Window functions and samples: rows with a view of the others, or of their position.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "engine/duckdb/relation_lowering.h"
#include "engine/duckdb/row_order.h"
#include "engine/duckdb/type_sql.h"
#include "functions/function.h"
#include "functions/kernel/poisson.h"

namespace firesteel::engine {
namespace {

using plan::AttributeId;
using plan::ExpressionPtr;

AttributeSet intersect(const AttributeSet& a, const AttributeSet& b) {
  AttributeSet both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
  return both;
}

// Under ANSI a bound beyond the key's type is an error.
ExpressionPtr checked_range_key(const plan::Window& window, const ExpressionPtr& key) {
  const auto* function = window.function->as<plan::FunctionCall>();
  if (!function || !function->ansi || !window.frame || window.frame->unit != plan::WindowFrame::Unit::kRange) return key;
  plan::FunctionCall call;
  call.function = functions::find_function("range key");
  call.ansi = true;
  call.arguments = {key};
  // What precedes in a descending order is greater.
  const int64_t sign = std::get<plan::SortOrder>(window.order_by[0]->node).is_ascending ? 1 : -1;
  bool is_bounded = false;
  for (const plan::WindowFrame::Bound* bound : {&window.frame->lower, &window.frame->upper}) {
    const auto* literal = bound->value ? bound->value->as<plan::Literal>() : nullptr;
    const auto* number = literal ? std::get_if<int64_t>(&literal->value) : nullptr;
    is_bounded = is_bounded || number;
    call.arguments.push_back(plan::make_literal({plan::Type::long_integer(), number ? sign * *number : int64_t{0}}));
  }
  return is_bounded ? plan::make_typed(std::move(call), key->type, key->nullable) : key;
}

// Months are added to an instant's local time.
ExpressionPtr frame_key(const plan::Window& window, const ExpressionPtr& key) {
  if (key->type.is_integral() && window.order_by.size() == 1) return checked_range_key(window, key);
  if (!key->type.is(plan::TypeKind::kTimestamp) || !has_month_offset(window)) return key;
  plan::Cast cast;
  cast.child = key;
  cast.target = plan::Type::timestamp_ntz();
  cast.mode = plan::CastMode::kLegacy;
  return plan::make_typed(std::move(cast), plan::Type::timestamp_ntz(), key->nullable);
}

// The key as a column: itself, or an alias that is added to `columns`.
ExpressionPtr key_column(const ExpressionPtr& key, std::vector<ExpressionPtr>& columns) {
  if (key->as<plan::AttributeReference>() || key->as<plan::Literal>()) return key;
  for (const ExpressionPtr& known : columns) {
    const auto* alias = known->as<plan::Alias>();
    if (alias && plan::same_expression(*alias->child, *key)) {
      plan::AttributeReference column;
      column.id = alias->id;
      return plan::make_typed(std::move(column), key->type, key->nullable);
    }
  }
  plan::Alias alias;
  alias.child = key;
  alias.names = {"key"};
  alias.id = plan::next_attribute_id();
  plan::AttributeReference column;
  column.id = alias.id;
  columns.push_back(plan::make_typed(std::move(alias), key->type, key->nullable));
  return plan::make_typed(std::move(column), key->type, key->nullable);
}

}  // namespace

// Keys that are no columns are computed below the windows: DuckDB takes no call there that may fail.
AttributeSet RelationLowering::with_key_columns(std::vector<ExpressionPtr>& functions,
                                                plan::RelationPtr& child, AttributeSet columns) {
  std::vector<ExpressionPtr> added;
  for (ExpressionPtr& function : functions) {
    plan::Alias alias = std::get<plan::Alias>(function->node);
    const auto* window = alias.child->as<plan::Window>();
    if (!window) continue;
    plan::Window copy = *window;
    for (ExpressionPtr& key : copy.partition_by) key = key_column(key, added);
    for (ExpressionPtr& key : copy.order_by) {
      plan::SortOrder order = std::get<plan::SortOrder>(key->node);
      order.child = key_column(frame_key(copy, engine_order_key(order.child)), added);
      key = plan::make_typed(std::move(order), key->type, key->nullable);
    }
    alias.child = plan::make_typed(std::move(copy), alias.child->type, alias.child->nullable);
    function = plan::make_typed(std::move(alias), function->type, function->nullable);
  }
  if (added.empty()) return columns;
  plan::Project project;
  project.child = child;
  plan::Attributes output;
  for (const plan::Attribute& attribute : child->output) {
    if (!columns.contains(attribute.id)) continue;
    project.expressions.push_back(plan::reference(attribute));
    output.push_back(attribute);
  }
  for (const ExpressionPtr& column : added) {
    const AttributeId id = std::get<plan::Alias>(column->node).id;
    output.push_back({id, "key", column->type, column->nullable, {}, {}});
    columns.insert(id);
    project.expressions.push_back(column);
  }
  child = plan::make_resolved(std::move(project), std::move(output));
  return columns;
}

SelectBlock RelationLowering::lower_windows(const plan::WindowColumns& windows,
                                            const AttributeSet& needed) {
  std::vector<ExpressionPtr> live;
  auto output = output_ids(windows.child->output);
  AttributeSet inner = intersect(needed, output);
  for (const ExpressionPtr& function : windows.functions) {
    if (!needed.contains(std::get<plan::Alias>(function->node).id)) continue;
    live.push_back(function);
    AttributeSet references;
    add_references(function, references);
    references = intersect(references, output);
    inner.insert(references.begin(), references.end());
  }
  if (live.empty()) return lower(windows.child, inner);
  plan::RelationPtr child = windows.child;
  inner = with_key_columns(live, child, inner);
  const bool is_ordered = is_order_seen_ && is_small(*child);
  std::string number;
  auto block = lower(child, inner);
  block = is_ordered ? numbered(std::move(block), inner, &number) : bare(std::move(block), inner);
  SelectBlock result = block;
  if (is_ordered) result.order_by = window_order(live, block.columns, number);
  for (const ExpressionPtr& function : live) {
    const auto& alias = std::get<plan::Alias>(function->node);
    result.columns.columns[alias.id] = {.sql = expressions_.lower(*alias.child, block.columns),
                                        .is_column = false,
                                        .is_volatile = is_volatile_expression(alias.child),
                                        .depth = 2};
  }
  result.has_windows = true;
  return result;
}

// A sample with replacement: every row as often as was drawn for it.
SelectBlock RelationLowering::repeat_rows(const SelectBlock& numbered, const std::string& alias,
                                          const AttributeSet& columns, const std::string& copies) {
  const std::string drawn = next_alias();
  std::string select = "SELECT " + copies + " AS copies";
  for (AttributeId id : columns) select += ", " + alias + "." + column_name(id) + " AS " + column_name(id);
  const std::string repeated = next_alias();
  std::string expanded = "SELECT unnest(range(" + drawn + ".copies)) AS copy";
  for (AttributeId id : columns) expanded += ", " + drawn + "." + column_name(id) + " AS " + column_name(id);
  SelectBlock block;
  block.from = "(" + expanded + " FROM (" + select + numbered.tail() + ") AS " + drawn + ") AS " + repeated;
  for (AttributeId id : columns) {
    block.columns.columns[id] = {.sql = repeated + "." + column_name(id)};
  }
  return block;
}

SelectBlock RelationLowering::lower_sample(const plan::Sample& sample, const AttributeSet& needed) {
  const auto columns = intersect(needed, output_ids(sample.child->output));
  AttributeSet inner = columns;
  for (const ExpressionPtr& e : sample.place) add_references(e, inner);
  auto child = wrap(lower(sample.child, inner), inner);
  std::string alias = next_alias();
  std::string select = "SELECT ";
  if (sample.place.empty()) {
    select += "0 AS part, row_number() OVER () - 1 AS position";
  } else {
    select += expressions_.lower(*sample.place[0], child.columns) + " AS part, " +
              expressions_.lower(*sample.place[1], child.columns) + " AS position";
  }
  for (AttributeId id : columns) {
    select += ", " + child.columns.find(id).sql + " AS " + column_name(id);
  }
  SelectBlock block;
  block.from = "(" + select + child.tail() + ") AS " + alias;
  const std::string seed = std::to_string(sample.seed.value_or(0));
  if (sample.with_replacement) {
    const double mean = sample.upper_bound - sample.lower_bound;
    if (mean >= functions::kernel::kPoissonMeanEnd) {
      throw_unsupported("RELATION", "a sample with replacement of 40 times the rows or more");
    }
    const std::string copies =
        mean <= 0 ? "0"
                  : "fs_poisson_at(" + literal_sql({plan::Type::double_number(), mean}) + ", " + seed + ", " +
                        alias + ".part, " + alias + ".position)";
    return repeat_rows(block, alias, columns, copies);
  }
  const std::string draw = "fs_random_at(" + seed + " + " + alias + ".part, " + alias + ".position)";
  plan::Literal lower{plan::Type::double_number(), sample.lower_bound};
  plan::Literal upper{plan::Type::double_number(), sample.upper_bound};
  block.where.push_back(draw + " >= " + literal_sql(lower) + " AND " + draw + " < " + literal_sql(upper));
  for (AttributeId id : columns) {
    block.columns.columns[id] = {.sql = alias + "." + column_name(id)};
  }
  return block;
}

}  // namespace firesteel::engine
