#include "engine/duckdb/call_template.h"

#include <cctype>

#include "base/error.h"
#include "engine/duckdb/type_sql.h"

namespace firesteel::engine {
namespace {

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
    } else if (take("*")) {
      append_arguments(0);
    } else {
      numbered();
    }
  }

  // Inside the parentheses it is the modifier of a window function. Behind them the row asks for it
  // whatever the call says: a modifier over a window, a filter in an aggregate.
  void ignore_nulls() {
    bool is_behind = !result_.empty() && result_.back() == ')';
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

  void append_arguments(size_t first) {
    for (size_t i = first; i < values_.arguments.size(); ++i) {
      if (i > first) result_ += ", ";
      result_ += values_.arguments[i];
    }
  }

  void numbered() {
    bool is_tail = take("@");
    size_t number = 0;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) {
      number = number * 10 + static_cast<size_t>(text_[at_++] - '0');
    }
    FIRESTEEL_CHECK(number > 0, "bad placeholder in the function row " + std::string(text_));
    if (is_tail) return append_arguments(number - 1);
    FIRESTEEL_CHECK(number <= values_.arguments.size(),
                    "missing argument of the function row " + std::string(text_));
    result_ += values_.arguments[number - 1];
  }

  std::string_view text_;
  const TemplateValues& values_;
  std::string result_;
  size_t at_ = 0;
  bool skips_nulls_ = false;
};

}  // namespace

std::string fill_template(std::string_view text, const TemplateValues& values) {
  return Filler(text, values).run();
}

}  // namespace firesteel::engine
