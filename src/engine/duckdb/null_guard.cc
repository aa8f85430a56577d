#include "engine/duckdb/null_guard.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "functions/foldable.h"
#include "functions/function.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/date_functions.h"

namespace firesteel::engine {
namespace {

using plan::ExpressionPtr;
using plan::Type;
using plan::TypeKind;

// What is no longer than this may stand in the text twice.
constexpr int kMostRepeatedNodes = 16;
// Of a longer list of IN the values behind are compared together.
constexpr int kMostMatches = 16;

class NullTests {
 public:
  NullTests(const Scope& scope, const LowerExpression& lower) : scope_(scope), lower_(lower) {}

  // Asks an expression itself, so that it fails here if it does. False if that is not cheap.
  bool add_whole(const ExpressionPtr& expression) {
    if (!is_cheap(expression)) return false;
    tests_.push_back("(" + lower_(*expression) + ") IS NULL");
    return true;
  }

  // x IN (a, 1 / b): what stands before a value of the list that may fail is compared first.
  void add_matches(const plan::FunctionCall& in) {
    const auto& a = in.arguments;
    if (!is_cheap(a[0])) return;
    std::string values;
    int matches = 0;
    for (auto one = a.begin() + 1; one != a.end() && matches < kMostMatches && is_cheap(*one); ++one) {
      if (!values.empty() && may_fail(*one)) {
        ++matches;
        matches_ += " WHEN (" + lower_(*a[0]) + ") IN (" + values + ") THEN true";
        values.clear();
      }
      values += (values.empty() ? "" : ", ") + lower_(**one);
    }
  }

  // Of a unit that there is not, date_trunc() and trunc() make null without looking at what they should cut.
  void add_unit(const plan::FunctionCall& call) {
    const size_t unit = call.function->name == "trunc" ? 1 : 0;
    if (!may_fail(call.arguments[1 - unit]) || !is_cheap(call.arguments[unit])) return;
    plan::FunctionCall of_epoch = call;
    const Type& type = call.arguments[1 - unit]->type;
    of_epoch.arguments[1 - unit] = plan::make_typed(plan::Literal{type, int64_t{0}}, type, false);
    tests_.push_back("(" + lower_(plan::Expression{std::move(of_epoch), type, true, {}}) + ") IS NULL");
  }

  void add(const ExpressionPtr& expression) {
    if (!expression->nullable) return;
    if (const auto* alias = expression->as<plan::Alias>()) return add(alias->child);
    const auto* cast = expression->as<plan::Cast>();
    if (cast && cast->mode == plan::CastMode::kAnsi && !cast->child->type.is(plan::TypeKind::kVariant)) return add(cast->child);
    const auto* call = expression->as<plan::FunctionCall>();
    if (call && is_null_as_arguments_are(*call)) {
      for (const ExpressionPtr& argument : call->arguments) add(argument);
    } else if (is_cheap(expression)) {
      std::string test = "(" + lower_(*expression) + ") IS NULL";
      if (std::find(tests_.begin(), tests_.end(), test) == tests_.end()) tests_.push_back(std::move(test));
    }
  }

  std::string text() const {
    std::string branches;
    for (const std::string& test : tests_) branches += " WHEN " + test + " THEN NULL";
    return branches + matches_;
  }

 private:
  // Null exactly where one of its arguments is, none of which fails before another one is asked.
  static bool is_null_as_arguments_are(const plan::FunctionCall& call) {
    if (!call.ansi || call.arguments.empty() || !functions::stops_at_nulls(*call.function)) return false;
    const auto& signatures = call.function->signatures;
    if (!std::all_of(signatures.begin(), signatures.end(), [](const auto& one) { return one.nulls == functions::Nulls::kAny; })) return false;
    return std::none_of(call.arguments.begin(), call.arguments.end() - 1, may_fail);
  }

  bool is_cheap(const ExpressionPtr& expression) const { return engine::is_cheap(expression, scope_); }

  const Scope& scope_;
  const LowerExpression& lower_;
  std::vector<std::string> tests_;
  std::string matches_;
};

// Behind the last argument that may fail.
size_t end_of_failing(const plan::FunctionCall& call) {
  size_t end = call.arguments.size();
  while (end > 1 && !may_fail(call.arguments[end - 1])) --end;
  return end;
}

bool divides_numbers(const plan::FunctionCall& call) {
  const std::string_view name = call.function->name;
  return (name == "/" || name == "%" || name == "div" || name == "pmod") && call.arguments[0]->type.is_numeric();
}

constexpr int kMostDigits = 38;

// Sums and products of decimals whose type holds all that they may be.
bool has_room(const plan::FunctionCall& call, const Type& type) {
  const std::string_view name = call.function->name;
  return (name == "+" || name == "-" || name == "*") && type.is(TypeKind::kDecimal) && type.precision() < kMostDigits;
}

int digits_before_point(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kByte: return 3;
    case TypeKind::kShort: return 5;
    case TypeKind::kInteger: return 10;
    case TypeKind::kLong: return 19;
    default: return type.precision() - type.scale();
  }
}

// Whether every value of the type fits into the other one.
bool always_fits(const Type& from, const Type& to) {
  if (from == to || to.is(TypeKind::kString)) return true;
  if (!from.is_numeric() || !to.is_numeric()) return false;
  if (to.is(TypeKind::kDouble) || to.is(TypeKind::kFloat)) return true;
  if (!from.is_integral() && !from.is(TypeKind::kDecimal)) return false;
  const int scale = from.is(TypeKind::kDecimal) ? from.scale() : 0;
  if (to.is(TypeKind::kDecimal)) return digits_before_point(from) <= digits_before_point(to) && scale <= to.scale();
  return from.is_integral() && digits_before_point(from) <= digits_before_point(to);
}

bool holds_lambda(const ExpressionPtr& expression) {
  bool found = false;
  plan::walk(expression, [&](const ExpressionPtr& node) {
    found = found || node->as<plan::LambdaFunction>();
    return !found;
  });
  return found;
}

// Of columns and of what is computed from them in one row.
bool is_of_one_row(const ExpressionPtr& expression, const Scope& scope) {
  bool holds = true;
  plan::walk(expression, [&](const ExpressionPtr& node) {
    const auto* reference = node->as<plan::AttributeReference>();
    const auto* call = node->as<plan::FunctionCall>();
    holds = holds && !(reference && !scope.find(reference->id).is_column) && !(call && call->function->kind != functions::FunctionKind::kScalar) &&
            !node->as<plan::Subquery>() && !node->as<plan::Window>();
    return holds;
  });
  return holds && !is_volatile_expression(expression);
}

// Whether a cast is one of a written text that is a number or a date.
bool is_of_good_text(const plan::Cast& cast) {
  const auto* literal = cast.child->as<plan::Literal>();
  const auto* text = literal ? std::get_if<std::string>(&literal->value) : nullptr;
  if (!text || !cast.child->type.is_string()) return false;
  using namespace functions::kernel;
  switch (cast.target.kind()) {
    case TypeKind::kInteger: return string_to_int(*text, CastMode::kTry).has_value();
    case TypeKind::kLong: return string_to_bigint(*text, CastMode::kTry).has_value();
    case TypeKind::kDouble: return string_to_double(*text, CastMode::kTry).has_value();
    case TypeKind::kDate: return string_to_date(*text, CastMode::kTry).has_value();
    default: return false;
  }
}

}  // namespace

bool is_cheap(const ExpressionPtr& expression, const Scope& scope) {
  if (functions::is_constant(expression)) return true;  // the engine computes it once
  int nodes = 0;
  bool is_plain = true;
  plan::walk(expression, [&](const ExpressionPtr& node) {
    const auto* reference = node->as<plan::AttributeReference>();
    if (reference) is_plain = is_plain && scope.find(reference->id).is_column;
    is_plain = is_plain && !node->as<plan::Subquery>() && !node->as<plan::Window>() && !node->as<plan::LambdaFunction>();
    return is_plain && ++nodes <= kMostRepeatedNodes;
  });
  return is_plain && nodes <= kMostRepeatedNodes && !is_volatile_expression(expression);
}

bool may_fail(const ExpressionPtr& expression) {
  bool found = false;
  plan::walk(expression, [&](const ExpressionPtr& node) {
    const auto* call = node->as<plan::FunctionCall>();
    const auto* cast = node->as<plan::Cast>();
    found = found || (call && call->function->may_fail && !has_room(*call, node->type)) ||
            (cast && cast->mode == plan::CastMode::kAnsi && !always_fits(cast->child->type, cast->target) && !is_of_good_text(*cast));
    return !found;
  });
  return found;
}

std::optional<size_t> argument_to_bind(const plan::FunctionCall& call, const Scope& scope) {
  if (call.arguments.size() < 2 || !functions::stops_at_nulls(*call.function) || divides_numbers(call)) return std::nullopt;
  const size_t guarded = end_of_failing(call);
  for (size_t i = 0; i + 1 < guarded; ++i) {
    if (call.arguments[i]->as<plan::LambdaFunction>()) return std::nullopt;
    if (call.arguments[i]->nullable && holds_lambda(call.arguments[i])) {
      const auto is_plain = [&](const ExpressionPtr& one) { return is_of_one_row(one, scope); };
      return std::all_of(call.arguments.begin(), call.arguments.end(), is_plain) ? std::optional(i) : std::nullopt;
    }
  }
  return std::nullopt;
}

bool lacks_unit(const plan::FunctionCall& call) {
  const bool of_date = call.function->name == "trunc";
  if (!of_date && call.function->name != "date_trunc") return false;
  const auto* literal = call.arguments[of_date ? 1 : 0]->as<plan::Literal>();
  const auto* name = literal ? std::get_if<std::string>(&literal->value) : nullptr;
  if (!name) return false;
  const auto unit = functions::kernel::parse_truncate_unit(*name);
  return !unit || (of_date && *unit < functions::kernel::TruncateUnit::kWeek);
}

std::string null_guard(const plan::FunctionCall& call, const Scope& scope, const LowerExpression& lower) {
  const std::string_view name = call.function->name;
  const bool is_in = name == "in";  // the value spares the list, and one that equals it those behind it
  if (call.arguments.size() < 2 || !(is_in || functions::stops_at_nulls(*call.function))) return "";
  NullTests tests(scope, lower);
  if (divides_numbers(call)) {
    // Of a division Spark computes the divisor first.
    if (may_fail(call.arguments[0])) tests.add(call.arguments[1]);
    return tests.text();
  }
  if (name == "date_trunc" || name == "trunc") {
    tests.add_unit(call);
    return tests.text();
  }
  const size_t guarded = end_of_failing(call);
  if (guarded < 2) return "";
  for (size_t i = 0; i + 1 < (is_in ? 2 : guarded); ++i) {
    // What fails itself is asked before what stands behind it.
    const ExpressionPtr& argument = call.arguments[i];
    const bool fails = may_fail(argument);
    if (fails && tests.add_whole(argument)) continue;
    tests.add(argument);
    if (fails) break;
  }
  if (is_in) tests.add_matches(call);
  return tests.text();
}

}  // namespace firesteel::engine
