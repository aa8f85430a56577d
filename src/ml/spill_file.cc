#include "ml/spill_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "ml/params.h"

namespace firesteel::ml {

SpillFile::SpillFile(const std::string& folder) {
  std::string path = folder + "/firesteel-ml-XXXXXX";
  descriptor_ = mkstemp(path.data());
  if (descriptor_ < 0) throw_spark_exception("Cannot create a temporary file in " + folder);
  unlink(path.c_str());
}

SpillFile::~SpillFile() {
  if (mapping_ != nullptr) munmap(mapping_, static_cast<size_t>(size_));
  close(descriptor_);
}

int64_t SpillFile::append(const char* data, int64_t bytes) {
  const int64_t offset = size_;
  for (int64_t done = 0; done < bytes;) {
    const ssize_t written = pwrite(descriptor_, data + done, static_cast<size_t>(bytes - done), size_ + done);
    if (written <= 0) throw_spark_exception("Cannot write training data to the temporary folder");
    done += written;
  }
  size_ = (size_ + bytes + 4095) / 4096 * 4096;
  return offset;
}

void SpillFile::map() {
  if (size_ == 0) return;
  if (ftruncate(descriptor_, size_) != 0) throw_spark_exception("Cannot size the temporary file");
  void* address = mmap(nullptr, static_cast<size_t>(size_), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (address == MAP_FAILED) throw_spark_exception("Cannot map the temporary file");
  mapping_ = static_cast<char*>(address);
}

void SpillFile::drop(int64_t offset, int64_t bytes) const {
  madvise(mapping_ + offset, static_cast<size_t>(bytes), MADV_DONTNEED);
}

}  // namespace firesteel::ml
