// Values of any Spark type, for kernels over nested data and over arguments of any type. The type
// stands beside the value, never in it.
#pragma once

#include <any>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "functions/kernel/date_functions.h"
#include "functions/kernel/int128.h"
#include "functions/kernel/time_parser.h"
#include "plan/type.h"

namespace firesteel::functions::kernel {

struct Value;
using Values = std::vector<Value>;

// Integers, dates, times, timestamps and ANSI intervals are int64_t in the forms of plan/type.h;
// float and double are double; strings and binaries are std::string; arrays are their elements,
// structs their fields, maps their keys and values alternating.
struct Value {
  std::variant<std::monostate, bool, int64_t, double, Int128, std::string, CalendarInterval, Values>
      data;

  Value() = default;
  template <typename T>
  explicit Value(T value) : data(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(data); }
  bool boolean() const { return std::get<bool>(data); }
  int64_t integer() const { return std::get<int64_t>(data); }
  double real() const { return std::get<double>(data); }
  Int128 decimal() const { return std::get<Int128>(data); }
  const std::string& text() const { return std::get<std::string>(data); }
  const Values& list() const { return std::get<Values>(data); }
  Values& list() { return std::get<Values>(data); }
};

// Spark's order of two values of one type that are not null: NaN is the greatest number, -0.0
// equals 0.0, null elements come first.
int compare_values(const plan::Type& type, const Value& left, const Value& right);

// One call in one thread: what the kernel knows besides the arguments of a row.
struct ValueCall {
  std::vector<plan::Type> argument_types;
  plan::Type result;
  std::string time_zone;
  bool ansi = true;
  TimeParserPolicy time_parser = TimeParserPolicy::kCorrected;
  std::vector<std::string> parameters;  // of aggregates: what the call fixes for all rows and groups
  std::any prepared;  // what a kernel keeps from row to row, such as a compiled pattern

  // The kept object, made by `make` when there is none yet.
  template <typename T, typename F>
  T& keep(const F& make) {
    if (!prepared.has_value()) prepared = make();
    return std::any_cast<T&>(prepared);
  }
};

using ValueArguments = std::span<const Value>;

struct ValueKernel {
  std::string_view name;
  Value (*run)(ValueCall& call, ValueArguments arguments) = nullptr;
  bool takes_nulls = false;  // otherwise a null argument makes the result null
};

// The kernel of a name, or null.
const ValueKernel* find_value_kernel(std::string_view name);

// The families of kernels, each in its own file.
std::span<const ValueKernel> array_value_kernels();
std::span<const ValueKernel> map_value_kernels();
std::span<const ValueKernel> datetime_value_kernels();
std::span<const ValueKernel> json_value_kernels();
std::span<const ValueKernel> csv_value_kernels();
std::span<const ValueKernel> format_value_kernels();
std::span<const ValueKernel> text_value_kernels();
std::span<const ValueKernel> statistics_value_kernels();
std::span<const ValueKernel> variant_value_kernels();
std::span<const ValueKernel> vector_value_kernels();

}  // namespace firesteel::functions::kernel
