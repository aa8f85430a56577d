#include "engine/duckdb/csv_record_source.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/file_listing.h"
#include "engine/duckdb/line_blocks.h"
#include "engine/duckdb/string_writer.h"
#include "functions/kernel/encoding.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::idx_t;
using duckdb::cxx::TableFunction;
using functions::kernel::CsvRecord;
using functions::kernel::CsvRecordFormat;
using functions::kernel::CsvRecordReader;

constexpr int64_t kPartBytes = 8 << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr const char* kUtf8 = "UTF-8";

// Records of one file, or of one block of its lines.
class CsvUnit {
 public:
  CsvUnit(const CsvRecordFormat& format, const std::vector<std::string>& header, const LineBlocks& lines, size_t index, bool is_block)
      : format_(format), path_(lines.paths[lines.blocks[index].file]), begins_file_(lines.blocks[index].start == 0) {
    size_t start = 0;
    if (is_block) {
      is_whole_ = true;
      if (!load_lines(lines, index, data_, start)) data_.clear();
    } else if (format.encoding == kUtf8) {
      load_more();
    } else {
      decode_file();
    }
    if (begins_file_ && std::string_view(data_).starts_with(kByteOrderMark)) start = kByteOrderMark.size();
    data_.erase(0, std::min(start, data_.size()));
    reader_.emplace(format_, data_);
    if (CsvRecord first; format.has_header && begins_file_ && read(first) && !header.empty()) check_header(first, header);
  }
  CsvUnit(const CsvUnit&) = delete;
  CsvUnit& operator=(const CsvUnit&) = delete;

  const std::string& path() const { return path_; }

  bool read(CsvRecord& record) {
    while (true) {
      const size_t start = reader_->position();
      // What ends with the data may go on in what is still to be loaded.
      if (next(record) && (is_whole_ || reader_->position() < data_.size())) {
        require_utf8(record.source);
        return true;
      }
      if (is_whole_) return false;
      data_.erase(0, start);
      load_more();
      reader_.emplace(format_, data_);
    }
  }

 private:
  bool next(CsvRecord& record) {
    try {
      return reader_->next(record);
    } catch (const SparkError& error) {
      throw_unreadable(error.what());
    }
  }

  [[noreturn]] void throw_unreadable(const std::string& why) const {
    throw SparkError("FAILED_READ_FILE.NO_HINT", {{"path", file_uri(path_) + " (" + why + ")"}});
  }

  void check_header(const CsvRecord& first, const std::vector<std::string>& header) const {
    const bool is_same = std::equal(header.begin(), header.end(), first.fields.begin(), first.fields.end(),
                                    [](const std::string& name, const CsvRecord::Field& field) { return equal_ignoring_case(name, field.text); });
    if (!is_same) throw_unreadable("the header does not conform to the schema");
  }

  void load_more() {
    const int64_t wanted = std::max<int64_t>(kPartBytes, static_cast<int64_t>(data_.size()));
    is_whole_ = append_bytes(path_, offset_, wanted, data_) < wanted;
    offset_ += wanted;
  }

  void decode_file() {
    std::string bytes;
    while (append_bytes(path_, static_cast<int64_t>(bytes.size()), kPartBytes, bytes) == kPartBytes) {
    }
    functions::kernel::append_decoded(bytes, format_.encoding, data_);
    is_whole_ = true;
  }

  const CsvRecordFormat& format_;
  const std::string& path_;
  const bool begins_file_;
  std::string data_;
  int64_t offset_ = 0;  // of what comes behind the data
  bool is_whole_ = false;
  std::optional<CsvRecordReader> reader_;
};

struct RecordsBind {
  LineBlocks lines;
  CsvRecordFormat format;
  std::vector<std::string> header;
  bool has_blocks = false;  // a unit is a block of lines; otherwise a file
  size_t column_count = 0;
};
struct RecordsGlobal {
  std::atomic<size_t> next{0};
};
struct RecordsLocal {
  size_t unit = 0;
  std::unique_ptr<CsvUnit> records;
  CsvRecord record;
  int64_t row = -1;  // the record's place in the unit
};

RecordsBind bind_files(const std::vector<std::string>& paths, CsvRecordFormat format) {
  RecordsBind bind;
  bind.has_blocks = !format.is_multi_line && format.line_separator.empty() && format.encoding == kUtf8;
  bind.format = std::move(format);
  for (const std::string& path : paths) {
    if (bind.has_blocks) {
      bind.lines.add_file(path);
    } else {
      bind.lines.paths.push_back(path);
      bind.lines.blocks.push_back({bind.lines.paths.size() - 1, 0, 0, true});
    }
  }
  return bind;
}

void bind_records(TableFunction::BindInput& input) {
  try {
    auto bind = bind_files(paths_of(input.GetConstantArgument(0)), CsvRecordFormat::from_texts(paths_of(input.GetConstantArgument(2))));
    bind.header = paths_of(input.GetConstantArgument(3));
    bind.column_count = static_cast<size_t>(input.GetConstantArgument(1).Get<int32_t>());
    auto& factory = input.GetContext().GetFactory();
    const auto text = factory.ParseType("VARCHAR");
    for (size_t i = 0; i < bind.column_count; ++i) input.AddResultColumn("k" + std::to_string(i), text);
    input.AddResultColumn("fs_file", text);
    input.AddResultColumn("fs_line", text);
    input.AddResultColumn("fs_count", factory.ParseType("INTEGER"));
    input.AddResultColumn(kPositionColumn, factory.ParseType("BIGINT"));
    input.SetBindData<RecordsBind>(std::move(bind));
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void init_records(TableFunction::InitGlobalInput& input) {
  input.SetGlobalState<RecordsGlobal>();
  input.SetMaxThreads(std::max<idx_t>(1, input.GetBindData<RecordsBind>().lines.blocks.size()));
}

void init_records_thread(TableFunction::InitLocalInput& input) { input.SetLocalState<RecordsLocal>(); }

// The next record of the unit at hand; false where the unit has no more.
bool read_record(const RecordsBind& bind, RecordsGlobal& global, RecordsLocal& local, bool may_begin_unit) {
  while (true) {
    if (local.records && local.records->read(local.record)) {
      ++local.row;
      return true;
    }
    if (!may_begin_unit) return false;
    local.records.reset();
    local.unit = global.next.fetch_add(1);
    local.row = -1;
    if (local.unit >= bind.lines.blocks.size()) return false;
    local.records = std::make_unique<CsvUnit>(bind.format, bind.header, bind.lines, local.unit, bind.has_blocks);
  }
}

// The columns of a chunk, by the place that they have in the source.
class RecordColumns {
 public:
  RecordColumns(TableFunction::ExecInput& input, duckdb::cxx::DataChunk& chunk, size_t column_count)
      : column_count_(column_count), valid_(input.GetColumnCount(), std::vector<uint64_t>((chunk.GetCapacity() + 63) / 64, ~uint64_t{0})) {
    for (idx_t i = 0; i < input.GetColumnCount(); ++i) {
      vectors_.push_back(chunk.GetVector(i));
      places_.push_back(input.GetColumnIndex(i));
    }
    for (size_t i = 0; i < vectors_.size(); ++i) {
      if (places_[i] <= column_count_ + 1) writers_.emplace_back(i, StringWriter(vectors_[i]));
    }
  }

  void put(idx_t row, const CsvRecord& record, const std::string& path, int64_t position) {
    for (auto& [i, writer] : writers_) {
      const idx_t place = places_[i];
      if (place == column_count_) {
        writer.set(row, path);
      } else if (place == column_count_ + 1) {
        writer.set(row, record.source);
      } else if (place < record.fields.size() && !record.fields[place].is_null) {
        writer.set(row, record.fields[place].text);
      } else {
        valid_[i][row >> 6] &= ~(uint64_t{1} << (row & 63));
      }
    }
    for (size_t i = 0; i < vectors_.size(); ++i) {
      if (places_[i] == column_count_ + 2) vectors_[i].GetDataMutable<int32_t>()[row] = static_cast<int32_t>(record.fields.size());
      if (places_[i] == column_count_ + 3) vectors_[i].GetDataMutable<int64_t>()[row] = position;
    }
  }

  void finish(idx_t rows) {
    for (size_t i = 0; i < vectors_.size(); ++i) {
      vectors_[i].SetSize(rows);
      if (places_[i] >= column_count_) continue;
      auto mask = vectors_[i].GetValidityMutable();
      std::copy_n(valid_[i].begin(), (rows + 63) / 64, mask.words);
    }
  }

 private:
  const size_t column_count_;
  std::vector<duckdb::cxx::Vector> vectors_;
  std::vector<idx_t> places_;
  std::vector<std::pair<size_t, StringWriter>> writers_;
  std::vector<std::vector<uint64_t>> valid_;
};

void scan_records(TableFunction::ExecInput& input) {
  try {
    const auto& bind = input.GetBindData<RecordsBind>();
    auto& global = input.GetGlobalState<RecordsGlobal>();
    auto& local = input.GetLocalState<RecordsLocal>();
    auto chunk = input.GetOutputChunk();
    RecordColumns columns(input, chunk, bind.column_count);
    idx_t rows = 0;
    while (rows < chunk.GetCapacity() && read_record(bind, global, local, rows == 0)) {
      columns.put(rows++, local.record, local.records->path(), position_in_blocks(local.unit, local.row));
    }
    if (rows == 0) {
      chunk.GetVector(0).SetSize(0);
    } else {
      columns.finish(rows);
    }
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void report_unit(TableFunction::PartitionDataInput& input) { input.SetBatchIndex(input.GetLocalState<RecordsLocal>().unit); }

}  // namespace

void register_csv_record_source(duckdb::cxx::Connection& connection) {
  auto& factory = connection.GetFactory();
  auto function = TableFunction::Create(factory);
  function.SetName("fs_csv_records");
  function.GetSignature()
      .AddParameter("paths", factory.ParseType("VARCHAR[]"))
      .AddParameter("count", factory.ParseType("INTEGER"))
      .AddParameter("format", factory.ParseType("VARCHAR[]"))
      .AddParameter("header", factory.ParseType("VARCHAR[]"));
  function.SetBindCallback(bind_records)
      .SetInitGlobalCallback(init_records)
      .SetInitLocalCallback(init_records_thread)
      .SetExecCallback(scan_records)
      .SetPartitionDataCallback(report_unit)
      .SetProjectionPushdown(true);
  connection.Register(function);
}

std::optional<std::vector<std::string>> first_csv_record(const std::vector<std::string>& paths, const CsvRecordFormat& format) {
  CsvRecordFormat all = format;
  all.has_header = false;
  const RecordsBind bind = bind_files(paths, all);
  CsvRecord record;
  for (size_t unit = 0; unit < bind.lines.blocks.size(); ++unit) {
    if (!CsvUnit(bind.format, bind.header, bind.lines, unit, bind.has_blocks).read(record)) continue;
    std::vector<std::string> fields;
    for (CsvRecord::Field& field : record.fields) fields.push_back(field.is_null ? "" : std::move(field.text));
    return fields;
  }
  return std::nullopt;
}

}  // namespace firesteel::engine
