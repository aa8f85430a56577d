// The variables of a session (DECLARE VARIABLE). Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "plan/expression.h"

namespace firesteel::connect {

struct SessionVariable {
  plan::Literal value;                // its type is the variable's
  plan::ExpressionPtr default_value;  // unresolved; null: NULL
};

class SessionVariables {
 public:
  // Names without regard to case.
  std::optional<SessionVariable> find(const std::string& name) const;
  void put(const std::string& name, SessionVariable variable);
  bool drop(const std::string& name);
  // Grows with every change.
  int64_t version() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, SessionVariable> variables_;
  int64_t version_ = 0;
};

// The variable's own name where the parts are x, session.x or system.session.x.
std::optional<std::string> variable_name(const std::vector<std::string>& parts);

}  // namespace firesteel::connect
