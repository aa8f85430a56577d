// One client's session: its configuration, operations, artifacts, temporary views and stored errors.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/error.h"
#include "connect/artifact_store.h"
#include "connect/operation.h"
#include "connect/uuid.h"
#include "plan/relation.h"

namespace firesteel::catalog {
struct Table;
}

namespace firesteel::connect {

// Temporary views by name. Thread-safe. Global ones are one such table that all sessions share. A name that is not
// `is_exact` (spark.sql.caseSensitive is false) stands for itself in lower case (SessionCatalog.formatTableName).
class ViewTable {
 public:
  // The view of a DataFrame has a plan; that of a statement's query a definition, analysed anew for each reader.
  struct View {
    std::string name;
    plan::RelationPtr plan;                            // or null
    std::shared_ptr<const catalog::Table> definition;  // or null
    std::vector<std::string> folders = {};  // whose files the plan scans
    bool reads_query_start = false;         // current_timestamp() and its kin
  };

  // Throws TEMP_TABLE_OR_VIEW_ALREADY_EXISTS unless `replace`.
  void put(View view, bool is_exact, bool replace);
  bool drop(const std::string& name, bool is_exact);
  std::optional<View> find(const std::string& name, bool is_exact) const;
  std::vector<std::string> names() const;
  void copy_from(const ViewTable& other);
  int64_t version() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, View> views_;  // by the name, in lower case unless it is exact
  int64_t version_ = 0;
};

// What a feature keeps in a session beyond what is listed here: the cache of analysed plans, models.
class SessionState;

// Thread-safe.
class Session {
 public:
  using Clock = std::chrono::steady_clock;
  struct Key {
    std::string user_id;
    std::string session_id;
    auto operator<=>(const Key&) const = default;
  };

  Session(Key key, Config::Values configuration, const std::filesystem::path& temporary_folder);
  ~Session();

  const Key& key() const { return key_; }
  const std::string& id() const { return key_.session_id; }
  const std::string& server_side_id() const { return server_side_id_; }
  Config& config() { return config_; }
  ArtifactStore& artifacts() { return artifacts_; }
  ViewTable& views() { return views_; }
  SessionState& state() { return *state_; }
  std::string current_database() const;
  void set_current_database(std::string name);

  // ---- operations ----
  // Registers a new operation. Throws INVALID_HANDLE.OPERATION_ALREADY_EXISTS or .OPERATION_ABANDONED.
  std::shared_ptr<Operation> add_operation(Operation::Settings settings);
  // Null when there is none.
  std::shared_ptr<Operation> find_operation(const std::string& operation_id) const;
  // Throws INVALID_HANDLE.OPERATION_NOT_FOUND or .OPERATION_ABANDONED.
  std::shared_ptr<Operation> operation(const std::string& operation_id) const;
  std::vector<std::shared_ptr<Operation>> operations() const;
  // Forgets the operation and interrupts it if it still runs. Its outcome stays known for a while.
  void remove_operation(const std::string& operation_id, bool is_abandoned = false);
  // The outcome of a running or a recently removed operation.
  std::optional<Operation::Outcome> outcome(const std::string& operation_id) const;
  // Drops operations that no client has read for longer than `timeout`.
  void drop_detached_operations(Clock::duration timeout);
  // Interrupts everything. The session answers no further requests.
  void close();

  // ---- errors ----
  // Keeps the error for FetchErrorDetails (once); returns its id.
  std::string store_error(const SparkError& error);
  std::optional<SparkError> take_error(const std::string& error_id);

  // ---- life ----
  void touch() { last_used_ = Clock::now().time_since_epoch().count(); }
  // How long ago the last request came; zero while an operation runs.
  Clock::duration idle_for() const;
  // A session that continues with this one's configuration, views and artifacts.
  std::shared_ptr<Session> clone(const std::string& session_id) const;

 private:
  struct Tombstone {
    Operation::Outcome outcome;
    bool is_abandoned;
  };

  const Key key_;
  const std::string server_side_id_ = make_uuid();
  const std::filesystem::path temporary_folder_;
  Config config_;
  ArtifactStore artifacts_;
  ViewTable views_;
  std::unique_ptr<SessionState> state_;
  mutable std::mutex mutex_;
  std::string current_database_ = "default";
  std::map<std::string, std::shared_ptr<Operation>> operations_;
  std::map<std::string, Tombstone> tombstones_;
  std::deque<std::string> tombstone_order_;
  std::map<std::string, SparkError> errors_;
  std::deque<std::string> error_order_;
  std::atomic<Clock::rep> last_used_;
};

}  // namespace firesteel::connect
