#include "connect/physical_plan.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

#include "connect/expression_text.h"
#include "connect/scan_text.h"
#include "functions/function.h"

namespace firesteel::connect {

namespace {

using namespace plan;
using Details = std::vector<std::pair<std::string, std::string>>;

PhysicalOperator make_operator(std::string name, const std::string& arguments, bool is_fused) {
  PhysicalOperator result;
  result.exec_class = name + "Exec";
  result.text = name + (arguments.empty() ? "" : " " + arguments);
  result.name = std::move(name);
  result.is_fused = is_fused;
  return result;
}

std::string counted(const char* label, size_t count) {
  return std::string(label) + " [" + std::to_string(count) + "]";
}

void add_output(const Attributes& output, PhysicalOperator* op) {
  op->details.emplace_back(counted("Output", output.size()), attribute_list(output));
}

void add_input(const RelationPtr& child, PhysicalOperator* op) {
  op->details.emplace_back(counted("Input", child->output.size()), attribute_list(child->output));
}

int64_t integer_of(const ExpressionPtr& expression) {
  const auto* literal = expression->as<Literal>();
  const auto* value = literal ? std::get_if<int64_t>(&literal->value) : nullptr;
  return value ? *value : 0;
}

// ---- joins -------------------------------------------------------------------------------------

void split_conjunction(const ExpressionPtr& condition, std::vector<ExpressionPtr>* parts) {
  const auto* call = condition->as<FunctionCall>();
  if (call && call->function->name == "and" && call->arguments.size() == 2) {
    split_conjunction(call->arguments[0], parts);
    split_conjunction(call->arguments[1], parts);
  } else {
    parts->push_back(condition);
  }
}

bool refers_only_to(const ExpressionPtr& expression, const Attributes& attributes) {
  bool has_any = false;
  bool is_inside = true;
  walk(expression, [&](const ExpressionPtr& e) {
    if (const auto* reference = e->as<AttributeReference>()) {
      has_any = true;
      is_inside =
          is_inside && std::any_of(attributes.begin(), attributes.end(),
                                   [&](const Attribute& a) { return a.id == reference->id; });
    }
    return true;
  });
  return has_any && is_inside;
}

struct JoinKeys {
  std::vector<ExpressionPtr> left;
  std::vector<ExpressionPtr> right;
  std::vector<ExpressionPtr> rest;
};

JoinKeys join_keys(const Join& join) {
  JoinKeys keys;
  std::vector<ExpressionPtr> parts;
  if (join.condition) split_conjunction(join.condition, &parts);
  for (const ExpressionPtr& part : parts) {
    const auto* call = part->as<FunctionCall>();
    const bool is_equality = call && call->arguments.size() == 2 &&
                             (call->function->name == "=" || call->function->name == "<=>");
    if (is_equality && refers_only_to(call->arguments[0], join.left->output) &&
        refers_only_to(call->arguments[1], join.right->output)) {
      keys.left.push_back(call->arguments[0]);
      keys.right.push_back(call->arguments[1]);
    } else if (is_equality && refers_only_to(call->arguments[1], join.left->output) &&
               refers_only_to(call->arguments[0], join.right->output)) {
      keys.left.push_back(call->arguments[1]);
      keys.right.push_back(call->arguments[0]);
    } else {
      keys.rest.push_back(part);
    }
  }
  return keys;
}

std::string conjunction_text(const std::vector<ExpressionPtr>& parts) {
  std::string text = expression_text(*parts[0]);
  for (size_t i = 1; i < parts.size(); ++i)
    text = "(" + text + " AND " + expression_text(*parts[i]) + ")";
  return text;
}

PhysicalOperator join_operator(const std::string& name, const Relation& relation, const Join& join) {
  const JoinKeys keys = join_keys(join);
  const std::string kind = join_name(join.kind);
  PhysicalOperator op;
  if (keys.left.empty()) {
    op = make_operator(name, "BuildRight, " + kind, false);
  } else {
    op = make_operator(name,
                       expression_list(keys.left) + ", " + expression_list(keys.right) + ", " +
                           kind + ", BuildRight",
                       true);
    op.details.emplace_back(counted("Left keys", keys.left.size()), expression_list(keys.left));
    op.details.emplace_back(counted("Right keys", keys.right.size()), expression_list(keys.right));
  }
  op.details.emplace_back("Join type", kind);
  op.details.emplace_back("Join condition",
                          keys.rest.empty() ? "None" : conjunction_text(keys.rest));
  if (!keys.rest.empty()) op.text += ", " + conjunction_text(keys.rest);
  op.expressions = expressions(relation);
  return op;
}

// ---- the other operators -----------------------------------------------------------------------

PhysicalOperator aggregate_operator(const std::string& name, const Aggregate& node) {
  const std::vector<ExpressionPtr> calls = aggregate_calls(node.aggregates);
  std::string keys = expression_list(node.grouping);
  if (node.kind == GroupKind::kRollup) keys = "rollup" + keys;
  if (node.kind == GroupKind::kCube) keys = "cube" + keys;
  if (node.kind == GroupKind::kGroupingSets) keys = "groupingsets" + keys;
  PhysicalOperator op = make_operator(name, "", true);
  op.text += "(keys=" + keys + ", functions=" + expression_list(calls) + ")";
  add_input(node.child, &op);
  op.details.emplace_back(counted("Keys", node.grouping.size()), keys);
  op.details.emplace_back(counted("Functions", calls.size()), expression_list(calls));
  op.details.emplace_back(counted("Results", node.aggregates.size()),
                          expression_list(node.aggregates));
  op.expressions = node.grouping;
  op.expressions.insert(op.expressions.end(), node.aggregates.begin(), node.aggregates.end());
  return op;
}

PhysicalOperator watermark_operator(const std::string& name, const EventTimeWatermark& node) {
  const std::string arguments = expression_text(*node.event_time) + ": " + node.event_time->type.simple_string() + ", " + node.delay;
  PhysicalOperator op = make_operator(name, arguments, false);
  add_input(node.child, &op);
  op.details.emplace_back("Arguments", arguments);
  op.expressions = {node.event_time};
  return op;
}

PhysicalOperator deduplicate_operator(const std::string& name, const Relation& relation, const Deduplicate& node) {
  std::vector<ExpressionPtr> keys = node.keys;
  if (keys.empty()) {
    for (const Attribute& attribute : relation.output) keys.push_back(reference(attribute));
  }
  if (node.within_watermark) {
    PhysicalOperator stateful = make_operator(name, expression_list(keys), false);
    add_input(node.child, &stateful);
    stateful.expressions = keys;
    return stateful;
  }
  PhysicalOperator op = make_operator(name, "", true);
  op.text += "(keys=" + expression_list(keys) + ", functions=[])";
  add_input(node.child, &op);
  op.details.emplace_back(counted("Keys", keys.size()), expression_list(keys));
  op.details.emplace_back("Functions", "[]");
  op.expressions = keys;
  return op;
}

// The rows that a stack of limits and offsets keeps, and what is below it.
struct KeptRows {
  int64_t limit = -1;
  int64_t offset = 0;
  RelationPtr below;
};

KeptRows kept_rows(const Relation& relation) {
  if (const auto* offset = relation.as<Offset>()) {
    const int64_t skipped = integer_of(offset->offset);
    if (const auto* limit = offset->child->as<Limit>())
      return {integer_of(limit->limit), skipped, limit->child};
    return {-1, skipped, offset->child};
  }
  const auto* limit = relation.as<Limit>();
  const int64_t kept = integer_of(limit->limit);
  if (const auto* offset = limit->child->as<Offset>()) {
    const int64_t skipped = integer_of(offset->offset);
    return {kept + skipped, skipped, offset->child};
  }
  return {kept, 0, limit->child};
}

// The sort of which only the first rows are kept.
const Sort* kept_sort(const KeptRows& rows) { return rows.limit >= 0 ? rows.below->as<Sort>() : nullptr; }

PhysicalOperator limit_operator(const std::string& name, const Relation& relation, bool is_root) {
  const KeptRows rows = kept_rows(relation);
  const std::string offset = std::to_string(rows.offset);
  if (const Sort* sort = kept_sort(rows)) {
    PhysicalOperator op = make_operator(name, "", false);
    const std::string arguments =
        "limit=" + std::to_string(rows.limit) + (rows.offset > 0 ? ", offset=" + offset : "") +
        ", orderBy=" + expression_list(sort->order) + ", output=" + attribute_list(relation.output);
    op.text += "(" + arguments + ")";
    add_input(sort->child, &op);
    op.details.emplace_back("Arguments", arguments);
    op.expressions = sort->order;
    return op;
  }
  const std::string both = std::to_string(rows.limit) + ", " + offset;
  const bool is_single = is_root && rows.offset == 0;
  PhysicalOperator op = make_operator(name, is_single ? std::to_string(rows.limit) : both, false);
  add_input(rows.below, &op);
  op.details.emplace_back("Arguments", both);
  return op;
}

const char* set_operation_name(const SetOperation& node) {
  switch (node.kind) {
    case SetOperationKind::kUnion: return "Union";
    case SetOperationKind::kIntersect: return node.is_all ? "IntersectAll" : "Intersect";
    case SetOperationKind::kExcept: return node.is_all ? "ExceptAll" : "Except";
  }
  return "";
}

PhysicalOperator repartition_operator(const std::string& name, const Relation& relation, const Repartition& node) {
  const std::string count = node.partitions ? std::to_string(*node.partitions) : "";
  if (!node.shuffle) return make_operator(name, count, false);
  std::string partitioning = "RoundRobinPartitioning(" + count + ")";
  if (!node.expressions.empty()) {
    const bool is_range = node.expressions[0]->as<SortOrder>() != nullptr;
    const std::string keys = expression_list(node.expressions);
    partitioning = std::string(is_range ? "rangepartitioning(" : "hashpartitioning(") +
                   keys.substr(1, keys.size() - 2) + (count.empty() ? "" : ", " + count) + ")";
  }
  PhysicalOperator op = make_operator(
      name,
      partitioning + (node.partitions ? ", REPARTITION_BY_NUM" : ", REPARTITION_BY_COL"), false);
  op.exec_class = "ShuffleExchangeExec";
  op.expressions = expressions(relation);
  return op;
}

PhysicalOperator window_operator(const std::string& name, const WindowColumns& node) {
  std::string arguments = expression_list(node.functions);
  const auto* window =
      node.functions.empty() ? nullptr : unaliased(*node.functions[0]).as<Window>();
  if (window)
    arguments +=
        ", " + expression_list(window->partition_by) + ", " + expression_list(window->order_by);
  PhysicalOperator op = make_operator(name, arguments, false);
  add_input(node.child, &op);
  op.details.emplace_back("Arguments", arguments);
  op.expressions = node.functions;
  return op;
}

PhysicalOperator leaf_operator(const std::string& name, const Relation& relation) {
  PhysicalOperator op;
  if (relation.as<OneRow>()) {
    op = make_operator(name, "", true);
    op.text = name + "[]";
    op.exec_class = "OneRowRelationExec";
    return op;
  }
  if (const auto* range = relation.as<Range>()) {
    const std::string splits =
        range->partitions ? ", splits=" + std::to_string(*range->partitions) : "";
    const std::string arguments = "(" + std::to_string(range->start) + ", " +
                                  std::to_string(range->end) +
                                  ", step=" + std::to_string(range->step) + splits + ")";
    op = make_operator(name, arguments, true);
    add_output(relation.output, &op);
    op.details.emplace_back("Arguments", "Range " + arguments);
    return op;
  }
  if (const auto* stream = relation.as<StreamingSource>()) {
    const std::string arguments = stream->description + ", " + attribute_list(relation.output);
    op = make_operator(name, arguments, false);
    add_output(relation.output, &op);
    op.details.emplace_back("Arguments", arguments);
    return op;
  }
  op = make_operator(name, attribute_list(relation.output), false);
  add_output(relation.output, &op);
  op.details.emplace_back("Arguments", attribute_list(relation.output));
  return op;
}

PhysicalOperator sample_operator(const std::string& name, const Sample& node) {
  const std::string arguments = number_text(node.lower_bound) + ", " + number_text(node.upper_bound) + ", " +
                                boolean_text(node.with_replacement) + ", " +
                                std::to_string(node.seed.value_or(0));
  PhysicalOperator op = make_operator(name, arguments, true);
  add_input(node.child, &op);
  op.details.emplace_back("Arguments", arguments);
  return op;
}

PhysicalOperator generate_operator(const std::string& name, const Generate& node) {
  const std::string arguments = expression_text(*node.generator) + ", " +
                                attribute_list(node.child->output) + ", " +
                                boolean_text(node.is_outer) + ", " + attribute_list(node.generated);
  PhysicalOperator op = make_operator(name, arguments, true);
  add_input(node.child, &op);
  op.details.emplace_back("Arguments", arguments);
  op.expressions = {node.generator};
  return op;
}

PhysicalOperator other_operator(const std::string& name, const Relation& relation) {
  std::string arguments = attribute_list(relation.output);
  if (const auto* transform = relation.as<MlTransform>())
    arguments = transform->name + " " + arguments;
  if (const auto* tail = relation.as<Tail>()) {
    return make_operator(name, std::to_string(integer_of(tail->limit)), false);
  }
  PhysicalOperator op = make_operator(name, arguments, false);
  add_output(relation.output, &op);
  op.expressions = expressions(relation);
  return op;
}

bool is_leaf(const Relation& relation) {
  return relation.as<OneRow>() || relation.as<LocalData>() || relation.as<Range>() || relation.as<Cached>() ||
         relation.as<StreamingSource>();
}

PhysicalOperator operator_of(const Relation& relation, bool is_root) {
  const std::string name = operator_name(relation, is_root);
  if (const auto* n = relation.as<Project>()) {
    PhysicalOperator op = make_operator(name, expression_list(n->expressions), true);
    op.details.emplace_back(counted("Output", n->expressions.size()),
                            expression_list(n->expressions));
    add_input(n->child, &op);
    op.expressions = n->expressions;
    return op;
  }
  if (const auto* n = relation.as<Filter>()) {
    PhysicalOperator op = make_operator(name, expression_text(*n->condition), true);
    add_input(n->child, &op);
    op.details.emplace_back("Condition ", expression_text(*n->condition));
    op.expressions = {n->condition};
    return op;
  }
  if (const auto* n = relation.as<Sort>()) {
    const std::string arguments =
        expression_list(n->order) + ", " + boolean_text(n->is_global) + ", 0";
    PhysicalOperator op = make_operator(name, arguments, true);
    add_input(n->child, &op);
    op.details.emplace_back("Arguments", arguments);
    op.expressions = n->order;
    return op;
  }
  if (const auto* n = relation.as<Join>()) return join_operator(name, relation, *n);
  if (const auto* n = relation.as<Aggregate>()) return aggregate_operator(name, *n);
  if (const auto* n = relation.as<EventTimeWatermark>()) return watermark_operator(name, *n);
  if (const auto* n = relation.as<Deduplicate>()) return deduplicate_operator(name, relation, *n);
  if (relation.as<SetOperation>()) return make_operator(name, "", false);
  if (const auto* n = relation.as<Repartition>()) return repartition_operator(name, relation, *n);
  if (const auto* n = relation.as<WindowColumns>()) return window_operator(name, *n);
  if (const auto* n = relation.as<Sample>()) return sample_operator(name, *n);
  if (const auto* n = relation.as<Generate>()) return generate_operator(name, *n);
  if (relation.as<Limit>() || relation.as<Offset>()) return limit_operator(name, relation, is_root);
  if (is_leaf(relation)) return leaf_operator(name, relation);
  return other_operator(name, relation);
}

PhysicalOperator scan_operator(const Relation& relation, const Scan& scan,
                               const std::vector<ExpressionPtr>& filters) {
  const ScanText text = scan_text(relation, scan, filters);
  PhysicalOperator op = make_operator("FileScan", text.line, false);
  op.name = operator_name(relation, false);
  op.exec_class = "FileSourceScanExec";
  op.details = text.details;
  return op;
}

// Widened integer literals are printed as literals: no engine casts a constant for each row.
ExpressionPtr with_folded_literals(const ExpressionPtr& expression) {
  return transform_up(expression, [](const ExpressionPtr& e) -> ExpressionPtr {
    const auto* cast = e->as<Cast>();
    const auto* literal = cast ? cast->child->as<Literal>() : nullptr;
    if (!literal || !literal->type.is_integral() || !cast->target.is(TypeKind::kLong))
      return nullptr;
    return make_literal({cast->target, literal->value});
  });
}

RelationPtr with_folded_literals(const RelationPtr& relation) {
  std::vector<ExpressionPtr> folded = expressions(*relation);
  if (folded.empty()) return relation;
  for (ExpressionPtr& expression : folded) expression = with_folded_literals(expression);
  return with_expressions(*relation, std::move(folded));
}

PhysicalOperator build(const RelationPtr& original, bool is_root,
                       const std::vector<ExpressionPtr>& filters) {
  const RelationPtr relation = with_folded_literals(original);
  if (const auto* scan = relation->as<Scan>()) return scan_operator(*relation, *scan, filters);
  PhysicalOperator op = operator_of(*relation, is_root);
  std::vector<ExpressionPtr> conditions;
  if (const auto* filter = relation->as<Filter>())
    split_conjunction(filter->condition, &conditions);
  for (const RelationPtr& child : operator_inputs(*relation)) op.children.push_back(build(child, false, conditions));
  return op;
}

// In post-order, as Spark numbers them.
void number_operators(PhysicalOperator* op, int* next_number) {
  for (PhysicalOperator& child : op->children) number_operators(&child, next_number);
  op->number = (*next_number)++;
}

// The right side of a hash join is a pipeline of its own: its table is built first.
void mark_stage(PhysicalOperator* op, int stage) {
  op->stage = stage;
  const size_t count = op->name == "BroadcastHashJoin" ? 1 : op->children.size();
  for (size_t i = 0; i < count && i < op->children.size(); ++i) {
    if (op->children[i].is_fused) mark_stage(&op->children[i], stage);
  }
}

void number_stages(PhysicalOperator* op, bool is_stage_root, int* next_stage) {
  for (size_t i = 0; i < op->children.size(); ++i) {
    const bool continues = op->is_fused && (i == 0 || op->name != "BroadcastHashJoin");
    number_stages(&op->children[i], !continues, next_stage);
  }
  if (op->is_fused && is_stage_root) mark_stage(op, (*next_stage)++);
}

// Spark prints no pipelines where its adaptive execution may still change the plan: where rows move between
// partitions (AdaptiveSparkPlanExec).
bool is_adaptive(const PhysicalOperator& op) {
  static const std::set<std::string_view> kMoving = {"BroadcastHashJoin", "BroadcastNestedLoopJoin", "HashAggregate",
                                                     "Sort", "Window", "Exchange"};
  return kMoving.contains(op.name) || std::ranges::any_of(op.children, is_adaptive);
}

void draw(const PhysicalOperator& op, const std::string& lead, const std::string& branch,
          bool is_numbered, bool shows_stages, std::string* out) {
  std::string line;
  if (op.is_fused && shows_stages) line = is_numbered ? "* " : "*(" + std::to_string(op.stage) + ") ";
  line += is_numbered ? op.name + " (" + std::to_string(op.number) + ")" : op.text;
  *out += lead + branch + line + "\n";
  const std::string below = lead + (branch.empty() ? "" : branch == "+- " ? "   " : ":  ");
  for (size_t i = 0; i < op.children.size(); ++i) {
    draw(op.children[i], below, i + 1 == op.children.size() ? "+- " : ":- ", is_numbered, shows_stages, out);
  }
}

void describe(const PhysicalOperator& op, bool shows_stages, std::string* out) {
  for (const PhysicalOperator& child : op.children) describe(child, shows_stages, out);
  *out += "\n(" + std::to_string(op.number) + ") " + op.name;
  if (op.is_fused && shows_stages) *out += " [codegen id : " + std::to_string(op.stage) + "]";
  *out += "\n";
  for (const auto& [label, value] : op.details) *out += label + ": " + value + "\n";
}

void collect_stages(const PhysicalOperator& op, int parent_stage,
                    std::vector<const PhysicalOperator*>* stages) {
  for (const PhysicalOperator& child : op.children) collect_stages(child, op.stage, stages);
  if (op.is_fused && op.stage != parent_stage) stages->push_back(&op);
}

}  // namespace

std::string operator_name(const Relation& relation, bool is_root) {
  if (const auto* scan = relation.as<Scan>()) return "Scan " + scan->format + " ";
  if (const auto* join = relation.as<Join>()) return join_keys(*join).left.empty() ? "BroadcastNestedLoopJoin" : "BroadcastHashJoin";
  if (relation.as<Aggregate>()) return "HashAggregate";
  if (const auto* deduplicate = relation.as<Deduplicate>()) {
    return deduplicate->within_watermark ? "StreamingDeduplicateWithinWatermark" : "HashAggregate";
  }
  if (relation.as<Limit>() || relation.as<Offset>()) {
    if (kept_sort(kept_rows(relation))) return "TakeOrderedAndProject";
    return is_root ? "CollectLimit" : "GlobalLimit";
  }
  if (const auto* operation = relation.as<SetOperation>()) return set_operation_name(*operation);
  if (const auto* repartition = relation.as<Repartition>()) return repartition->shuffle ? "Exchange" : "Coalesce";
  if (relation.as<WindowColumns>()) return "Window";
  if (relation.as<OneRow>()) return "Scan OneRowRelation";
  if (relation.as<StreamingSource>()) return "StreamingRelation";
  if (relation.as<Cached>()) return "InMemoryTableScan";
  if (relation.as<LocalData>()) return "LocalTableScan";
  if (relation.as<Tail>()) return "CollectTail";
  return std::string(node_name(relation));
}

std::vector<RelationPtr> operator_inputs(const Relation& relation) {
  if (is_leaf(relation)) return {};
  if (!relation.as<Limit>() && !relation.as<Offset>()) return plan::children(relation);
  const KeptRows rows = kept_rows(relation);
  const Sort* sort = kept_sort(rows);
  return {sort ? sort->child : rows.below};
}

PhysicalOperator physical_plan(const RelationPtr& resolved) {
  PhysicalOperator root = build(resolved, true, {});
  int next_number = 1;
  int next_stage = 1;
  number_operators(&root, &next_number);
  number_stages(&root, true, &next_stage);
  return root;
}

std::string physical_tree(const PhysicalOperator& root) {
  std::string text;
  draw(root, "", "", false, !is_adaptive(root), &text);
  return text;
}

std::string formatted_plan(const PhysicalOperator& root) {
  std::string text;
  draw(root, "", "", true, !is_adaptive(root), &text);
  text += "\n";
  describe(root, !is_adaptive(root), &text);
  return text;
}

std::vector<const PhysicalOperator*> fused_stages(const PhysicalOperator& root) {
  std::vector<const PhysicalOperator*> stages;
  collect_stages(root, 0, &stages);
  return stages;
}

}  // namespace firesteel::connect
