#include "base/error.h"

#include <algorithm>
#include <stdexcept>

namespace firesteel {

namespace {

std::string render(const ErrorCondition& condition, const SparkError::Parameters& parameters,
                   const std::vector<QueryContext>& contexts) {
  std::string text;
  std::string_view rest = condition.message;
  while (!rest.empty()) {
    const size_t open = rest.find('<');
    const size_t close = open == std::string_view::npos ? open : rest.find('>', open);
    if (close == std::string_view::npos) break;
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [&](const auto& pair) { return pair.first == name; });
    text += rest.substr(0, open);
    text += found == parameters.end() ? std::string(rest.substr(open, close - open + 1))
                                      : found->second;
    rest.remove_prefix(close + 1);
  }
  text += rest;
  std::string message;
  // Spark's legacy conditions carry the whole text and print no bracketed name.
  if (condition.name.substr(0, 14) != "_LEGACY_ERROR_") {
    message = "[" + std::string(condition.name) + "] ";
  }
  message += text;
  if (!condition.sql_state.empty()) message += " SQLSTATE: " + std::string(condition.sql_state);
  for (const QueryContext& context : contexts) {
    if (context.kind != QueryContext::Kind::kSql || context.fragment.empty()) continue;
    message += "\n== SQL (position " + std::to_string(context.start_index + 1) + ") ==\n" +
               context.fragment + "\n" + std::string(context.fragment.size(), '^') + "\n";
  }
  return message;
}

}  // namespace

const ErrorCondition& find_error_condition(std::string_view name) {
  const auto& rows = error_conditions();
  const auto found = std::lower_bound(
      rows.begin(), rows.end(), name,
      [](const ErrorCondition& row, std::string_view wanted) { return row.name < wanted; });
  if (found == rows.end() || found->name != name) {
    throw std::logic_error("error condition without a row: " + std::string(name));
  }
  return *found;
}

SparkError::SparkError(std::string condition, Parameters parameters,
                       std::vector<QueryContext> contexts)
    : condition_(std::move(condition)),
      parameters_(std::move(parameters)),
      contexts_(std::move(contexts)),
      message_(render(find_error_condition(condition_), parameters_, contexts_)) {}

ErrorKind SparkError::kind() const {
  return kind_ ? *kind_ : find_error_condition(condition_).kind;
}

std::string_view SparkError::sql_state() const { return find_error_condition(condition_).sql_state; }

SparkError SparkError::with_context(QueryContext context) const {
  auto contexts = contexts_;
  contexts.push_back(std::move(context));
  SparkError error(condition_, parameters_, std::move(contexts));
  error.kind_ = kind_;
  return error;
}

SparkError SparkError::with_kind(ErrorKind kind) const {
  SparkError error = *this;
  error.kind_ = kind;
  return error;
}

void throw_unsupported(std::string subclass, std::string thing) {
  throw SparkError("UNSUPPORTED_FEATURE." + std::move(subclass), {{"thing", std::move(thing)}});
}

void throw_internal(std::string message) {
  throw SparkError("INTERNAL_ERROR", {{"message", std::move(message)}});
}

}  // namespace firesteel
