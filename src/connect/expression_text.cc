#include "connect/expression_text.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "analyze/analyzer.h"
#include "base/text.h"
#include "functions/function.h"

namespace firesteel::connect {

namespace {

using namespace plan;

std::string joined(const std::vector<ExpressionPtr>& expressions, const char* separator = ", ") {
  std::string text;
  for (size_t i = 0; i < expressions.size(); ++i) {
    text += (i == 0 ? "" : separator) + expression_text(*expressions[i]);
  }
  return text;
}

std::string with_id(const std::string& name, AttributeId id, const Type& type) {
  return name + "#" + std::to_string(id) + (type.is(TypeKind::kLong) ? "L" : "");
}

std::string literal_text(const Expression& expression, const Literal& literal) {
  if (literal.is_null()) return "null";
  switch (literal.type.kind()) {
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: {
      // A plan shows the value alone; a column's name has it as SQL writes it: DATE '2024-01-01'.
      const std::string name = analyze::print_name(expression);
      const size_t quote = name.find('\'');
      return quote == std::string::npos ? name : name.substr(quote + 1, name.size() - quote - 2);
    }
    case TypeKind::kArray: {
      std::string text = "[";
      for (const Literal& element :
           *std::get<std::shared_ptr<const Literal::Elements>>(literal.value)) {
        if (text.size() > 1) text += ",";
        text += literal_text(*make_literal(element), element);
      }
      return text + "]";
    }
    default:
      return analyze::print_name(expression);
  }
}

std::string call_text(const FunctionCall& call) {
  const functions::Function& row = *call.function;
  std::vector<std::string> arguments;
  for (const ExpressionPtr& argument : call.arguments)
    arguments.push_back(expression_text(*argument));
  std::string text;
  if (row.print && row.name != "isnull" && row.name != "isnotnull") {
    text = row.print(call, arguments);
  } else {
    text = std::string(row.name) + "(" + (call.is_distinct ? "distinct " : "");
    for (size_t i = 0; i < arguments.size(); ++i) text += (i == 0 ? "" : ", ") + arguments[i];
    text += ")";
  }
  if (call.filter) text += " FILTER (WHERE " + expression_text(*call.filter) + ")";
  return text;
}

std::string bound_text(const WindowFrame::Bound& bound) {
  switch (bound.kind) {
    case WindowFrame::Bound::Kind::kUnboundedPreceding:
      return "unboundedpreceding$()";
    case WindowFrame::Bound::Kind::kUnboundedFollowing:
      return "unboundedfollowing$()";
    case WindowFrame::Bound::Kind::kCurrentRow:
      return "currentrow$()";
    case WindowFrame::Bound::Kind::kValue:
      break;
  }
  return expression_text(*bound.value);
}

std::string window_text(const Window& window) {
  std::string inside = joined(window.partition_by);
  const auto add = [&](const std::string& part) { inside += (inside.empty() ? "" : ", ") + part; };
  if (!window.order_by.empty()) add(joined(window.order_by));
  if (window.frame) {
    const bool is_rows = window.frame->unit == WindowFrame::Unit::kRows;
    add(std::string("specifiedwindowframe(") + (is_rows ? "RowFrame" : "RangeFrame") + ", " +
        bound_text(window.frame->lower) + ", " + bound_text(window.frame->upper) + ")");
  }
  return expression_text(*window.function) + " windowspecdefinition(" + inside + ")";
}

std::string sort_text(const SortOrder& order) {
  const bool is_first = order.null_order == NullOrder::kFirst ||
                        (order.null_order == NullOrder::kDefault && order.is_ascending);
  return expression_text(*order.child) + (order.is_ascending ? " ASC" : " DESC") +
         (is_first ? " NULLS FIRST" : " NULLS LAST");
}

std::string alias_text(const Expression& expression, const Alias& alias) {
  const std::string child = expression_text(*alias.child);
  if (alias.names.empty()) return child;
  std::string name = alias.names[0];
  if (alias.names.size() > 1) {
    for (size_t i = 1; i < alias.names.size(); ++i) name += ", " + alias.names[i];
    name = "(" + name + ")";
  }
  return child + " AS " + (alias.id == 0 ? name : with_id(name, alias.id, expression.type));
}

std::string dotted(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ".") + part;
  return text;
}

std::string subquery_text(const Subquery& subquery) {
  switch (subquery.kind) {
    case SubqueryKind::kExists:
      return "exists()";
    case SubqueryKind::kIn:
      return joined(subquery.in_values) + " IN (listquery())";
    default:
      return "scalar-subquery()";
  }
}

// Unresolved leaves are marked with a quote, as Spark marks them.
std::string unresolved_text(const Expression& expression) {
  if (const auto* n = expression.as<UnresolvedAttribute>()) return "'" + dotted(n->parts);
  if (const auto* n = expression.as<UnresolvedStar>()) {
    return n->target.empty() ? "*" : dotted(n->target) + ".*";
  }
  if (const auto* n = expression.as<UnresolvedFunction>()) {
    const std::string& name = n->name.back();
    const bool is_operator = !name.empty() && !std::isalpha(static_cast<unsigned char>(name[0]));
    const bool is_word = name == "and" || name == "or";
    if ((is_operator || is_word) && n->arguments.size() == 2) {
      return "(" + joined(n->arguments, (" " + upper_case(name) + " ").c_str()) + ")";
    }
    return "'" + name + "(" + joined(n->arguments) + ")";
  }
  if (const auto* n = expression.as<UnresolvedExtract>()) {
    return expression_text(*n->child) + "[" + expression_text(*n->extraction) + "]";
  }
  if (const auto* n = expression.as<UnresolvedRegex>()) return "'" + n->pattern;
  if (const auto* n = expression.as<UnresolvedLambdaVariable>())
    return "lambda '" + dotted(n->parts);
  if (const auto* n = expression.as<NamedArgument>())
    return n->name + " => " + expression_text(*n->value);
  if (const auto* n = expression.as<Parameter>()) return n->name.empty() ? "?" : ":" + n->name;
  if (const auto* n = expression.as<UpdateFields>())
    return "update_fields(" + expression_text(*n->child) + ")";
  return analyze::print_name(expression);
}

}  // namespace

std::string expression_text(const Expression& expression) {
  if (const auto* n = expression.as<AttributeReference>()) {
    const std::string text = with_id(n->name, n->id, expression.type);
    return n->is_outer ? "outer(" + text + ")" : text;
  }
  if (const auto* n = expression.as<Alias>()) return alias_text(expression, *n);
  if (const auto* n = expression.as<Literal>()) return literal_text(expression, *n);
  if (const auto* n = expression.as<FunctionCall>()) return call_text(*n);
  if (const auto* n = expression.as<Cast>()) {
    return std::string(n->mode == CastMode::kTry ? "try_cast(" : "cast(") +
           expression_text(*n->child) + " as " + n->target.simple_string() + ")";
  }
  if (const auto* n = expression.as<SortOrder>()) return sort_text(*n);
  if (const auto* n = expression.as<Window>()) return window_text(*n);
  if (const auto* n = expression.as<GetField>()) return expression_text(*n->child) + "." + n->name;
  if (const auto* n = expression.as<LambdaVariable>())
    return "lambda " + with_id(n->name, n->id, expression.type);
  if (const auto* n = expression.as<LambdaFunction>()) {
    return "lambdafunction(" + expression_text(*n->body) + ", " + joined(n->parameters) +
           ", false)";
  }
  if (const auto* n = expression.as<UserFunction>())
    return n->name + "(" + joined(n->arguments) + ")";
  if (const auto* n = expression.as<Subquery>()) return subquery_text(*n);
  return unresolved_text(expression);
}

std::string expression_list(const std::vector<ExpressionPtr>& expressions) {
  return "[" + joined(expressions) + "]";
}

std::string attribute_text(const Attribute& attribute) {
  return with_id(attribute.name, attribute.id, attribute.type);
}

std::string attribute_list(const Attributes& attributes) {
  std::string text = "[";
  for (const Attribute& attribute : attributes)
    text += (text.size() == 1 ? "" : ", ") + attribute_text(attribute);
  return text + "]";
}

const Expression& unaliased(const Expression& expression) {
  const auto* alias = expression.as<Alias>();
  return alias ? unaliased(*alias->child) : expression;
}

std::vector<ExpressionPtr> aggregate_calls(const std::vector<ExpressionPtr>& expressions) {
  std::vector<ExpressionPtr> found;
  for (const ExpressionPtr& expression : expressions) {
    walk(expression, [&](const ExpressionPtr& e) {
      const auto* call = e->as<FunctionCall>();
      if (!call || call->function->kind != functions::FunctionKind::kAggregate) return true;
      const bool is_new = std::none_of(found.begin(), found.end(), [&](const ExpressionPtr& other) {
        return same_expression(*other, *e);
      });
      if (is_new) found.push_back(e);
      return false;
    });
  }
  return found;
}

namespace {

std::string function_class(std::string_view name) {
  static const std::map<std::string_view, std::string_view> operators = {
      {"+", "Add"},
      {"-", "Subtract"},
      {"*", "Multiply"},
      {"/", "Divide"},
      {"%", "Remainder"},
      {"=", "EqualTo"},
      {"==", "EqualTo"},
      {"<=>", "EqualNullSafe"},
      {"<", "LessThan"},
      {">", "GreaterThan"},
      {"<=", "LessThanOrEqual"},
      {">=", "GreaterThanOrEqual"},
      {"and", "And"},
      {"or", "Or"},
      {"not", "Not"},
      {"negative", "UnaryMinus"},
      {"when", "CaseWhen"},
      {"isnull", "IsNull"},
      {"isnotnull", "IsNotNull"},
      {"avg", "Average"},
      {"mean", "Average"},
      {"&", "BitwiseAnd"},
      {"|", "BitwiseOr"},
      {"^", "BitwiseXor"},
      {"~", "BitwiseNot"},
      {"array", "CreateArray"},
      {"named_struct", "CreateNamedStruct"},
      {"struct", "CreateNamedStruct"},
      {"map", "CreateMap"},
      {"rlike", "RLike"},
      {"div", "IntegralDivide"}};
  if (const auto found = operators.find(name); found != operators.end())
    return std::string(found->second);
  std::string text;
  bool is_start = true;
  for (const char c : name) {
    if (c == '_') {
      is_start = true;
      continue;
    }
    text += is_start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    is_start = false;
  }
  return text;
}

}  // namespace

std::string expression_class(const Expression& expression) {
  if (expression.as<Alias>()) return "Alias";
  if (expression.as<AttributeReference>()) return "AttributeReference";
  if (expression.as<Literal>()) return "Literal";
  if (expression.as<Cast>()) return "Cast";
  if (expression.as<SortOrder>()) return "SortOrder";
  if (expression.as<Window>()) return "WindowExpression";
  if (expression.as<GetField>()) return "GetStructField";
  if (expression.as<LambdaFunction>()) return "LambdaFunction";
  if (expression.as<LambdaVariable>()) return "NamedLambdaVariable";
  if (expression.as<UserFunction>()) return "PythonUDF";
  if (expression.as<Subquery>()) return "ScalarSubquery";
  if (const auto* call = expression.as<FunctionCall>()) return function_class(call->function->name);
  return "Expression";
}

std::string number_text(double value) {
  return expression_text(*make_literal({Type::double_number(), value}));
}

std::string boolean_text(bool value) { return value ? "true" : "false"; }

const char* join_name(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner:
      return "Inner";
    case JoinKind::kLeftOuter:
      return "LeftOuter";
    case JoinKind::kRightOuter:
      return "RightOuter";
    case JoinKind::kFullOuter:
      return "FullOuter";
    case JoinKind::kLeftSemi:
      return "LeftSemi";
    case JoinKind::kLeftAnti:
      return "LeftAnti";
    case JoinKind::kCross:
      return "Cross";
  }
  return "";
}

}  // namespace firesteel::connect
