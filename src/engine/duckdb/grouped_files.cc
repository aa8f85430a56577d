#include "engine/duckdb/grouped_files.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <utility>

#include "arrow/spark_schema.h"
#include "base/error.h"

namespace firesteel::engine {
namespace {

template <typename T>
T take(arrow::Result<T> result) {
  FIRESTEEL_CHECK(result.ok(), "Arrow: " + result.status().ToString());
  return std::move(result).ValueUnsafe();
}

}  // namespace

void write_grouped(BatchStream& stream, const std::shared_ptr<arrow::Schema>& wanted, const FileOfGroup& file_of,
                   const OpenGroupFile& open) {
  std::unique_ptr<GroupFile> file;
  std::string group;
  const auto start_file = [&](std::string name) {
    if (file) file->close();
    group = std::move(name);
    const std::filesystem::path path = file_of(group);
    std::filesystem::create_directories(path.parent_path());
    file = open(path);
  };
  while (const auto batch = stream.next()) {
    const auto rows = columns::with_schema(*batch, wanted);
    const auto groups = take(batch->column(wanted->num_fields())->View(arrow::utf8()));
    const auto& texts = static_cast<const arrow::StringArray&>(*groups);
    for (int64_t start = 0; start < rows->num_rows();) {
      int64_t end = start + 1;
      while (end < rows->num_rows() && texts.GetView(end) == texts.GetView(start)) ++end;
      if (!file || texts.GetView(start) != group) start_file(texts.GetString(start));
      file->write(*rows->Slice(start, end - start));
      start = end;
    }
  }
  if (!file) {
    start_file("");
    file->write(*take(arrow::RecordBatch::MakeEmpty(wanted)));
  }
  file->close();
}

}  // namespace firesteel::engine
