#include "connect/session_state.h"

#include <algorithm>

#include "arrow/ipc.h"
#include "base/error.h"
#include "connect/ml_cache.h"
#include "connect/uuid.h"
#include "functions/kernel/checksum.h"

namespace firesteel::connect {

namespace {

constexpr size_t kPlanBytesMax = size_t{1} << 20;    // larger plans are not cached
constexpr size_t kCacheBytesMax = size_t{16} << 20;
constexpr size_t kCacheEntriesMax = 256;

}  // namespace

plan::RelationPtr PlanCache::find(const std::string& plan_bytes, int64_t version) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(plan_bytes);
  if (found == index_.end() || found->second->version != version) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->resolved;
}

void PlanCache::put(const std::string& plan_bytes, int64_t version, plan::RelationPtr resolved) {
  if (plan_bytes.size() > kPlanBytesMax) return;
  const std::lock_guard lock(mutex_);
  if (const auto found = index_.find(plan_bytes); found != index_.end()) {
    found->second->version = version;
    found->second->resolved = std::move(resolved);
    return;
  }
  entries_.push_front(Entry{plan_bytes, version, std::move(resolved)});
  index_[plan_bytes] = entries_.begin();
  size_bytes_ += plan_bytes.size();
  while (entries_.size() > kCacheEntriesMax || size_bytes_ > kCacheBytesMax) {
    size_bytes_ -= entries_.back().bytes.size();
    index_.erase(entries_.back().bytes);
    entries_.pop_back();
  }
}

SessionState::SessionState() : models_(std::make_unique<MlCache>()) {}
SessionState::~SessionState() = default;

bool SessionState::note_once(const std::string& what) {
  const std::lock_guard lock(mutex_);
  return notes_.insert(what).second;
}

std::string SessionState::add_checkpoint(plan::RelationPtr relation) {
  const std::lock_guard lock(mutex_);
  std::string id = make_uuid();
  checkpoints_[id] = std::move(relation);
  return id;
}

plan::RelationPtr SessionState::find_checkpoint(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = checkpoints_.find(id);
  return found == checkpoints_.end() ? nullptr : found->second;
}

plan::RelationPtr SessionState::remove_checkpoint(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = checkpoints_.find(id);
  if (found == checkpoints_.end()) return nullptr;
  plan::RelationPtr relation = std::move(found->second);
  checkpoints_.erase(found);
  return relation;
}

std::shared_ptr<PersistedRelation> SessionState::find_persisted(const plan::Relation& plan) const {
  const std::lock_guard lock(mutex_);
  for (const auto& persisted : persisted_) {
    if (plan::same_semantics(*persisted->plan, plan)) return persisted;
  }
  return nullptr;
}

void SessionState::persist(plan::RelationPtr plan, StorageLevel level) {
  auto persisted = std::make_shared<PersistedRelation>();
  persisted->key = make_uuid();
  persisted->plan = std::move(plan);
  persisted->level = level;
  const std::lock_guard lock(mutex_);
  persisted_.push_back(std::move(persisted));
  ++version_;
}

std::shared_ptr<PersistedRelation> SessionState::unpersist(const plan::Relation& plan) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(persisted_.begin(), persisted_.end(), [&](const auto& persisted) {
    return plan::same_semantics(*persisted->plan, plan);
  });
  if (found == persisted_.end()) return nullptr;
  std::shared_ptr<PersistedRelation> removed = *found;
  persisted_.erase(found);
  ++version_;
  return removed;
}

std::vector<std::shared_ptr<PersistedRelation>> SessionState::take_all_persisted() {
  const std::lock_guard lock(mutex_);
  ++version_;
  return std::exchange(persisted_, {});
}

namespace {

bool reads_below(const plan::Relation& relation, const std::string& path) {
  const auto is_below = [&](const std::string& file) {
    return file == path || (file.size() > path.size() && file.compare(0, path.size(), path) == 0 && file[path.size()] == '/');
  };
  if (const auto* scan = relation.as<plan::Scan>()) {
    if (std::any_of(scan->root_paths.begin(), scan->root_paths.end(), is_below)) return true;
    if (std::any_of(scan->files.begin(), scan->files.end(), [&](const auto& file) { return is_below(file.path); })) return true;
  }
  const auto inputs = plan::children(relation);
  return std::any_of(inputs.begin(), inputs.end(), [&](const auto& input) { return reads_below(*input, path); });
}

}  // namespace

std::vector<std::string> SessionState::forget_rows_of(const std::string& path) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> keys;
  for (const auto& persisted : persisted_) {
    if (!persisted->is_materialised || !reads_below(*persisted->plan, path)) continue;
    keys.push_back(persisted->key);
    persisted->is_materialised = false;
  }
  return keys;
}

std::shared_ptr<arrow::Table> SessionState::shared_table(const std::string& bytes) {
  const std::string digest = functions::kernel::sha2(bytes, 256).value_or("");
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = tables_.find(digest); found != tables_.end()) {
      if (std::shared_ptr<arrow::Table> table = found->second.lock()) return table;
    }
  }
  std::shared_ptr<arrow::Table> table = columns::decode_table(bytes);
  const std::lock_guard lock(mutex_);
  std::erase_if(tables_, [](const auto& entry) { return entry.second.expired(); });
  tables_[digest] = table;
  return table;
}

bool SessionState::has_persisted() const {
  const std::lock_guard lock(mutex_);
  return !persisted_.empty();
}

int64_t SessionState::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

}  // namespace firesteel::connect
