// Kernels over texts with arguments of any number or type.
#include <algorithm>
#include <memory>

#include "base/error.h"
#include "functions/kernel/aes.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/decimal_format.h"
#include "functions/kernel/number_format.h"
#include "functions/kernel/string_functions.h"
#include "functions/kernel/sentences.h"
#include "functions/kernel/value.h"
#include "functions/kernel/value_text.h"
#include "functions/kernel/xpath.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

// elt(number, text, …): the text of that number from 1.
Value elt(ValueCall& call, ValueArguments a) {
  if (a[0].is_null()) return Value();
  const int64_t index = a[0].integer();
  if (index >= 1 && index < static_cast<int64_t>(a.size())) return a[static_cast<size_t>(index)];
  if (!call.ansi) return Value();
  throw SparkError("INVALID_ARRAY_INDEX", {{"indexValue", std::to_string(index)},
                                           {"arraySize", std::to_string(a.size() - 1)}});
}

int bits_of(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kByte: return 8;
    case TypeKind::kShort: return 16;
    case TypeKind::kLong:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
    case TypeKind::kDayTimeInterval: return 64;
    default: return 32;
  }
}

Value format(ValueCall& call, ValueArguments a) {
  if (a[0].is_null()) return Value();
  std::vector<std::string> texts(a.size());
  std::vector<FormatArgument> arguments;
  for (size_t i = 1; i < a.size(); ++i) {
    const Type& type = call.argument_types[i];
    if (a[i].is_null()) {
      arguments.emplace_back();
    } else if (type.is(TypeKind::kBoolean)) {
      arguments.emplace_back(a[i].boolean());
    } else if (type.is_integral() || ((type.is_datetime() || type.is_interval()) && std::holds_alternative<int64_t>(a[i].data))) {
      // Spark hands dates, times and intervals to Java's formatter as the numbers that they are inside.
      arguments.emplace_back(FormatInteger{a[i].integer(), bits_of(type)});
    } else if (type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble)) {
      arguments.emplace_back(a[i].real());
    } else {
      texts[i] = java_value_text(type, a[i], call.time_zone);
      arguments.emplace_back(FormatText{texts[i]});
    }
  }
  std::string out;
  format_string(a[0].text(), arguments, out);
  return Value(std::move(out));
}

Value number_text(ValueCall& call, ValueArguments a) {
  const Type& type = call.argument_types[0];
  const auto places = static_cast<int32_t>(a[1].integer());
  std::string out;
  const bool is_formatted =
      type.is(TypeKind::kDecimal) ? format_number(a[0].decimal(), type.scale(), places, out)
      : type.is_integral()        ? format_number(a[0].integer(), places, out)
                                  : format_number(a[0].real(), places, out);
  return is_formatted ? Value(std::move(out)) : Value();
}

Value sentence_words(ValueCall&, ValueArguments a) {
  if (a[0].is_null()) return Value();
  Values sentences;
  for (const auto& words : split_sentences(a[0].text())) {
    Values parts;
    for (std::string_view word : words) parts.emplace_back(std::string(word));
    sentences.emplace_back(std::move(parts));
  }
  return Value(std::move(sentences));
}

// listagg: the texts that are not null, joined; null when there is none.
Value join_list(ValueCall&, ValueArguments a) {
  if (a[0].is_null()) return Value();
  const std::string delimiter = a[1].is_null() ? "" : a[1].text();
  std::string out;
  bool has_any = false;
  for (const Value& part : a[0].list()) {
    if (part.is_null()) continue;
    if (has_any) out += delimiter;
    out += part.text();
    has_any = true;
  }
  return has_any ? Value(std::move(out)) : Value();
}

// format_number(number, pattern); an empty pattern is Spark's own.
Value patterned_number(ValueCall& call, ValueArguments a) {
  struct Kept {
    std::string text;
    std::shared_ptr<const DecimalFormat> format;
  };
  auto& kept = call.keep<Kept>([] { return Kept(); });
  if (!kept.format || kept.text != a[1].text()) {
    const std::string& pattern = a[1].text();
    kept = {pattern, std::make_shared<DecimalFormat>(pattern.empty() ? "#,###,###,###,###,###,##0" : pattern)};
  }
  const Type& type = call.argument_types[0];
  if (type.is(TypeKind::kDecimal)) return Value(kept.format->format(a[0].decimal(), type.scale()));
  if (type.is_integral()) return Value(kept.format->format(Int128{a[0].integer()}, 0));
  return Value(kept.format->format(a[0].real()));
}

Value reverse_bytes(ValueCall&, ValueArguments a) {
  return Value(std::string(a[0].text().rbegin(), a[0].text().rend()));
}

// BinaryPad: to a length in bytes; a longer binary is cut at its end.
template <bool at_left>
Value pad_bytes(ValueCall&, ValueArguments a) {
  const std::string& bytes = a[0].text();
  const std::string& pattern = a[2].text();
  const auto length = static_cast<size_t>(std::max<int64_t>(a[1].integer(), 0));
  if (length <= bytes.size() || pattern.empty()) return Value(bytes.substr(0, length));
  check_text_size(static_cast<int64_t>(length));
  std::string padding;
  while (padding.size() < length - bytes.size()) padding += pattern;
  padding.resize(length - bytes.size());
  return Value(at_left ? padding + bytes : bytes + padding);
}

Value overlay_bytes(ValueCall&, ValueArguments a) {
  const std::string& bytes = a[0].text();
  const int64_t position = a[2].integer();
  const int64_t length = a[3].integer() >= 0 ? a[3].integer() : static_cast<int64_t>(a[1].text().size());
  std::string out(substring_bytes(bytes, 1, static_cast<int32_t>(position - 1)));
  out += a[1].text();
  // Java's sum wraps around, and what it gives then counts from the end.
  out += substring_bytes(bytes, static_cast<int32_t>(position + length), INT32_MAX);
  return Value(std::move(out));
}

constexpr ValueKernel kKernels[] = {
    {"aes_encrypt", aes_encrypt_value},
    {"aes_decrypt", aes_decrypt_value},
    {"xpath", xpath_nodes},
    {"xpath_boolean", xpath_boolean},
    {"xpath_number", xpath_number},
    {"xpath_string", xpath_string},
    {"format_number_pattern", patterned_number},
    {"reverse_bytes", reverse_bytes},
    {"lpad_bytes", pad_bytes<true>},
    {"rpad_bytes", pad_bytes<false>},
    {"overlay_bytes", overlay_bytes},
    {"elt", elt, true},
    {"format_string", format, true},
    {"format_number", number_text},
    {"sentences", sentence_words, true},
    {"join_list", join_list, true},
};

}  // namespace

std::span<const ValueKernel> text_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
