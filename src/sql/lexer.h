// SQL text → tokens: the whole text at once. Comments and white space are dropped, hints
// (/*+ … */) are not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sql/keyword.h"

namespace firesteel::sql {

enum class TokenKind : uint8_t {
  kEnd,
  kWord,           // identifier or keyword
  kBackquoted,     // `x`
  kString,         // 'x'
  kRawString,      // r'x', r"x"
  kDoubleQuoted,   // "x": a string, or an identifier by configuration
  kInteger,        // 12
  kDecimal,        // 1.2
  kExponent,       // 1e2
  kLong,           // 12L
  kShort,          // 12S
  kByte,           // 12Y
  kFloat,          // 1.2F
  kDouble,         // 1.2D
  kBigDecimal,     // 1.2BD
  kSymbol,         // punctuation and operators, told apart by their text
  kUnrecognized,
};

// Offsets are in bytes for the text and in characters for error positions.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  Keyword keyword = Keyword::kNone;
  bool opens_query = false;  // "(": the first token behind this run of "(" begins a query
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t character_begin = 0;
  uint32_t character_end = 0;  // exclusive
};

// The last token is always kEnd. Throws UNCLOSED_BRACKETED_COMMENT.
std::vector<Token> tokenize(const std::string& text);

// Whether the offsets are the first of a UTF-8 character.
inline bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace firesteel::sql
