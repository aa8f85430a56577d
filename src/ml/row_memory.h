// Arrays with a value or more for each training row. They are on the fit's account while it has room, and lie in mapped
// files without names beyond it: the system then writes out what does not fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "ml/context.h"

namespace firesteel::ml {

// Where such arrays come from. Thread-safe. The account of `context` outlives it.
class RowMemory {
 public:
  explicit RowMemory(const FitContext& context) : account_(context.memory), folder_(context.temp_dir) {}
  RowMemory(const RowMemory&) = delete;
  RowMemory& operator=(const RowMemory&) = delete;

  // Throws SparkError where neither the account nor the temporary folder has room.
  void* allocate(size_t bytes);
  void release(void* address, size_t bytes) noexcept;
  // Bytes that lie in files.
  int64_t bytes_mapped() const;

 private:
  void* map_file(size_t bytes) const;

  MemoryAccount* account_;
  std::string folder_;
  mutable std::mutex mutex_;
  std::unordered_map<void*, size_t> mapped_;
};

// Without a RowMemory it takes from the heap.
template <typename T>
class RowAllocator {
 public:
  using value_type = T;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;

  RowAllocator() = default;
  explicit RowAllocator(std::shared_ptr<RowMemory> memory) : memory_(std::move(memory)) {}
  template <typename U>
  RowAllocator(const RowAllocator<U>& other) : memory_(other.memory()) {}  // as containers want it: implicit

  T* allocate(size_t count) {
    void* address = memory_ ? memory_->allocate(count * sizeof(T)) : ::operator new(count * sizeof(T));
    return static_cast<T*>(address);
  }
  // Elements that a resize adds without a value have none: pages that were not written are not in memory.
  template <typename U>
  void construct(U* element) {
    ::new (static_cast<void*>(element)) U;
  }
  void deallocate(T* address, size_t count) noexcept {
    if (memory_) {
      memory_->release(address, count * sizeof(T));
    } else {
      ::operator delete(address);
    }
  }

  const std::shared_ptr<RowMemory>& memory() const { return memory_; }
  template <typename U>
  bool operator==(const RowAllocator<U>& other) const {
    return memory_ == other.memory();
  }

 private:
  std::shared_ptr<RowMemory> memory_;
};

template <typename T>
using RowVector = std::vector<T, RowAllocator<T>>;

}  // namespace firesteel::ml
