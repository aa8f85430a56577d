// LIKE: '%' for any text, '_' for one character, and an escape character before either of them or
// itself. Immutable and thread-safe. ILIKE is LIKE over lower(text) and lower(pattern).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firesteel::functions::kernel {

class LikePattern {
 public:
  // Raises INVALID_FORMAT.ESC_* for an escape before another character or at the end.
  explicit LikePattern(std::string_view pattern, std::string_view escape = "\\");
  bool matches(std::string_view text) const;

 private:
  // A piece between two '%': literal bytes and single characters.
  struct Piece {
    std::string bytes;                // literal bytes in order, 0 where any character stands
    std::vector<bool> any_character;  // beside bytes
  };
  // The length of the match of a piece at `position`, or npos.
  static size_t match_piece(const Piece& piece, std::string_view text, size_t position);

  std::vector<Piece> pieces_;  // one more than there are '%'
};

}  // namespace firesteel::functions::kernel
