// fs_units(id): files that DuckDB does not read itself, in units that threads read side by side: row groups of Parquet
// objects, stripes of ORC files, blocks of Avro files. Filters leave files and units unread whose values cannot pass.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/duckdb/column_range.h"
#include "plan/relation.h"

namespace arrow {
class Array;
namespace io {
class RandomAccessFile;
}
}  // namespace arrow

namespace firesteel::engine {

// A piece of one file.
struct FileUnit {
  size_t file = 0;
  int64_t piece = 0;
  int64_t rows = -1;       // -1: not known before it is read
  int64_t first_row = 0;   // its position in the file
  std::vector<ColumnRange> ranges;  // by wanted column; empty: nothing is known
};

// Rows of a unit, batch by batch: the asked columns in the engine's forms. `rows` counts them also where no column is asked
// for. False at the end.
class UnitReader {
 public:
  virtual ~UnitReader() = default;
  virtual bool next(std::vector<std::shared_ptr<arrow::Array>>& columns, int64_t* rows) = 0;
};

// A format's files. Thread-safe. Throws SparkError.
class UnitFormat {
 public:
  virtual ~UnitFormat() = default;
  virtual std::vector<FileUnit> units(size_t file) = 0;
  // `columns` are positions in the wanted schema, ascending.
  virtual std::unique_ptr<UnitReader> open(const FileUnit& unit, const std::vector<size_t>& columns) = 0;
};

// Opens a file for reading at any position; thread-safe, as the file is that it returns.
using FileOpener = std::function<std::shared_ptr<arrow::io::RandomAccessFile>(const plan::FileEntry&)>;

struct UnitScan {
  std::unique_ptr<UnitFormat> format;
  std::vector<plan::FileEntry> files;
  plan::Schema wanted;      // columns k0, k1, …
  plan::Schema partitions;  // columns p0, p1, …; their values stand in the files
  bool ignores_missing_files = false;
  bool ignores_corrupt_files = false;
};

// Beside the columns of files and partitions: the file's path, and a row's position in its file.
inline constexpr const char* kUnitFileColumn = "fs_file";
inline constexpr const char* kUnitRowColumn = "fs_row";

// A scan that SQL reads as fs_units(id) while the input lives, any number of times.
class UnitInput {
 public:
  explicit UnitInput(UnitScan scan);
  ~UnitInput();
  UnitInput(const UnitInput&) = delete;
  UnitInput& operator=(const UnitInput&) = delete;
  int64_t id() const { return id_; }

 private:
  int64_t id_;
};

void register_unit_source(duckdb::cxx::Connection& connection);

}  // namespace firesteel::engine
