// What a session keeps by name: the variables of DECLARE VARIABLE, the functions of CREATE TEMPORARY FUNCTION.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "plan/expression.h"
#include "plan/sql_function.h"

namespace firesteel::connect {

// Values by name, without regard to case. Thread-safe.
template <typename T>
class SessionTable {
 public:
  std::optional<T> find(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find(lower_case(name));
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }

  void put(const std::string& name, T value) {
    const std::lock_guard lock(mutex_);
    values_[lower_case(name)] = std::move(value);
    ++version_;
  }

  bool drop(const std::string& name) {
    const std::lock_guard lock(mutex_);
    ++version_;
    return values_.erase(lower_case(name)) > 0;
  }

  // By name, in its order.
  std::map<std::string, T> all() const {
    const std::lock_guard lock(mutex_);
    return values_;
  }

  // Grows with every change.
  int64_t version() const {
    const std::lock_guard lock(mutex_);
    return version_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, T> values_;
  int64_t version_ = 0;
};

struct SessionVariable {
  plan::Literal value;                // its type is the variable's
  plan::ExpressionPtr default_value;  // unresolved; null: NULL
};
using SessionVariables = SessionTable<SessionVariable>;
using SessionFunctions = SessionTable<std::shared_ptr<const plan::SqlFunction>>;

// The name of a session's own thing where the parts are x, session.x or system.session.x.
inline std::optional<std::string> session_name(const std::vector<std::string>& parts) {
  const size_t count = parts.size();
  if (count == 0 || count > 3) return std::nullopt;
  if (count >= 2 && !equal_ignoring_case(parts[count - 2], "session")) return std::nullopt;
  if (count == 3 && !equal_ignoring_case(parts[0], "system")) return std::nullopt;
  return parts[count - 1];
}

}  // namespace firesteel::connect
