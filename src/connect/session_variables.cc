#include "connect/session_variables.h"

#include "base/text.h"

namespace firesteel::connect {

std::optional<SessionVariable> SessionVariables::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = variables_.find(lower_case(name));
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

void SessionVariables::put(const std::string& name, SessionVariable variable) {
  const std::lock_guard lock(mutex_);
  variables_[lower_case(name)] = std::move(variable);
  ++version_;
}

bool SessionVariables::drop(const std::string& name) {
  const std::lock_guard lock(mutex_);
  ++version_;
  return variables_.erase(lower_case(name)) > 0;
}

int64_t SessionVariables::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

std::optional<std::string> variable_name(const std::vector<std::string>& parts) {
  const size_t count = parts.size();
  if (count == 0 || count > 3) return std::nullopt;
  if (count >= 2 && !equal_ignoring_case(parts[count - 2], "session")) return std::nullopt;
  if (count == 3 && !equal_ignoring_case(parts[0], "system")) return std::nullopt;
  return parts[count - 1];
}

}  // namespace firesteel::connect
