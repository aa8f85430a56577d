#include "plan/expression.h"

#include <atomic>

#include "base/error.h"
#include "plan/relation.h"

namespace firesteel::plan {

namespace {

template <typename... F>
struct Overload : F... {
  using F::operator()...;
};
template <typename... F>
Overload(F...) -> Overload<F...>;

// Calls `visit` with a reference to each child slot of a node, in one fixed order; null slots are
// left out. `Node` may be const. Every function below that needs "the children" goes through here,
// so a new node kind is described once.
template <typename Node, typename F>
void for_each_slot(Node& node, const F& visit) {
  auto one = [&](auto& slot) {
    if (slot) visit(slot);
  };
  auto many = [&](auto& slots) {
    for (auto& slot : slots) one(slot);
  };
  std::visit(Overload{[&](auto& n) requires(requires { n.child; }) {
                        one(n.child);
                        if constexpr (requires { n.extraction; }) one(n.extraction);
                        if constexpr (requires { n.field_path; }) one(n.value);
                      },
                      [&](auto& n) requires(requires { n.arguments; }) {
                        many(n.arguments);
                        if constexpr (requires { n.filter; }) one(n.filter);
                        if constexpr (requires { n.order_by; }) many(n.order_by);
                      },
                      [&](auto& n) requires(requires { n.body; }) {
                        one(n.body);
                        many(n.parameters);
                      },
                      [&](auto& n) requires(requires { n.partition_by; }) {
                        one(n.function);
                        many(n.partition_by);
                        many(n.order_by);
                        if (n.frame) {
                          one(n.frame->lower.value);
                          one(n.frame->upper.value);
                        }
                      },
                      [&](auto& n) requires(requires { n.in_values; }) { many(n.in_values); },
                      [&](auto& n)
                        requires(std::is_same_v<std::remove_const_t<std::remove_reference_t<
                                                    decltype(n)>>,
                                                NamedArgument>) { one(n.value); },
                      [&](const Literal&) {}, [&](const UnresolvedAttribute&) {},
                      [&](const UnresolvedStar&) {}, [&](const UnresolvedRegex&) {},
                      [&](const UnresolvedLambdaVariable&) {}, [&](const Parameter&) {},
                      [&](const LambdaVariable&) {}, [&](const AttributeReference&) {}},
             node);
}

bool same_children(const Expression& a, const Expression& b) {
  const auto left = children(a);
  const auto right = children(b);
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (!same_expression(*left[i], *right[i])) return false;
  }
  return true;
}

bool same_frame(const std::optional<WindowFrame>& a, const std::optional<WindowFrame>& b) {
  if (a.has_value() != b.has_value()) return false;
  return !a || (a->unit == b->unit && a->lower.kind == b->lower.kind &&
                a->upper.kind == b->upper.kind);
}

// Compares what a node holds besides its children.
struct SameNode {
  bool operator()(const Literal& a, const Literal& b) const { return a == b; }
  bool operator()(const UnresolvedAttribute& a, const UnresolvedAttribute& b) const {
    return a.parts == b.parts && a.plan_id == b.plan_id &&
           a.is_metadata_column == b.is_metadata_column;
  }
  bool operator()(const UnresolvedStar& a, const UnresolvedStar& b) const {
    return a.target == b.target && a.plan_id == b.plan_id && a.except == b.except;
  }
  bool operator()(const UnresolvedRegex& a, const UnresolvedRegex& b) const {
    return a.pattern == b.pattern && a.table == b.table && a.plan_id == b.plan_id;
  }
  bool operator()(const UnresolvedFunction& a, const UnresolvedFunction& b) const {
    return a.name == b.name && a.is_distinct == b.is_distinct &&
           a.ignore_nulls == b.ignore_nulls && a.arguments.size() == b.arguments.size() &&
           !a.filter == !b.filter;
  }
  bool operator()(const UnresolvedExtract&, const UnresolvedExtract&) const { return true; }
  bool operator()(const UnresolvedLambdaVariable& a, const UnresolvedLambdaVariable& b) const {
    return a.parts == b.parts;
  }
  bool operator()(const NamedArgument& a, const NamedArgument& b) const {
    return a.name == b.name;
  }
  bool operator()(const Parameter& a, const Parameter& b) const {
    return a.name == b.name && a.position == b.position;
  }
  bool operator()(const UpdateFields& a, const UpdateFields& b) const {
    return a.field_path == b.field_path && !a.value == !b.value;
  }
  bool operator()(const Alias& a, const Alias& b) const {
    return a.names == b.names && a.metadata == b.metadata && a.id == b.id;
  }
  bool operator()(const Cast& a, const Cast& b) const {
    return a.target == b.target && a.mode == b.mode && a.time_zone == b.time_zone;
  }
  bool operator()(const SortOrder& a, const SortOrder& b) const {
    return a.is_ascending == b.is_ascending && a.null_order == b.null_order;
  }
  bool operator()(const LambdaVariable& a, const LambdaVariable& b) const { return a.id == b.id; }
  bool operator()(const LambdaFunction& a, const LambdaFunction& b) const {
    return a.parameters.size() == b.parameters.size();
  }
  bool operator()(const Window& a, const Window& b) const {
    return a.partition_by.size() == b.partition_by.size() && same_frame(a.frame, b.frame) &&
           a.name == b.name;
  }
  bool operator()(const Subquery& a, const Subquery& b) const {
    if (a.kind != b.kind || a.plan_id != b.plan_id) return false;
    if (a.plan == b.plan) return true;
    return a.plan && b.plan && is_resolved(*a.plan) && is_resolved(*b.plan) && same_query(*a.plan, *b.plan);
  }
  bool operator()(const AttributeReference& a, const AttributeReference& b) const {
    return a.id == b.id;
  }
  bool operator()(const FunctionCall& a, const FunctionCall& b) const {
    return a.function == b.function && a.is_distinct == b.is_distinct &&
           a.ignore_nulls == b.ignore_nulls && a.ansi == b.ansi && a.is_local == b.is_local && a.time_zone == b.time_zone &&
           a.arguments.size() == b.arguments.size() && !a.filter == !b.filter;
  }
  bool operator()(const GetField& a, const GetField& b) const { return a.ordinal == b.ordinal; }
  bool operator()(const UserFunction& a, const UserFunction& b) const {
    return a.name == b.name && a.command == b.command;
  }
};

void mix(size_t& seed, size_t value) { seed ^= value + 0x9e3779b97f4a7c15 + (seed << 6) + (seed >> 2); }

size_t hash_literal(const Literal& literal) {
  size_t seed = literal.value.index();
  if (literal.is_query_start) return seed;
  std::visit(Overload{[&](std::monostate) {}, [&](bool v) { mix(seed, v); },
                      [&](int64_t v) { mix(seed, std::hash<int64_t>()(v)); },
                      [&](double v) { mix(seed, std::hash<double>()(v)); },
                      [&](__int128 v) { mix(seed, static_cast<size_t>(v)); },
                      [&](const std::string& v) { mix(seed, std::hash<std::string>()(v)); },
                      [&](const Literal::Interval& v) {
                        mix(seed, static_cast<size_t>(v.months));
                        mix(seed, static_cast<size_t>(v.microseconds));
                      },
                      [&](const std::shared_ptr<const Literal::Elements>& v) {
                        for (const Literal& element : *v) mix(seed, hash_literal(element));
                      }},
             literal.value);
  return seed;
}

}  // namespace

Expression::Node::Node(const Node&) = default;
Expression::Node::Node(Node&&) noexcept = default;
Expression::Node& Expression::Node::operator=(const Node&) = default;
Expression::Node& Expression::Node::operator=(Node&&) noexcept = default;
Expression::Node::~Node() = default;

bool operator==(const Literal& a, const Literal& b) {
  if (!(a.type == b.type) || a.value.index() != b.value.index()) return false;
  if (a.is_query_start && b.is_query_start) return true;
  if (const auto* left = std::get_if<std::shared_ptr<const Literal::Elements>>(&a.value)) {
    return **left == **std::get_if<std::shared_ptr<const Literal::Elements>>(&b.value);
  }
  return a.value == b.value;
}

ExpressionPtr make_literal(Literal literal, Origin origin) {
  Type type = literal.type;
  const bool is_null = literal.is_null();
  return make_typed(std::move(literal), std::move(type), is_null, std::move(origin));
}

ExpressionPtr make_string_literal(std::string text) {
  return make_literal(Literal{Type::string(), std::move(text)});
}

ExpressionPtr make_integer_literal(int32_t value) {
  return make_literal(Literal{Type::integer(), int64_t{value}});
}

ExpressionPtr make_null_literal(Type type) {
  return make_literal(Literal{std::move(type), std::monostate{}});
}

ExpressionPtr make_call(std::string name, std::vector<ExpressionPtr> arguments, Origin origin) {
  UnresolvedFunction call;
  call.name = {std::move(name)};
  call.arguments = std::move(arguments);
  return make_expression(std::move(call), std::move(origin));
}

AttributeId next_attribute_id() {
  static std::atomic<AttributeId> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

std::vector<ExpressionPtr> children(const Expression& expression) {
  std::vector<ExpressionPtr> found;
  for_each_slot(expression.node, [&](const ExpressionPtr& slot) { found.push_back(slot); });
  return found;
}

void for_each_child(const Expression& expression, const std::function<void(const ExpressionPtr&)>& visit) {
  for_each_slot(expression.node, visit);
}

ExpressionPtr with_children(const Expression& expression, std::vector<ExpressionPtr> replaced) {
  auto copy = std::make_shared<Expression>(expression);
  size_t next = 0;
  for_each_slot(copy->node, [&](ExpressionPtr& slot) { slot = std::move(replaced.at(next++)); });
  FIRESTEEL_CHECK(next == replaced.size(), "with_children: wrong number of children");
  return copy;
}

bool is_resolved(const Expression& expression) {
  const bool is_unresolved_node = std::visit(
      Overload{[](const UnresolvedAttribute&) { return true; },
               [](const UnresolvedStar&) { return true; },
               [](const UnresolvedRegex&) { return true; },
               [](const UnresolvedFunction&) { return true; },
               [](const UnresolvedExtract&) { return true; },
               [](const UnresolvedLambdaVariable&) { return true; },
               [](const NamedArgument&) { return true; }, [](const Parameter&) { return true; },
               [](const UpdateFields&) { return true; },
               [](const Subquery& s) { return !s.plan || !is_resolved(*s.plan); },
               [](const auto&) { return false; }},
      expression.node);
  if (is_unresolved_node) return false;
  bool found = true;
  for_each_slot(expression.node, [&](const ExpressionPtr& child) { found = found && is_resolved(*child); });
  return found;
}

bool same_expression(const Expression& a, const Expression& b) {
  if (&a == &b) return true;
  if (a.node.index() != b.node.index()) return false;
  const bool is_same = std::visit(
      [&](const auto& left) {
        return SameNode()(left, std::get<std::decay_t<decltype(left)>>(b.node));
      },
      a.node);
  return is_same && same_children(a, b);
}

size_t hash_expression(const Expression& expression) {
  size_t seed = expression.node.index();
  std::visit(Overload{[&](const Literal& n) { mix(seed, hash_literal(n)); },
                      [&](const AttributeReference& n) { mix(seed, static_cast<size_t>(n.id)); },
                      [&](const FunctionCall& n) {
                        mix(seed, std::hash<const void*>()(n.function));
                      },
                      [&](const UnresolvedFunction& n) {
                        mix(seed, std::hash<std::string>()(n.name.back()));
                      },
                      [&](const GetField& n) { mix(seed, static_cast<size_t>(n.ordinal)); },
                      [&](const auto&) {}},
             expression.node);
  for (const ExpressionPtr& child : children(expression)) mix(seed, hash_expression(*child));
  return seed;
}

}  // namespace firesteel::plan
