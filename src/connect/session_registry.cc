#include "connect/session_registry.h"

#include <algorithm>

namespace firesteel::connect {

namespace {

constexpr size_t kClosedSessionsMax = 1000;  // spark.connect.session.manager.closedSessionsTombstonesSize

[[noreturn]] void throw_handle(const std::string& reason, const std::string& handle) {
  throw SparkError("INVALID_HANDLE." + reason, {{"handle", handle}});
}

}  // namespace

SessionRegistry::SessionRegistry(Settings settings) : settings_(std::move(settings)) {
  sweeper_ = std::thread([this] {
    const auto pause = std::clamp<std::chrono::milliseconds>(
        std::min(settings_.idle_session_timeout, settings_.detached_operation_timeout) / 4,
        std::chrono::milliseconds(100), std::chrono::milliseconds(30'000));
    std::unique_lock lock(mutex_);
    while (!stop_.wait_for(lock, pause, [this] { return is_stopping_; })) {
      lock.unlock();
      expire();
      lock.lock();
    }
  });
}

SessionRegistry::~SessionRegistry() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  stop_.notify_all();
  sweeper_.join();
  close_all();
}

void SessionRegistry::throw_if_closed(const Session::Key& key) const {
  if (!is_uuid(key.session_id)) throw_handle("FORMAT", key.session_id);
  if (closed_.count(key) > 0) throw_handle("SESSION_CLOSED", key.session_id);
}

void SessionRegistry::remember_closed(const Session::Key& key) {
  if (!closed_.emplace(key, true).second) return;
  closed_order_.push_back(key);
  while (closed_order_.size() > kClosedSessionsMax) {
    closed_.erase(closed_order_.front());
    closed_order_.pop_front();
  }
}

std::shared_ptr<Session> SessionRegistry::checked(std::shared_ptr<Session> session,
                                                  const std::string& observed_id) {
  session->touch();
  if (!observed_id.empty() && observed_id != session->server_side_id()) {
    throw_handle("SESSION_CHANGED", session->id());
  }
  return session;
}

std::shared_ptr<Session> SessionRegistry::get_or_create(const Session::Key& key,
                                                        const std::string& observed_id) {
  std::shared_ptr<Session> session;
  {
    const std::lock_guard lock(mutex_);
    throw_if_closed(key);
    auto& entry = sessions_[key];
    if (!entry) entry = std::make_shared<Session>(key, settings_.configuration, settings_.temporary_folder);
    session = entry;
  }
  return checked(std::move(session), observed_id);
}

std::shared_ptr<Session> SessionRegistry::get(const Session::Key& key, const std::string& observed_id) {
  std::shared_ptr<Session> session;
  {
    const std::lock_guard lock(mutex_);
    throw_if_closed(key);
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) throw_handle("SESSION_NOT_FOUND", key.session_id);
    session = found->second;
  }
  return checked(std::move(session), observed_id);
}

std::shared_ptr<Session> SessionRegistry::find(const Session::Key& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(key);
  return found == sessions_.end() ? nullptr : found->second;
}

std::string SessionRegistry::release(const Session::Key& key, bool allow_reconnect) {
  std::shared_ptr<Session> session;
  {
    const std::lock_guard lock(mutex_);
    if (!is_uuid(key.session_id)) throw_handle("FORMAT", key.session_id);
    const auto found = sessions_.find(key);
    if (found != sessions_.end()) {
      session = found->second;
      sessions_.erase(found);
    }
    if (!allow_reconnect) remember_closed(key);
  }
  if (!session) return "";
  session->close();
  return session->server_side_id();
}

std::shared_ptr<Session> SessionRegistry::clone(const Session& source, const std::string& new_session_id) {
  const auto fail = [&](const std::string& reason) {
    throw SparkError("INVALID_CLONE_SESSION_REQUEST." + reason, {{"targetSessionId", new_session_id}});
  };
  if (!is_uuid(new_session_id)) fail("TARGET_SESSION_ID_FORMAT");
  const Session::Key key{source.key().user_id, new_session_id};
  std::shared_ptr<Session> copy = source.clone(new_session_id);
  const std::lock_guard lock(mutex_);
  if (closed_.count(key) > 0) fail("TARGET_SESSION_ID_ALREADY_CLOSED");
  if (!sessions_.emplace(key, copy).second) fail("TARGET_SESSION_ID_ALREADY_EXISTS");
  return copy;
}

std::vector<std::shared_ptr<Session>> SessionRegistry::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Session>> result;
  for (const auto& [key, session] : sessions_) result.push_back(session);
  return result;
}

void SessionRegistry::expire() {
  for (const auto& session : all()) {
    session->drop_detached_operations(settings_.detached_operation_timeout);
    if (session->idle_for() > settings_.idle_session_timeout) release(session->key(), false);
  }
}

void SessionRegistry::close_all() {
  std::map<Session::Key, std::shared_ptr<Session>> sessions;
  {
    const std::lock_guard lock(mutex_);
    sessions.swap(sessions_);
  }
  for (const auto& [key, session] : sessions) {
    for (const auto& operation : session->operations()) operation->interrupt();
  }
  for (const auto& [key, session] : sessions) session->close();
}

}  // namespace firesteel::connect
