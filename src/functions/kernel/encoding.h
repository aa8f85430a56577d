// Spark's encodings of bytes as text and back: base64, hexadecimal, URLs and character sets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firesteel::functions::kernel {

// MIME: with `chunks`, Spark's default, lines of 76 characters ended by CR LF.
void append_base64(std::string_view bytes, bool chunks, std::string& out);
// Ignores characters outside the alphabet, as Java's MIME decoder; false if the text is malformed,
// which Spark raises as a plain IllegalArgumentException with `message`.
bool append_unbase64(std::string_view text, std::string& out, std::string* message = nullptr);

void append_hex(std::string_view bytes, std::string& out);
void append_hex(int64_t number, std::string& out);
// An odd number of digits has a leading 0; false for anything but hexadecimal digits.
bool append_unhex(std::string_view digits, std::string& out);
// The binary digits of the 64 bits without leading zeros.
void append_bin(int64_t number, std::string& out);

void append_url_encoded(std::string_view text, std::string& out);
// false if malformed; the ANSI-independent function url_decode raises CANNOT_DECODE_URL then.
bool append_url_decoded(std::string_view text, std::string& out);
[[noreturn]] void throw_cannot_decode_url(std::string_view url);

// encode(text, charset) and decode(bytes, charset) for Spark's seven character sets. An unknown one
// raises INVALID_PARAMETER_VALUE.CHARSET, what it cannot hold MALFORMED_CHARACTER_CODING.
void append_encoded(std::string_view text, std::string_view charset, std::string& out);
void append_decoded(std::string_view bytes, std::string_view charset, std::string& out);

// parse_url(url, part[, key]): HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY, USERINFO by
// java.net.URI. Nothing for a part that the URL lacks or an unknown part; a malformed URL raises
// INVALID_URL, or is nothing for try_parse_url (`tolerant`).
std::optional<std::string> parse_url(std::string_view url, std::string_view part, bool tolerant);
std::optional<std::string> parse_url(std::string_view url, std::string_view part,
                                     std::string_view key, bool tolerant);

}  // namespace firesteel::functions::kernel
