#include "engine/duckdb/csv_source.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/duckdb/csv_fields.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/line_blocks.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/csv_text.h"

namespace firesteel::engine {
namespace {

namespace kernel = functions::kernel;
using duckdb::cxx::idx_t;
using duckdb::cxx::TableFunction;
using duckdb::cxx::varchar_t;
using duckdb::cxx::Vector;

enum class Kind : uint8_t { kText, kInteger, kLong, kDouble };

constexpr idx_t kRowsMax = 2048;  // a vector of DuckDB
constexpr int64_t kBytesPerRow = 100;  // a guess, for the planner

struct CsvBind {
  LineBlocks lines;
  CsvFormat format;
  std::string null_text;
  std::vector<Kind> kinds;
};
struct CsvGlobal {
  std::atomic<size_t> next{0};
};

// A column that the query reads, and which of its rows of the current chunk hold a value.
struct Output {
  Kind kind = Kind::kText;
  char* elements = nullptr;
  std::optional<Vector> vector;
  std::optional<duckdb::cxx::Arena> heap;
  std::array<uint64_t, kRowsMax / 64> valid{};
};

struct CsvLocal {
  size_t block = 0;
  int64_t rows_before = 0;  // records of the block that went out
  std::string data;  // whole lines of the block, and what the scanner may read behind them
  size_t position = 0;
  size_t end = 0;
  std::optional<CsvScanner> scanner;
  std::string quoted;
  bool is_prepared = false;
  std::vector<Output> outputs;           // by column of the chunk; unused where it is the path
  std::vector<int> output_of_field;      // −1: nobody reads it; no longer than up to the last one that is read
};

// ---- values ----------------------------------------------------------------------------------------------------

uint64_t low_bytes(size_t count) { return count >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * count)) - 1; }

// A text of at most 12 bytes lies in the element itself. At least 16 bytes can be read from `text`.
void set_short_text(char* element, const char* text, size_t size) {
  uint32_t first = 0;
  uint64_t rest = 0;
  std::memcpy(&first, text, sizeof first);
  std::memcpy(&rest, text + sizeof first, sizeof rest);
  first &= static_cast<uint32_t>(low_bytes(std::min<size_t>(size, 4)));
  rest &= size > 4 ? low_bytes(size - 4) : 0;
  const auto length = static_cast<uint32_t>(size);
  std::memcpy(element, &length, sizeof length);
  std::memcpy(element + 4, &first, sizeof first);
  std::memcpy(element + 8, &rest, sizeof rest);
}

// What nearly all numbers look like: a sign, digits, a point, digits. False: ask the kernel.
bool read_digits(std::string_view text, size_t digits_max, int64_t& digits, size_t& decimals, bool& is_negative) {
  is_negative = !text.empty() && text[0] == '-';
  if (is_negative) text.remove_prefix(1);
  if (text.empty() || text.size() > digits_max + 1 || text.back() == '.' || text[0] == '.') return false;
  digits = 0;
  decimals = 0;
  size_t count = 0;
  bool has_point = false;
  for (const char byte : text) {
    if (byte == '.' && !has_point) {
      has_point = true;
      continue;
    }
    if (byte < '0' || byte > '9' || count == digits_max) return false;
    digits = digits * 10 + (byte - '0');
    decimals += has_point ? 1 : 0;
    ++count;
  }
  return true;
}

// Java's parseInt and parseLong take no blanks, as casts do.
bool has_blank_end(std::string_view text) {
  const auto is_blank = [](char byte) { return static_cast<unsigned char>(byte) <= ' ' || byte == 0x7F; };
  return text.empty() || is_blank(text.front()) || is_blank(text.back());
}

template <typename T>
std::optional<T> integer_of(std::string_view text) {
  int64_t digits = 0;
  size_t decimals = 0;
  bool is_negative = false;
  if (read_digits(text, sizeof(T) == 4 ? 9 : 18, digits, decimals, is_negative) && decimals == 0) {
    return static_cast<T>(is_negative ? -digits : digits);
  }
  if (has_blank_end(text)) return std::nullopt;
  if constexpr (sizeof(T) == 4) return kernel::string_to_int(text, kernel::CastMode::kTry);
  return kernel::string_to_bigint(text, kernel::CastMode::kTry);
}

std::optional<double> double_of(std::string_view text) {
  static constexpr double kPowers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  int64_t digits = 0;
  size_t decimals = 0;
  bool is_negative = false;
  // Both are exact numbers of 53 bits, so that the quotient is the nearest to the text.
  if (read_digits(text, 15, digits, decimals, is_negative)) {
    const double value = static_cast<double>(digits) / kPowers[decimals];
    return is_negative ? -value : value;
  }
  return kernel::csv_real(text, "NaN", "Inf", "-Inf");
}

template <typename T>
void put(Output& output, idx_t row, const std::optional<T>& value) {
  if (!value) return;
  std::memcpy(output.elements + row * sizeof(T), &*value, sizeof(T));
  output.valid[row >> 6] |= uint64_t{1} << (row & 63);
}

// Nothing is null; between quotes it is a text unless the null text is just that. A text that is not quoted stands in the
// data, of which at least 16 bytes can be read.
void put_field(const CsvBind& bind, Output& output, idx_t row, std::string_view text, bool is_quoted) {
  if (text == bind.null_text || (text.empty() && !is_quoted)) return;
  switch (output.kind) {
    case Kind::kInteger: return put(output, row, integer_of<int32_t>(text));
    case Kind::kLong: return put(output, row, integer_of<int64_t>(text));
    case Kind::kDouble: return put(output, row, double_of(text));
    case Kind::kText: break;
  }
  char* element = output.elements + row * sizeof(varchar_t);
  if (text.size() > varchar_t::INLINE_LENGTH) {
    if (!output.heap) output.heap.emplace(output.vector->GetHeap());
    const varchar_t copied = output.heap->AddStringUnsafe(text);
    std::memcpy(element, &copied, sizeof copied);
  } else if (!is_quoted) {
    set_short_text(element, text.data(), text.size());
  } else {
    const varchar_t copied(text);
    std::memcpy(element, &copied, sizeof copied);
  }
  output.valid[row >> 6] |= uint64_t{1} << (row & 63);
}

// ---- lines -----------------------------------------------------------------------------------------------------

size_t line_end(const std::string& data, size_t position) {
  const char* start = data.data() + position;
  const auto* newline = static_cast<const char*>(std::memchr(start, '\n', data.size() - position));
  const auto* carriage = static_cast<const char*>(std::memchr(start, '\r', static_cast<size_t>(newline - start)));
  return position + static_cast<size_t>((carriage ? carriage : newline) - start);
}

// CSVExprUtils.filterCommentAndEmpty: lines of blanks, in Java's sense, and comments are no records.
bool is_record(std::string_view line, char comment) {
  if (comment != '\0' && line.starts_with(comment)) return false;
  return std::any_of(line.begin(), line.end(), [](char byte) { return static_cast<unsigned char>(byte) > ' '; });
}

// Where the first record of a file ends, if that is its header, which names columns and holds no values.
int64_t first_byte(const std::string& path, bool has_header, char comment) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  int64_t count = 64 << 10;
  while (true) {
    std::string data;
    const bool is_whole = append_bytes(path, 0, count, data) < count;
    size_t position = std::string_view(data).starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    if (!has_header) return static_cast<int64_t>(position);
    while (position < data.size()) {
      const size_t end = data.find_first_of("\r\n", position);
      if (end == std::string::npos && !is_whole) break;
      const std::string_view line = std::string_view(data).substr(position, end - position);
      position = end == std::string::npos ? data.size() : end + 1;
      // Behind \r the \n is still to come.
      if (position < data.size() && data[position - 1] == '\r' && data[position] == '\n') ++position;
      if (is_record(line, comment)) return static_cast<int64_t>(position);
    }
    if (is_whole) return static_cast<int64_t>(data.size());
    count *= 4;
  }
}

void read_line(const CsvBind& bind, CsvLocal& local, idx_t row) {
  const std::string& data = local.data;
  size_t at = local.position;
  for (const int output : local.output_of_field) {
    size_t end = 0;
    if (bind.format.quote != '\0' && data[at] == bind.format.quote) {
      const std::string_view rest = std::string_view(data).substr(at, line_end(data, at) - at);
      end = at + read_quoted_field(rest, {&bind.format.separator, 1}, {&bind.format.quote, 1},
                                   {&bind.format.escape, bind.format.escape == '\0' ? size_t{0} : 1}, local.quoted);
      if (output >= 0) put_field(bind, local.outputs[static_cast<size_t>(output)], row, local.quoted, true);
    } else {
      end = local.scanner->next(at);
      if (output >= 0) {
        put_field(bind, local.outputs[static_cast<size_t>(output)], row, std::string_view(data).substr(at, end - at), false);
      }
    }
    at = end + 1;
    if (data[end] != bind.format.separator) {
      local.position = at;
      return;
    }
  }
  local.position = line_end(data, at) + 1;
}

// The next records of the block, at most `rows_max`.
idx_t read_lines(const CsvBind& bind, CsvLocal& local, idx_t rows_max) {
  const char comment = bind.format.comment;
  idx_t rows = 0;
  while (rows < rows_max && local.position < local.end) {
    const char first = local.data[local.position];
    if (static_cast<unsigned char>(first) <= ' ' || (comment != '\0' && first == comment)) {
      const size_t end = line_end(local.data, local.position);
      if (!is_record(std::string_view(local.data).substr(local.position, end - local.position), comment)) {
        local.position = end + 1;
        continue;
      }
    }
    read_line(bind, local, rows++);
  }
  return rows;
}

bool load_next_block(const CsvBind& bind, CsvGlobal& global, CsvLocal& local) {
  while (true) {
    local.block = global.next.fetch_add(1);
    local.rows_before = 0;
    if (local.block >= bind.lines.blocks.size()) return false;
    if (!load_lines(bind.lines, local.block, local.data, local.position)) continue;
    if (local.data.back() != '\n') local.data += '\n';
    local.end = local.data.size();
    local.data.append(CsvScanner::kPadding, '\n');
    local.scanner.emplace(local.data.data(), bind.format.separator);
    return true;
  }
}

// ---- the table function ----------------------------------------------------------------------------------------

// A copy: short texts lie in what Get gives.
std::string text_of(const duckdb::cxx::Value& value) { return std::string(value.Get<varchar_t>().view()); }
char byte_of(const duckdb::cxx::Value& value) {
  const std::string text = text_of(value);
  return text.empty() ? '\0' : text[0];
}

void bind_csv(TableFunction::BindInput& input) {
  try {
    CsvBind bind;
    auto& factory = input.GetContext().GetFactory();
    const std::vector<std::string> types = paths_of(input.GetConstantArgument(1));
    for (size_t i = 0; i < types.size(); ++i) {
      bind.kinds.push_back(types[i] == "INTEGER"  ? Kind::kInteger
                           : types[i] == "BIGINT" ? Kind::kLong
                           : types[i] == "DOUBLE" ? Kind::kDouble
                                                  : Kind::kText);
      input.AddResultColumn("k" + std::to_string(i), factory.ParseType(types[i]));
    }
    input.AddResultColumn("fs_file", factory.ParseType("VARCHAR"));
    input.AddResultColumn(kPositionColumn, factory.ParseType("BIGINT"));
    bind.format = {byte_of(input.GetConstantArgument(2)), byte_of(input.GetConstantArgument(3)),
                   byte_of(input.GetConstantArgument(4)), byte_of(input.GetConstantArgument(5))};
    bind.null_text = text_of(input.GetConstantArgument(6));
    const bool has_header = input.GetConstantArgument(7).Get<bool>();
    int64_t bytes = 0;
    for (const std::string& path : paths_of(input.GetConstantArgument(0))) {
      bind.lines.add_file(path, first_byte(path, has_header, bind.format.comment));
    }
    for (const LineBlock& block : bind.lines.blocks) bytes += block.end - block.start;
    input.SetCardinality(static_cast<idx_t>(bytes / kBytesPerRow + 1), false);
    input.SetBindData<CsvBind>(std::move(bind));
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void init_csv(TableFunction::InitGlobalInput& input) {
  input.SetGlobalState<CsvGlobal>();
  input.SetMaxThreads(std::max<idx_t>(1, input.GetBindData<CsvBind>().lines.blocks.size()));
}

void init_csv_thread(TableFunction::InitLocalInput& input) { input.SetLocalState<CsvLocal>(); }

// Which fields are read into which columns: the same for all chunks.
void prepare(const CsvBind& bind, const TableFunction::ExecInput& input, CsvLocal& local) {
  local.is_prepared = true;
  local.outputs.resize(input.GetColumnCount());
  for (idx_t i = 0; i < input.GetColumnCount(); ++i) {
    const idx_t field = input.GetColumnIndex(i);
    if (field >= bind.kinds.size()) continue;
    local.outputs[i].kind = bind.kinds[field];
    if (local.output_of_field.size() <= field) local.output_of_field.resize(field + 1, -1);
    local.output_of_field[field] = static_cast<int>(i);
  }
}

void finish_chunk(const CsvBind& bind, TableFunction::ExecInput& input, CsvLocal& local, duckdb::cxx::DataChunk& chunk,
                  idx_t rows) {
  if (rows == 0) {
    chunk.GetVector(0).SetSize(0);
    return;
  }
  for (idx_t i = 0; i < input.GetColumnCount(); ++i) {
    if (input.GetColumnIndex(i) == bind.kinds.size()) {
      const std::string& path = bind.lines.paths[bind.lines.blocks[local.block].file];
      auto& factory = input.GetContext().GetFactory();
      chunk.GetVector(i).MakeConstant(duckdb::cxx::Value::Create(factory, varchar_t(path)), rows);
      continue;
    }
    if (input.GetColumnIndex(i) == bind.kinds.size() + 1) {
      auto vector = chunk.GetVector(i);
      auto* positions = vector.GetDataMutable<int64_t>();
      for (idx_t row = 0; row < rows; ++row) positions[row] = position_in_blocks(local.block, local.rows_before + static_cast<int64_t>(row));
      vector.SetSize(rows);
      continue;
    }
    if (input.GetColumnIndex(i) > bind.kinds.size()) {
      chunk.GetVector(i).SetSize(rows);
      continue;
    }
    Output& output = local.outputs[i];
    output.vector->SetSize(rows);
    bool is_all_valid = true;
    for (idx_t row = 0; row < rows && is_all_valid; row += 64) {
      const uint64_t rest = rows - row >= 64 ? ~uint64_t{0} : (uint64_t{1} << (rows - row)) - 1;
      is_all_valid = (output.valid[row >> 6] & rest) == rest;
    }
    if (is_all_valid) continue;
    auto mask = output.vector->GetValidityMutable();
    std::copy_n(output.valid.begin(), (rows + 63) / 64, mask.words);
  }
}

void scan_csv(TableFunction::ExecInput& input) {
  try {
    const auto& bind = input.GetBindData<CsvBind>();
    auto& local = input.GetLocalState<CsvLocal>();
    if (!local.is_prepared) prepare(bind, input, local);
    auto chunk = input.GetOutputChunk();
    for (idx_t i = 0; i < input.GetColumnCount(); ++i) {
      if (input.GetColumnIndex(i) >= bind.kinds.size()) continue;
      Output& output = local.outputs[i];
      output.heap.reset();
      output.vector.emplace(chunk.GetVector(i));
      output.elements = static_cast<char*>(output.vector->GetDataMutable());
      output.valid.fill(0);
    }
    idx_t rows = 0;
    const idx_t capacity = std::min<idx_t>(chunk.GetCapacity(), kRowsMax);
    while (rows == 0) {
      if (local.position >= local.end && !load_next_block(bind, input.GetGlobalState<CsvGlobal>(), local)) break;
      rows = read_lines(bind, local, capacity);
    }
    finish_chunk(bind, input, local, chunk, rows);
    local.rows_before += static_cast<int64_t>(rows);
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void report_block(TableFunction::PartitionDataInput& input) {
  input.SetBatchIndex(input.GetLocalState<CsvLocal>().block);
}

void report_progress(TableFunction::ProgressInput& input) {
  const auto& blocks = input.GetBindData<CsvBind>().lines.blocks;
  const auto done = static_cast<double>(input.GetGlobalState<CsvGlobal>().next.load());
  input.SetProgress(blocks.empty() ? 1.0 : std::min(1.0, done / static_cast<double>(blocks.size())));
}

}  // namespace

void register_csv_source(duckdb::cxx::Connection& connection) {
  auto& factory = connection.GetFactory();
  auto function = TableFunction::Create(factory);
  function.SetName("fs_csv");
  const auto text = factory.ParseType("VARCHAR");
  function.GetSignature()
      .AddParameter("paths", factory.ParseType("VARCHAR[]"))
      .AddParameter("types", factory.ParseType("VARCHAR[]"))
      .AddParameter("separator", text)
      .AddParameter("quote", text)
      .AddParameter("escape", text)
      .AddParameter("comment", text)
      .AddParameter("null_text", text)
      .AddParameter("has_header", factory.ParseType("BOOLEAN"));
  function.SetBindCallback(bind_csv)
      .SetInitGlobalCallback(init_csv)
      .SetInitLocalCallback(init_csv_thread)
      .SetExecCallback(scan_csv)
      .SetPartitionDataCallback(report_block)
      .SetProgressCallback(report_progress)
      .SetProjectionPushdown(true);
  connection.Register(function);
}

}  // namespace firesteel::engine
