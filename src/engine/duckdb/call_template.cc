#include "engine/duckdb/call_template.h"

#include <cctype>
#include <unordered_set>

#include "base/error.h"
#include "engine/duckdb/type_sql.h"

namespace firesteel::engine {
namespace {

// The aggregate and window functions that rows name. A template may call scalar functions around
// and inside them.
const std::unordered_set<std::string>& aggregate_names() {
  static const std::unordered_set<std::string> names = {
      "any_value", "approx_count_distinct", "approx_quantile", "arg_max", "arg_max_null", "arg_min",
      "arg_min_null", "array_agg", "avg", "bit_and", "bit_or", "bit_xor", "bool_and", "bool_or",
      "corr", "count", "count_if", "count_star", "countif", "covar_pop", "covar_samp", "cume_dist",
      "dense_rank", "entropy", "favg", "first", "first_value", "fsum", "group_concat", "histogram",
      "kurtosis", "kurtosis_pop", "lag", "last", "last_value", "lead", "list", "mad", "max",
      "max_by", "mean", "median", "min", "min_by", "mode", "nth_value", "ntile", "percent_rank",
      "product", "quantile", "quantile_cont", "quantile_disc", "rank", "regr_avgx", "regr_avgy",
      "regr_count", "regr_intercept", "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy",
      "row_number", "skewness", "stddev", "stddev_pop", "stddev_samp", "string_agg", "sum",
      "sum_no_overflow", "var_pop", "var_samp", "variance"};
  return names;
}

bool is_aggregate_name(const std::string& name) {
  return aggregate_names().contains(name) || name.starts_with("fs_agg_");
}

// Functions for which SQL knows IGNORE NULLS over a window.
bool takes_ignore_nulls(const std::string& name) {
  return name == "first_value" || name == "last_value" || name == "nth_value" || name == "lead" ||
         name == "lag" || name == "first" || name == "last";
}

bool is_word(char character) {
  return std::isalnum(static_cast<unsigned char>(character)) || character == '_' ||
         character == '$' || character == '.';
}

// The position of the parenthesis that closes the one before `start`; quoted text is skipped.
size_t closing_parenthesis(std::string_view text, size_t start) {
  int depth = 1;
  bool is_quoted = false;
  for (size_t i = start; i < text.size(); ++i) {
    if (text[i] == '\'') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return i;
  }
  throw_internal("unbalanced parentheses in a function row: " + std::string(text));
}

std::string decorated_call(const std::string& name, std::string_view inside,
                           const CallDecoration& decoration) {
  std::string text = name + "(";
  bool is_window_only = !decoration.over.empty();
  if (decoration.is_distinct) text += "DISTINCT ";
  text += inside;
  if (!decoration.order_by.empty()) text += " ORDER BY " + decoration.order_by;
  std::string filter = decoration.filter;
  if (decoration.ignore_nulls) {
    if (is_window_only && takes_ignore_nulls(name)) {
      text += " IGNORE NULLS";
    } else {
      filter = filter.empty() ? "$1 IS NOT NULL" : "(" + filter + ") AND $1 IS NOT NULL";
    }
  }
  text += ")";
  if (!filter.empty()) text += " FILTER (WHERE " + filter + ")";
  if (!decoration.over.empty()) text += " " + decoration.over;
  return text;
}

}  // namespace

std::string decorate_aggregates(std::string_view text, const CallDecoration& decoration) {
  std::string result;
  size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '\'') {
      size_t end = text.find('\'', at + 1);
      end = end == std::string_view::npos ? text.size() : end + 1;
      result += text.substr(at, end - at);
      at = end;
      continue;
    }
    if (!is_word(text[at])) {
      result += text[at++];
      continue;
    }
    size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    std::string word(text.substr(at, end - at));
    std::string lower;
    for (char c : word) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (end < text.size() && text[end] == '(' && is_aggregate_name(lower)) {
      size_t close = closing_parenthesis(text, end + 1);
      result += decorated_call(word, text.substr(end + 1, close - end - 1), decoration);
      at = close + 1;
    } else {
      result += word;
      at = end;
    }
  }
  return result;
}

std::string substitute_arguments(std::string_view text, std::span<const std::string> arguments,
                                 std::string_view time_zone) {
  std::string result;
  auto append_from = [&](size_t first) {
    for (size_t i = first; i < arguments.size(); ++i) {
      if (i > first) result += ", ";
      result += arguments[i];
    }
  };
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      result += text[at++];
      continue;
    }
    std::string_view rest = text.substr(at + 1);
    if (rest.starts_with("zone")) {
      result += quote_string(time_zone);
      at += 5;
    } else if (rest.starts_with("*")) {
      append_from(0);
      at += 2;
    } else {
      bool is_tail = rest.starts_with("@");
      size_t end = at + 1 + (is_tail ? 1 : 0);
      size_t number = 0;
      bool has_digits = false;
      for (; end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])); ++end) {
        number = number * 10 + static_cast<size_t>(text[end] - '0');
        has_digits = true;
      }
      FIRESTEEL_CHECK(has_digits && number > 0, "bad placeholder in " + std::string(text));
      if (is_tail) {
        append_from(number - 1);
      } else {
        FIRESTEEL_CHECK(number <= arguments.size(), "missing argument in " + std::string(text));
        result += arguments[number - 1];
      }
      at = end;
    }
  }
  return result;
}

}  // namespace firesteel::engine
