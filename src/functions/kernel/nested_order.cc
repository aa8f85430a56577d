#include "functions/kernel/nested_order.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/error.h"
#include "functions/kernel/interruption.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

constexpr char kNullMark = 0;
constexpr char kValueMark = 1;
constexpr char kEndMark = 0;

void append_big_endian(std::string& key, uint64_t bits) {
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(bits >> shift);
}

constexpr uint64_t kSignBit = uint64_t{1} << 63;

void append_integer(std::string& key, int64_t value) {
  append_big_endian(key, static_cast<uint64_t>(value) ^ kSignBit);
}

// NaN is the greatest number, and -0.0 is 0.0.
void append_real(std::string& key, double value) {
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  if (value == 0) value = 0;
  const uint64_t bits = std::bit_cast<uint64_t>(value);
  append_big_endian(key, bits & kSignBit ? ~bits : bits | kSignBit);
}

// A zero byte within is followed by 0xff, the end by another zero.
void append_text(std::string& key, const std::string& text) {
  for (const char byte : text) {
    key += byte;
    if (byte == 0) key += '\xff';
  }
  key += std::string(2, '\0');
}

void append_nullable(std::string& key, const Type& type, const Value& value);

void append_value(std::string& key, const Type& type, const Value& value) {
  switch (type.kind()) {
    case TypeKind::kNull: return;
    case TypeKind::kBoolean: key += value.boolean() ? '\1' : '\0'; return;
    case TypeKind::kFloat:
    case TypeKind::kDouble: append_real(key, value.real()); return;
    case TypeKind::kDecimal:
      append_integer(key, static_cast<int64_t>(value.decimal() >> 64));
      append_big_endian(key, static_cast<uint64_t>(value.decimal()));
      return;
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary: append_text(key, value.text()); return;
    case TypeKind::kUdt: append_value(key, type.sql_type(), value); return;
    case TypeKind::kArray:
      for (const Value& element : value.list()) {
        key += kValueMark;
        append_nullable(key, type.element(), element);
      }
      key += kEndMark;
      return;
    case TypeKind::kStruct:
      for (size_t i = 0; i < type.fields().size(); ++i) {
        append_nullable(key, type.fields()[i].type, value.list()[i]);
      }
      return;
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval: append_integer(key, value.integer()); return;
    case TypeKind::kCalendarInterval:
    case TypeKind::kMap:
    case TypeKind::kVariant: break;
  }
  throw_internal("values of type " + type.simple_string() + " have no order");
}

void append_nullable(std::string& key, const Type& type, const Value& value) {
  key += value.is_null() ? kNullMark : kValueMark;
  if (!value.is_null()) append_value(key, type, value);
}

// Nulls stand apart: the order is one of values only.
Value sorted(const ValueCall& call, const Value& array, bool is_ascending, bool are_nulls_first) {
  const Type& element = call.argument_types[0].element();
  Values values, nulls;
  for (const Value& value : array.list()) (value.is_null() ? nulls : values).push_back(value);
  LoopWatch watch;
  std::stable_sort(values.begin(), values.end(), [&](const Value& a, const Value& b) {
    watch.step();
    const int order = compare_values(element, a, b);
    return is_ascending ? order < 0 : order > 0;
  });
  values.insert(are_nulls_first ? values.begin() : values.end(), nulls.begin(), nulls.end());
  return Value(std::move(values));
}

Value extreme(const ValueCall& call, const Value& array, int direction) {
  const Type& element = call.argument_types[0].element();
  const Value* best = nullptr;
  for (const Value& value : array.list()) {
    if (value.is_null()) continue;
    if (!best || direction * compare_values(element, value, *best) > 0) best = &value;
  }
  return best ? *best : Value();
}

}  // namespace

void append_sort_key(std::string& key, const Type& type, const Value& value) { append_value(key, type, value); }

Value sort_key(ValueCall& call, ValueArguments a) {
  std::string key;
  append_value(key, call.argument_types[0], a[0]);
  return Value(std::move(key));
}

Value compare(ValueCall& call, ValueArguments a) {
  return Value(int64_t{compare_values(call.argument_types[0], a[0], a[1])});
}

Value sort_array(ValueCall& call, ValueArguments a) {
  const bool is_ascending = a.size() < 2 || a[1].boolean();
  return sorted(call, a[0], is_ascending, is_ascending);
}

Value array_sort(ValueCall& call, ValueArguments a) { return sorted(call, a[0], true, false); }

Value array_max(ValueCall& call, ValueArguments a) { return extreme(call, a[0], 1); }

Value array_min(ValueCall& call, ValueArguments a) { return extreme(call, a[0], -1); }

}  // namespace firesteel::functions::kernel
