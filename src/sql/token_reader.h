// A cursor over the tokens of one text with the small steps that every grammar rule is made of.
// A rule that finds something else than it must find throws PARSE_SYNTAX_ERROR.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plan/expression.h"
#include "base/text.h"
#include "sql/lexer.h"
#include "sql/parse_error.h"
#include "sql/parser.h"

namespace firesteel::sql {

class TokenReader {
 public:
  TokenReader(std::string_view text, const ParserOptions& options);
  virtual ~TokenReader() = default;
  TokenReader(const TokenReader&) = delete;
  TokenReader& operator=(const TokenReader&) = delete;

 protected:
  const Token& peek(size_t ahead = 0) const {
    return tokens_[std::min(position_ + ahead, tokens_.size() - 1)];
  }
  std::string_view text_of(const Token& token) const {
    return std::string_view(*text_).substr(token.begin, token.end - token.begin);
  }
  bool at(Keyword keyword, size_t ahead = 0) const { return peek(ahead).keyword == keyword; }
  bool at(std::string_view symbol, size_t ahead = 0) const {
    const Token& token = peek(ahead);
    return token.kind == TokenKind::kSymbol && text_of(token) == symbol;
  }
  bool at_end() const { return peek().kind == TokenKind::kEnd; }
  void advance(size_t count = 1) { position_ = std::min(position_ + count, tokens_.size() - 1); }
  // Steps over the token if it is there.
  template <typename T>
  bool accept(const T& wanted) {
    if (!at(wanted)) return false;
    advance();
    return true;
  }
  bool accept(Keyword first, Keyword second) {
    if (!at(first) || !at(second, 1)) return false;
    advance(2);
    return true;
  }
  template <typename T>
  void expect(const T& wanted) {
    if (!accept(wanted)) syntax_error();
  }
  void expect_end();

  // Whether the token may stand where Spark's grammar says `identifier`.
  bool at_identifier(size_t ahead = 0) const;
  // Whether the token may stand where it says `strictIdentifier` (table aliases).
  bool at_strict_identifier(size_t ahead = 0) const;
  // Whether the token is a string literal under the configuration.
  bool at_string(size_t ahead = 0) const;

  // Whether IDENTIFIER(…) stands at the cursor: it may stand for any identifier.
  bool at_identifier_clause(size_t ahead = 0) const { return at(Keyword::kIdentifier, ahead) && at("(", ahead + 1); }
  // The parts of the name that the clause gives.
  virtual std::vector<std::string> identifier_clause() = 0;

  // `identifier`: unquoted text, not folded to any case.
  std::string identifier();
  // `errorCapturingIdentifier`: as above, "a-b" is INVALID_IDENTIFIER.
  std::string captured_identifier();
  std::string strict_identifier();
  // a.b.c of captured identifiers.
  std::vector<std::string> multipart_identifier();
  // ( a, b ) of captured identifiers.
  std::vector<std::string> identifier_list();
  // A whole number without a suffix; one beyond 64 bits is a syntax error.
  int64_t integer_token();
  // One string token, unescaped.
  std::string string_literal();
  // One or more string tokens in a row, joined.
  std::string adjacent_string_literals();

  [[noreturn]] void syntax_error(std::string hint = {}) const { syntax_error_at(peek(), hint); }
  [[noreturn]] void syntax_error_at(const Token& token, const std::string& hint = {}) const;
  // A condition about the text from the token `from` up to the last one read.
  [[noreturn]] void fail(std::string condition, SparkError::Parameters parameters,
                         size_t from) const;

  // The place of the text from the token `from` up to the last one read.
  plan::Origin origin(size_t from) const;
  // The text of those tokens.
  std::string source_text(size_t from) const;

  // Counts the nesting of rules that call themselves, against running out of stack.
  class Nesting {
   public:
    explicit Nesting(TokenReader* reader) : reader_(reader) { reader_->enter(); }
    ~Nesting() { --reader_->depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    TokenReader* reader_;
  };

  // "fooBar" in upper case.

  const ParserOptions options_;
  std::shared_ptr<const std::string> text_;
  std::vector<Token> tokens_;
  size_t position_ = 0;

 private:
  void enter();
  std::string unquote_identifier(const Token& token) const;

  int depth_ = 0;
};

// The text of a string literal without its quotes and escapes, as Spark's unescapeSQLString.
std::string unescape_string(std::string_view quoted, bool keeps_doubled_quotes = true);

}  // namespace firesteel::sql
