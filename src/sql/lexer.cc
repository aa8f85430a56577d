#include "sql/lexer.h"

#include <string_view>

#include "sql/parse_error.h"

namespace firesteel::sql {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Letters outside ASCII are accepted here; the parser tells them to be quoted.
bool is_word(char c) {
  return is_digit(c) || is_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

// White space beyond ASCII that Spark skips too: U+00A0, U+1680, U+2000–200A, U+2028, U+202F,
// U+205F, U+3000. Returns the number of bytes, or 0.
size_t wide_space(std::string_view rest) {
  if (rest.substr(0, 2) == "\xC2\xA0") return 2;
  const std::string_view three = rest.substr(0, 3);
  if (three == "\xE1\x9A\x80" || three == "\xE3\x80\x80" || three == "\xE2\x81\x9F" ||
      three == "\xE2\x80\xA8" || three == "\xE2\x80\xAF") {
    return 3;
  }
  const bool is_en_space = three.size() == 3 && three.substr(0, 2) == "\xE2\x80" &&
                           static_cast<unsigned char>(three[2]) >= 0x80 &&
                           static_cast<unsigned char>(three[2]) <= 0x8A;
  return is_en_space ? 3 : 0;
}

class Lexer {
 public:
  explicit Lexer(const std::string& text) : text_(text) { tokens_.reserve(text.size() / 4 + 2); }

  std::vector<Token> run() {
    while (skip_blanks()) next_token();
    add(TokenKind::kEnd, position_);
    mark_queries();
    return std::move(tokens_);
  }

 private:
  char at(size_t index) const { return index < text_.size() ? text_[index] : '\0'; }

  void add(TokenKind kind, size_t end, Keyword keyword = Keyword::kNone) {
    Token token;
    token.kind = kind;
    token.keyword = keyword;
    token.begin = static_cast<uint32_t>(position_);
    token.character_begin = characters_up_to(position_);
    token.end = static_cast<uint32_t>(end);
    token.character_end = characters_up_to(end);
    tokens_.push_back(token);
    position_ = end;
  }

  // Counts on from the last question, so that the whole text is counted once.
  uint32_t characters_up_to(size_t byte) {
    for (; counted_ < byte; ++counted_) characters_ += begins_character(text_[counted_]);
    return characters_;
  }

  // Moves to the next token; false at the end of the text.
  bool skip_blanks() {
    while (position_ < text_.size()) {
      const char c = text_[position_];
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        ++position_;
      } else if (c == '-' && at(position_ + 1) == '-') {
        skip_line_comment();
      } else if (c == '/' && at(position_ + 1) == '*' && at(position_ + 2) != '+') {
        skip_bracketed_comment();
      } else if (const size_t space = wide_space(std::string_view(text_).substr(position_))) {
        position_ += space;
      } else {
        return true;
      }
    }
    return false;
  }

  void skip_line_comment() {
    while (position_ < text_.size() && text_[position_] != '\n' && text_[position_] != '\r') {
      // A backslash before the line's end continues the comment.
      position_ += text_[position_] == '\\' && at(position_ + 1) == '\n' ? 2 : 1;
    }
  }

  void skip_bracketed_comment() {
    int depth = 0;
    do {
      if (position_ >= text_.size()) {
        throw parse_error("UNCLOSED_BRACKETED_COMMENT", {}, text_, Token());
      }
      if (text_[position_] == '/' && at(position_ + 1) == '*') {
        ++depth;
        position_ += 2;
      } else if (text_[position_] == '*' && at(position_ + 1) == '/') {
        --depth;
        position_ += 2;
      } else {
        ++position_;
      }
    } while (depth > 0);
  }

  void next_token() {
    const char c = text_[position_];
    if ((c == 'r' || c == 'R') && (at(position_ + 1) == '\'' || at(position_ + 1) == '"')) {
      if (raw_string()) return;
    }
    if (is_digit(c) || (c == '.' && is_digit(at(position_ + 1)))) return number();
    if (is_word(c)) return word();
    if (c == '\'') return quoted('\'', TokenKind::kString);
    if (c == '"') return quoted('"', TokenKind::kDoubleQuoted);
    if (c == '`') return backquoted();
    symbol();
  }

  bool raw_string() {
    const size_t close = text_.find(text_[position_ + 1], position_ + 2);
    if (close == std::string::npos) return false;
    add(TokenKind::kRawString, close + 1);
    return true;
  }

  void quoted(char quote, TokenKind kind) {
    size_t end = position_ + 1;
    while (end < text_.size() && (text_[end] != quote || at(end + 1) == quote)) {
      end += text_[end] == '\\' || text_[end] == quote ? 2 : 1;  // a doubled quote stands for one
    }
    if (end >= text_.size()) return add(TokenKind::kUnrecognized, position_ + 1);
    add(kind, end + 1);
  }

  void backquoted() {
    size_t end = position_ + 1;
    while (end < text_.size()) {
      if (text_[end] == '`') {
        if (at(end + 1) != '`') return add(TokenKind::kBackquoted, end + 1);
        ++end;  // a doubled quote stands for one
      }
      ++end;
    }
    add(TokenKind::kUnrecognized, position_ + 1);
  }

  void word() {
    size_t end = position_;
    while (is_word(at(end)) && wide_space(std::string_view(text_).substr(end, 3)) == 0) ++end;
    // A path such as s3://bucket/key may name a table.
    if (text_.compare(end, 3, "://") == 0) {
      constexpr std::string_view kPathCharacters = "/-.?=&#%:";
      while (end < text_.size() &&
             (is_word(text_[end]) || kPathCharacters.find(text_[end]) != std::string_view::npos)) {
        ++end;
      }
    }
    add(TokenKind::kWord, end,
        find_keyword(std::string_view(text_).substr(position_, end - position_)));
  }

  // The longest of a number with its suffix and a word that begins with digits ("1a").
  void number() {
    size_t end = position_;
    while (is_digit(at(end))) ++end;
    const size_t integer_end = end;
    bool has_point = false;
    if (at(end) == '.') {
      has_point = true;
      ++end;
      while (is_digit(at(end))) ++end;
    }
    const size_t mantissa_end = end;
    bool has_exponent = false;
    if (upper(at(end)) == 'E') {
      size_t digits = end + 1;
      if (at(digits) == '+' || at(digits) == '-') ++digits;
      if (is_digit(at(digits))) {
        while (is_digit(at(digits))) ++digits;
        has_exponent = true;
        end = digits;
      }
    }
    TokenKind kind = has_exponent ? TokenKind::kExponent
                     : has_point  ? TokenKind::kDecimal
                                  : TokenKind::kInteger;
    end += suffix(end, has_point || has_exponent, &kind);
    if (!is_word(at(end))) return add(kind, end);
    if (has_point) {
      // "2.a": no decimal; the digits before the point are a token of their own, unless the point
      // comes first.
      if (integer_end > position_) return add(TokenKind::kInteger, integer_end);
      return add(TokenKind::kDecimal, mantissa_end);
    }
    word();
  }

  // Length of a type suffix at `end`; sets the kind.
  size_t suffix(size_t end, bool is_fractional, TokenKind* kind) const {
    const char first = upper(at(end));
    if (first == 'B' && upper(at(end + 1)) == 'D') {
      *kind = TokenKind::kBigDecimal;
      return 2;
    }
    if (first == 'F') {
      *kind = TokenKind::kFloat;
      return 1;
    }
    if (first == 'D') {
      *kind = TokenKind::kDouble;
      return 1;
    }
    if (is_fractional) return 0;
    if (first == 'L') *kind = TokenKind::kLong;
    if (first == 'S') *kind = TokenKind::kShort;
    if (first == 'Y') *kind = TokenKind::kByte;
    return first == 'L' || first == 'S' || first == 'Y' ? 1 : 0;
  }

  void symbol() {
    static constexpr std::string_view kLongSymbols[] = {
        ">>>", "<=>", "/*+", "==", "<>", "!=", "<=", "!>", ">=", "!<", "<<",
        ">>",  "||",  "|>",  "->", "=>", "*/", "::"};
    const std::string_view rest = std::string_view(text_).substr(position_, 3);
    for (const std::string_view candidate : kLongSymbols) {
      if (rest.substr(0, candidate.size()) == candidate) {
        return add(TokenKind::kSymbol, position_ + candidate.size());
      }
    }
    constexpr std::string_view kSymbols = ";(),.[]!=<>+-*/%~&|^:?{}@";
    const bool is_known = kSymbols.find(text_[position_]) != std::string_view::npos;
    add(is_known ? TokenKind::kSymbol : TokenKind::kUnrecognized, position_ + 1);
  }

  // Tells for each "(" whether a query stands behind it and further "(", so that the parser need
  // not look ahead through long runs of them.
  void mark_queries() {
    bool begins_query = false;
    bool is_name = false;  // the token behind: (MAP a USING …) is a script, (map(1, 2)) and (map.a) are expressions
    for (size_t i = tokens_.size(); i-- > 0;) {
      Token& token = tokens_[i];
      if (token.kind == TokenKind::kSymbol && token.end - token.begin == 1 &&
          text_[token.begin] == '(') {
        token.opens_query = begins_query;
        is_name = false;
        continue;
      }
      begins_query = token.keyword == Keyword::kSelect || token.keyword == Keyword::kWith ||
                     token.keyword == Keyword::kFrom || token.keyword == Keyword::kValues ||
                     token.keyword == Keyword::kTable ||
                     ((token.keyword == Keyword::kMap || token.keyword == Keyword::kReduce) && is_name);
      is_name = token.kind == TokenKind::kWord && token.keyword == Keyword::kNone;
    }
  }

  const std::string& text_;
  std::vector<Token> tokens_;
  size_t position_ = 0;
  size_t counted_ = 0;
  uint32_t characters_ = 0;
};

}  // namespace

std::vector<Token> tokenize(const std::string& text) { return Lexer(text).run(); }

}  // namespace firesteel::sql
