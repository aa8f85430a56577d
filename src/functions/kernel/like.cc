#include "functions/kernel/like.h"

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/utf8.h"

namespace firesteel::functions::kernel {

LikePattern::LikePattern(std::string_view pattern, std::string_view escape) : pieces_(1) {
  const auto add = [this](std::string_view bytes) {
    pieces_.back().bytes += bytes;
    pieces_.back().any_character.resize(pieces_.back().bytes.size(), false);
  };
  for (size_t i = 0; i < pattern.size();) {
    const std::string_view character = pattern.substr(i, utf8_step(pattern, i));
    i += character.size();
    if (character == escape) {
      if (i == pattern.size()) {
        throw SparkError("INVALID_FORMAT.ESC_AT_THE_END",
                         {{"format", quote_sql_string(pattern)}});
      }
      const std::string_view next = pattern.substr(i, utf8_step(pattern, i));
      if (next != "_" && next != "%" && next != escape) {
        throw SparkError("INVALID_FORMAT.ESC_IN_THE_MIDDLE",
                         {{"format", quote_sql_string(pattern)},
                          {"char", quote_sql_string(next)}});
      }
      add(next);
      i += next.size();
    } else if (character == "%") {
      pieces_.emplace_back();
    } else if (character == "_") {
      add(std::string_view("\0", 1));
      pieces_.back().any_character.back() = true;
    } else {
      add(character);
    }
  }
}

size_t LikePattern::match_piece(const Piece& piece, std::string_view text, size_t position) {
  const size_t start = position;
  for (size_t i = 0; i < piece.bytes.size(); ++i) {
    if (position == text.size()) return std::string_view::npos;
    if (piece.any_character[i]) {
      position += utf8_step(text, position);
    } else if (text[position++] != piece.bytes[i]) {
      return std::string_view::npos;
    }
  }
  return position - start;
}

bool LikePattern::matches(std::string_view text) const {
  size_t position = match_piece(pieces_.front(), text, 0);
  if (position == std::string_view::npos) return false;
  if (pieces_.size() == 1) return position == text.size();
  // The pieces in the middle match where they can first; the last one must reach the end.
  for (size_t i = 1; i < pieces_.size(); ++i) {
    const bool last = i + 1 == pieces_.size();
    if (last && pieces_[i].bytes.empty()) return true;
    while (true) {
      if (position > text.size()) return false;
      const size_t size = match_piece(pieces_[i], text, position);
      if (size != std::string_view::npos && (!last || position + size == text.size())) {
        position += size;
        break;
      }
      if (position == text.size()) return false;
      position += utf8_step(text, position);
    }
  }
  return true;
}

}  // namespace firesteel::functions::kernel
