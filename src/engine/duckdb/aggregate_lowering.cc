// Aggregates and generators: the nodes that change how many rows there are.
#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/input_order.h"
#include "engine/duckdb/key_bounds.h"
#include "engine/duckdb/real_keys.h"
#include "engine/duckdb/relation_lowering.h"
#include "engine/duckdb/type_sql.h"
#include "functions/function.h"

namespace firesteel::engine {
namespace {

using plan::AttributeId;
using plan::ExpressionPtr;
using plan::TypeKind;

// A grouping expression gets a name below the aggregate, so that what stands above it can refer to it
// whatever DuckDB makes of two equal texts.
struct GroupingKey {
  ExpressionPtr original;
  ExpressionPtr column;  // AttributeReference
};

ExpressionPtr replace_keys(const ExpressionPtr& expression, const std::vector<GroupingKey>& keys) {
  for (const GroupingKey& key : keys) {
    if (plan::same_expression(*expression, *key.original)) return key.column;
  }
  if (const auto* call = expression->as<plan::FunctionCall>()) {
    // Arguments of aggregates are computed from the input's columns, but grouping() names keys.
    bool names_keys = call->function->name == "grouping" || call->function->name == "grouping_id";
    if (call->function->kind == functions::FunctionKind::kAggregate && !names_keys) return expression;
  }
  auto children = plan::children(*expression);
  bool is_changed = false;
  for (ExpressionPtr& child : children) {
    auto replaced = replace_keys(child, keys);
    is_changed |= replaced != child;
    child = std::move(replaced);
  }
  return is_changed ? plan::with_children(*expression, std::move(children)) : expression;
}

// The text of a key for GROUP BY. A key whose values fit into one byte is grouped as one: what refers to it casts it back.
std::string lower_key(const GroupingKey& key, const plan::Aggregate& aggregate, ExpressionLowering& expressions,
                      SelectBlock& block) {
  const std::string text = expressions.lower(*key.column, block.columns);
  const bool is_plain = aggregate.kind == plan::GroupKind::kGroupBy || aggregate.kind == plan::GroupKind::kAll;
  if (const std::string positive = with_positive_zeros(key.column->type, text); is_plain && positive != text) {
    block.columns.columns[std::get<plan::AttributeReference>(key.column->node).id] = {.sql = positive, .is_column = false};
    return positive;
  }
  if (!is_plain || !fits_one_byte(key.original, aggregate.child)) return text;
  const std::string known = block.columns.find(std::get<plan::AttributeReference>(key.column->node).id).byte;
  const std::string byte = known.empty() ? "CAST(" + text + " AS TINYINT)" : known;
  block.columns.columns[std::get<plan::AttributeReference>(key.column->node).id] = {
      .sql = "CAST(" + byte + " AS " + type_sql(key.column->type) + ")", .is_column = false};
  return byte;
}

// count(*) and its kin, which count rows whatever is in them.
bool counts_rows(const plan::Expression& expression) {
  const auto* call = expression.as<plan::FunctionCall>();
  if (!call || call->function->name != "count" || call->is_distinct || call->filter || call->arguments.size() != 1) return false;
  const auto* constant = call->arguments[0]->as<plan::Literal>();
  return constant && !constant->is_null();
}

// A total of which nobody reads a column is one row all the same, and its input may fail.
plan::Aggregate counted(plan::Aggregate total, AttributeId id) {
  plan::FunctionCall count;
  count.function = functions::find_function("count");
  count.display_name = "count";
  count.arguments = {plan::make_integer_literal(1)};
  plan::Alias alias;
  alias.child = plan::make_typed(std::move(count), plan::Type::long_integer(), false);
  alias.names = {"count(1)"};
  alias.id = id;
  total.aggregates = {plan::make_typed(std::move(alias), plan::Type::long_integer(), false)};
  return total;
}

// Grouping sets tell their keys apart by their texts: two that are one column below need names of their own, and so do those whose
// zeros become one, which they are made here.
bool need_names(const std::vector<GroupingKey>& keys, const ExpressionLowering& lowering, SelectBlock& block) {
  std::set<std::string> texts;
  bool is_changed = false;
  for (const GroupingKey& key : keys) {
    const std::string text = lowering.lower(*key.column, block.columns);
    texts.insert(text);
    const std::string positive = with_positive_zeros(key.column->type, text);
    if (positive == text) continue;
    block.columns.columns[std::get<plan::AttributeReference>(key.column->node).id] = {.sql = positive, .is_column = false};
    is_changed = true;
  }
  return is_changed || texts.size() < keys.size();
}

// Whether the rows have columns of the query around. To SQL an aggregate over nothing but such is one of that query.
bool shows_outer_columns(const plan::Relation& relation) {
  bool found = false;
  if (const auto* project = relation.as<plan::Project>()) {
    for (const ExpressionPtr& e : project->expressions) {
      plan::walk(e, [&](const ExpressionPtr& node) {
        const auto* column = node->as<plan::AttributeReference>();
        found |= column && column->is_outer;
        return !found;
      });
    }
  }
  for (const plan::RelationPtr& child : plan::children(relation)) found = found || shows_outer_columns(*child);
  return found;
}

bool has_sets(plan::GroupKind kind) {
  return kind == plan::GroupKind::kRollup || kind == plan::GroupKind::kCube || kind == plan::GroupKind::kGroupingSets;
}

}  // namespace

SelectBlock RelationLowering::lower_aggregate(const plan::Aggregate& resolved,
                                              const AttributeSet& needed) {
  const plan::Aggregate aggregate = in_order_of_input(resolved);
  std::vector<GroupingKey> keys;
  std::vector<ExpressionPtr> inner_projection;
  AttributeSet inner;
  for (const ExpressionPtr& key : aggregate.grouping) {
    add_references(key, inner);
    if (key->as<plan::AttributeReference>()) {
      keys.push_back({key, key});
      continue;
    }
    const auto* alias = key->as<plan::Alias>();
    ExpressionPtr value = alias ? alias->child : key;
    AttributeId id = alias && alias->id != 0 ? alias->id : plan::next_attribute_id();
    plan::AttributeReference reference;
    reference.id = id;
    keys.push_back({value, plan::make_typed(reference, value->type, value->nullable)});
    plan::Alias named;
    named.child = value;
    named.id = id;
    inner_projection.push_back(plan::make_typed(named, value->type, value->nullable));
  }
  std::vector<ExpressionPtr> live;
  for (const ExpressionPtr& item : aggregate.aggregates) {
    const auto* alias = item->as<plan::Alias>();
    const auto* reference = item->as<plan::AttributeReference>();
    AttributeId id = alias ? alias->id : reference ? reference->id : 0;
    if (!needed.contains(id)) continue;
    live.push_back(replace_keys(item, keys));
    add_references(live.back(), inner);
  }
  if (live.empty() && keys.empty() && aggregate.kind == plan::GroupKind::kGroupBy) {
    const AttributeId id = plan::next_attribute_id();
    return wrap(lower_aggregate(counted(aggregate, id), {id}), {id});
  }
  auto output = output_ids(aggregate.child->output);
  AttributeSet child_columns;
  std::set_intersection(inner.begin(), inner.end(), output.begin(), output.end(),
                        std::inserter(child_columns, child_columns.end()));
  auto block = open(lower(aggregate.child, child_columns), child_columns);
  block.order_by.clear();
  if (outer_scope_ && shows_outer_columns(*aggregate.child)) block = wrap(std::move(block), child_columns);
  AttributeSet key_columns;
  for (const GroupingKey& key : keys) add_references(key.column, key_columns);
  // Keys that are columns stand in the SELECT and in the GROUP BY; keys that are expressions are
  // named here, so that references to them are none to the child.
  AttributeSet child_keys;
  std::set_intersection(key_columns.begin(), key_columns.end(), output.begin(), output.end(),
                        std::inserter(child_keys, child_keys.end()));
  AttributeSet named;
  std::vector<ExpressionPtr> used = live;
  for (const ExpressionPtr& item : inner_projection) {
    const auto& alias = std::get<plan::Alias>(item->node);
    block.columns.columns[alias.id] = {.sql = "", .is_column = true};
    named.insert(alias.id);
    used.push_back(item);
  }
  block = prepare_inline(std::move(block), used, child_keys, named);
  AttributeSet all = child_columns;
  all.insert(key_columns.begin(), key_columns.end());
  if (!inner_projection.empty()) {
    for (const ExpressionPtr& item : inner_projection) {
      const auto& alias = std::get<plan::Alias>(item->node);
      block.columns.columns[alias.id] = expressions_.lower_column(alias.child, block.columns);
    }
    block = wrap(block, all);
  }
  if (has_sets(aggregate.kind) && need_names(keys, expressions_, block)) block = wrap(block, all);
  SelectBlock result = block;
  result.columns.columns.clear();
  result.is_aggregate = true;
  auto key_text = [&](const ExpressionPtr& key) {
    for (const GroupingKey& known : keys) {
      if (plan::same_expression(*known.original, *key)) return expressions_.lower(*known.column, block.columns);
    }
    return expressions_.lower(*key, block.columns);
  };
  std::vector<std::string> key_texts;
  for (const GroupingKey& key : keys) key_texts.push_back(lower_key(key, aggregate, expressions_, block));
  if (auto counts = count_by_byte(aggregate, block, key_texts, live)) return *std::move(counts);
  switch (aggregate.kind) {
    case plan::GroupKind::kRollup: result.group_by = "ROLLUP (" + joined(key_texts) + ")"; break;
    case plan::GroupKind::kCube: result.group_by = "CUBE (" + joined(key_texts) + ")"; break;
    case plan::GroupKind::kGroupingSets: {
      std::vector<std::string> sets;
      for (const auto& set : aggregate.grouping_sets) {
        std::vector<std::string> members;
        for (const ExpressionPtr& member : set) members.push_back(key_text(member));
        sets.push_back("(" + joined(members) + ")");
      }
      result.group_by = "GROUPING SETS (" + joined(sets) + ")";
      break;
    }
    case plan::GroupKind::kGroupBy:
    case plan::GroupKind::kPivot:
    case plan::GroupKind::kAll: result.group_by = joined(key_texts); break;
  }
  for (const ExpressionPtr& item : live) {
    if (const auto* reference = item->as<plan::AttributeReference>()) {
      auto& column = result.columns.columns[reference->id] = block.columns.find(reference->id);
      column.byte.clear();  // what is grouped by is the text
      continue;
    }
    const auto& alias = std::get<plan::Alias>(item->node);
    result.columns.columns[alias.id] = {.sql = expressions_.lower(*alias.child, block.columns),
                                        .is_column = false};
  }
  return result;
}

// Groups by one byte that are only counted are an array of counts.
std::optional<SelectBlock> RelationLowering::count_by_byte(const plan::Aggregate& aggregate, const SelectBlock& input,
                                                           const std::vector<std::string>& key_texts,
                                                           const std::vector<ExpressionPtr>& live) {
  const bool is_plain = aggregate.kind == plan::GroupKind::kGroupBy || aggregate.kind == plan::GroupKind::kAll;
  if (!is_plain || aggregate.grouping.size() != 1 || live.empty()) return std::nullopt;
  const plan::Type& type = aggregate.grouping[0]->type;
  const bool is_byte = type.is(TypeKind::kByte) || fits_one_byte(aggregate.grouping[0], aggregate.child);
  const auto is_simple = [](const ExpressionPtr& item) {
    const auto* alias = item->as<plan::Alias>();
    return item->as<plan::AttributeReference>() ||
           (alias && (counts_rows(*alias->child) || alias->child->as<plan::AttributeReference>()));
  };
  if (!is_byte || !std::all_of(live.begin(), live.end(), is_simple)) return std::nullopt;
  const std::string lists = next_alias();
  const std::string entries = next_alias();
  const std::string name = next_alias();
  SelectBlock result;
  result.columns.outer = input.columns.outer;
  result.from = "(SELECT CASE WHEN " + entries + ".place < 256 THEN CAST(" + entries + ".place - 128 AS TINYINT) END AS key, " +
                entries + ".count FROM (SELECT unnest(" + lists + ".counts) AS count, generate_subscripts(" + lists +
                ".counts, 1) - 1 AS place FROM (SELECT fs_byte_counts(" + key_texts[0] + ") AS counts" + input.tail() + ") AS " +
                lists + ") AS " + entries + " WHERE " + entries + ".count > 0) AS " + name;
  for (const ExpressionPtr& item : live) {
    const auto* alias = item->as<plan::Alias>();
    const AttributeId id = alias ? alias->id : item->as<plan::AttributeReference>()->id;
    const bool is_count = alias && counts_rows(*alias->child);
    result.columns.columns[id] = {.sql = is_count ? name + ".count" : "CAST(" + name + ".key AS " + type_sql(type) + ")"};
  }
  return result;
}

SelectBlock RelationLowering::lower_generate(const plan::Generate& generate,
                                             const AttributeSet& needed) {
  const auto* call = generate.generator->as<plan::FunctionCall>();
  FIRESTEEL_CHECK(call, "a generator that is no function call");
  std::string_view name = call->function->name;
  auto output = output_ids(generate.child->output);
  AttributeSet kept;
  std::set_intersection(needed.begin(), needed.end(), output.begin(), output.end(),
                        std::inserter(kept, kept.end()));
  AttributeSet inner = kept;
  AttributeSet references;
  add_references(generate.generator, references);
  std::set_intersection(references.begin(), references.end(), output.begin(), output.end(),
                        std::inserter(inner, inner.end()));
  auto block = bare(lower(generate.child, inner), inner);

  bool has_position = name.starts_with("posexplode");
  bool is_outer = generate.is_outer || name.ends_with("_outer");
  const bool is_variant = call->function->name == "variant_explode";
  bool is_inline = name.starts_with("inline") || is_variant;
  bool is_stack = name == "stack" || name == "json_tuple";
  std::string list;
  bool is_map = false;
  if (name.starts_with("explode") || has_position || is_inline) {
    const auto& argument = *call->arguments.at(0);
    is_map = argument.type.is(TypeKind::kMap);
    list = expressions_.lower(argument, block.columns);
    if (is_map) list = "map_entries(" + list + ")";
    if (is_variant) list = variant_rows(list);
  } else if (name == "json_tuple") {
    list = tuple_row(*call, block.columns);
  } else if (is_stack) {
    list = stack_rows(*call, generate.generated.size(), block.columns);
  } else {
    throw_unsupported("FUNCTION", "generator " + std::string(name));
  }
  // The list gets a name first: it is needed for its elements and for their positions.
  std::string first = next_alias();
  std::string select = "SELECT " + list + " AS list";
  for (AttributeId id : kept) {
    select += ", " + block.columns.find(id).sql + " AS " + column_name(id);
  }
  std::string source = "(" + select + block.tail() + ") AS " + first;
  std::string elements = first + ".list";
  if (is_outer) {
    elements = "CASE WHEN " + elements + " IS NULL OR len(" + elements + ") = 0 THEN [NULL] ELSE " +
               elements + " END";
  }
  std::string second = next_alias();
  std::string expanded = "SELECT unnest(" + elements + ") AS element";
  if (has_position) {
    std::string positions = "generate_subscripts(" + first + ".list, 1)";
    if (is_outer) {
      positions = "unnest(CASE WHEN " + first + ".list IS NULL OR len(" + first +
                  ".list) = 0 THEN [NULL] ELSE range(1, len(" + first + ".list) + 1) END)";
    }
    expanded += ", " + positions + " AS position";
  }
  for (AttributeId id : kept) expanded += ", " + first + "." + column_name(id);
  SelectBlock result;
  result.from = "(" + expanded + " FROM " + source + ") AS " + second;
  for (AttributeId id : kept) {
    result.columns.columns[id] = {.sql = second + "." + column_name(id)};
  }
  size_t next = 0;
  auto add = [&](const std::string& sql) {
    if (next >= generate.generated.size()) return;
    const auto& attribute = generate.generated[next++];
    result.columns.columns[attribute.id] = {
        .sql = "CAST(" + sql + " AS " + type_sql(attribute.type) + ")"};
  };
  if (has_position) add("(" + second + ".position - 1)");
  if (is_map) {
    add("struct_extract(" + second + ".element, 'key')");
    add("struct_extract(" + second + ".element, 'value')");
  } else if (is_inline || is_stack) {
    for (size_t i = 0; next < generate.generated.size(); ++i) {
      add("struct_extract(" + second + ".element, 'f" + std::to_string(i) + "')");
    }
  } else {
    add(second + ".element");
  }
  return result;
}

// variant_explode: the parts of a variant.
std::string RelationLowering::variant_rows(const std::string& variant) {
  const plan::Type rows = plan::Type::array(plan::Type::structure({{"pos", plan::Type::integer(), false, {}},
                                                                  {"key", plan::Type::string(), true, {}},
                                                                  {"value", plan::Type::variant(), false, {}}}));
  return "fs_value('variant_entries', '{\"a\":[\"variant\"],\"r\":" + rows.json() + "}', 'UTC', true, " + variant + ")";
}

// json_tuple: the one row of the members that the call names.
std::string RelationLowering::tuple_row(const plan::FunctionCall& call, const Scope& scope) {
  constexpr const char* kTypes = R"('{"a":["string","string"],"r":"string"}')";
  std::string text = "[struct_pack(";
  for (size_t i = 1; i < call.arguments.size(); ++i) {
    text += (i > 1 ? ", f" : "f") + std::to_string(i - 1) + " := fs_value('json_member', " + kTypes +
            ", 'UTC', true, " + expressions_.lower(*call.arguments[0], scope) + ", " +
            expressions_.lower(*call.arguments[i], scope) + ")";
  }
  return text + ")]";
}

std::string RelationLowering::stack_rows(const plan::FunctionCall& call, size_t column_count,
                                         const Scope& scope) {
  const auto* literal = call.arguments.at(0)->as<plan::Literal>();
  FIRESTEEL_CHECK(literal && std::holds_alternative<int64_t>(literal->value),
                  "stack() needs a constant number of rows");
  const auto wanted_count = static_cast<size_t>(std::get<int64_t>(literal->value));
  const size_t row_count = std::min(wanted_count, call.arguments.size());
  std::vector<std::string> rows;
  for (size_t row = 0; row < row_count; ++row) {
    std::string text = "struct_pack(";
    for (size_t column = 0; column < column_count; ++column) {
      size_t index = 1 + row * column_count + column;
      text += (column > 0 ? ", f" : "f") + std::to_string(column) + " := " +
              (index < call.arguments.size() ? expressions_.lower(*call.arguments[index], scope)
                                             : "NULL");
    }
    rows.push_back(text + ")");
  }
  // Rows that have no argument are null.
  const std::string list = "[" + joined(rows) + "]";
  return wanted_count == row_count ? list : "list_resize(" + list + ", " + std::to_string(wanted_count) + ")";
}

}  // namespace firesteel::engine
