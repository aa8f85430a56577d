#include "base/memory_budget.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>
#include <utility>

#include "base/error.h"

namespace firesteel {
namespace {

// The limit in a control-group file; none for "max" or a missing file.
std::optional<int64_t> control_group_limit(const char* path) {
  std::ifstream file(path);
  int64_t bytes = 0;
  if (file >> bytes && bytes > 0) return bytes;
  return std::nullopt;
}

std::optional<double> unit_factor(std::string_view unit, int64_t total_bytes) {
  if (unit.empty() || unit == "b") return 1.0;
  if (unit == "%") return static_cast<double>(total_bytes) / 100;
  if (unit.size() > 1 && unit.back() == 'b') unit.remove_suffix(1);
  if (unit.size() > 1 && unit.back() == 'i') unit.remove_suffix(1);
  if (unit == "k") return 1024.0;
  if (unit == "m") return 1024.0 * 1024;
  if (unit == "g") return 1024.0 * 1024 * 1024;
  if (unit == "t") return 1024.0 * 1024 * 1024 * 1024;
  return std::nullopt;
}

}  // namespace

int64_t machine_memory_bytes() {
  int64_t bytes = static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGE_SIZE);
  for (const char* path : {"/sys/fs/cgroup/memory.max",  // version 2 of control groups, then 1
                           "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    if (const auto limit = control_group_limit(path)) bytes = std::min(bytes, *limit);
  }
  return bytes;
}

std::optional<int64_t> parse_memory_limit(std::string_view text, int64_t total_bytes) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  std::string unit;
  for (const char* at = end; at != text.data() + text.size(); ++at) {
    if (*at != ' ') unit += static_cast<char>(std::tolower(static_cast<unsigned char>(*at)));
  }
  if (unit == "%" && number > 100) return std::nullopt;
  const auto factor = unit_factor(unit, total_bytes);
  if (!factor) return std::nullopt;
  const double bytes = number * *factor;
  if (!(bytes >= 1) || bytes > 9e18) return std::nullopt;
  return static_cast<int64_t>(bytes);
}

MemoryBudget::Reservation::Reservation(MemoryBudget* budget, std::string consumer, int64_t bytes)
    : budget_(budget), consumer_(std::move(consumer)), bytes_(bytes) {}

MemoryBudget::Reservation::Reservation(Reservation&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)),
      consumer_(std::move(other.consumer_)),
      bytes_(std::exchange(other.bytes_, 0)) {}

MemoryBudget::Reservation& MemoryBudget::Reservation::operator=(Reservation&& other) noexcept {
  if (this != &other) {
    release();
    budget_ = std::exchange(other.budget_, nullptr);
    consumer_ = std::move(other.consumer_);
    bytes_ = std::exchange(other.bytes_, 0);
  }
  return *this;
}

bool MemoryBudget::Reservation::try_resize(int64_t bytes) {
  FIRESTEEL_CHECK(budget_ != nullptr, "a reservation without a budget was resized");
  FIRESTEEL_CHECK(bytes >= 0, "a negative number of bytes was reserved");
  if (!budget_->try_change(consumer_, bytes - bytes_)) return false;
  bytes_ = bytes;
  return true;
}

void MemoryBudget::Reservation::resize(int64_t bytes) {
  if (try_resize(bytes)) return;
  throw SparkError("UNABLE_TO_ACQUIRE_MEMORY",
                   {{"requestedBytes", std::to_string(bytes - bytes_)},
                    {"receivedBytes", std::to_string(budget_->available_bytes())}});
}

void MemoryBudget::Reservation::release() {
  if (budget_ == nullptr) return;
  budget_->try_change(consumer_, -bytes_);
  budget_ = nullptr;
  bytes_ = 0;
}

MemoryBudget::MemoryBudget(int64_t limit_bytes) : limit_bytes_(limit_bytes) {}

MemoryBudget::Reservation MemoryBudget::reserve(std::string consumer, int64_t bytes) {
  Reservation reservation(this, std::move(consumer), 0);
  reservation.resize(bytes);
  return reservation;
}

std::optional<MemoryBudget::Reservation> MemoryBudget::try_reserve(std::string consumer,
                                                                   int64_t bytes) {
  Reservation reservation(this, std::move(consumer), 0);
  if (!reservation.try_resize(bytes)) return std::nullopt;
  return reservation;
}

bool MemoryBudget::try_change(const std::string& consumer, int64_t difference) {
  const std::lock_guard lock(mutex_);
  if (difference > 0 && difference > limit_bytes_ - reserved_bytes_) return false;
  reserved_bytes_ += difference;
  peak_bytes_ = std::max(peak_bytes_, reserved_bytes_);
  const auto row = consumers_.try_emplace(consumer, 0).first;
  row->second += difference;
  if (row->second == 0) consumers_.erase(row);
  return true;
}

int64_t MemoryBudget::reserved_bytes() const {
  const std::lock_guard lock(mutex_);
  return reserved_bytes_;
}

int64_t MemoryBudget::available_bytes() const {
  const std::lock_guard lock(mutex_);
  return std::max<int64_t>(0, limit_bytes_ - reserved_bytes_);
}

int64_t MemoryBudget::peak_bytes() const {
  const std::lock_guard lock(mutex_);
  return peak_bytes_;
}

std::map<std::string, int64_t> MemoryBudget::reserved_by_consumer() const {
  const std::lock_guard lock(mutex_);
  return consumers_;
}

}  // namespace firesteel
