#include "ml/row_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "ml/params.h"

namespace firesteel::ml {

namespace {

// Smaller arrays are not worth a question to the account.
constexpr size_t kSmallestAccounted = size_t{64} << 10;

}  // namespace

void* RowMemory::allocate(size_t bytes) {
  if (account_ == nullptr || bytes < kSmallestAccounted) return ::operator new(bytes);
  if (account_->try_reserve(static_cast<int64_t>(bytes))) {
    try {
      return ::operator new(bytes);
    } catch (...) {
      account_->release(static_cast<int64_t>(bytes));
      throw;
    }
  }
  void* address = map_file(bytes);
  const std::lock_guard lock(mutex_);
  mapped_.emplace(address, bytes);
  return address;
}

void RowMemory::release(void* address, size_t bytes) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = mapped_.find(address); found != mapped_.end()) {
      munmap(address, found->second);
      mapped_.erase(found);
      return;
    }
  }
  ::operator delete(address);
  if (account_ != nullptr && bytes >= kSmallestAccounted) account_->release(static_cast<int64_t>(bytes));
}

int64_t RowMemory::bytes_mapped() const {
  const std::lock_guard lock(mutex_);
  int64_t sum = 0;
  for (const auto& [address, bytes] : mapped_) sum += static_cast<int64_t>(bytes);
  return sum;
}

void* RowMemory::map_file(size_t bytes) const {
  std::string path = folder_ + "/firesteel-ml-XXXXXX";
  const int descriptor = mkstemp(path.data());
  if (descriptor < 0) throw_spark_exception("Cannot create a temporary file in " + folder_);
  unlink(path.c_str());
  // Taken from the disk now: a full disk would otherwise end the process at the first write to the mapping.
  const bool has_room = posix_fallocate(descriptor, 0, static_cast<off_t>(bytes)) == 0;
  void* address = has_room ? mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0) : MAP_FAILED;
  close(descriptor);
  if (!has_room) throw_spark_exception("Cannot write training data to the temporary folder");
  if (address == MAP_FAILED) throw_spark_exception("Cannot map the temporary file");
  return address;
}

}  // namespace firesteel::ml
