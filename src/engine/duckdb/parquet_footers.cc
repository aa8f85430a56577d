#include "engine/duckdb/parquet_footers.h"

#include <algorithm>
#include <optional>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>
#include <parquet/statistics.h>
#include <utility>

#include "functions/kernel/decimal.h"
#include "storage/object_store.h"

namespace firesteel::engine {
namespace {

// A query over more files than this is long enough not to miss what it would gain.
constexpr size_t kFilesMax = 64;
constexpr size_t kFilesKept = 16'384;

int digits_of(__int128 value) {
  const auto magnitude = static_cast<unsigned __int128>(value);
  return functions::kernel::digit_count(value < 0 ? -magnitude : magnitude);
}

// The value of a plain encoded minimum or maximum.
std::optional<__int128> decoded(parquet::Type::type physical_type, const std::string& bytes) {
  if (physical_type == parquet::Type::INT32 && bytes.size() == 4) {
    int32_t value = 0;
    std::copy_n(bytes.data(), sizeof value, reinterpret_cast<char*>(&value));
    return value;
  }
  if (physical_type == parquet::Type::INT64 && bytes.size() == 8) {
    int64_t value = 0;
    std::copy_n(bytes.data(), sizeof value, reinterpret_cast<char*>(&value));
    return value;
  }
  if (physical_type != parquet::Type::FIXED_LEN_BYTE_ARRAY || bytes.empty() || bytes.size() > 16) return std::nullopt;
  // Big end first, in two's complement.
  unsigned __int128 value = static_cast<signed char>(bytes[0]) < 0 ? ~static_cast<unsigned __int128>(0) : 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return static_cast<__int128>(value);
}

// 0 where a row group does not tell.
int digits_in(const parquet::FileMetaData& metadata, int column) {
  int digits = 1;
  for (int group = 0; group < metadata.num_row_groups(); ++group) {
    const auto chunk = metadata.RowGroup(group)->ColumnChunk(column);
    const auto statistics = chunk->is_stats_set() ? chunk->statistics() : nullptr;
    if (!statistics) return 0;
    if (!statistics->HasMinMax()) {
      const bool is_all_null = statistics->HasNullCount() && statistics->null_count() == chunk->num_values();
      if (!is_all_null) return 0;
      continue;
    }
    for (const std::string& bytes : {statistics->EncodeMin(), statistics->EncodeMax()}) {
      const auto value = decoded(statistics->physical_type(), bytes);
      if (!value) return 0;
      digits = std::max(digits, digits_of(*value));
    }
  }
  return digits;
}

}  // namespace

ParquetFooters::File ParquetFooters::read(const plan::FileEntry& entry) {
  File file{entry.size_bytes, entry.modified_ms, nullptr, {}};
  try {
    const auto metadata = parquet::ParquetFileReader::OpenFile(entry.path, false)->metadata();
    for (int i = 0; i < metadata->num_columns(); ++i) {
      const auto* column = metadata->schema()->Column(i);
      if (!column->logical_type()->is_decimal() || column->path()->ToDotVector().size() != 1) continue;
      const int digits = digits_in(*metadata, i);
      if (digits > 0) file.decimals[column->name()] = {digits, column->type_scale()};
    }
    file.columns = std::static_pointer_cast<const parquet::schema::GroupNode>(metadata->schema()->schema_root());
  } catch (const parquet::ParquetException&) {
    file.decimals.clear();
  }
  return file;
}

template <typename Part>
auto ParquetFooters::find(const plan::FileEntry& entry, const Part& part) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = files_.find(entry.path);
    if (known != files_.end() && known->second.size_bytes == entry.size_bytes &&
        known->second.modified_ms == entry.modified_ms) {
      return part(known->second);
    }
  }
  File file = read(entry);
  const std::lock_guard lock(mutex_);
  if (file.columns && last_columns_ && file.columns->Equals(last_columns_.get())) file.columns = last_columns_;
  if (file.columns) last_columns_ = file.columns;
  if (files_.size() >= kFilesKept) files_.clear();
  return part(files_[entry.path] = std::move(file));
}

std::shared_ptr<const parquet::schema::GroupNode> ParquetFooters::columns(const plan::FileEntry& entry) {
  return find(entry, [](const File& file) { return file.columns; });
}

int ParquetFooters::digits(const plan::Scan& scan, size_t position) {
  const bool is_known = scan.format == "parquet" && position < scan.data_schema.size() && scan.files.size() <= kFilesMax;
  if (!is_known || scan.data_schema[position].type.is_nested()) return 0;
  int digits = 1;
  for (const plan::FileEntry& entry : scan.files) {
    if (storage::is_object_path(entry.path)) return 0;
    const Decimals column = find(entry, [&](const File& file) {
      const auto found = file.decimals.find(scan.data_schema[position].name);
      return found == file.decimals.end() ? Decimals{} : found->second;
    });
    if (column.digits == 0 || column.scale != scan.data_schema[position].type.scale()) return 0;
    digits = std::max(digits, column.digits);
  }
  return digits;
}

}  // namespace firesteel::engine
