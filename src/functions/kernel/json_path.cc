#include "functions/kernel/json_path.h"

#include <charconv>

#include "functions/kernel/json_text.h"

namespace firesteel::functions::kernel {

JsonPath::JsonPath(std::string_view path) {
  if (path.empty() || path[0] != '$') return;
  path.remove_prefix(1);
  const auto add_name = [this](std::string_view name) {
    instructions_.push_back({Step::kKey, "", 0});
    instructions_.push_back({Step::kName, std::string(name), 0});
  };
  while (!path.empty()) {
    if (path.starts_with("['")) {
      const size_t end = path.find('\'', 2);
      if (end == std::string_view::npos || path.substr(end, 2) != "']") return;
      const std::string_view name = path.substr(2, end - 2);
      if (name.empty() || name.find('?') != std::string_view::npos) return;
      if (name == "*") {
        instructions_.push_back({Step::kWildcard, "", 0});
      } else {
        add_name(name);
      }
      path.remove_prefix(end + 2);
    } else if (path[0] == '[') {
      const size_t end = path.find(']');
      if (end == std::string_view::npos) return;
      const std::string_view inside = path.substr(1, end - 1);
      Instruction index = {Step::kWildcard, "", 0};
      if (inside != "*") {
        index.step = Step::kIndex;
        if (inside.empty() || inside[0] == '-') return;
        const auto [last, error] =
            std::from_chars(inside.data(), inside.data() + inside.size(), index.index);
        if (error != std::errc{} || last != inside.data() + inside.size()) return;
      }
      instructions_.push_back({Step::kSubscript, "", 0});
      instructions_.push_back(index);
      path.remove_prefix(end + 1);
    } else if (path[0] == '.') {
      path.remove_prefix(1);
      const std::string_view name = path.substr(0, path.find_first_of(".["));
      if (name.empty()) return;
      if (name == "*") {
        instructions_.push_back({Step::kWildcard, "", 0});
      } else {
        add_name(name);
      }
      path.remove_prefix(name.size());
    } else {
      return;
    }
  }
  is_valid_ = true;
}

// Follows GetJsonObjectEvaluator: what is written depends on the arrays that were opened by
// wildcards on the way. Every call consumes exactly one value.
class JsonPath::Evaluator {
 public:
  enum class Style { kRaw, kQuoted, kFlatten };

  Evaluator(const std::vector<Instruction>& path, std::string_view json)
      : path_(path), reader_(json) {}

  bool evaluate(size_t at, Style style, JsonWriter& out) {
    const char token = reader_.peek();
    if (token == '\0') throw MalformedJson();
    if (at == path_.size()) return write(token, style, out);
    if (token == '{' && is(at, Step::kKey)) return enter_object(at, style, out);
    if (token == '[' && is(at, Step::kSubscript)) return enter_array(at, style, out);
    reader_.skip_value();
    return false;
  }

 private:
  bool is(size_t at, Step step) const { return at < path_.size() && path_[at].step == step; }
  bool is_wildcard(size_t at) const {
    return is(at, Step::kSubscript) && is(at + 1, Step::kWildcard);
  }

  bool write(char token, Style style, JsonWriter& out) {
    if (style == Style::kRaw && (token == '"' || token == '\'')) {
      out.raw(reader_.string());
      return true;
    }
    if (style == Style::kFlatten && token == '[') {
      bool found = false;
      for_each_element([&] { found |= evaluate(path_.size(), style, out); });
      return found;
    }
    reader_.copy_value(out);
    return true;
  }

  template <typename Visit>
  void for_each_element(Visit visit) {
    reader_.expect('[');
    for (bool first = true; !reader_.skip(']'); first = false) {
      if (!first) reader_.expect(',');
      visit();
    }
  }

  bool enter_object(size_t at, Style style, JsonWriter& out) {
    bool found = false;
    reader_.expect('{');
    for (bool first = true; !reader_.skip('}'); first = false) {
      if (!first) reader_.expect(',');
      const std::string name = reader_.string();
      reader_.expect(':');
      // A key whose value is null counts as absent, so that a later duplicate may still match.
      if (found || name != path_[at + 1].name || reader_.peek() == 'n') {
        reader_.skip_value();
      } else {
        found = evaluate(at + 2, style, out);
      }
    }
    return found;
  }

  bool enter_array(size_t at, Style style, JsonWriter& out) {
    if (is_wildcard(at) && is_wildcard(at + 2)) {
      bool found = false;
      out.begin('[');
      for_each_element([&] { found |= evaluate(at + 4, Style::kFlatten, out); });
      out.end(']');
      return found;
    }
    if (is_wildcard(at) && style != Style::kQuoted) return write_matches(at, style, out);
    if (is_wildcard(at)) {
      bool found = false;
      out.begin('[');
      for_each_element([&] { found |= evaluate(at + 2, Style::kQuoted, out); });
      out.end(']');
      return found;
    }
    bool found = false;
    int64_t position = 0;
    const Style next = is_wildcard(at + 2) ? Style::kQuoted : style;
    for_each_element([&] {
      if (position++ == path_[at + 1].index) {
        found = evaluate(at + 2, next, out);
      } else {
        reader_.skip_value();
      }
    });
    return found;
  }

  // A single match stands for itself, several make an array.
  bool write_matches(size_t at, Style style, JsonWriter& out) {
    JsonWriter matches;
    int64_t count = 0;
    matches.begin('[');
    const Style next = style == Style::kRaw ? Style::kQuoted : Style::kFlatten;
    for_each_element([&] { count += evaluate(at + 2, next, matches) ? 1 : 0; });
    matches.end(']');
    const std::string_view text = matches.text();
    if (count > 1) out.raw_value(text);
    if (count == 1) out.raw_value(text.substr(1, text.size() - 2));
    return count > 0;
  }

  const std::vector<Instruction>& path_;
  JsonReader reader_;
};

std::optional<std::string> JsonPath::find(std::string_view json) const {
  if (!is_valid_) return std::nullopt;
  try {
    JsonWriter out;
    if (!Evaluator(instructions_, json).evaluate(0, Evaluator::Style::kRaw, out)) {
      return std::nullopt;
    }
    return out.take();
  } catch (const MalformedJson&) {
    return std::nullopt;
  }
}

}  // namespace firesteel::functions::kernel
