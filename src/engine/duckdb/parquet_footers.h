// What the footers of local Parquet files tell: their columns, and how large their decimals are.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <parquet/schema.h>
#include <string>

#include "plan/relation.h"

namespace firesteel::engine {

// Thread-safe. Keeps what it read for as long as a file's size and time of change stay.
class ParquetFooters {
 public:
  // The columns of a file. Files whose columns are the same share one tree. Null where the footer cannot be read: the
  // scan tells what is wrong with the file.
  std::shared_ptr<const parquet::schema::GroupNode> columns(const plan::FileEntry& entry);

  // How many digits the values of a data column of the scan have at most, at the scale of its type; 0: nobody knows.
  int digits(const plan::Scan& scan, size_t position);

 private:
  struct Decimals {
    int digits = 0;
    int scale = 0;
  };
  struct File {
    int64_t size_bytes = 0;
    int64_t modified_ms = 0;
    std::shared_ptr<const parquet::schema::GroupNode> columns;
    std::map<std::string, Decimals> decimals;  // the columns whose digits are known
  };
  static File read(const plan::FileEntry& entry);
  // What `part` takes from the file's entry.
  template <typename Part>
  auto find(const plan::FileEntry& entry, const Part& part);

  std::mutex mutex_;
  std::map<std::string, File> files_;
  std::shared_ptr<const parquet::schema::GroupNode> last_columns_;
};

}  // namespace firesteel::engine
