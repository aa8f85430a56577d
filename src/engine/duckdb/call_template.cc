#include "engine/duckdb/call_template.h"

#include <cctype>

#include "base/error.h"
#include "engine/duckdb/time_parsers.h"
#include "engine/duckdb/type_sql.h"

namespace firesteel::engine {
namespace {

using functions::kernel::TimeParserPolicy;

class Filler {
 public:
  Filler(std::string_view text, const TemplateValues& values) : text_(text), values_(values) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (text_[at_] != '$') {
        result_ += text_[at_++];
      } else {
        ++at_;
        fill_placeholder();
      }
    }
    return std::move(result_);
  }

 private:
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  void fill_placeholder() {
    if (take("zone")) {
      result_ += quote_string(values_.time_zone);
    } else if (take("time_parser_entry")) {
      if (values_.time_parser != TimeParserPolicy::kCorrected) {
        result_ += ",\"t\":" + std::to_string(static_cast<int>(values_.time_parser));
      }
    } else if (take("time_parser")) {
      result_ += time_parser_suffix({values_.time_parser, functions::kernel::LegacyFormat::kSimple});
    } else if (take("type")) {
      result_ += values_.type;
    } else if (take("distinct")) {
      if (values_.is_distinct) result_ += "DISTINCT ";
    } else if (take("order")) {
      if (!values_.order.empty()) result_ += " ORDER BY " + values_.order;
    } else if (take("ignore_nulls")) {
      ignore_nulls();
    } else if (take("suffix")) {
      suffix();
    } else if (take("merged")) {
      // Without a window Spark merges states, one alone with an empty one, which infinite numbers tell.
      if (values_.over.empty()) result_ += "merged ";
    } else if (take("$")) {
      result_ += '$';
    } else if (take("parameter")) {
      lambda_parameter();
    } else if (take("key")) {
      result_ += values_.key;
    } else if (take("body")) {
      lambda_body();
    } else if (take("*")) {
      append_arguments(0);
    } else {
      numbered();
    }
  }

  // Before the closing parenthesis it is the modifier of a window function. Behind it the row asks
  // for it whatever the call says: a modifier over a window, a filter in an aggregate.
  void ignore_nulls() {
    bool is_behind = at_ >= text_.size() || text_[at_] != ')';
    if (!is_behind) {
      if (values_.ignore_nulls) result_ += " IGNORE NULLS";
    } else if (!values_.over.empty()) {
      result_.insert(result_.size() - 1, " IGNORE NULLS");
    } else {
      skips_nulls_ = true;
    }
  }

  void suffix() {
    std::string filter = values_.filter;
    if (skips_nulls_) {
      std::string present = values_.arguments[0] + " IS NOT NULL";
      filter = filter.empty() ? present : "(" + filter + ") AND " + present;
    }
    if (!filter.empty()) result_ += " FILTER (WHERE " + filter + ")";
    if (!values_.over.empty()) result_ += " " + values_.over;
  }

  size_t number() {
    size_t value = 0;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) {
      value = value * 10 + static_cast<size_t>(text_[at_++] - '0');
    }
    return value;
  }

  // A lambda argument is the text "lambda l1, l2: body".
  std::string_view lambda_argument() {
    const size_t index = number();
    FIRESTEEL_CHECK(index > 0 && index <= values_.arguments.size() &&
                        values_.arguments[index - 1].starts_with("lambda "),
                    "no lambda where the function row wants one: " + std::string(text_));
    return std::string_view(values_.arguments[index - 1]).substr(7);
  }

  void lambda_body() {
    const std::string_view lambda = lambda_argument();
    result_ += "(" + std::string(lambda.substr(lambda.find(": ") + 2)) + ")";
  }

  void lambda_parameter() {
    std::string_view names = lambda_argument();
    names = names.substr(0, names.find(": "));
    FIRESTEEL_CHECK(take("_"), "bad placeholder in the function row " + std::string(text_));
    for (size_t skipped = number(); skipped > 1; --skipped) names = names.substr(names.find(", ") + 2);
    result_ += names.substr(0, names.find(", "));
  }

  void append_arguments(size_t first) {
    for (size_t i = first; i < values_.arguments.size(); ++i) {
      if (i > first) result_ += ", ";
      result_ += values_.arguments[i];
    }
  }

  void numbered() {
    bool is_tail = take("@");
    const size_t index = number();
    FIRESTEEL_CHECK(index > 0, "bad placeholder in the function row " + std::string(text_));
    if (is_tail) return append_arguments(index - 1);
    FIRESTEEL_CHECK(index <= values_.arguments.size(),
                    "missing argument of the function row " + std::string(text_));
    result_ += values_.arguments[index - 1];
  }

  std::string_view text_;
  const TemplateValues& values_;
  std::string result_;
  size_t at_ = 0;
  bool skips_nulls_ = false;
};

}  // namespace

std::string fill_template(std::string_view text, const TemplateValues& values) {
  constexpr std::string_view kOtherwise = "$otherwise";
  if (const size_t at = text.find(kOtherwise); at != std::string_view::npos) {
    text = values.over.empty() ? text.substr(at + kOtherwise.size()) : text.substr(0, at);
  }
  return Filler(text, values).run();
}

}  // namespace firesteel::engine
