// Parameters of ML operators: declared once per operator in a table, given per call as a map.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ml/linear_algebra.h"

namespace firesteel::ml {

using ValueAlternatives =
    std::variant<std::monostate, bool, int32_t, int64_t, double, std::string, std::vector<bool>,
                 std::vector<int32_t>, std::vector<int64_t>, std::vector<double>,
                 std::vector<std::string>, std::vector<std::vector<double>>,
                 std::vector<std::vector<std::string>>, Vector, Matrix>;
// A parameter's or an attribute's value; std::monostate is null. Copied, moved and destroyed by code
// that is compiled once, not in each file.
struct Value : ValueAlternatives {
  using ValueAlternatives::ValueAlternatives;
  Value();
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();
};

enum class ValueType {
  kBool,
  kInt,
  kLong,
  kDouble,
  kString,
  kInts,
  kDoubles,
  kStrings,
  kDoubleRows,
  kStringRows,
  kVector,
  kMatrix,
};

// JSON text of `value` in the form of Spark's metadata files: arrays, numbers, vectors as
// {"type":1,"values":[…]}.
std::string to_json(const Value& value);
// The value of `type` that `text` holds in the same form.
Value from_json(const std::string& text, ValueType type);

// One declared parameter. `valid` is asked after the conversion to `type`.
struct Param {
  std::string_view name;
  ValueType type = ValueType::kString;
  std::optional<Value> fallback = std::nullopt;
  std::function<bool(const Value&)> valid = nullptr;
};

// Declared parameters of one operator, in Spark's naming.
using ParamTable = std::vector<Param>;

// Validators as in Spark's ParamValidators.
std::function<bool(const Value&)> at_least(double bound);
std::function<bool(const Value&)> greater_than(double bound);
std::function<bool(const Value&)> in_range(double low, double high);
std::function<bool(const Value&)> one_of(std::vector<std::string> choices);
// Spark lower-cases the value before it looks it up, for those parameters that do.
std::function<bool(const Value&)> one_of_ignoring_case(std::vector<std::string> choices);

// Values set by the caller over the declared defaults. A value type; the table must outlive it.
class ParamMap {
 public:
  ParamMap(const ParamTable& table, std::string uid);

  const std::string& uid() const { return uid_; }
  const ParamTable& table() const { return *table_; }

  // Converts `value` to the declared type (an integer to a double, an empty array to any array) and
  // validates it. Throws Spark's IllegalArgumentException ("… parameter maxIter given invalid value
  // -1.") or NoSuchElementException for a name that is not declared. Null unsets.
  void set(std::string_view name, Value value);
  void clear(std::string_view name);

  bool declares(std::string_view name) const;
  bool is_set(std::string_view name) const;
  // Set, or with a default.
  bool is_defined(std::string_view name) const;
  // Throws Spark's NoSuchElementException if the parameter is neither set nor has a default.
  const Value& get(std::string_view name) const;

  bool flag(std::string_view name) const;
  int32_t integer(std::string_view name) const;
  int64_t long_integer(std::string_view name) const;
  double number(std::string_view name) const;
  const std::string& text(std::string_view name) const;
  const std::vector<double>& numbers(std::string_view name) const;
  const std::vector<std::string>& texts(std::string_view name) const;
  // The text, or "" where the parameter is not defined.
  std::string text_or_empty(std::string_view name) const;

  const std::map<std::string, Value, std::less<>>& set_values() const { return values_; }

 private:
  const Param& declared(std::string_view name) const;

  const ParamTable* table_;
  std::string uid_;
  std::map<std::string, Value, std::less<>> values_;
};

// `base` extended by `more`; a name in `more` replaces the one in `base`.
ParamTable extend(ParamTable base, ParamTable more);

// "LogisticRegression_" and twelve random hexadecimal digits, as Spark's Identifiable.
std::string random_uid(std::string_view prefix);

// Spark's `require`: IllegalArgumentException "requirement failed: <message>".
void require(bool condition, const std::string& message);
// IllegalArgumentException with `message` alone.
[[noreturn]] void throw_illegal_argument(const std::string& message);
// SparkException with `message` alone.
[[noreturn]] void throw_spark_exception(const std::string& message);
// What Spark's checks on a column's values raise from inside a task.
[[noreturn]] void throw_user_raised(const std::string& message);
// What Spark raises when a row fails inside an operator's transform: FAILED_EXECUTE_UDF. `signature`
// and `result` are the types as Spark prints them.
[[noreturn]] void throw_failed_transform(const std::string& function, const std::string& signature,
                                         const std::string& result, const std::string& reason);

}  // namespace firesteel::ml
