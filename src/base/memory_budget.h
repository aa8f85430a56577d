// The one memory limit of the server. Whoever holds more than a few megabytes for a query (Arrow
// buffers, blocks of training data, reattach buffers, Python workers) reserves here before it
// allocates, and spills or fails when it may not. DuckDB's share is a reservation like the others.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace firesteel {

// Bytes this process may use: the machine's memory or its control group's limit, the smaller.
int64_t machine_memory_bytes();

// "80%" of `total_bytes`, "4GB", "512m", "1.5g", "1073741824". None when it is neither or not above
// zero. Units are Spark's: powers of 1024.
std::optional<int64_t> parse_memory_limit(std::string_view text, int64_t total_bytes);

// Thread-safe. Outlives its reservations.
class MemoryBudget {
 public:
  // Bytes taken from a budget until it is destroyed. Movable; owned by one thread at a time.
  class Reservation {
   public:
    Reservation() = default;
    Reservation(Reservation&& other) noexcept;
    Reservation& operator=(Reservation&& other) noexcept;
    ~Reservation() { release(); }

    int64_t bytes() const { return bytes_; }
    // Changes the reservation to `bytes`; growing throws as `reserve` does and then changes
    // nothing.
    void resize(int64_t bytes);
    // As resize, but says false instead of throwing.
    bool try_resize(int64_t bytes);
    void release();

   private:
    friend class MemoryBudget;
    Reservation(MemoryBudget* budget, std::string consumer, int64_t bytes);

    MemoryBudget* budget_ = nullptr;
    std::string consumer_;
    int64_t bytes_ = 0;
  };

  explicit MemoryBudget(int64_t limit_bytes);
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // Takes `bytes` for `consumer`, the name that `reserved_by_consumer` shows. Throws
  // UNABLE_TO_ACQUIRE_MEMORY when the limit does not allow it.
  Reservation reserve(std::string consumer, int64_t bytes);
  // None instead of an exception.
  std::optional<Reservation> try_reserve(std::string consumer, int64_t bytes);

  int64_t limit_bytes() const { return limit_bytes_; }
  int64_t reserved_bytes() const;
  int64_t available_bytes() const;
  int64_t peak_bytes() const;
  std::map<std::string, int64_t> reserved_by_consumer() const;

 private:
  bool try_change(const std::string& consumer, int64_t difference);

  const int64_t limit_bytes_;
  mutable std::mutex mutex_;
  int64_t reserved_bytes_ = 0;
  int64_t peak_bytes_ = 0;
  std::map<std::string, int64_t> consumers_;
};

}  // namespace firesteel
