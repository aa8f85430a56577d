// All sessions of the server, by user and session id.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "connect/session.h"

namespace firesteel::connect {

// Thread-safe. A thread of its own drops idle sessions and abandoned operations.
class SessionRegistry {
 public:
  struct Settings {
    Config::Values configuration;  // every session starts with it
    std::filesystem::path temporary_folder;
    std::chrono::milliseconds idle_session_timeout = std::chrono::minutes(60);
    std::chrono::milliseconds detached_operation_timeout = std::chrono::minutes(5);
  };

  explicit SessionRegistry(Settings settings);
  ~SessionRegistry();  // closes every session

  // The session of the request, made at its first use. `observed_id` is the server-side id that the
  // client has seen: another one means that the server restarted. Throws INVALID_HANDLE.FORMAT,
  // .SESSION_CLOSED or .SESSION_CHANGED.
  std::shared_ptr<Session> get_or_create(const Session::Key& key, const std::string& observed_id);
  // The session, which must exist. Throws INVALID_HANDLE.SESSION_NOT_FOUND or .SESSION_CLOSED too.
  std::shared_ptr<Session> get(const Session::Key& key, const std::string& observed_id);
  // Null when there is none.
  std::shared_ptr<Session> find(const Session::Key& key) const;
  // Ends the session. Without `allow_reconnect` its id cannot be used again. Returns the server-side
  // id it had, empty when there was none.
  std::string release(const Session::Key& key, bool allow_reconnect);
  // CloneSession: throws INVALID_CLONE_SESSION_REQUEST.*.
  std::shared_ptr<Session> clone(const Session& source, const std::string& new_session_id);
  std::vector<std::shared_ptr<Session>> all() const;
  // Drops what has outlived its time. Called by the registry's own thread, and by tests.
  void expire();
  // Interrupts and removes every session.
  void close_all();

  ViewTable& global_views() { return global_views_; }

 private:
  std::shared_ptr<Session> checked(std::shared_ptr<Session> session, const std::string& observed_id);
  void throw_if_closed(const Session::Key& key) const;  // mutex_ held
  void remember_closed(const Session::Key& key);         // mutex_ held

  const Settings settings_;
  ViewTable global_views_;
  mutable std::mutex mutex_;
  std::map<Session::Key, std::shared_ptr<Session>> sessions_;
  std::map<Session::Key, bool> closed_;
  std::deque<Session::Key> closed_order_;
  std::condition_variable stop_;
  bool is_stopping_ = false;
  std::thread sweeper_;
};

}  // namespace firesteel::connect
