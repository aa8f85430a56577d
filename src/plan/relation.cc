#include "plan/relation.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "plan/free_references.h"

namespace firesteel::plan {

namespace {

template <typename... F>
struct Overload : F... {
  using F::operator()...;
};
template <typename... F>
Overload(F...) -> Overload<F...>;

// Calls `visit` with each input slot, left to right. One description of every node's inputs.
template <typename Node, typename F>
void for_each_input(Node& node, const F& visit) {
  std::visit(
      [&](auto& n) {
        if constexpr (requires { n.definitions; }) {
          for (auto& definition : n.definitions) visit(definition.query);
        }
        if constexpr (requires { n.child; }) {
          if (n.child) visit(n.child);
        }
        if constexpr (requires { n.left; n.right; }) {
          visit(n.left);
          visit(n.right);
        }
        if constexpr (requires { n.inputs; }) {
          for (auto& input : n.inputs) visit(input);
        }
        if constexpr (requires { n.root; n.references; }) {
          visit(n.root);
          for (auto& input : n.references) visit(input);
        }
      },
      node);
}

// Calls `visit` with each expression slot of the node itself that is not null.
template <typename Node, typename F>
void for_each_expression(Node& node, const F& visit) {
  auto one = [&](auto& slot) {
    if (slot) visit(slot);
  };
  auto many = [&](auto& slots) {
    if constexpr (requires { slots.writable(0); }) {
      for (size_t i = 0; i < slots.size(); ++i) one(slots.writable(i));
    } else {
      for (auto& slot : slots) one(slot);
    }
  };
  std::visit(
      [&](auto& n) {
        using N = std::remove_cvref_t<decltype(n)>;
        if constexpr (requires { n.positional_arguments; }) {
          for (auto& [name, slot] : n.named_arguments) one(slot);
          many(n.positional_arguments);
        }
        if constexpr (requires { n.rows.begin(); }) {
          for (auto& row : n.rows) many(row);
        }
        if constexpr (std::is_same_v<N, TableFunction>) many(n.arguments);
        if constexpr (requires { n.generator; }) one(n.generator);
        if constexpr (requires { n.windows; }) {
          for (auto& [name, slot] : n.windows) one(slot);
        }
        if constexpr (std::is_same_v<N, WithColumns> || std::is_same_v<N, Drop>) many(n.columns);
        if constexpr (requires { n.parameters; }) many(n.parameters);
        if constexpr (requires { n.ids; }) {
          many(n.ids);
          if (n.values) many(*n.values);
        }
        if constexpr (requires { n.index_columns; }) many(n.index_columns);
        if constexpr (std::is_same_v<N, SampleBy>) one(n.column);
        if constexpr (requires { n.expressions; }) many(n.expressions);
        if constexpr (requires { n.condition; }) one(n.condition);
        if constexpr (requires { n.left_as_of; }) {
          one(n.left_as_of);
          one(n.right_as_of);
          one(n.tolerance);
        }
        if constexpr (requires { n.ranking; }) one(n.ranking);
        if constexpr (requires { n.event_time; }) one(n.event_time);
        if constexpr (requires { n.place; }) many(n.place);
        if constexpr (std::is_same_v<N, Sort>) many(n.order);
        if constexpr (requires { n.limit; }) one(n.limit);
        if constexpr (requires { n.offset; }) one(n.offset);
        if constexpr (std::is_same_v<N, Aggregate>) {
          many(n.grouping);
          many(n.aggregates);
          one(n.having);
          for (auto& set : n.grouping_sets) many(set);
          one(n.pivot_column);
          many(n.pivot_values);
        }
        if constexpr (requires { n.keys; }) many(n.keys);
        if constexpr (std::is_same_v<N, WindowColumns>) many(n.functions);
        if constexpr (requires { n.metrics; }) many(n.metrics);
        if constexpr (std::is_same_v<N, MapPartitions>) one(n.function);
      },
      node);
}

bool is_resolved_node(const Relation& relation) {
  return std::visit(
      Overload{[](const OneRow&) { return true; }, [](const LocalData&) { return true; },
               [](const Range&) { return true; }, [](const Scan&) { return true; },
               [](const Project&) { return true; }, [](const Filter&) { return true; },
               [](const Join& n) { return n.using_columns.empty() && !n.is_natural; },
               [](const AsOfJoin& n) { return n.using_columns.empty(); },
               [](const SetOperation& n) { return !n.by_name; },
               [](const Sort&) { return true; }, [](const Limit&) { return true; },
               [](const Offset&) { return true; }, [](const Tail&) { return true; },
               [](const Aggregate& n) { return !n.adds_grouping_columns && !n.having; },
               [](const Sample& n) { return n.seed.has_value() && !n.deterministic_order; },
               [](const Deduplicate& n) { return n.columns.empty(); },
               [](const Repartition&) { return true; }, [](const WindowColumns&) { return true; },
               [](const Generate&) { return true; }, [](const CollectMetrics&) { return true; },
               [](const EventTimeWatermark&) { return true; }, [](const StreamingSource&) { return true; },
               [](const ShowString&) { return true; }, [](const Cached&) { return true; },
               [](const MlTransform&) { return true; }, [](const MapPartitions&) { return true; },
               [](const auto&) { return false; }},
      relation.node);
}

// Entries that a projection shares with the one below are looked at there.
bool has_resolved_entries(const Project& project) {
  const auto* below = project.child->as<Project>();
  const size_t shared_max = below ? below->expressions.size() : 0;
  for (size_t i = 0; i < project.expressions.size(); ++i) {
    const ExpressionPtr& entry = project.expressions[i];
    if (i < shared_max && &below->expressions[i] == &entry) continue;
    if (!is_resolved(*entry)) return false;
  }
  return true;
}

// Ids of one tree numbered in the order of their first appearance, so that two trees compare.
class Numbering {
 public:
  int64_t of(AttributeId id) {
    return numbers_.try_emplace(id, static_cast<int64_t>(numbers_.size())).first->second;
  }

 private:
  std::unordered_map<AttributeId, int64_t> numbers_;
};

ExpressionPtr renumbered(const ExpressionPtr& expression, Numbering& numbering) {
  return transform_up(expression, [&](const ExpressionPtr& e) -> ExpressionPtr {
    auto copy = [&](auto node) {
      node.id = numbering.of(node.id);
      return make_typed(std::move(node), e->type, e->nullable);
    };
    if (const auto* n = e->as<AttributeReference>()) return copy(*n);
    if (const auto* n = e->as<LambdaVariable>()) return copy(*n);
    if (const auto* n = e->as<Alias>()) {
      Alias alias = *n;
      alias.names.clear();  // names do not take part in sameSemantics
      alias.metadata.reset();
      return copy(std::move(alias));
    }
    return nullptr;
  });
}

// Node members besides inputs and expressions, printed; equal text means equal members.
std::string members(const Relation& relation) {
  std::string text(node_name(relation));
  auto add = [&](auto value) { text += "|" + std::to_string(value); };
  auto add_text = [&](const std::string& value) { text += "|" + value; };
  std::visit(
      Overload{[&](const LocalData& n) { add(reinterpret_cast<uintptr_t>(n.table.get())); },
               [&](const Range& n) {
                 add(n.start);
                 add(n.end);
                 add(n.step);
               },
               [&](const Scan& n) {
                 add_text(n.format);
                 for (const auto& [key, value] : n.options) add_text(key + "=" + value);
                 // As Spark compares file indexes: what is cached stays until it is refreshed.
                 for (const auto& path : n.root_paths) add_text(path);
                 add_text(Type::structure(n.data_schema).json());
               },
               [&](const Join& n) { add(static_cast<int>(n.kind)); },
               [&](const SetOperation& n) {
                 add(static_cast<int>(n.kind));
                 add(n.is_all);
               },
               [&](const Sort& n) { add(n.is_global); },
               [&](const Aggregate& n) {
                 add(static_cast<int>(n.kind));
                 add(n.grouping.size());
                 for (const auto& set : n.grouping_sets) add(set.size());
               },
               [&](const Sample& n) {
                 add(n.lower_bound);
                 add(n.upper_bound);
                 add(n.with_replacement);
                 add(n.seed.value_or(0));
               },
               [&](const Deduplicate& n) {
                 add(n.all_columns);
                 add(n.within_watermark);
               },
               [&](const StreamingSource& n) {
                 add_text(n.description);
                 for (const auto& [key, value] : n.options) add_text(key + "=" + value);
               },
               [&](const EventTimeWatermark& n) { add_text(n.delay); },
               [&](const Repartition& n) {
                 add(n.partitions.value_or(-1));
                 add(n.shuffle);
                 add(n.is_by_id);
               },
               [&](const Generate& n) { add(n.is_outer); },
               [&](const ShowString& n) {
                 add(n.rows);
                 add(n.truncate);
               },
               [&](const Cached& n) { add_text(n.key); },
               [&](const MlTransform& n) {
                 add(reinterpret_cast<uintptr_t>(n.transformer.get()));
               },
               [&](const auto&) {}},
      relation.node);
  return text;
}

bool same_tree(const Relation& a, const Relation& b, Numbering& left, Numbering& right) {
  if (&a != &b && members(a) != members(b)) return false;
  const auto inputs_a = children(a);
  const auto inputs_b = children(b);
  if (inputs_a.size() != inputs_b.size()) return false;
  for (size_t i = 0; i < inputs_a.size(); ++i) {
    if (!same_tree(*inputs_a[i], *inputs_b[i], left, right)) return false;
  }
  const auto expressions_a = expressions(a);
  const auto expressions_b = expressions(b);
  if (expressions_a.size() != expressions_b.size()) return false;
  for (size_t i = 0; i < expressions_a.size(); ++i) {
    if (!same_expression(*renumbered(expressions_a[i], left),
                         *renumbered(expressions_b[i], right))) {
      return false;
    }
  }
  if (a.output.size() != b.output.size()) return false;
  for (size_t i = 0; i < a.output.size(); ++i) {
    if (left.of(a.output[i].id) != right.of(b.output[i].id)) return false;
  }
  return true;
}

size_t hash_tree(const Relation& relation, Numbering& numbering) {
  size_t seed = std::hash<std::string>()(members(relation));
  for (const RelationPtr& input : children(relation)) {
    seed = seed * 31 + hash_tree(*input, numbering);
  }
  for (const ExpressionPtr& expression : expressions(relation)) {
    seed = seed * 31 + hash_expression(*renumbered(expression, numbering));
  }
  return seed;
}

}  // namespace

Relation::Node::Node(const Node&) = default;
Relation::Node::Node(Node&&) noexcept = default;
Relation::Node& Relation::Node::operator=(const Node&) = default;
Relation::Node& Relation::Node::operator=(Node&&) noexcept = default;
Relation::Node::~Node() = default;

ExpressionPtr reference(const Attribute& attribute) {
  return make_typed(AttributeReference{attribute.id, attribute.name, attribute.qualifier, false},
                    attribute.type, attribute.nullable);
}

std::vector<RelationPtr> children(const Relation& relation) {
  std::vector<RelationPtr> found;
  for_each_input(relation.node, [&](const RelationPtr& slot) { found.push_back(slot); });
  return found;
}

RelationPtr with_children(const Relation& relation, std::vector<RelationPtr> replaced) {
  auto copy = std::make_shared<Relation>(relation);
  size_t next = 0;
  for_each_input(copy->node, [&](RelationPtr& slot) { slot = std::move(replaced.at(next++)); });
  FIRESTEEL_CHECK(next == replaced.size(), "with_children: wrong number of inputs");
  return copy;
}

std::vector<ExpressionPtr> expressions(const Relation& relation) {
  std::vector<ExpressionPtr> found;
  for_each_expression(relation.node, [&](const ExpressionPtr& slot) { found.push_back(slot); });
  return found;
}

RelationPtr with_expressions(const Relation& relation, std::vector<ExpressionPtr> replaced) {
  auto copy = std::make_shared<Relation>(relation);
  size_t next = 0;
  for_each_expression(copy->node,
                      [&](ExpressionPtr& slot) { slot = std::move(replaced.at(next++)); });
  FIRESTEEL_CHECK(next == replaced.size(), "with_expressions: wrong number of expressions");
  return copy;
}

std::string_view node_name(const Relation& relation) {
  // In the order of Relation::Node.
  static constexpr std::string_view names[] = {
      "UnresolvedRelation", "UnresolvedDataSource", "SqlQuery", "WithCTE", "UnresolvedInlineTable",
      "UnresolvedTableValuedFunction", "Generate", "WithWindowDefinition", "ToDF", "WithColumns",
      "WithColumnsRenamed", "DataFrameDropColumns", "UnresolvedHint", "Summary", "Describe",
      "FillNa", "DropNa", "Replace", "Unpivot", "Transpose", "ToSchema", "SampleBy", "StatPair",
      "ApproxQuantile", "FreqItems", "NearestByJoin", "Parse", "WithRelations", "CatalogCall",
      "OneRowRelation",
      "LocalRelation", "Range", "Relation", "StreamingRelation", "Project", "Filter", "Join", "AsOfJoin",
      "SetOperation", "Sort", "GlobalLimit", "Offset", "Tail", "Aggregate", "Sample",
      "Deduplicate", "SubqueryAlias", "Repartition", "Window", "Generate", "CollectMetrics",
      "EventTimeWatermark", "ShowString", "InMemoryRelation", "MlTransform", "MapPartitions"};
  static_assert(std::size(names) == std::variant_size_v<Relation::Alternatives>);
  return names[relation.node.index()];
}

bool is_resolved(const Relation& relation) {
  if (!is_resolved_node(relation)) return false;
  bool found = true;
  if (const auto* project = relation.as<Project>()) {
    found = has_resolved_entries(*project);
  } else {
    for_each_expression(relation.node, [&](const ExpressionPtr& e) { found = found && is_resolved(*e); });
  }
  for_each_input(relation.node, [&](const RelationPtr& input) { found = found && is_resolved(*input); });
  return found;
}

Schema output_schema(const Relation& relation) {
  Schema schema;
  schema.reserve(relation.output.size());
  for (const Attribute& attribute : relation.output) {
    schema.push_back({attribute.name, attribute.type, attribute.nullable, attribute.metadata});
  }
  return schema;
}

bool is_streaming(const Relation& relation) {
  if (relation.as<StreamingSource>()) return true;
  const auto inputs = children(relation);
  return std::any_of(inputs.begin(), inputs.end(), [](const RelationPtr& input) { return is_streaming(*input); });
}

bool same_semantics(const Relation& a, const Relation& b) {
  Numbering left;
  Numbering right;
  return same_tree(a, b, left, right);
}

bool same_query(const Relation& a, const Relation& b) {
  if (&a == &b) return true;
  const std::vector<AttributeId> free = free_references(a);
  if (free != free_references(b)) return false;
  Numbering left;
  Numbering right;
  return same_tree(a, b, left, right) && std::all_of(free.begin(), free.end(), [&](AttributeId id) { return left.of(id) == right.of(id); });
}

int32_t semantic_hash(const Relation& relation) {
  Numbering numbering;
  const size_t hash = hash_tree(relation, numbering);
  return static_cast<int32_t>(hash ^ (hash >> 32));
}

}  // namespace firesteel::plan
