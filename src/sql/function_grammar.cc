// Function calls, the calls with a syntax of their own, and windows. Source: AstBuilder of Spark
// 4.2.
#include <utility>

#include "functions/function.h"
#include "functions/own_names.h"
#include "sql/grammar.h"

namespace firesteel::sql {

using plan::ExpressionPtr;
using plan::make_expression;

namespace {

bool is_date_unit(Keyword keyword) {
  switch (keyword) {
    case Keyword::kYear:
    case Keyword::kQuarter:
    case Keyword::kMonth:
    case Keyword::kWeek:
    case Keyword::kDay:
    case Keyword::kDayofyear:
    case Keyword::kHour:
    case Keyword::kMinute:
    case Keyword::kSecond:
    case Keyword::kMillisecond:
    case Keyword::kMicrosecond:
      return true;
    default:
      return false;
  }
}

}  // namespace

const plan::UnresolvedFunction* first_aggregate(const ExpressionPtr& expression) {
  const plan::UnresolvedFunction* found = nullptr;
  plan::walk(expression, [&](const ExpressionPtr& e) {
    if (found != nullptr || e->as<plan::Window>() || e->as<plan::Subquery>()) return false;
    const auto* call = e->as<plan::UnresolvedFunction>();
    const functions::Function* row = call ? functions::find_function(lower_case(call->name.back())) : nullptr;
    if (row != nullptr && row->kind == functions::FunctionKind::kAggregate) found = call;
    return true;
  });
  return found;
}

ExpressionPtr Grammar::function_argument(const std::vector<std::string>& function) {
  const size_t from = position_;
  if (at_identifier() && at("=>", 1)) {
    plan::NamedArgument argument;
    argument.name = identifier();
    if (!options_.allows_named_arguments) {
      throw SparkError("NAMED_PARAMETER_SUPPORT_DISABLED",
                       {{"functionName", quoted_name(function)}, {"argument", quoted_name({argument.name})}})
          .with_kind(ErrorKind::kParse);
    }
    advance();
    argument.value = expression();
    return make_expression(std::move(argument), origin(from));
  }
  return expression();
}

ExpressionPtr Grammar::function_call(std::vector<std::string> name, size_t from) {
  const Nesting nesting(this);
  const std::string lower = lower_case(name.back());
  const bool is_simple = name.size() == 1;
  plan::UnresolvedFunction function;
  functions::check_written_name(name);
  function.name = std::move(name);
  expect("(");
  if (!at(")")) {
    const bool takes_quantifier = !at(",", 1) && !at(")", 1);
    if (takes_quantifier && at(Keyword::kDistinct)) {
      function.is_distinct = true;
      advance();
    } else if (takes_quantifier && at(Keyword::kAll) && !at("(", 1)) {
      advance();
    }
    const bool is_struct = is_simple && lower == "struct";
    do {
      function.arguments.push_back(is_struct ? named_expression() : function_argument(function.name));
    } while (accept(","));
    const bool takes_nulls = lower == "first" || lower == "last" || lower == "any_value";
    if (takes_nulls && accept(Keyword::kIgnore, Keyword::kNulls)) function.ignore_nulls = true;
  }
  expect(")");
  // COUNT(*) counts rows; elsewhere * stands for all columns.
  const auto* star = function.arguments.size() == 1
                         ? function.arguments[0]->as<plan::UnresolvedStar>()
                         : nullptr;
  if (is_simple && lower == "count" && !function.is_distinct && star != nullptr &&
      star->target.empty() && star->except.empty()) {
    function.arguments = {plan::make_integer_literal(1)};
  }
  if (at(Keyword::kWithin) && at(Keyword::kGroup, 1)) {
    advance(2);
    expect("(");
    expect(Keyword::kOrder);
    expect(Keyword::kBy);
    function.order_by = sort_items();
    expect(")");
  }
  if (at(Keyword::kFilter) && at("(", 1) && at(Keyword::kWhere, 2)) {
    advance(3);
    function.filter = expression();
    expect(")");
  }
  if (accept(Keyword::kIgnore, Keyword::kNulls)) {
    function.ignore_nulls = true;
  } else {
    accept(Keyword::kRespect, Keyword::kNulls);
  }
  ExpressionPtr result = make_expression(std::move(function), origin(from));
  const bool has_window = at(Keyword::kOver) && (at("(", 1) || at_identifier(1));
  return has_window ? over(std::move(result), from) : result;
}

ExpressionPtr Grammar::special_function(Keyword keyword) {
  switch (keyword) {
    case Keyword::kTimestampadd:
    case Keyword::kDateadd:
    case Keyword::kDateAdd:
    case Keyword::kTimestampdiff:
    case Keyword::kDatediff:
    case Keyword::kDateDiff:
    case Keyword::kTimediff:
      return date_unit_function(keyword);
    case Keyword::kExtract:
      return extract_function();
    case Keyword::kTrim:
      return trim_function();
    case Keyword::kSubstr:
    case Keyword::kSubstring:
      return substring_function();
    case Keyword::kPosition:
      return position_function();
    case Keyword::kOverlay:
      return overlay_function();
    default:
      return nullptr;
  }
}

// DATEADD(unit, amount, timestamp) and its kin; without a unit they are ordinary functions.
ExpressionPtr Grammar::date_unit_function(Keyword keyword) {
  const size_t from = position_;
  const bool adds = keyword == Keyword::kTimestampadd || keyword == Keyword::kDateadd ||
                    keyword == Keyword::kDateAdd;
  const bool is_text = at_string(2);
  if ((!is_date_unit(peek(2).keyword) && !is_text) || !at(",", 3)) return nullptr;
  advance(4);
  const std::string unit(text_of(tokens_[from + 2]));
  ExpressionPtr second = value_expression();
  if (!at(",")) {  // two arguments: a column has the name of a unit
    position_ = from;
    return nullptr;
  }
  advance();
  ExpressionPtr third = value_expression();
  if (!at(")")) {  // a condition, which only an ordinary call takes
    position_ = from;
    return nullptr;
  }
  advance();
  if (is_text) {
    const std::string name = lower_case(text_of(tokens_[from]));
    fail("INVALID_PARAMETER_VALUE.DATETIME_UNIT",
         {{"functionName", "`" + name + "`"}, {"parameter", "`unit`"}, {"invalidValue", unit}},
         from);
  }
  return call(adds ? "timestampadd" : "timestampdiff",
              {text_literal(unit, from + 2), std::move(second), std::move(third)}, from);
}

ExpressionPtr Grammar::extract_function() {
  const size_t from = position_;
  if (!at_identifier(2) || !at(Keyword::kFrom, 3)) return nullptr;
  advance(2);
  const size_t field_from = position_;
  ExpressionPtr field = text_literal(identifier(), field_from);
  expect(Keyword::kFrom);
  ExpressionPtr source = value_expression();
  expect(")");
  return call("extract", {std::move(field), std::move(source)}, from);
}

ExpressionPtr Grammar::trim_function() {
  const size_t from = position_;
  advance(2);
  std::string function = "trim";
  bool has_option = false;
  if (!at(")", 1) && !at(",", 1) && !at(".", 1)) {
    has_option = at(Keyword::kBoth) || at(Keyword::kLeading) || at(Keyword::kTrailing);
    if (at(Keyword::kLeading)) function = "ltrim";
    if (at(Keyword::kTrailing)) function = "rtrim";
    if (has_option) advance();
  }
  Expressions arguments;
  const bool has_characters = !at(Keyword::kFrom) || at(")", 1) || at(Keyword::kFrom, 1);
  if (has_characters) arguments.push_back(value_expression());
  if (!accept(Keyword::kFrom)) {
    if (has_option) syntax_error();
    position_ = from;
    return nullptr;
  }
  arguments.push_back(value_expression());
  expect(")");
  return call(std::move(function), std::move(arguments), from);
}

ExpressionPtr Grammar::substring_function() {
  const size_t from = position_;
  advance(2);
  if (at(")")) {
    position_ = from;
    return nullptr;
  }
  Expressions arguments = {expression()};
  if (!accept(Keyword::kFrom)) {
    position_ = from;
    return nullptr;
  }
  arguments.push_back(value_expression());
  if (accept(Keyword::kFor)) arguments.push_back(value_expression());
  expect(")");
  return call("substring", std::move(arguments), from);  // SUBSTR too is one by another word
}

ExpressionPtr Grammar::position_function() {
  const size_t from = position_;
  advance(2);
  if (!at(")")) {
    ExpressionPtr part = value_expression();
    if (accept(Keyword::kIn)) {
      ExpressionPtr text = value_expression();
      expect(")");
      return call("locate", {std::move(part), std::move(text)}, from);
    }
  }
  position_ = from;
  return nullptr;
}

ExpressionPtr Grammar::overlay_function() {
  const size_t from = position_;
  advance(2);
  if (!at(")")) {
    Expressions arguments = {value_expression()};
    if (accept(Keyword::kPlacing)) {
      arguments.push_back(value_expression());
      expect(Keyword::kFrom);
      arguments.push_back(value_expression());
      if (accept(Keyword::kFor)) arguments.push_back(value_expression());
      expect(")");
      return call("overlay", std::move(arguments), from);
    }
  }
  position_ = from;
  return nullptr;
}

ExpressionPtr Grammar::over(ExpressionPtr function, size_t from) {
  expect(Keyword::kOver);
  return window_specification(std::move(function), from);
}

// name, (name), or (PARTITION BY … ORDER BY … frame)
ExpressionPtr Grammar::window_specification(ExpressionPtr function, size_t from) {
  plan::Window window;
  window.function = std::move(function);
  if (!at("(")) {
    window.name = captured_identifier();
    return make_expression(std::move(window), origin(from));
  }
  advance();
  if (at_identifier() && at(")", 1)) {
    window.name = captured_identifier();
    advance();
    return make_expression(std::move(window), origin(from));
  }
  if (accept(Keyword::kCluster, Keyword::kBy)) {
    window.partition_by = expressions();
  } else {
    if (accept(Keyword::kPartition, Keyword::kBy) || accept(Keyword::kDistribute, Keyword::kBy)) {
      window.partition_by = expressions();
    }
    if (accept(Keyword::kOrder, Keyword::kBy) || accept(Keyword::kSort, Keyword::kBy)) {
      window.order_by = sort_items();
    }
  }
  window.frame = window_frame();
  expect(")");
  return make_expression(std::move(window), origin(from));
}

std::optional<plan::WindowFrame> Grammar::window_frame() {
  if (!at(Keyword::kRows) && !at(Keyword::kRange)) return std::nullopt;
  plan::WindowFrame frame;
  frame.unit = at(Keyword::kRows) ? plan::WindowFrame::Unit::kRows : plan::WindowFrame::Unit::kRange;
  advance();
  if (accept(Keyword::kBetween)) {
    frame.lower = frame_bound();
    expect(Keyword::kAnd);
    frame.upper = frame_bound();
  } else {
    frame.lower = frame_bound();  // up to the current row
  }
  return frame;
}

plan::WindowFrame::Bound Grammar::frame_bound() {
  using Kind = plan::WindowFrame::Bound::Kind;
  plan::WindowFrame::Bound bound;
  if (accept(Keyword::kCurrent, Keyword::kRow)) return bound;
  if (accept(Keyword::kUnbounded, Keyword::kPreceding)) {
    bound.kind = Kind::kUnboundedPreceding;
    return bound;
  }
  if (accept(Keyword::kUnbounded, Keyword::kFollowing)) {
    bound.kind = Kind::kUnboundedFollowing;
    return bound;
  }
  const size_t from = position_;
  bound.kind = Kind::kValue;
  bound.value = value_expression();
  plan::walk(bound.value, [&](const ExpressionPtr& part) {
    if (part->as<plan::UnresolvedAttribute>()) fail("_LEGACY_ERROR_TEMP_0064", {{"msg", "Frame bound value must be a literal."}}, from);
    return true;
  });
  if (accept(Keyword::kFollowing)) return bound;
  expect(Keyword::kPreceding);
  // Literals are negated here: frames of plain numbers need no folding later.
  const auto* constant = bound.value->as<plan::Literal>();
  if (constant && (constant->type.is_numeric() || constant->type.is_interval())) {
    plan::Literal negated = *constant;
    if (auto* integer = std::get_if<int64_t>(&negated.value)) {
      *integer = -*integer;
    } else if (auto* real = std::get_if<double>(&negated.value)) {
      *real = -*real;
    } else if (auto* decimal = std::get_if<__int128>(&negated.value)) {
      *decimal = -*decimal;
    }
    bound.value = literal(std::move(negated), from);
  } else {
    bound.value = call("unary -", {bound.value}, from);
  }
  return bound;
}

}  // namespace firesteel::sql
