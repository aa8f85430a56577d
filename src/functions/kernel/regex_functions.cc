#include <algorithm>

#include "base/error.h"
#include "functions/kernel/interruption.h"
#include "functions/kernel/java_regex.h"
#include "functions/kernel/utf8.h"

namespace firesteel::functions::kernel {

namespace {

constexpr uint64_t kWorkOfMatch = 64;

void check_group_index(const JavaRegex& regex, int32_t index, std::string_view function) {
  if (index >= 0 && static_cast<size_t>(index) <= regex.group_count()) return;
  throw SparkError("INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX",
                   {{"parameter", "`idx`"},
                    {"functionName", "`" + std::string(function) + "`"},
                    {"groupCount", std::to_string(regex.group_count())},
                    {"groupIndex", std::to_string(index)}});
}

std::string_view group_text(std::string_view text, const JavaRegex::Span& span) {
  if (span.first == std::string_view::npos) return {};
  return text.substr(span.first, span.last - span.first);
}

// Calls visit(match) for each match as Matcher.find() walks; stops when it returns false.
template <typename Visit>
void for_each_match(const JavaRegex& regex, std::string_view text, Visit visit) {
  JavaRegex::Match match;
  size_t from = 0;
  LoopWatch watch;
  while (from <= text.size() && regex.find(text, from, &match)) {
    watch.step(kWorkOfMatch);
    if (!visit(match)) return;
    from = JavaRegex::next_start(text, match[0]);
  }
}

std::vector<std::string_view> split_characters(std::string_view text, int32_t limit) {
  std::vector<std::string_view> parts;
  LoopWatch watch;
  for (size_t i = 0; i < text.size();) {
    watch.step();
    const bool last = limit > 0 && parts.size() + 1 == static_cast<size_t>(limit);
    const size_t size = last ? text.size() - i : utf8_step(text, i);
    parts.push_back(text.substr(i, size));
    i += size;
  }
  return parts;
}

}  // namespace

bool RegexReplacement::append(const JavaRegex& regex, std::string_view source,
                              const JavaRegex::Match& match, std::string& out) const {
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\\') {
      if (++i == text_.size()) return false;
      out += text_[i];
      continue;
    }
    if (text_[i] != '$') {
      out += text_[i];
      continue;
    }
    if (++i == text_.size()) return false;
    size_t group = 0;
    if (text_[i] == '{') {
      const size_t end = text_.find('}', i);
      if (end == std::string::npos) return false;
      group = regex.group_number(std::string_view(text_).substr(i + 1, end - i - 1));
      if (group == 0) return false;
      i = end;
    } else {
      if (text_[i] < '0' || text_[i] > '9') return false;
      group = static_cast<size_t>(text_[i] - '0');
      // Further digits belong to the number while such a group exists.
      while (i + 1 < text_.size() && text_[i + 1] >= '0' && text_[i + 1] <= '9') {
        const size_t longer = group * 10 + static_cast<size_t>(text_[i + 1] - '0');
        if (longer > regex.group_count()) break;
        group = longer;
        ++i;
      }
      if (group > regex.group_count()) return false;
    }
    out += group_text(source, match[group]);
  }
  return true;
}

std::string_view regexp_extract(const JavaRegex& regex, std::string_view text, int32_t index) {
  JavaRegex::Match match;
  if (!regex.find(text, 0, &match)) return {};
  check_group_index(regex, index, "regexp_extract");
  return group_text(text, match[static_cast<size_t>(index)]);
}

std::vector<std::string_view> regexp_extract_all(const JavaRegex& regex, std::string_view text,
                                                 int32_t index) {
  std::vector<std::string_view> groups;
  for_each_match(regex, text, [&](const JavaRegex::Match& match) {
    check_group_index(regex, index, "regexp_extract_all");
    groups.push_back(group_text(text, match[static_cast<size_t>(index)]));
    return true;
  });
  return groups;
}

void regexp_replace(const JavaRegex& regex, std::string_view text,
                    const RegexReplacement& replacement, int32_t position, std::string& out) {
  const size_t start = utf8_advance(text, 0, static_cast<size_t>(std::max(position, 1) - 1));
  out += text.substr(0, start);
  if (position > 1 && start == text.size()) return;  // not even an empty match is looked for at the end
  // Java's region makes its start an anchor, and what lies before invisible.
  const std::string_view region = text.substr(start);
  size_t copied = 0;
  for_each_match(regex, region, [&](const JavaRegex::Match& match) {
    out += region.substr(copied, match[0].first - copied);
    if (!replacement.append(regex, region, match, out)) {
      throw SparkError("INVALID_REGEXP_REPLACE", {{"source", std::string(text)},
                                                  {"pattern", regex.pattern()},
                                                  {"replacement", replacement.text()},
                                                  {"position", std::to_string(position)}});
    }
    copied = match[0].last;
    return true;
  });
  out += region.substr(copied);
}

int32_t regexp_count(const JavaRegex& regex, std::string_view text) {
  int32_t count = 0;
  for_each_match(regex, text, [&](const JavaRegex::Match&) {
    ++count;
    return true;
  });
  return count;
}

int32_t regexp_instr(const JavaRegex& regex, std::string_view text) {
  JavaRegex::Match match;
  if (!regex.find(text, 0, &match)) return 0;
  return static_cast<int32_t>(utf16_count(text.substr(0, match[0].first))) + 1;
}

std::optional<std::string_view> regexp_substr(const JavaRegex& regex, std::string_view text) {
  JavaRegex::Match match;
  if (!regex.find(text, 0, &match) || match[0].first == match[0].last) return std::nullopt;
  return group_text(text, match[0]);
}

std::vector<std::string_view> split_by_regex(const JavaRegex& regex, std::string_view text,
                                             int32_t limit) {
  if (regex.pattern().empty() && !text.empty()) return split_characters(text, limit);
  std::vector<std::string_view> parts;
  size_t start = 0;
  for_each_match(regex, text, [&](const JavaRegex::Match& match) {
    if (limit > 0 && parts.size() + 1 >= static_cast<size_t>(limit)) return false;
    // An empty match at the very beginning cuts nothing off.
    if (match[0].last == 0) return true;
    parts.push_back(text.substr(start, match[0].first - start));
    start = match[0].last;
    return true;
  });
  parts.push_back(text.substr(start));
  return parts;
}

}  // namespace firesteel::functions::kernel
