#include "sql/variable_substitution.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"

namespace firesteel::sql {

namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// A reference in a text: all of it, its prefix and its key.
struct Reference {
  size_t begin = 0;
  size_t end = 0;
  std::string prefix;
  std::string key;
};

// The first } at or behind `from` that no blank comes before.
size_t closing(std::string_view text, size_t from) {
  while (from < text.size() && text[from] != '}' && !is_blank(text[from])) ++from;
  return from < text.size() && text[from] == '}' ? from : std::string_view::npos;
}

// ConfigReader.REF_RE at `begin`, where ${ stands: \$\{(?:(\w+?):)?(\S+?)\}. A key has a character at least, so that } may
// be its first.
std::optional<Reference> reference_at(std::string_view text, size_t begin) {
  const auto reference = [&](size_t key, std::string prefix) -> std::optional<Reference> {
    if (key >= text.size() || is_blank(text[key])) return std::nullopt;
    const size_t end = closing(text, key + 1);
    if (end == std::string_view::npos) return std::nullopt;
    return Reference{begin, end + 1, std::move(prefix), std::string(text.substr(key, end - key))};
  };
  size_t colon = begin + 2;
  while (colon < text.size() && is_word(text[colon])) ++colon;
  if (colon > begin + 2 && colon < text.size() && text[colon] == ':') {
    if (auto found = reference(colon + 1, std::string(text.substr(begin + 2, colon - begin - 2)))) return found;
  }
  return reference(begin + 2, {});
}

class Substitution {
 public:
  explicit Substitution(const ParserOptions& options) : options_(options) {}

  std::string apply(std::string_view text) {
    // Values of values could grow without end.
    constexpr size_t kMaxNesting = 500;
    constexpr size_t kMaxWork = size_t{1} << 28;
    constexpr size_t kWorkOfOne = 512;
    work_ += text.size() + kWorkOfOne;
    if (used_.size() > kMaxNesting || work_ > kMaxWork) throw SparkError("FAILED_TO_PARSE_TOO_COMPLEX", {});
    std::string result;
    size_t done = 0;
    size_t begin = text.find("${");
    while (begin != std::string_view::npos) {
      const std::optional<Reference> found = reference_at(text, begin);
      // Where a blank or the end is in a reference's way, it is in the way of all that begin before it.
      size_t next = begin + 2;
      if (found) {
        result += text.substr(done, begin - done);
        result += value(text, *found);
        done = next = found->end;
      } else {
        while (next < text.size() && !is_blank(text[next])) ++next;
      }
      begin = text.find("${", next);
    }
    result += text.substr(done);
    return result;
  }

 private:
  std::string value(std::string_view text, const Reference& reference) {
    const std::string name = reference.prefix.empty() ? reference.key : reference.prefix + ":" + reference.key;
    if (std::find(used_.begin(), used_.end(), name) != used_.end()) {
      throw SparkError("_LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT",
                       {{"message", "requirement failed: Circular reference in " + std::string(text) + ": " + name}});
    }
    const std::optional<std::string> found = options_.variable(reference.prefix, reference.key);
    if (!found) return std::string(text.substr(reference.begin, reference.end - reference.begin));
    used_.push_back(name);
    std::string inner = apply(*found);
    used_.pop_back();
    return inner;
  }

  const ParserOptions& options_;
  std::vector<std::string> used_;  // the references of whose values this is
  size_t work_ = 0;
};

}  // namespace

std::string substituted(std::string_view text, const ParserOptions& options) {
  if (!options.variable || text.find("${") == std::string_view::npos) return std::string(text);
  return Substitution(options).apply(text);
}

}  // namespace firesteel::sql
