#include "connect/logical_plan_text.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "connect/expression_text.h"
#include "connect/plan_size.h"

namespace firesteel::connect {

namespace {

using namespace plan;

std::string grouping_text(const Aggregate& aggregate) {
  const std::string keys = expression_list(aggregate.grouping);
  switch (aggregate.kind) {
    case GroupKind::kRollup:
      return "[rollup(" + keys + ")]";
    case GroupKind::kCube:
      return "[cube(" + keys + ")]";
    case GroupKind::kGroupingSets:
      return "[groupingsets(" + keys + ")]";
    default:
      return keys;
  }
}

std::string set_operation_text(const SetOperation& operation) {
  switch (operation.kind) {
    case SetOperationKind::kUnion:
      if (!operation.is_all) return "Distinct Union";
      return "Union " + boolean_text(operation.by_name) + ", " +
             boolean_text(operation.allow_missing_columns);
    case SetOperationKind::kIntersect:
      return operation.is_all ? "Intersect All true" : "Intersect false";
    case SetOperationKind::kExcept:
      return operation.is_all ? "Except All true" : "Except false";
  }
  return "";
}

std::string repartition_text(const Repartition& repartition) {
  const std::string count =
      repartition.partitions ? std::to_string(*repartition.partitions) : "None";
  if (!repartition.expressions.empty()) {
    return "RepartitionByExpression " + expression_list(repartition.expressions) + ", " + count;
  }
  return "Repartition " + count + ", " + boolean_text(repartition.shuffle);
}

std::string window_columns_text(const WindowColumns& node) {
  std::string text = "Window " + expression_list(node.functions);
  const auto* window =
      node.functions.empty() ? nullptr : unaliased(*node.functions[0]).as<Window>();
  if (!window) return text;
  return text + ", " + expression_list(window->partition_by) + ", " +
         expression_list(window->order_by);
}

std::string join_text(const Join& join) {
  if (!join.using_columns.empty()) {
    return std::string("Join UsingJoin(") + join_name(join.kind) + ", [" +
           joined(join.using_columns) + "])";
  }
  std::string text = std::string("Join ") + join_name(join.kind);
  if (join.condition) text += ", " + expression_text(*join.condition);
  return text;
}

// Nodes that the tree has before and after analysis.
std::string shaping_text(const Relation& relation) {
  if (const auto* n = relation.as<Project>()) return "Project " + expression_list(n->expressions);
  if (const auto* n = relation.as<Filter>()) return "Filter " + expression_text(*n->condition);
  if (const auto* n = relation.as<Join>()) return join_text(*n);
  if (const auto* n = relation.as<Aggregate>()) {
    if (n->grouping.empty()) return "Aggregate " + expression_list(n->aggregates);
    return "Aggregate " + grouping_text(*n) + ", " + expression_list(n->aggregates);
  }
  if (const auto* n = relation.as<Sort>())
    return "Sort " + expression_list(n->order) + ", " + boolean_text(n->is_global);
  if (const auto* n = relation.as<Limit>()) return "GlobalLimit " + expression_text(*n->limit);
  if (const auto* n = relation.as<Offset>()) return "Offset " + expression_text(*n->offset);
  if (const auto* n = relation.as<Tail>()) return "Tail " + expression_text(*n->limit);
  if (const auto* n = relation.as<SetOperation>()) return set_operation_text(*n);
  if (const auto* n = relation.as<Sample>()) {
    return "Sample " + number_text(n->lower_bound) + ", " + number_text(n->upper_bound) + ", " +
           boolean_text(n->with_replacement) + ", " + (n->seed ? std::to_string(*n->seed) : "None") +
           ", " + (n->with_replacement ? "Poisson" : "Bernoulli");
  }
  if (const auto* n = relation.as<Deduplicate>()) {
    const std::string name = n->within_watermark ? "DeduplicateWithinWatermark " : "Deduplicate ";
    if (!n->keys.empty()) return name + expression_list(n->keys);
    return name + (n->all_columns ? attribute_list(n->child->output) : "['" + joined(n->columns, ", '") + "]");
  }
  if (const auto* n = relation.as<Repartition>()) return repartition_text(*n);
  if (const auto* n = relation.as<WindowColumns>()) return window_columns_text(*n);
  if (const auto* n = relation.as<Generate>()) {
    return "Generate " + expression_text(*n->generator) + ", " + boolean_text(n->is_outer) + ", " +
           attribute_list(n->generated);
  }
  if (const auto* n = relation.as<EventTimeWatermark>()) {
    return "EventTimeWatermark " + expression_text(*n->event_time) + ", " + n->delay;
  }
  if (const auto* n = relation.as<CollectMetrics>()) {
    return "CollectMetrics " + n->name + ", " + expression_list(n->metrics);
  }
  return "";
}

std::string leaf_text(const Relation& relation) {
  if (relation.as<OneRow>()) return "OneRowRelation";
  if (relation.as<LocalData>()) return "LocalRelation " + attribute_list(relation.output);
  if (const auto* n = relation.as<Range>()) {
    return "Range (" + std::to_string(n->start) + ", " + std::to_string(n->end) +
           ", step=" + std::to_string(n->step) +
           ", splits=" + (n->partitions ? "Some(" + std::to_string(*n->partitions) + ")" : "None") +
           ")";
  }
  if (const auto* n = relation.as<Scan>())
    return "Relation " + attribute_list(relation.output) + " " + n->format;
  if (const auto* n = relation.as<UnresolvedTable>())
    return "UnresolvedRelation [" + joined(n->parts) + "], [], false";
  if (const auto* n = relation.as<UnresolvedRead>()) {
    return "UnresolvedDataSource " + (n->format.empty() ? "parquet" : n->format) + ", [" +
           joined(n->paths) + "]";
  }
  if (const auto* n = relation.as<TableFunction>()) {
    return "UnresolvedTableValuedFunction [" + joined(n->name) + "], " +
           expression_list(n->arguments);
  }
  if (const auto* n = relation.as<StreamingSource>())
    return "StreamingRelation " + n->description + ", " + attribute_list(relation.output);
  if (relation.as<Cached>()) {
    return "InMemoryRelation " + attribute_list(relation.output) +
           ", StorageLevel(disk, memory, deserialized, 1 replicas)";
  }
  return "";
}

std::string detail(const Relation& relation) {
  if (const auto* n = relation.as<SubqueryAlias>()) return n->alias;
  if (const auto* n = relation.as<Hint>()) return n->name;
  if (const auto* n = relation.as<ToDf>()) return "[" + joined(n->names) + "]";
  if (const auto* n = relation.as<WithColumns>()) return expression_list(n->columns);
  if (const auto* n = relation.as<MlTransform>())
    return n->name + " " + attribute_list(relation.output);
  if (const auto* n = relation.as<Drop>()) {
    return n->columns.empty() ? "['" + joined(n->names, ", '") + "]" : expression_list(n->columns);
  }
  return relation.output.empty() ? "" : attribute_list(relation.output);
}

void append_statistics(const Relation& relation, bool with_statistics, std::string* out) {
  if (with_statistics) *out += ", " + statistics_text(plan_size(relation));
  *out += "\n";
}

void draw(const Relation& relation, const std::string& lead, const std::string& branch,
          bool with_statistics, std::string* out) {
  *out += lead + branch + logical_node_text(relation);
  append_statistics(relation, with_statistics, out);
  std::string below = lead + (branch.empty() ? "" : branch == "+- " ? "   " : ":  ");
  if (const auto* limit = relation.as<Limit>()) {  // Spark has two nodes for one limit
    *out += below + "+- " + (is_resolved(relation) ? "" : "'") + "LocalLimit " +
            expression_text(*limit->limit);
    append_statistics(*limit->child, with_statistics, out);
    below += "   ";
  }
  const auto inputs = plan::children(relation);
  for (size_t i = 0; i < inputs.size(); ++i) {
    draw(*inputs[i], below, i + 1 == inputs.size() ? "+- " : ":- ", with_statistics, out);
  }
}

}  // namespace

std::string logical_node_text(const Relation& relation) {
  std::string text = leaf_text(relation);
  if (text.empty()) text = shaping_text(relation);
  if (text.empty()) {
    text = node_name(relation);
    if (const std::string more = detail(relation); !more.empty()) text += " " + more;
  }
  if (!is_resolved(relation)) return "'" + text;
  return is_streaming(relation) ? "~" + text : text;
}

std::string logical_tree(const RelationPtr& relation, bool with_statistics) {
  std::string text;
  draw(*relation, "", "", with_statistics, &text);
  return text;
}

}  // namespace firesteel::connect
