// Where the fields of CSV lines end.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace firesteel::engine {

// Each option is one byte; '\0' where there is none.
struct CsvFormat {
  char separator = ',';
  char quote = '"';
  char escape = '\\';
  char comment = '\0';
};

// Walks over the separators and line ends of a text, 64 bytes at a time. The text ends with a line end, behind which
// kPadding more bytes may be read.
class CsvScanner {
 public:
  static constexpr size_t kPadding = 64;

  CsvScanner(const char* text, char separator) : text_(text), separator_(separator) {}

  // The first separator or line end at or after `position`.
  size_t next(size_t position) {
    if (position >= start_ + 64 || !is_loaded_) load(position & ~size_t{63});
    uint64_t rest = ends_ & (~uint64_t{0} << (position - start_));
    while (rest == 0) {
      load(start_ + 64);
      rest = ends_;
    }
    return start_ + static_cast<size_t>(std::countr_zero(rest));
  }

 private:
#if defined(__SSE2__)
  void load(size_t start) {
    const __m128i separator = _mm_set1_epi8(separator_);
    const __m128i newline = _mm_set1_epi8('\n');
    const __m128i carriage = _mm_set1_epi8('\r');
    uint64_t ends = 0;
    for (int i = 0; i < 4; ++i) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text_ + start) + i);
      const __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, separator),
                                         _mm_or_si128(_mm_cmpeq_epi8(bytes, newline), _mm_cmpeq_epi8(bytes, carriage)));
      ends |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(found))} << (16 * i);
    }
    set(start, ends);
  }
#else
  void load(size_t start) {
    uint64_t ends = 0;
    for (int i = 0; i < 64; ++i) {
      const char byte = text_[start + static_cast<size_t>(i)];
      ends |= uint64_t{byte == separator_ || byte == '\n' || byte == '\r'} << i;
    }
    set(start, ends);
  }
#endif
  void set(size_t start, uint64_t ends) {
    start_ = start;
    ends_ = ends;
    is_loaded_ = true;
  }

  const char* text_;
  char separator_;
  size_t start_ = 0;
  uint64_t ends_ = 0;
  bool is_loaded_ = false;
};

// Reads the field in quotes that `line` begins with, univocity's way with unescapedQuoteHandling=STOP_AT_DELIMITER: a
// quote ends it before a separator or the line's end, blanks between them aside. A quote before anything else makes the
// field one without quotes, up to the next separator. Its text goes to `out`; returns how many bytes of the line it takes.
size_t read_quoted_field(std::string_view line, std::string_view separator, std::string_view quote,
                         std::string_view escape, std::string& out);

}  // namespace firesteel::engine
