// How large the decimals of Parquet files are, by the statistics in the files themselves.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "plan/relation.h"

namespace firesteel::engine {

// Thread-safe. Keeps what it read for as long as a file's size and time of change stay.
class DecimalStatistics {
 public:
  // How many digits the values of a data column of the scan have at most, at the scale of its type; 0: nobody knows.
  int digits(const plan::Scan& scan, size_t position);

 private:
  struct Column {
    int digits = 0;
    int scale = 0;
  };
  struct File {
    int64_t size_bytes = 0;
    int64_t modified_ms = 0;
    std::map<std::string, Column> columns;  // those whose digits are known
  };
  static std::map<std::string, Column> read(const std::string& path);
  Column find(const plan::FileEntry& entry, const std::string& name);

  std::mutex mutex_;
  std::map<std::string, File> files_;
};

}  // namespace firesteel::engine
