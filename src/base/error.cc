#include "base/error.h"

#include <algorithm>
#include <stdexcept>

#include "base/text.h"

namespace firesteel {

namespace {

std::string render(const ErrorCondition& condition, const SparkError::Parameters& parameters) {
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
  return message;
}

// Spark's SQLQueryContext.summary: the lines that hold the fragment, cut to 32 characters on either
// side of it, each with marks below the fragment. Offsets count characters.
std::string picture(const QueryContext& context) {
  constexpr int kMaxExtra = 32;
  std::u32string text;
  for (const char byte : *context.sql_text) {
    const auto code = static_cast<unsigned char>(byte);
    if ((code & 0xC0) != 0x80) text.push_back(0);
    if (!text.empty()) text.back() = (text.back() << 8) | code;
  }
  const auto length = static_cast<int>(text.size());
  if (length == 0) return "";
  const int start = std::clamp(context.start_index, 0, length - 1);
  const int stop = context.stop_index < 0 ? length - 1 : std::min(context.stop_index, length - 1);
  int before = start;  // one in front of the first shown character
  while (before >= 0 && start - before <= kMaxExtra && text[before] != U'\n') --before;
  int after = stop;
  while (after < length && after - stop <= kMaxExtra && text[after] != U'\n') ++after;

  const auto line = 1 + std::count(text.begin(), text.begin() + start, U'\n');
  const size_t line_break = start == 0 ? text.npos : text.rfind(U'\n', start - 1);
  const int column = line_break == text.npos ? start + 1 : start - static_cast<int>(line_break);
  std::string shown = "== SQL";
  if (!context.object_type.empty() && !context.object_name.empty()) {
    shown += " of " + context.object_type + " " + context.object_name;
  }
  shown += " (line " + std::to_string(line) + ", position " + std::to_string(column) + ") ==\n";
  const bool is_cut_before = start - before > kMaxExtra;
  const bool is_cut_after = after - stop > kMaxExtra;
  std::string marks;
  const auto end_line = [&] {
    shown += "\n" + marks + "\n";
    marks.clear();
  };
  if (is_cut_before) {
    shown += "...";
    marks += "   ";
  }
  for (int i = before + 1; i < after; ++i) {
    if (text[i] == U'\n') {
      end_line();
      continue;
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
      const auto byte = static_cast<char>((text[i] >> shift) & 0xFF);
      if (byte != 0) shown += byte;
    }
    if (i <= stop) marks += i < start ? ' ' : '^';
  }
  if (is_cut_after) shown += "...";
  end_line();
  return shown;
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
      contexts_(std::move(contexts)) {
  // What a file or a library says goes into a protobuf message, which takes no other bytes.
  for (auto& [name, value] : parameters_) value = valid_utf8(std::move(value));
  render_message();
}

void SparkError::render_message() {
  message_ = render(find_error_condition(condition_), parameters_);
  // Spark's ParseException begins with an empty line.
  if (kind() == ErrorKind::kParse) message_.insert(0, "\n");
  message_ += syntax_picture_;
  for (const QueryContext& context : contexts_) {
    if (context.kind != QueryContext::Kind::kSql) continue;
    if (context.sql_text) {
      message_ += "\n" + picture(context);
    } else if (!context.fragment.empty()) {
      message_ += "\n== SQL (position " + std::to_string(context.start_index + 1) + ") ==\n" +
                  context.fragment + "\n" + std::string(context.fragment.size(), '^') + "\n";
    }
  }
}

ErrorKind SparkError::kind() const {
  return kind_ ? *kind_ : find_error_condition(condition_).kind;
}

std::string_view SparkError::sql_state() const { return find_error_condition(condition_).sql_state; }

SparkError SparkError::with_context(QueryContext context) const {
  SparkError error = *this;
  error.contexts_.push_back(std::move(context));
  error.render_message();
  return error;
}

SparkError SparkError::with_kind(ErrorKind kind) const {
  SparkError error = *this;
  error.kind_ = kind;
  error.render_message();
  return error;
}

SparkError SparkError::at_sql_position(std::string_view text, int line, int position) const {
  SparkError error = *this;
  std::string& picture = error.syntax_picture_;
  picture =
      " (line " + std::to_string(line) + ", pos " + std::to_string(position) + ")\n\n== SQL ==\n";
  for (int current = 1; !text.empty() || current <= line; ++current) {
    const std::string_view row = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), row.size() + 1));
    picture += std::string(row) + "\n";
    if (current == line) picture += std::string(static_cast<size_t>(position), '-') + "^^^\n";
  }
  error.render_message();
  return error;
}

void throw_unsupported(std::string subclass, std::string thing) {
  throw SparkError("UNSUPPORTED_FEATURE." + std::move(subclass), {{"thing", std::move(thing)}});
}

void throw_internal(std::string message) {
  throw SparkError("INTERNAL_ERROR", {{"message", std::move(message)}});
}

}  // namespace firesteel
