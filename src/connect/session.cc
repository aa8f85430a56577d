#include "connect/session.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "connect/session_state.h"

namespace firesteel::connect {

namespace {

constexpr size_t kTombstonesMax = 1000;
constexpr size_t kErrorsMax = 20;  // SessionHolder.ERROR_CACHE_SIZE

std::string key_of(const std::string& name, bool is_exact) { return is_exact ? name : lower_case(name); }

}  // namespace

void ViewTable::put(View view, bool is_exact, bool replace) {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = views_.try_emplace(key_of(view.name, is_exact));
  if (!is_new && !replace) {
    throw SparkError("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", "`" + view.name + "`"}});
  }
  found->second = std::move(view);
  ++version_;
}

bool ViewTable::drop(const std::string& name, bool is_exact) {
  const std::lock_guard lock(mutex_);
  ++version_;
  return views_.erase(key_of(name, is_exact)) > 0;
}

std::optional<ViewTable::View> ViewTable::find(const std::string& name, bool is_exact) const {
  const std::lock_guard lock(mutex_);
  const auto found = views_.find(key_of(name, is_exact));
  return found == views_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> ViewTable::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [key, view] : views_) names.push_back(view.name);
  return names;
}

void ViewTable::copy_from(const ViewTable& other) {
  const std::scoped_lock lock(mutex_, other.mutex_);
  views_ = other.views_;
  ++version_;
}

int64_t ViewTable::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

Session::Session(Key key, Config::Values configuration, const std::filesystem::path& temporary_folder)
    : key_(std::move(key)),
      temporary_folder_(temporary_folder),
      config_(std::move(configuration)),
      artifacts_(temporary_folder / ("artifacts-" + server_side_id_)),
      state_(std::make_unique<SessionState>()) {
  touch();
}

Session::~Session() { close(); }

std::shared_ptr<Operation> Session::add_operation(Operation::Settings settings) {
  const std::lock_guard lock(mutex_);
  const std::string& id = settings.operation_id;
  if (const auto tombstone = tombstones_.find(id); tombstone != tombstones_.end()) {
    throw SparkError("INVALID_HANDLE.OPERATION_ABANDONED", {{"handle", id}});
  }
  const auto [found, is_new] = operations_.try_emplace(id);
  if (!is_new) throw SparkError("INVALID_HANDLE.OPERATION_ALREADY_EXISTS", {{"handle", id}});
  found->second = std::make_shared<Operation>(std::move(settings));
  return found->second;
}

std::shared_ptr<Operation> Session::find_operation(const std::string& operation_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = operations_.find(operation_id);
  return found == operations_.end() ? nullptr : found->second;
}

std::shared_ptr<Operation> Session::operation(const std::string& operation_id) const {
  const std::lock_guard lock(mutex_);
  if (const auto found = operations_.find(operation_id); found != operations_.end()) {
    return found->second;
  }
  const auto tombstone = tombstones_.find(operation_id);
  const bool is_abandoned = tombstone != tombstones_.end() && tombstone->second.is_abandoned;
  throw SparkError(is_abandoned ? "INVALID_HANDLE.OPERATION_ABANDONED" : "INVALID_HANDLE.OPERATION_NOT_FOUND",
                   {{"handle", operation_id}});
}

std::vector<std::shared_ptr<Operation>> Session::operations() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Operation>> result;
  for (const auto& [id, operation] : operations_) result.push_back(operation);
  return result;
}

void Session::remove_operation(const std::string& operation_id, bool is_abandoned) {
  const std::shared_ptr<Operation> operation = find_operation(operation_id);
  if (!operation) return;
  operation->interrupt();  // outside the lock: it calls into the engine
  const std::lock_guard lock(mutex_);
  if (operations_.erase(operation_id) == 0) return;
  tombstones_[operation_id] = Tombstone{operation->outcome(), is_abandoned};
  tombstone_order_.push_back(operation_id);
  while (tombstone_order_.size() > kTombstonesMax) {
    tombstones_.erase(tombstone_order_.front());
    tombstone_order_.pop_front();
  }
}

std::optional<Operation::Outcome> Session::outcome(const std::string& operation_id) const {
  const std::lock_guard lock(mutex_);
  if (const auto found = operations_.find(operation_id); found != operations_.end()) {
    return found->second->outcome();
  }
  if (const auto found = tombstones_.find(operation_id); found != tombstones_.end()) {
    return found->second.outcome;
  }
  return std::nullopt;
}

void Session::drop_detached_operations(Clock::duration timeout) {
  for (const auto& operation : operations()) {
    if (operation->detached_for() > timeout) {
      remove_operation(operation->settings().operation_id, true);
    }
  }
}

void Session::close() {
  for (const auto& operation : operations()) operation->interrupt();
  std::map<std::string, std::shared_ptr<Operation>> operations;
  {
    const std::lock_guard lock(mutex_);
    operations.swap(operations_);
  }
  operations.clear();  // waits for the workers that no reader holds any more
}

std::string Session::store_error(const SparkError& error) {
  std::string id = make_uuid();
  const std::lock_guard lock(mutex_);
  errors_.emplace(id, error);
  error_order_.push_back(id);
  while (error_order_.size() > kErrorsMax) {
    errors_.erase(error_order_.front());
    error_order_.pop_front();
  }
  return id;
}

std::optional<SparkError> Session::take_error(const std::string& error_id) {
  const std::lock_guard lock(mutex_);
  const auto found = errors_.find(error_id);
  if (found == errors_.end()) return std::nullopt;
  std::optional<SparkError> error = std::move(found->second);
  errors_.erase(found);
  return error;
}

std::string Session::current_database() const {
  const std::lock_guard lock(mutex_);
  return current_database_;
}

void Session::set_current_database(std::string name) {
  const std::lock_guard lock(mutex_);
  current_database_ = std::move(name);
}

Session::Clock::duration Session::idle_for() const {
  for (const auto& operation : operations()) {
    if (operation->outcome() == Operation::Outcome::kRunning) return {};
  }
  return Clock::now().time_since_epoch() - Clock::duration(last_used_.load());
}

std::shared_ptr<Session> Session::clone(const std::string& session_id) const {
  auto copy = std::make_shared<Session>(Key{key_.user_id, session_id}, config_.values(), temporary_folder_);
  copy->views_.copy_from(views_);
  copy->set_current_database(current_database());
  copy->artifacts_.copy_from(artifacts_);
  for (auto& [name, function] : state_->functions().all()) copy->state_->functions().put(name, std::move(function));
  return copy;
}

}  // namespace firesteel::connect
