// Spark's string functions that engines lack or define differently. Positions count characters from
// 1; results that are parts of an argument are views into it, others are appended to `out`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firesteel::functions::kernel {

// The part before the `count`-th delimiter from the left, or after it from the right if negative.
std::string_view substring_index(std::string_view text, std::string_view delimiter, int32_t count);
// substring(text, position, length): position 0 is 1, a negative one counts from the end.
std::string_view substring(std::string_view text, int32_t position, int32_t length = INT32_MAX);
// The same of bytes, as Java computes it: in 32 bits that wrap around.
std::string_view substring_bytes(std::string_view bytes, int32_t position, int32_t length);
// The position of the first occurrence at or after `start`; 0 if there is none or start < 1.
int32_t locate(std::string_view part, std::string_view text, int32_t start = 1);
// The `index`-th part from 1, or from the end if negative; empty beyond. 0 raises
// INVALID_INDEX_OF_ZERO.
std::string_view split_part(std::string_view text, std::string_view delimiter, int32_t index);
// Without the characters of `characters` at the ends.
std::string_view trim_left(std::string_view text, std::string_view characters = " ");
std::string_view trim_right(std::string_view text, std::string_view characters = " ");
std::string_view trim_both(std::string_view text, std::string_view characters = " ");

// Refuses a text that no server can hold for long: UNABLE_TO_ACQUIRE_MEMORY.
void check_text_size(int64_t bytes);
// How often repeat() writes the text, never less than zero. Throws when the result's length overflows.
int64_t repeat_count(std::string_view text, int32_t count);
void pad_left(std::string_view text, int32_t length, std::string_view padding, std::string& out);
void pad_right(std::string_view text, int32_t length, std::string_view padding, std::string& out);
void translate(std::string_view text, std::string_view from, std::string_view to,
               std::string& out);
void reverse_characters(std::string_view text, std::string& out);
// A negative `length` is that of the replacement.
void overlay(std::string_view text, std::string_view replacement, int32_t position, int32_t length,
             std::string& out);
void soundex(std::string_view text, std::string& out);
// A replacement that is NULL in SQL keeps the characters of its kind.
void mask(std::string_view text, std::optional<std::string_view> upper,
          std::optional<std::string_view> lower, std::optional<std::string_view> digit,
          std::optional<std::string_view> other, std::string& out);

int32_t levenshtein(std::string_view left, std::string_view right);
// -1 where the distance is above the threshold.
int32_t levenshtein(std::string_view left, std::string_view right, int32_t threshold);
// The position of `word` in a list separated by commas; 0 if absent or if it holds a comma.
int32_t find_in_set(std::string_view word, std::string_view list);
bool luhn_check(std::string_view digits);
// The code point of the first character; 0 for an empty text.
int32_t ascii(std::string_view text);
// The character of the low byte of a number; nothing for a negative one.
void append_character(int64_t number, std::string& out);

// Numbers in bases 2 to 36 as unsigned 64 bits; a negative `to_base` gives a signed result. NULL
// for a base out of range or an empty text. On overflow the largest number, or with `ansi`
// ARITHMETIC_OVERFLOW.
std::optional<std::string> convert_base(std::string_view text, int32_t from_base, int32_t to_base,
                                        bool ansi);

}  // namespace firesteel::functions::kernel
