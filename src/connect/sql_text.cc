#include "connect/sql_text.h"

#include <algorithm>

#include "analyze/analyzer.h"
#include "base/error.h"
#include "connect/analysis.h"
#include "connect/decode.h"
#include "connect/literal_rows.h"
#include "functions/function.h"

namespace firesteel::connect {

namespace {

using plan::ExpressionPtr;
using plan::RelationPtr;

// A value stands in the text as a literal: a decimal has just the digits that it needs.
ExpressionPtr as_written(const ExpressionPtr& value) {
  const auto* literal = value->as<plan::Literal>();
  const auto* digits = literal != nullptr ? std::get_if<__int128>(&literal->value) : nullptr;
  if (digits == nullptr || !literal->type.is(plan::TypeKind::kDecimal)) return value;
  int precision = 0;
  for (__int128 rest = *digits; rest != 0; rest /= 10) ++precision;
  precision = std::max({precision, literal->type.scale(), 1});
  return plan::make_literal({plan::Type::decimal(precision, literal->type.scale()), *digits}, value->origin);
}

// The values of the markers of one text, which are either all named or all positional.
class Arguments {
 public:
  Arguments(const plan::SqlQuery& values, const std::vector<ExpressionPtr>& unnamed)
      : values_(values), unnamed_(unnamed) {}

  ExpressionPtr find(const std::string& name, size_t rank) {
    (name.empty() ? has_positions_ : has_names_) = true;
    if (has_positions_ && has_names_) throw SparkError("INVALID_QUERY_MIXED_QUERY_PARAMETERS", {});
    if (name.empty()) {
      return rank < values_.positional_arguments.size() ? as_written(values_.positional_arguments[rank]) : nullptr;
    }
    check_all_named();
    const auto found = values_.named_arguments.find(name);
    return found != values_.named_arguments.end() ? as_written(found->second) : nullptr;
  }

 private:
  // EXECUTE IMMEDIATE … USING 1, 2 AS b answers no names.
  void check_all_named() const {
    if (unnamed_.empty()) return;
    std::string names;
    for (const ExpressionPtr& e : unnamed_) {
      names += (names.empty() ? "\"" : ", \"") + analyze::print_name(*e) + "\"";
    }
    throw SparkError("ALL_PARAMETERS_MUST_BE_NAMED", {{"exprs", names}});
  }

  const plan::SqlQuery& values_;
  const std::vector<ExpressionPtr> unnamed_;
  bool has_names_ = false;
  bool has_positions_ = false;
};

bool any_node(const ExpressionPtr& expression, const std::function<bool(const plan::Expression&)>& is_it) {
  bool found = false;
  plan::walk(expression, [&](const ExpressionPtr& node) {
    found |= is_it(*node);
    return !found;
  });
  return found;
}

RelationPtr one_row_of(const std::vector<ExpressionPtr>& expressions) {
  std::vector<ExpressionPtr> columns;
  for (const ExpressionPtr& e : expressions) {
    plan::Alias alias;
    alias.child = e;
    alias.names = {"value"};
    columns.push_back(plan::make_expression(std::move(alias)));
  }
  return plan::make_relation(plan::Project{plan::make_relation(plan::OneRow{}), std::move(columns)});
}

std::string identifier_text(const RequestContext& context, const ExpressionPtr& expression) {
  const auto fail = [&](const char* subclass, const std::string& type) {
    SparkError::Parameters parameters = {{"name", "IDENTIFIER"}, {"expr", analyze::print_name(*expression)}};
    if (!type.empty()) parameters.push_back({"dataType", type});
    return SparkError(std::string("NOT_A_CONSTANT_STRING.") + subclass, parameters);
  };
  if (holds_subquery(expression)) {
    throw fail("NOT_CONSTANT", "");
  }
  const RelationPtr row = analyze_relation(context, one_row_of({expression}), nullptr);
  const auto* project = row->as<plan::Project>();
  const bool is_drawn = !project || any_node(project->expressions[0], [](const plan::Expression& e) {
    const auto* call = e.as<plan::FunctionCall>();
    return call && call->function->is_volatile;
  });
  if (is_drawn) throw fail("NOT_CONSTANT", "");
  if (!row->output[0].type.is_string()) throw fail("WRONG_TYPE", row->output[0].type.simple_string());
  const plan::Literal value = constant_values(context, {expression}, nullptr)[0];
  if (value.is_null()) throw fail("NULL", "");
  return std::get<std::string>(value.value);
}

}  // namespace

bool holds_subquery(const ExpressionPtr& expression) {
  return any_node(expression, [](const plan::Expression& e) { return e.as<plan::Subquery>() != nullptr; });
}

std::vector<plan::Literal> constant_values(const RequestContext& context,
                                           const std::vector<ExpressionPtr>& expressions,
                                           const std::shared_ptr<engine::ExecutionContext>& execution) {
  auto run = execution;
  if (!run) {
    run = std::make_shared<engine::ExecutionContext>();
    prepare_execution(context, run.get());
  }
  const RelationPtr resolved = analyze_relation(context, one_row_of(expressions), run);
  const RelationPtr rows = evaluate_to_local(context, resolved, run);
  return literal_rows(*rows->as<plan::LocalData>()->table, plan::output_schema(*rows)).at(0);
}

sql::ParserOptions query_options(const RequestContext& context, const plan::SqlQuery& arguments,
                                 const std::vector<ExpressionPtr>& unnamed) {
  sql::ParserOptions options = parser_options(context.session.config());
  options.parameter = [values = std::make_shared<Arguments>(arguments, unnamed)](const std::string& name, size_t rank) {
    return values->find(name, rank);
  };
  options.constant_text = [&context](const ExpressionPtr& e) { return identifier_text(context, e); };
  return options;
}

RelationPtr parse_sql_query(const RequestContext& context, const plan::SqlQuery& query) {
  const sql::Statement statement = sql::parse_statement(query.text, query_options(context, query));
  const auto* relation = std::get_if<RelationPtr>(&statement);
  if (relation == nullptr) throw_unsupported("STATEMENT", "a command inside a query: " + query.text);
  return *relation;
}

}  // namespace firesteel::connect
