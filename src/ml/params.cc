#include "ml/params.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "base/error.h"
#include "base/text.h"

namespace firesteel::ml {

Value::Value() = default;
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

namespace {

using nlohmann::json;

double as_number(const Value& value) {
  if (const auto* i = std::get_if<int32_t>(&value)) return *i;
  if (const auto* l = std::get_if<int64_t>(&value)) return static_cast<double>(*l);
  if (const auto* d = std::get_if<double>(&value)) return *d;
  return std::numeric_limits<double>::quiet_NaN();
}

template <typename T>
std::string joined(const std::vector<T>& items) {
  std::string text = "[";
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += ",";
    if constexpr (std::is_same_v<T, std::string>) {
      text += items[i];
    } else if constexpr (std::is_same_v<T, double>) {
      text += java_double_text(items[i]);
    } else if constexpr (std::is_same_v<T, bool>) {
      text += items[i] ? "true" : "false";
    } else if constexpr (std::is_integral_v<T>) {
      text += std::to_string(items[i]);
    } else {
      text += joined(items[i]);
    }
  }
  return text + "]";
}

// How Spark's message shows a rejected value.
std::string display(const Value& value) {
  return std::visit(
      [](const auto& held) -> std::string {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return "null";
        } else if constexpr (std::is_same_v<T, bool>) {
          return held ? "true" : "false";
        } else if constexpr (std::is_same_v<T, double>) {
          return java_double_text(held);
        } else if constexpr (std::is_same_v<T, std::string>) {
          return held;
        } else if constexpr (std::is_same_v<T, Vector>) {
          return held.to_string();
        } else if constexpr (std::is_same_v<T, Matrix>) {
          return "matrix " + std::to_string(held.rows) + " x " + std::to_string(held.columns);
        } else if constexpr (std::is_integral_v<T>) {
          return std::to_string(held);
        } else {
          return joined(held);
        }
      },
      value);
}

template <typename To, typename From>
std::vector<To> cast_all(const std::vector<From>& items) {
  return std::vector<To>(items.begin(), items.end());
}

std::optional<Value> to_doubles(const Value& value) {
  if (const auto* d = std::get_if<std::vector<double>>(&value)) return *d;
  if (const auto* i = std::get_if<std::vector<int32_t>>(&value)) return cast_all<double>(*i);
  if (const auto* l = std::get_if<std::vector<int64_t>>(&value)) return cast_all<double>(*l);
  if (const auto* s = std::get_if<std::vector<std::string>>(&value); s != nullptr && s->empty()) {
    return std::vector<double>{};
  }
  return std::nullopt;
}

std::optional<Value> to_ints(const Value& value) {
  if (const auto* i = std::get_if<std::vector<int32_t>>(&value)) return *i;
  if (const auto* l = std::get_if<std::vector<int64_t>>(&value)) return cast_all<int32_t>(*l);
  if (const auto* d = std::get_if<std::vector<double>>(&value); d != nullptr && d->empty()) {
    return std::vector<int32_t>{};
  }
  if (const auto* s = std::get_if<std::vector<std::string>>(&value); s != nullptr && s->empty()) {
    return std::vector<int32_t>{};
  }
  return std::nullopt;
}

template <typename T>
std::optional<Value> same(const Value& value) {
  if (std::holds_alternative<T>(value)) return value;
  return std::nullopt;
}

// The value as `type`, or nothing if it does not convert.
std::optional<Value> convert(const Value& value, ValueType type) {
  const bool whole = std::holds_alternative<int32_t>(value) || std::holds_alternative<int64_t>(value);
  switch (type) {
    case ValueType::kBool: return same<bool>(value);
    case ValueType::kInt:
      if (whole) return static_cast<int32_t>(as_number(value));
      return std::nullopt;
    case ValueType::kLong:
      if (const auto* i = std::get_if<int32_t>(&value)) return static_cast<int64_t>(*i);
      return same<int64_t>(value);
    case ValueType::kDouble:
      if (whole || std::holds_alternative<double>(value)) return as_number(value);
      return std::nullopt;
    case ValueType::kString: return same<std::string>(value);
    case ValueType::kInts: return to_ints(value);
    case ValueType::kDoubles: return to_doubles(value);
    case ValueType::kStrings: {
      const auto numbers = to_ints(value);
      if (numbers && std::get<std::vector<int32_t>>(*numbers).empty()) {
        return std::vector<std::string>{};
      }
      return same<std::vector<std::string>>(value);
    }
    case ValueType::kDoubleRows: return same<std::vector<std::vector<double>>>(value);
    case ValueType::kStringRows: return same<std::vector<std::vector<std::string>>>(value);
    case ValueType::kVector: return same<Vector>(value);
    case ValueType::kMatrix: return same<Matrix>(value);
  }
  return std::nullopt;
}

// Spark writes the non-finite ones as text (DoubleParam.jValueEncode).
json number_json(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "NaN" : value > 0 ? "Inf" : "-Inf";
}

// In vectors and matrices they have Java's names (JsonVectorConverter).
json element_json(double value) {
  if (std::isfinite(value)) return value;
  return java_double_text(value);
}

double number_from(const json& value) {
  if (value.is_number()) return value.get<double>();
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  const double infinity = std::numeric_limits<double>::infinity();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Inf" || text == "Infinity") return infinity;
  if (text == "-Inf" || text == "-Infinity") return -infinity;
  throw_illegal_argument("Cannot decode " + text + " to Double.");
}

template <typename OneJson>
json doubles_json(const std::vector<double>& values, const OneJson& one_json) {
  json result = json::array();
  for (const double value : values) result.push_back(one_json(value));
  return result;
}

json vector_json(const Vector& vector) {
  json result;
  result["type"] = vector.sparse ? 0 : 1;
  if (vector.sparse) {
    result["size"] = vector.size;
    result["indices"] = vector.indices;
  }
  result["values"] = doubles_json(vector.values, element_json);
  return result;
}

json matrix_json(const Matrix& matrix) {
  json result;
  result["type"] = matrix.sparse ? 0 : 1;
  result["numRows"] = matrix.rows;
  result["numCols"] = matrix.columns;
  if (matrix.sparse) {
    result["colPtrs"] = matrix.pointers;
    result["rowIndices"] = matrix.indices;
  }
  result["values"] = doubles_json(matrix.values, element_json);
  result["isTransposed"] = matrix.transposed;
  return result;
}

json as_json(const Value& value) {
  return std::visit(
      [](const auto& held) -> json {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return nullptr;
        } else if constexpr (std::is_same_v<T, double>) {
          return number_json(held);
        } else if constexpr (std::is_same_v<T, std::vector<double>>) {
          return doubles_json(held, number_json);
        } else if constexpr (std::is_same_v<T, std::vector<std::vector<double>>>) {
          json rows = json::array();
          for (const std::vector<double>& row : held) rows.push_back(doubles_json(row, number_json));
          return rows;
        } else if constexpr (std::is_same_v<T, Vector>) {
          return vector_json(held);
        } else if constexpr (std::is_same_v<T, Matrix>) {
          return matrix_json(held);
        } else {
          return held;
        }
      },
      value);
}

std::vector<double> doubles_from(const json& items) {
  std::vector<double> result;
  for (const json& item : items) result.push_back(number_from(item));
  return result;
}

Value vector_from(const json& object) {
  std::vector<double> values = doubles_from(object.at("values"));
  if (object.at("type").get<int>() == 1) return Vector::dense(std::move(values));
  return Vector::make_sparse(object.at("size"), object.at("indices"), std::move(values));
}

Value matrix_from(const json& object) {
  Matrix matrix;
  matrix.sparse = object.at("type").get<int>() == 0;
  matrix.rows = object.at("numRows");
  matrix.columns = object.at("numCols");
  if (matrix.sparse) {
    matrix.pointers = object.at("colPtrs").get<std::vector<int32_t>>();
    matrix.indices = object.at("rowIndices").get<std::vector<int32_t>>();
  }
  matrix.values = doubles_from(object.at("values"));
  matrix.transposed = object.value("isTransposed", false);
  return matrix;
}

}  // namespace

std::string to_json(const Value& value) { return as_json(value).dump(); }

Value from_json(const std::string& text, ValueType type) {
  const json parsed = json::parse(text);
  if (parsed.is_null()) return std::monostate{};
  switch (type) {
    case ValueType::kBool: return parsed.get<bool>();
    case ValueType::kInt: return parsed.get<int32_t>();
    case ValueType::kLong: return parsed.get<int64_t>();
    case ValueType::kDouble: return number_from(parsed);
    case ValueType::kString: return parsed.get<std::string>();
    case ValueType::kInts: return parsed.get<std::vector<int32_t>>();
    case ValueType::kDoubles: return doubles_from(parsed);
    case ValueType::kStrings: return parsed.get<std::vector<std::string>>();
    case ValueType::kDoubleRows: {
      std::vector<std::vector<double>> rows;
      for (const json& row : parsed) rows.push_back(doubles_from(row));
      return rows;
    }
    case ValueType::kStringRows: return parsed.get<std::vector<std::vector<std::string>>>();
    // Params of vector and matrix type are stored as the JSON text of the object.
    case ValueType::kVector:
      return vector_from(parsed.is_string() ? json::parse(parsed.get<std::string>()) : parsed);
    case ValueType::kMatrix:
      return matrix_from(parsed.is_string() ? json::parse(parsed.get<std::string>()) : parsed);
  }
  throw_internal("unknown type of parameter");
}

std::function<bool(const Value&)> at_least(double bound) {
  return [bound](const Value& value) { return as_number(value) >= bound; };
}

std::function<bool(const Value&)> greater_than(double bound) {
  return [bound](const Value& value) { return as_number(value) > bound; };
}

std::function<bool(const Value&)> in_range(double low, double high) {
  return [low, high](const Value& value) {
    const double number = as_number(value);
    return number >= low && number <= high;
  };
}

std::function<bool(const Value&)> one_of(std::vector<std::string> choices) {
  return [choices = std::move(choices)](const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && std::find(choices.begin(), choices.end(), *text) != choices.end();
  };
}

std::function<bool(const Value&)> one_of_ignoring_case(std::vector<std::string> choices) {
  for (std::string& choice : choices) choice = lower_case(choice);
  return [inner = one_of(std::move(choices))](const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && inner(lower_case(*text));
  };
}

ParamMap::ParamMap(const ParamTable& table, std::string uid) : table_(&table), uid_(std::move(uid)) {}

const Param& ParamMap::declared(std::string_view name) const {
  const auto found =
      std::find_if(table_->begin(), table_->end(), [&](const Param& p) { return p.name == name; });
  if (found == table_->end()) {
    throw SparkError("_LEGACY_ERROR_ML_NO_SUCH_ELEMENT",
                     {{"message", "Param " + std::string(name) + " does not exist."}});
  }
  return *found;
}

void ParamMap::set(std::string_view name, Value value) {
  const Param& param = declared(name);
  if (std::holds_alternative<std::monostate>(value)) {
    clear(name);
    return;
  }
  std::optional<Value> converted = convert(value, param.type);
  if (!converted || (param.valid && !param.valid(*converted))) {
    throw_illegal_argument(uid_ + " parameter " + std::string(name) + " given invalid value " +
                           display(converted.value_or(value)) + ".");
  }
  values_.insert_or_assign(std::string(name), std::move(*converted));
}

void ParamMap::clear(std::string_view name) {
  const auto found = values_.find(name);
  if (found != values_.end()) values_.erase(found);
}

bool ParamMap::declares(std::string_view name) const {
  return std::any_of(table_->begin(), table_->end(), [&](const Param& p) { return p.name == name; });
}

bool ParamMap::is_set(std::string_view name) const { return values_.find(name) != values_.end(); }

bool ParamMap::is_defined(std::string_view name) const {
  return is_set(name) || (declares(name) && declared(name).fallback.has_value());
}

const Value& ParamMap::get(std::string_view name) const {
  const auto found = values_.find(name);
  if (found != values_.end()) return found->second;
  const Param& param = declared(name);
  if (!param.fallback) {
    throw SparkError("_LEGACY_ERROR_ML_NO_SUCH_ELEMENT",
                     {{"message", "Failed to find a default value for " + std::string(name)}});
  }
  return *param.fallback;
}

bool ParamMap::flag(std::string_view name) const { return std::get<bool>(get(name)); }
int32_t ParamMap::integer(std::string_view name) const { return std::get<int32_t>(get(name)); }
int64_t ParamMap::long_integer(std::string_view name) const { return std::get<int64_t>(get(name)); }
double ParamMap::number(std::string_view name) const { return std::get<double>(get(name)); }
const std::string& ParamMap::text(std::string_view name) const {
  return std::get<std::string>(get(name));
}
const std::vector<double>& ParamMap::numbers(std::string_view name) const {
  return std::get<std::vector<double>>(get(name));
}
const std::vector<std::string>& ParamMap::texts(std::string_view name) const {
  return std::get<std::vector<std::string>>(get(name));
}
std::string ParamMap::text_or_empty(std::string_view name) const {
  return is_defined(name) ? text(name) : std::string();
}

ParamTable extend(ParamTable base, ParamTable more) {
  for (Param& param : more) {
    const auto found =
        std::find_if(base.begin(), base.end(), [&](const Param& p) { return p.name == param.name; });
    if (found == base.end()) {
      base.push_back(std::move(param));
    } else {
      *found = std::move(param);
    }
  }
  return base;
}

std::string random_uid(std::string_view prefix) {
  static thread_local std::mt19937_64 generator{std::random_device{}()};
  std::string uid(prefix);
  uid += "_";
  for (int i = 0; i < 12; ++i) uid += "0123456789abcdef"[generator() & 15];
  return uid;
}

void throw_illegal_argument(const std::string& message) {
  throw SparkError("_LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT", {{"message", message}});
}

void throw_spark_exception(const std::string& message) {
  throw SparkError("_LEGACY_ERROR_ML", {{"message", message}});
}

void throw_user_raised(const std::string& message) {
  throw SparkError("USER_RAISED_EXCEPTION", {{"errorMessage", message}});
}

void throw_failed_transform(const std::string& function, const std::string& signature,
                            const std::string& result, const std::string& reason) {
  throw SparkError("FAILED_EXECUTE_UDF", {{"functionName", "`" + function + "`"},
                                          {"signature", signature},
                                          {"result", result},
                                          {"reason", "org.apache.spark.SparkException: " + reason}});
}

void require(bool condition, const std::string& message) {
  if (!condition) throw_illegal_argument("requirement failed: " + message);
}

}  // namespace firesteel::ml
