// What features keep in a session: checkpoints, persisted relations, analysed plans, models.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "connect/session_table.h"
#include "plan/relation.h"

namespace firesteel::engine {
class Engine;
}

namespace firesteel::connect {

class MlCache;

struct StorageLevel {
  bool use_disk = false;
  bool use_memory = false;
  bool use_off_heap = false;
  bool deserialized = false;
  int replication = 1;
};

// A relation that the user asked to keep. Its rows are stored at its first use.
struct PersistedRelation {
  std::string key;  // in the engine
  plan::RelationPtr plan;
  StorageLevel level;
  bool is_materialised = false;
};

// Answers of earlier analyses by plan bytes. Bounded by entries and bytes.
class PlanCache {
 public:
  // Null when there is none of this version.
  plan::RelationPtr find(const std::string& plan_bytes, int64_t version);
  void put(const std::string& plan_bytes, int64_t version, plan::RelationPtr resolved);

 private:
  struct Entry {
    std::string bytes;
    int64_t version;
    plan::RelationPtr resolved;
  };
  std::mutex mutex_;
  std::list<Entry> entries_;  // newest first
  std::unordered_map<std::string, std::list<Entry>::iterator> index_;
  size_t size_bytes_ = 0;
};

// Thread-safe.
class SessionState {
 public:
  SessionState();
  ~SessionState();

  PlanCache& plans() { return plans_; }
  MlCache& models() { return *models_; }
  SessionVariables& variables() { return variables_; }
  SessionFunctions& functions() { return functions_; }

  // True at the first call with this text. For commands that travel as relations, which clients evaluate again.
  bool note_once(const std::string& what);

  std::string add_checkpoint(plan::RelationPtr relation);
  plan::RelationPtr find_checkpoint(const std::string& id) const;
  plan::RelationPtr remove_checkpoint(const std::string& id);

  // The persisted relation with the same semantics, or null.
  std::shared_ptr<PersistedRelation> find_persisted(const plan::Relation& plan) const;
  void persist(plan::RelationPtr plan, StorageLevel level);
  // Returns the removed one, or null.
  std::shared_ptr<PersistedRelation> unpersist(const plan::Relation& plan);
  std::vector<std::shared_ptr<PersistedRelation>> take_all_persisted();
  // Those that read a file at or below the path hold nothing from now on; their next use stores their rows
  // anew. Returns the keys of what they held.
  std::vector<std::string> forget_rows_of(const std::string& path);
  bool has_persisted() const;
  // The table that the bytes of an IPC stream hold. While anybody holds it, equal bytes are the same table, so
  // that plans over equal local rows are equal.
  std::shared_ptr<arrow::Table> shared_table(const std::string& bytes);

  // Grows when persisted relations change.
  int64_t version() const;

 private:
  mutable std::mutex mutex_;
  PlanCache plans_;
  SessionVariables variables_;
  SessionFunctions functions_;
  std::unique_ptr<MlCache> models_;
  std::map<std::string, plan::RelationPtr> checkpoints_;
  std::vector<std::shared_ptr<PersistedRelation>> persisted_;
  int64_t version_ = 0;
  std::set<std::string> notes_;
  std::unordered_map<std::string, std::weak_ptr<arrow::Table>> tables_;  // by the digest of their bytes
};

}  // namespace firesteel::connect
