// Output names: the text that Spark's toPrettySQL gives an expression.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <set>
#include <utility>

#include "analyze/analyzer.h"
#include "analyze/qualified_names.h"
#include "functions/function.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/time_zone.h"
#include "plan/relation.h"

namespace firesteel::analyze {

namespace {

using namespace plan;

thread_local std::string name_time_zone = "UTC";
thread_local const NameScope::Names* name_overrides = nullptr;
thread_local bool shows_qualifiers = false;

std::string joined(const std::vector<ExpressionPtr>& expressions, const char* separator = ", ") {
  std::string text;
  for (const ExpressionPtr& e : expressions) {
    if (!text.empty()) text += separator;
    text += print_name(*e);
  }
  return text;
}

std::string binary_text(const std::string& bytes) {
  std::string text = "X'";
  char digits[3];
  for (unsigned char byte : bytes) {
    std::snprintf(digits, sizeof(digits), "%02X", byte);
    text += digits;
  }
  return text + "'";
}

std::string literal_text(const Literal& literal);

std::string nested_text(const Literal& literal) {
  const auto& elements = *std::get<std::shared_ptr<const Literal::Elements>>(literal.value);
  std::string text;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i) text += ", ";
    if (literal.type.is(TypeKind::kStruct)) text += literal.type.fields()[i].name + ", ";
    text += literal_text(elements[i]);
  }
  switch (literal.type.kind()) {
    case TypeKind::kArray: return "ARRAY(" + text + ")";
    case TypeKind::kMap: return "MAP(" + text + ")";
    default: return "NAMED_STRUCT(" + text + ")";
  }
}

std::string literal_text(const Literal& literal) {
  if (literal.is_null()) return "NULL";
  namespace kernel = functions::kernel;
  std::string text;
  switch (literal.type.kind()) {
    case TypeKind::kBoolean: return std::get<bool>(literal.value) ? "true" : "false";
    case TypeKind::kFloat:
      kernel::append_float(static_cast<float>(std::get<double>(literal.value)), text);
      return text;
    case TypeKind::kDouble: kernel::append_double(std::get<double>(literal.value), text); return text;
    case TypeKind::kDecimal:
      kernel::append_decimal_java(std::get<__int128>(literal.value), literal.type.scale(), text);
      return text;
    case TypeKind::kString: return std::get<std::string>(literal.value);
    case TypeKind::kBinary: return binary_text(std::get<std::string>(literal.value));
    case TypeKind::kDate:
      kernel::append_date(static_cast<int32_t>(std::get<int64_t>(literal.value)), text);
      return "DATE '" + text + "'";
    case TypeKind::kTimestampNtz:
      kernel::append_timestamp_ntz(std::get<int64_t>(literal.value), text);
      return "TIMESTAMP_NTZ '" + text + "'";
    case TypeKind::kTimestamp:
      kernel::append_timestamp(std::get<int64_t>(literal.value),
                               kernel::TimeZone::get(name_time_zone), text);
      return "TIMESTAMP '" + text + "'";
    case TypeKind::kTime: kernel::append_time(std::get<int64_t>(literal.value), text); return "TIME '" + text + "'";
    case TypeKind::kYearMonthInterval:
      kernel::append_year_month_interval(
          static_cast<int32_t>(std::get<int64_t>(literal.value)),
          static_cast<kernel::YearMonthField>(literal.type.year_month_start()),
          static_cast<kernel::YearMonthField>(literal.type.year_month_end()), text);
      return text;
    case TypeKind::kDayTimeInterval:
      kernel::append_day_time_interval(
          std::get<int64_t>(literal.value),
          static_cast<kernel::DayTimeField>(literal.type.day_time_start()),
          static_cast<kernel::DayTimeField>(literal.type.day_time_end()), text);
      return text;
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct: return nested_text(literal);
    default:
      if (const auto* number = std::get_if<int64_t>(&literal.value)) return std::to_string(*number);
      return literal.type.sql();
  }
}

// Only listagg shows where nulls go.
std::string order_text(const FunctionCall& call) {
  if (call.function->name == "listagg") return joined(call.order_by);
  const auto& order = std::get<SortOrder>(call.order_by[0]->node);
  // Spark turns mode()'s order around and prints it so.
  const bool is_descending = order.is_ascending == (call.function->name == "mode");
  return print_name(*order.child) + (is_descending ? " DESC" : "");
}

// A call that is printed in an error may lack arguments that the row's own form of it shows.
bool has_its_arguments(const FunctionCall& call) {
  const auto& signatures = call.function->signatures;
  return signatures.empty() || std::ranges::any_of(signatures, [&](const functions::Signature& s) {
           return call.arguments.size() + s.optional_count >= s.arguments.size();
         });
}

std::string call_text(const FunctionCall& call) {
  std::vector<std::string> arguments;
  for (const ExpressionPtr& argument : call.arguments) arguments.push_back(print_name(*argument));
  std::string text;
  if (call.function->print && has_its_arguments(call)) {
    text = call.function->print(call, arguments);
  } else {
    // Aliases print as the row's name unless the row says otherwise; aggregates print the alias.
    const bool shows_alias = call.function->kind == functions::FunctionKind::kAggregate &&
                             call.function->name != "collect_list" && !call.display_name.empty();
    text = (shows_alias ? call.display_name : std::string(call.function->name)) + "(";
    if (call.is_distinct) text += "DISTINCT ";
    for (size_t i = 0; i < arguments.size(); ++i) text += (i ? ", " : "") + arguments[i];
    text += ")";
  }
  if (!call.order_by.empty()) text += " WITHIN GROUP (ORDER BY " + order_text(call) + ")";
  if (call.filter) text += " FILTER (WHERE " + print_name(*call.filter) + ")";
  return text;
}

// The opposite of a negative constant.
std::optional<Literal> without_sign(const Literal& constant) {
  Literal positive = constant;
  if (auto* integer = std::get_if<int64_t>(&positive.value); integer && *integer < 0) {
    *integer = -*integer;
  } else if (auto* real = std::get_if<double>(&positive.value); real && *real < 0) {
    *real = -*real;
  } else if (auto* decimal = std::get_if<__int128>(&positive.value); decimal && *decimal < 0) {
    *decimal = -*decimal;
  } else {
    return std::nullopt;
  }
  return positive;
}

std::string bound_text(const WindowFrame::Bound& bound, const Type* key) {
  switch (bound.kind) {
    case WindowFrame::Bound::Kind::kUnboundedPreceding: return "UNBOUNDED PRECEDING";
    case WindowFrame::Bound::Kind::kUnboundedFollowing: return "UNBOUNDED FOLLOWING";
    case WindowFrame::Bound::Kind::kCurrentRow: return "CURRENT ROW";
    case WindowFrame::Bound::Kind::kValue: break;
  }
  // SpecifiedWindowFrame.boundarySql: a sign makes it PRECEDING, a negative constant does not.
  const auto* sign = bound.value->as<FunctionCall>();
  if (sign && sign->function->name == "negative") {
    return print_name(*sign->arguments[0]) + " PRECEDING";
  }
  // The SQL grammar has taken the sign into the constant; the text tells.
  const auto* literal = bound.value->as<Literal>();
  const auto positive = literal ? without_sign(*literal) : std::nullopt;
  const Origin& origin = bound.value->origin;
  if (!positive || !origin.sql_text || origin.start_index < 0) return print_name(*bound.value) + " FOLLOWING";
  const std::string_view text = std::string_view(*origin.sql_text).substr(static_cast<size_t>(origin.start_index));
  const bool has_sign = text.starts_with("-") || text.starts_with("INTERVAL -") || text.starts_with("INTERVAL '-");
  if (has_sign) return print_name(*bound.value) + " FOLLOWING";
  const std::string magnitude = print_name(*make_literal(*positive));
  // A cast to the key's type hides the sign from Spark.
  const bool is_cast = positive->type.is_numeric() && key && key->is_numeric() && !key->same_type(positive->type);
  return is_cast ? "(- " + magnitude + ") FOLLOWING" : magnitude + " PRECEDING";
}

std::string window_text(const Window& window) {
  std::string inside;
  auto add = [&](const std::string& part) { inside += (inside.empty() ? "" : " ") + part; };
  if (!window.partition_by.empty()) add("PARTITION BY " + joined(window.partition_by));
  if (!window.order_by.empty()) add("ORDER BY " + joined(window.order_by));
  const auto* call = window.function->as<FunctionCall>();
  const bool is_offset = call && (call->function->name == "lag" || call->function->name == "lead");
  if (window.frame && is_offset && window.frame->lower.value) {
    const std::string offset = print_name(*window.frame->lower.value);
    add("ROWS BETWEEN " + offset + " FOLLOWING AND " + offset + " FOLLOWING");
  } else if (window.frame) {
    const bool is_range = window.frame->unit == WindowFrame::Unit::kRange;
    const Type* key = is_range && !window.order_by.empty() ? &window.order_by[0]->type : nullptr;
    add(std::string(is_range ? "RANGE" : "ROWS") + " BETWEEN " + bound_text(window.frame->lower, key) + " AND " +
        bound_text(window.frame->upper, key));
  }
  return print_name(*window.function) + " OVER (" + inside + ")";
}

std::string sort_text(const SortOrder& order) {
  const bool is_first = order.null_order == NullOrder::kFirst ||
                        (order.null_order == NullOrder::kDefault && order.is_ascending);
  return print_name(*order.child) + (order.is_ascending ? " ASC" : " DESC") +
         (is_first ? " NULLS FIRST" : " NULLS LAST");
}

std::string dotted(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ".") + part;
  return text;
}

std::string dotted_name(const AttributeReference& column) {
  std::vector<std::string> parts = column.qualifier;
  parts.push_back(column.name);
  return dotted(parts);
}

// Several values before IN are a struct: columns, aliases, literals and what is cast for the comparison give its fields
// their names, others their places.
std::string struct_text(const std::vector<ExpressionPtr>& values) {
  std::string text;
  for (size_t i = 0; i < values.size(); ++i) {
    const ExpressionPtr* written = &values[i];
    for (const auto* cast = (*written)->as<Cast>(); cast && !cast->is_user_specified; cast = (*written)->as<Cast>()) written = &cast->child;
    const auto* column = (*written)->as<AttributeReference>();
    const auto* alias = (*written)->as<Alias>();
    const std::string printed = print_name(*values[i]);
    const std::string name = column                      ? column->name
                             : alias                     ? alias->names.at(0)
                             : (*written)->as<Literal>() || written != &values[i] ? printed
                                                                                  : "_" + std::to_string(i);
    text += (text.empty() ? "'" : ", '") + name + "', " + printed;
  }
  return "named_struct(" + text + ")";
}

// The columns of the query around it stand as the subquery's arguments.
std::string subquery_text(const Subquery& subquery) {
  std::string outer;
  std::set<AttributeId> seen;
  const std::function<void(const Relation&)> visit = [&](const Relation& relation) {
    for (const ExpressionPtr& e : expressions(relation)) {
      walk(e, [&](const ExpressionPtr& node) {
        const auto* column = node->as<AttributeReference>();
        if (column && column->is_outer && seen.insert(column->id).second) {
          outer += (outer.empty() ? "" : ", ") + column->name;
        }
        return true;
      });
    }
    for (const RelationPtr& child : children(relation)) visit(*child);
  };
  if (subquery.plan) visit(*subquery.plan);
  if (subquery.kind == SubqueryKind::kExists) return "exists(" + outer + ")";
  if (subquery.kind == SubqueryKind::kScalar) return "scalarsubquery(" + outer + ")";
  const std::string values = subquery.in_values.size() == 1 ? joined(subquery.in_values) : struct_text(subquery.in_values);
  return "(" + values + " IN (listquery(" + outer + ")))";
}

}  // namespace

NameScope::NameScope(std::string zone, const Names& names)
    : zone_before_(std::exchange(name_time_zone, std::move(zone))),
      names_before_(std::exchange(name_overrides, &names)) {}

NameScope::~NameScope() {
  name_time_zone = zone_before_;
  name_overrides = names_before_;
}

std::string print_qualified(const Expression& expression) {
  shows_qualifiers = true;
  std::string text = print_name(expression);
  shows_qualifiers = false;
  return text;
}

std::string print_name(const Expression& expression) {
  if (name_overrides) {
    const auto found = name_overrides->find(&expression);
    if (found != name_overrides->end()) return found->second;
  }
  if (const auto* n = expression.as<Literal>()) return literal_text(*n);
  if (const auto* n = expression.as<AttributeReference>()) {
    if (n->is_outer) return "outer(" + dotted_name(*n) + ")";
    return shows_qualifiers ? dotted_name(*n) : n->name;
  }
  if (const auto* n = expression.as<FunctionCall>()) return call_text(*n);
  if (const auto* n = expression.as<Cast>()) {
    // Casts to nested types print as their child: Cast.sql.
    if (!n->is_user_specified || n->target.is_nested()) return print_name(*n->child);
    return (n->mode == CastMode::kTry ? "TRY_CAST(" : "CAST(") + print_name(*n->child) + " AS " +
           n->target.sql() + ")";
  }
  if (const auto* n = expression.as<Alias>()) {
    return print_name(*n->child) + " AS " + (n->names.empty() ? "" : n->names[0]);
  }
  if (const auto* n = expression.as<GetField>()) return print_name(*n->child) + "." + n->name;
  if (const auto* n = expression.as<SortOrder>()) return sort_text(*n);
  if (const auto* n = expression.as<Window>()) return window_text(*n);
  if (expression.as<LambdaVariable>()) return "namedlambdavariable()";
  if (const auto* n = expression.as<LambdaFunction>()) {
    return "lambdafunction(" + print_name(*n->body) + ", " + joined(n->parameters) + ")";
  }
  if (const auto* n = expression.as<UserFunction>()) return n->name + "(" + joined(n->arguments) + ")";
  if (const auto* n = expression.as<UnresolvedAttribute>()) return dotted(n->parts);
  if (expression.as<UnresolvedStar>()) return "*";
  if (const auto* n = expression.as<UnresolvedFunction>()) {
    return n->name.back() + "(" + joined(n->arguments) + ")";
  }
  if (const auto* n = expression.as<UnresolvedExtract>()) {
    return print_name(*n->child) + "[" + print_name(*n->extraction) + "]";
  }
  if (const auto* n = expression.as<UnresolvedLambdaVariable>()) return dotted(n->parts);
  if (const auto* n = expression.as<NamedArgument>()) return n->name + " => " + print_name(*n->value);
  if (const auto* n = expression.as<Subquery>()) {
    return subquery_text(*n);
  }
  return "";
}

}  // namespace firesteel::analyze
