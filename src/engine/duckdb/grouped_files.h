// Files out of a stream of Arrow batches, one for each group of rows: a partition, or one of several parts.
#pragma once

#include <arrow/type_fwd.h>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "engine/engine.h"

namespace firesteel::engine {

// The path for the rows of one group.
using FileOfGroup = std::function<std::filesystem::path(const std::string& group)>;

// One open file.
class GroupFile {
 public:
  virtual ~GroupFile() = default;
  virtual void write(const arrow::RecordBatch& rows) = 0;
  virtual void close() = 0;
};
using OpenGroupFile = std::function<std::unique_ptr<GroupFile>(const std::filesystem::path&)>;

// The stream's columns are those of `wanted` and a text, the group; rows of one group follow each other. A stream without
// rows makes one file, of the empty group. Makes the folders.
void write_grouped(BatchStream& stream, const std::shared_ptr<arrow::Schema>& wanted, const FileOfGroup& file_of,
                   const OpenGroupFile& open);

}  // namespace firesteel::engine
