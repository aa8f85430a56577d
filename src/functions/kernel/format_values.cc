// to_number, to_char, to_binary and the repair of UTF-8.
#include <cctype>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/encoding.h"
#include "functions/kernel/number_pattern.h"
#include "functions/kernel/utf8.h"
#include "functions/kernel/value.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

struct KeptPattern {
  std::string text;
  std::shared_ptr<const NumberPattern> pattern;
};

const NumberPattern& pattern_of(ValueCall& call, const std::string& text) {
  auto& kept = call.keep<KeptPattern>([] { return KeptPattern(); });
  if (!kept.pattern || kept.text != text) kept = {text, std::make_shared<NumberPattern>(text)};
  return *kept.pattern;
}

// Without ANSI it is still an error; try_to_number calls it as a tolerant one.
template <bool is_tolerant>
Value to_number(ValueCall& call, ValueArguments a) {
  if (auto value = pattern_of(call, a[1].text()).parse(a[0].text())) return Value(*value);
  if (is_tolerant) return Value();
  throw SparkError("INVALID_FORMAT.MISMATCH_INPUT",
                   {{"inputType", "\"STRING\""}, {"input", a[0].text()}, {"format", a[1].text()}});
}

Value to_char(ValueCall& call, ValueArguments a) {
  const Type& type = call.argument_types[0];
  const NumberPattern& pattern = pattern_of(call, a[1].text());
  if (type.is(TypeKind::kDecimal)) return Value(pattern.format(a[0].decimal(), type.scale()));
  return Value(pattern.format(a[0].integer(), 0));
}

// UnBase64.isValidBase64: groups of four symbols, the last one of two at least, padded to four if at all; white space anywhere.
bool is_base64(std::string_view text) {
  size_t symbols = 0;
  size_t padding = 0;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c))) continue;
    if (c == '=') {
      if (++padding > 2 || symbols % 4 + padding > 4) return false;
      continue;
    }
    const bool is_symbol = std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '/';
    if (!is_symbol || padding > 0) return false;
    ++symbols;
  }
  return padding == 0 ? symbols % 4 != 1 : symbols % 4 + padding == 4;
}

template <bool is_tolerant>
Value to_binary(ValueCall&, ValueArguments a) {
  const std::string format = lower_case(a[1].text());
  std::string out;
  const std::string& text = a[0].text();
  if (format == "utf-8" || format == "utf8") return a[0];
  const bool is_known = format == "hex" || format == "base64";
  if (format == "hex" && append_unhex(text, out)) return Value(std::move(out));
  if (format == "base64" && is_base64(text) && append_unbase64(text, out)) return Value(std::move(out));
  if (is_tolerant) return Value();
  if (!is_known) {
    throw SparkError("INVALID_PARAMETER_VALUE.BINARY_FORMAT",
                     {{"functionName", "`to_binary`"},
                      {"parameter", "`format`"},
                      {"invalidFormat", quote_sql_string(a[1].text())}});
  }
  throw SparkError("CONVERSION_INVALID_INPUT",
                   {{"str", quote_sql_string(text)},
                    {"fmt", quote_sql_string(format == "hex" ? "HEX" : "BASE64")},
                    {"targetType", "\"BINARY\""},
                    {"suggestion", "`try_to_binary`"}})
      .with_kind(ErrorKind::kIllegalArgument);
}

// How many bytes of a valid character begin at `i`; 0 where none does, with the length of the part
// that could have begun one (Unicode's maximal subparts) in `skipped`.
size_t valid_length(std::string_view text, size_t i, size_t& skipped) {
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(i);
  skipped = 1;
  if (first < 0x80) return 1;
  const size_t length = first >= 0xC2 && first < 0xE0 ? 2 : first >= 0xE0 && first < 0xF0 ? 3 : first >= 0xF0 && first < 0xF5 ? 4 : 0;
  if (length == 0) return 0;
  for (size_t j = 1; j < length; ++j) {
    if (i + j >= text.size()) return skipped = j, 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (j == 1 && first == 0xE0) low = 0xA0;
    if (j == 1 && first == 0xED) high = 0x9F;
    if (j == 1 && first == 0xF0) low = 0x90;
    if (j == 1 && first == 0xF4) high = 0x8F;
    if (byte(i + j) < low || byte(i + j) > high) return skipped = j, 0;
  }
  return length;
}

bool is_valid(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    size_t skipped = 0;
    const size_t length = valid_length(text, i, skipped);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

Value is_valid_utf8(ValueCall&, ValueArguments a) { return Value(is_valid(a[0].text())); }

Value make_valid_utf8(ValueCall&, ValueArguments a) {
  const std::string& text = a[0].text();
  std::string out;
  for (size_t i = 0; i < text.size();) {
    size_t skipped = 0;
    const size_t length = valid_length(text, i, skipped);
    if (length == 0) {
      append_utf8(0xFFFD, out);
      i += skipped;
    } else {
      out.append(text, i, length);
      i += length;
    }
  }
  return Value(std::move(out));
}

template <bool is_tolerant>
Value validate_utf8(ValueCall&, ValueArguments a) {
  if (is_valid(a[0].text())) return a[0];
  if (is_tolerant) return Value();
  std::string shown;
  for (char c : a[0].text()) {
    shown += "\\x";
    append_hex(std::string_view(&c, 1), shown);
  }
  throw SparkError("INVALID_UTF8_STRING", {{"str", shown}});
}

// quote(text): as a literal of SQL.
Value quote(ValueCall&, ValueArguments a) {
  std::string out = "'";
  for (char c : a[0].text()) {
    if (c == '\'') out += '\\';
    out += c;
  }
  return Value(out + "'");
}

Value url_decode_tolerant(ValueCall&, ValueArguments a) {
  std::string out;
  return append_url_decoded(a[0].text(), out) ? Value(std::move(out)) : Value();
}

Value binary_starts_with(ValueCall&, ValueArguments a) {
  return Value(a[0].text().starts_with(a[1].text()));
}
Value binary_ends_with(ValueCall&, ValueArguments a) {
  return Value(a[0].text().ends_with(a[1].text()));
}
Value binary_contains(ValueCall&, ValueArguments a) {
  return Value(a[0].text().find(a[1].text()) != std::string::npos);
}

constexpr ValueKernel kKernels[] = {
    {"binary_startswith", binary_starts_with},
    {"binary_endswith", binary_ends_with},
    {"binary_contains", binary_contains},
    {"to_number", to_number<false>},
    {"try_to_number", to_number<true>},
    {"to_char", to_char},
    {"to_binary", to_binary<false>},
    {"try_to_binary", to_binary<true>},
    {"is_valid_utf8", is_valid_utf8},
    {"make_valid_utf8", make_valid_utf8},
    {"validate_utf8", validate_utf8<false>},
    {"try_validate_utf8", validate_utf8<true>},
    {"quote", quote},
    {"try_url_decode", url_decode_tolerant},
};

}  // namespace

std::span<const ValueKernel> format_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
