#include "sql/token_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "sql/variable_substitution.h"

namespace firesteel::sql {

namespace {

// One level of an expression needs about 1 kB of stack in the parser and a few times that in the
// rules of the analyzer; Spark itself overflows its stack below this depth.
constexpr int kMaxNesting = 1200;

void append_utf8(uint32_t code, std::string* out) {
  if (code < 0x80) {
    *out += static_cast<char>(code);
  } else if (code < 0x800) {
    *out += static_cast<char>(0xC0 | (code >> 6));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *out += static_cast<char>(0xE0 | (code >> 12));
    *out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    *out += static_cast<char>(0xF0 | (code >> 18));
    *out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    *out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

// The number of `count` hexadecimal digits at the start of `text`, or -1.
int64_t hexadecimal(std::string_view text, size_t count) {
  if (text.size() < count) return -1;
  int64_t value = 0;
  for (size_t i = 0; i < count; ++i) {
    const char c = text[i];
    int digit = -1;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

// The number of a three-digit octal escape \000 to \177, or -1.
int octal(std::string_view text) {
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  if (text.size() < 3 || text[0] < '0' || text[0] > '1' || !is_octal(text[1]) ||
      !is_octal(text[2])) {
    return -1;
  }
  return (text[0] - '0') * 64 + (text[1] - '0') * 8 + (text[2] - '0');
}

// Handles what stands behind a backslash; returns the number of bytes used.
size_t unescape_one(std::string_view rest, std::string* out) {
  if (rest[0] == 'u') {
    const int64_t code = hexadecimal(rest.substr(1), 4);
    if (code >= 0xD800 && code < 0xDC00 && rest.substr(5, 2) == "\\u") {
      const int64_t low = hexadecimal(rest.substr(7), 4);  // a surrogate pair of Java
      if (low >= 0xDC00 && low < 0xE000) {
        append_utf8(static_cast<uint32_t>(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)), out);
        return 11;
      }
    }
    if (code >= 0) {
      append_utf8(static_cast<uint32_t>(code), out);
      return 5;
    }
  }
  if (rest[0] == 'U') {
    const int64_t code = hexadecimal(rest.substr(1), 8);
    if (code >= 0 && code <= 0x10FFFF) {
      append_utf8(static_cast<uint32_t>(code), out);
      return 9;
    }
  }
  if (const int code = octal(rest); code >= 0) {
    append_utf8(static_cast<uint32_t>(code), out);
    return 3;
  }
  switch (rest[0]) {
    case '0': *out += '\0'; break;
    case 'b': *out += '\b'; break;
    case 'n': *out += '\n'; break;
    case 'r': *out += '\r'; break;
    case 't': *out += '\t'; break;
    case 'Z': *out += '\x1A'; break;
    // Kept with the backslash for LIKE.
    case '%': *out += "\\%"; break;
    case '_': *out += "\\_"; break;
    default: *out += rest[0]; break;
  }
  return 1;
}

}  // namespace

std::string unescape_string(std::string_view quoted, bool keeps_doubled_quotes) {
  if (quoted[0] == 'r' || quoted[0] == 'R') return std::string(quoted.substr(2, quoted.size() - 3));
  const char quote = quoted[0];
  std::string_view rest = quoted.substr(1, quoted.size() - 2);
  std::string out;
  out.reserve(rest.size());
  while (!rest.empty()) {
    if (rest[0] == '\\' && rest.size() > 1) {
      rest.remove_prefix(1);
      rest.remove_prefix(unescape_one(rest, &out));
    } else {
      // A doubled quote stands for one, or ends one text and begins the next.
      const bool is_doubled = rest[0] == quote && rest.size() > 1 && rest[1] == quote;
      if (!is_doubled || keeps_doubled_quotes) out += rest[0];
      rest.remove_prefix(is_doubled ? 2 : 1);
    }
  }
  return out;
}

TokenReader::TokenReader(std::string_view text, const ParserOptions& options)
    : options_(options), text_(std::make_shared<const std::string>(substituted(text, options))) {
  tokens_ = tokenize(*text_);
}

void TokenReader::enter() {
  if (++depth_ <= kMaxNesting) return;
  throw SparkError("FAILED_TO_PARSE_TOO_COMPLEX", {});
}

void TokenReader::expect_end() {
  if (!at_end()) syntax_error();
}

bool TokenReader::at_identifier(size_t ahead) const {
  const Token& token = peek(ahead);
  if (token.kind == TokenKind::kWord) {
    return !options_.enforce_reserved_keywords || !is_reserved(token.keyword);
  }
  return token.kind == TokenKind::kBackquoted ||
         (token.kind == TokenKind::kDoubleQuoted && options_.double_quoted_identifiers);
}

bool TokenReader::at_strict_identifier(size_t ahead) const {
  return at_identifier(ahead) &&
         (options_.enforce_reserved_keywords || !is_strict_non_reserved(peek(ahead).keyword));
}

bool TokenReader::at_string(size_t ahead) const {
  const TokenKind kind = peek(ahead).kind;
  return kind == TokenKind::kString || kind == TokenKind::kRawString ||
         (kind == TokenKind::kDoubleQuoted && !options_.double_quoted_identifiers);
}

std::string TokenReader::unquote_identifier(const Token& token) const {
  const std::string_view text = text_of(token);
  if (token.kind == TokenKind::kWord) {
    const bool is_ascii = std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (is_ascii) return std::string(text);
    throw parse_error("INVALID_IDENTIFIER", {{"ident", std::string(text)}}, *text_, token);
  }
  std::string name;
  const char quote = text[0];
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    name += text[i];
    if (text[i] == quote && i + 2 < text.size() && text[i + 1] == quote) ++i;
  }
  return name;
}

std::string TokenReader::identifier() {
  const size_t from = position_;
  if (at_identifier_clause() && !options_.identifier_clause_is_name) {
    std::vector<std::string> parts = identifier_clause();
    if (parts.size() != 1) {
      fail("IDENTIFIER_TOO_MANY_NAME_PARTS", {{"identifier", quoted_name(parts)}, {"limit", "1"}}, from);
    }
    return std::move(parts[0]);
  }
  if (!at_identifier()) syntax_error();
  std::string name = unquote_identifier(peek());
  advance();
  return name;
}

std::string TokenReader::captured_identifier() {
  const size_t from = position_;
  std::string name = identifier();
  if (!at("-") || !at_identifier(1)) return name;
  while (at("-") && at_identifier(1)) advance(2);
  throw parse_error("INVALID_IDENTIFIER", {{"ident", source_text(from)}}, *text_,
                    tokens_[from + 1]);
}

std::string TokenReader::strict_identifier() {
  if (!at_strict_identifier()) syntax_error();
  return identifier();
}

std::vector<std::string> TokenReader::multipart_identifier() {
  std::vector<std::string> parts;
  if (at_identifier_clause() && options_.identifier_clause_is_name) return identifier_clause();
  do {
    if (at_identifier_clause() && !options_.identifier_clause_is_name) {
      for (std::string& part : identifier_clause()) parts.push_back(std::move(part));
    } else {
      parts.push_back(captured_identifier());
    }
  } while (accept("."));
  return parts;
}

std::vector<std::string> TokenReader::identifier_list() {
  expect("(");
  std::vector<std::string> names = {captured_identifier()};
  while (accept(",")) names.push_back(captured_identifier());
  expect(")");
  return names;
}

int64_t TokenReader::integer_token() {
  if (peek().kind != TokenKind::kInteger) syntax_error();
  const std::string_view digits = text_of(peek());
  int64_t value = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc()) syntax_error();
  advance();
  return value;
}

std::string TokenReader::string_literal() {
  if (!at_string()) syntax_error();
  const std::string_view quoted = text_of(peek());
  std::string value = options_.escaped_string_literals && peek().kind != TokenKind::kRawString
                          ? std::string(quoted.substr(1, quoted.size() - 2))
                          : unescape_string(quoted, !options_.doubled_quotes_join);
  advance();
  return value;
}

std::string TokenReader::adjacent_string_literals() {
  std::string value = string_literal();
  while (at_string()) value += string_literal();
  return value;
}

void TokenReader::syntax_error_at(const Token& token, const std::string& hint) const {
  if (token.kind != TokenKind::kEnd) {
    const std::string shown = "'" + std::string(text_of(token)) + "'";
    // Spark's parser offers to drop the last word of a query if the query is whole without it.
    const size_t index = static_cast<size_t>(&token - tokens_.data());
    const Keyword first = tokens_[0].keyword;
    const bool is_query = first == Keyword::kSelect || first == Keyword::kWith ||
                          first == Keyword::kFrom || first == Keyword::kValues;
    const bool is_last = index + 1 < tokens_.size() && tokens_[index + 1].kind == TokenKind::kEnd;
    const bool is_behind_statement = index > 0 && text_of(tokens_[index - 1]) == ";";
    const bool is_unit = index > 1 && tokens_[index - 2].keyword == Keyword::kInterval;
    const bool is_extra =
        hint.empty() && is_query && index > 1 && !is_unit && token.kind != TokenKind::kSymbol &&
        token.kind != TokenKind::kUnrecognized &&
        (is_behind_statement || (is_last && tokens_[index - 1].kind != TokenKind::kSymbol));
    throw parse_error("PARSE_SYNTAX_ERROR",
                      {{"error", shown}, {"hint", is_extra ? ": extra input " + shown : hint}},
                      *text_, token);
  }
  throw parse_error("PARSE_SYNTAX_ERROR", {{"error", "end of input"}, {"hint", hint}}, *text_,
                    token);
}

plan::Origin TokenReader::origin(size_t from) const {
  plan::Origin origin;
  origin.sql_text = text_;
  origin.start_index = static_cast<int32_t>(tokens_[from].character_begin);
  const size_t last = position_ > from ? position_ - 1 : from;
  origin.stop_index = static_cast<int32_t>(tokens_[last].character_end) - 1;
  return origin;
}

std::string TokenReader::source_text(size_t from) const {
  const size_t last = position_ > from ? position_ - 1 : from;
  return text_->substr(tokens_[from].begin, tokens_[last].end - tokens_[from].begin);
}

void TokenReader::fail(std::string condition, SparkError::Parameters parameters,
                       size_t from) const {
  const plan::Origin place = origin(from);
  QueryContext context;
  context.start_index = place.start_index;
  context.stop_index = place.stop_index;
  context.fragment = source_text(from);
  context.sql_text = text_;
  throw SparkError(std::move(condition), std::move(parameters))
      .with_kind(ErrorKind::kParse)
      .with_context(std::move(context));
}

}  // namespace firesteel::sql
