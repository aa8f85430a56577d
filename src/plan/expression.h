// The expression half of the plan tree. Nodes are immutable values behind shared pointers; the
// parser and the proto decoder build them with unresolved leaves, `analyze` returns new trees
// without any. `type` and `nullable` mean something only in resolved expressions.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "plan/type.h"

namespace firesteel::functions {
struct Function;  // a row of the function table
}

namespace firesteel::plan {

struct Expression;
struct Relation;
using ExpressionPtr = std::shared_ptr<const Expression>;
using RelationPtr = std::shared_ptr<const Relation>;
using AttributeId = int64_t;  // unique within the process

// Where an expression stands in a SQL text or which client call made it; for error contexts.
struct Origin {
  std::shared_ptr<const std::string> sql_text;  // null for DataFrame calls
  int32_t start_index = -1;                     // inclusive, in characters
  int32_t stop_index = -1;                      // inclusive
  std::string call_site;
  std::string function_name;  // DataFrame: "divide", "cast"
};

// A constant, in the forms of type.h; decimals as unscaled 128-bit integers.
struct Literal {
  struct Interval {  // calendar interval
    int32_t months = 0;
    int32_t days = 0;
    int64_t microseconds = 0;
    friend bool operator==(const Interval&, const Interval&) = default;
  };
  // Arrays: elements. Structs: fields. Maps: keys and values alternating.
  using Elements = std::vector<Literal>;
  using Value = std::variant<std::monostate,  // null of `type`
                             bool,
                             int64_t,      // byte..long, date, time, timestamps, ANSI intervals
                             double,       // float, double
                             __int128,     // decimal
                             std::string,  // string, binary
                             Interval, std::shared_ptr<const Elements>>;
  Type type;
  Value value;
  bool is_query_start = false;  // the moment at which the query began: it means the same in plans of different moments

  bool is_null() const { return std::holds_alternative<std::monostate>(value); }
  friend bool operator==(const Literal& a, const Literal& b);
};

// ---- unresolved -------------------------------------------------------------------------------

struct UnresolvedAttribute {
  std::vector<std::string> parts;  // `a.b`.c → {"a.b", "c"}
  std::optional<int64_t> plan_id;  // df["x"]: the relation that it must come from
  bool is_metadata_column = false;
};
struct UnresolvedStar {
  std::vector<std::string> target;  // t.* → {"t"}; empty: all
  std::optional<int64_t> plan_id;
  std::vector<std::vector<std::string>> except;  // * EXCEPT (a, b.c)
};
struct UnresolvedRegex {  // df.colRegex("`(a|b)?+.+`")
  std::string pattern;  // without quotes
  std::string table;    // what stands before it; empty: columns of all tables
  std::optional<int64_t> plan_id;
};
// Operators are functions by Spark's names: "+", "=", "<=>", "and", "or", "not", "in", "when"
// (CASE: condition, value, …, [else]), "like", "between", "isnull", "negative", "[]" is
// UnresolvedExtract.
struct UnresolvedFunction {
  std::vector<std::string> name;
  std::vector<ExpressionPtr> arguments;
  bool is_distinct = false;
  bool ignore_nulls = false;
  ExpressionPtr filter;                 // FILTER (WHERE …) or null
  std::vector<ExpressionPtr> order_by;  // WITHIN GROUP (ORDER BY …): SortOrder nodes
  bool is_internal = false;             // functions that only the client's API makes
};
struct UnresolvedExtract {  // child[extraction], child.name
  ExpressionPtr child;
  ExpressionPtr extraction;
};
struct UnresolvedLambdaVariable {
  std::vector<std::string> parts;
};
struct NamedArgument {
  std::string name;
  ExpressionPtr value;
};
struct Parameter {  // ?, :name
  std::string name;  // empty for a positional one
  int position = 0;  // character position of a positional one
};
struct UpdateFields {  // struct.withField / dropFields; a null `value` drops the field
  ExpressionPtr child;
  std::vector<std::string> field_path;
  ExpressionPtr value;
};

// ---- both ------------------------------------------------------------------------------------

struct Alias {
  ExpressionPtr child;
  std::vector<std::string> names;       // more than one only above a generator or a struct of it
  std::optional<std::string> metadata;  // JSON object
  AttributeId id = 0;                   // set by analyze
  bool is_generated = false;            // by analyze: nobody gave the name, it is the expression's text
};
// kDefault: before analyze only. kPretty: to string as show() prints cells (ToPrettyString), never
// null.
enum class CastMode : uint8_t { kDefault, kAnsi, kLegacy, kTry, kPretty };
struct Cast {
  ExpressionPtr child;
  Type target;
  CastMode mode = CastMode::kDefault;
  bool is_user_specified = true;  // written by the user, so that it is printed in names
  std::string time_zone;          // set by analyze
  bool is_function = false;       // written as boolean(x) or to_timestamp(x): not printed either, and no implicit cast
};
enum class NullOrder : uint8_t { kDefault, kFirst, kLast };  // kDefault: before analyze only
struct SortOrder {
  ExpressionPtr child;
  bool is_ascending = true;
  NullOrder null_order = NullOrder::kDefault;
};
struct LambdaVariable {  // bound
  std::string name;
  AttributeId id = 0;
};
struct LambdaFunction {
  ExpressionPtr body;
  std::vector<ExpressionPtr> parameters;  // (Unresolved)LambdaVariable
};
struct WindowFrame {
  enum class Unit : uint8_t { kRows, kRange };
  struct Bound {
    enum class Kind : uint8_t { kUnboundedPreceding, kUnboundedFollowing, kCurrentRow, kValue };
    Kind kind = Kind::kCurrentRow;
    ExpressionPtr value;  // kValue: offset, negative means preceding
  };
  Unit unit = Unit::kRange;
  Bound lower;
  Bound upper;
};
struct Window {
  ExpressionPtr function;  // a window or an aggregate function call
  std::vector<ExpressionPtr> partition_by;
  std::vector<ExpressionPtr> order_by;  // SortOrder
  std::optional<WindowFrame> frame;     // always present after analyze
  std::string name;                     // OVER w, before analyze only
};
enum class SubqueryKind : uint8_t { kScalar, kExists, kIn, kTableArgument };
struct Subquery {
  SubqueryKind kind = SubqueryKind::kScalar;
  RelationPtr plan;                // may be null when plan_id names a WithRelations entry
  std::optional<int64_t> plan_id;
  std::vector<ExpressionPtr> in_values;       // kIn
  std::vector<AttributeId> outer_references;  // filled by analyze
  bool is_function_body = false;              // of a SQL function: over groups it reads them as the call's arguments do
};

// ---- resolved --------------------------------------------------------------------------------

// A column of an input relation, by id. `name` and `qualifier` are for printing.
struct AttributeReference {
  AttributeId id = 0;
  std::string name;
  std::vector<std::string> qualifier;
  bool is_outer = false;  // belongs to the query around this subquery
};
// A call of a table row: scalar, aggregate, window function or generator, as the row's kind says.
struct FunctionCall {
  const functions::Function* function = nullptr;
  std::vector<ExpressionPtr> arguments;  // coerced to the types that the row wants
  bool is_distinct = false;
  bool ignore_nulls = false;
  ExpressionPtr filter;
  std::vector<ExpressionPtr> order_by;
  bool ansi = true;          // fails where Spark's ANSI mode fails
  bool is_local = false;     // gives a TIMESTAMP_NTZ where it gives a TIMESTAMP otherwise (spark.sql.timestampType)
  std::string time_zone;     // set where the row depends on it
  std::string display_name;  // as the user wrote it, for output names ("mean", "std")
};
struct GetField {  // a field of a struct by position
  ExpressionPtr child;
  int ordinal = 0;
  std::string name;
};
// A user-defined function as the client sent it (cloudpickle).
struct UserFunction {
  std::string name;
  std::vector<ExpressionPtr> arguments;
  bool is_deterministic = true;
  Type result;
  int evaluation_type = 0;
  std::string command;  // opaque bytes
  std::string python_version;
  bool is_distinct = false;
};

struct Expression {
  using Alternatives =
      std::variant<Literal, UnresolvedAttribute, UnresolvedStar, UnresolvedRegex,
                   UnresolvedFunction, UnresolvedExtract, UnresolvedLambdaVariable,
                   NamedArgument, Parameter, UpdateFields, Alias, Cast, SortOrder,
                   LambdaVariable, LambdaFunction, Window, Subquery, AttributeReference,
                   FunctionCall, GetField, UserFunction>;
  // Copied, moved and destroyed by code that is compiled once: each file that touches a node would
  // otherwise compile these for every alternative.
  struct Node : Alternatives {
    using Alternatives::Alternatives;
    Node(const Node&);
    Node(Node&&) noexcept;
    Node& operator=(const Node&);
    Node& operator=(Node&&) noexcept;
    ~Node();
  };
  Node node;
  Type type;             // resolved expressions only
  bool nullable = true;  // resolved expressions only
  Origin origin;
  bool is_replaced = false;  // stands for a call that Spark's optimizer replaces: no constant to checks of arguments

  template <typename T>
  const T* as() const {
    return std::get_if<T>(&node);
  }
};

template <typename T>
ExpressionPtr make_expression(T node, Origin origin = {}) {
  return std::make_shared<Expression>(
      Expression{std::move(node), Type(), true, std::move(origin)});
}
template <typename T>
ExpressionPtr make_typed(T node, Type type, bool nullable, Origin origin = {}) {
  return std::make_shared<Expression>(
      Expression{std::move(node), std::move(type), nullable, std::move(origin)});
}
ExpressionPtr make_literal(Literal literal, Origin origin = {});
ExpressionPtr make_string_literal(std::string text);
ExpressionPtr make_integer_literal(int32_t value);
ExpressionPtr make_null_literal(Type type);
ExpressionPtr make_call(std::string name, std::vector<ExpressionPtr> arguments, Origin origin = {});

AttributeId next_attribute_id();

// Direct children (without nulls), in the order in which `with_children` takes them back.
// Subquery plans are not children.
std::vector<ExpressionPtr> children(const Expression& expression);
// Calls `visit` on each of those, without a list of them.
void for_each_child(const Expression& expression, const std::function<void(const ExpressionPtr&)>& visit);
// The same node over other children (same number). Keeps type, nullability and origin.
ExpressionPtr with_children(const Expression& expression, std::vector<ExpressionPtr> children);

// Rebuilds bottom-up; `rewrite` returns null to keep a node. Shares unchanged subtrees.
template <typename F>
ExpressionPtr transform_up(const ExpressionPtr& expression, const F& rewrite) {
  std::vector<ExpressionPtr> rebuilt = children(*expression);
  bool is_changed = false;
  for (ExpressionPtr& child : rebuilt) {
    ExpressionPtr replacement = transform_up(child, rewrite);
    is_changed |= replacement != child;
    child = std::move(replacement);
  }
  ExpressionPtr current = is_changed ? with_children(*expression, std::move(rebuilt)) : expression;
  ExpressionPtr replaced = rewrite(current);
  return replaced ? replaced : current;
}
// Calls `visit` on the node and everything below; goes not below where it returns false.
template <typename F>
void walk(const ExpressionPtr& expression, const F& visit) {
  if (!expression || !visit(expression)) return;
  for_each_child(*expression, [&](const ExpressionPtr& child) { walk(child, visit); });
}

// True when no unresolved node is left at or below.
bool is_resolved(const Expression& expression);
// Structural identity apart from origins.
bool same_expression(const Expression& a, const Expression& b);
size_t hash_expression(const Expression& expression);

}  // namespace firesteel::plan
