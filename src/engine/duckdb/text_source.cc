#include "engine/duckdb/text_source.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/line_blocks.h"
#include "engine/duckdb/string_writer.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::idx_t;
using duckdb::cxx::TableFunction;

constexpr int64_t kPartBytes = 1 << 20;

struct TextBind {
  LineBlocks lines;
  std::string separator;  // empty: \n, \r or both; otherwise a file is one block
};
struct TextGlobal {
  std::atomic<size_t> next{0};
};
struct TextLocal {
  size_t block = 0;
  std::string data;   // whole lines of the block, or what is loaded of a file
  size_t position = 0;
  bool is_done = true;
  int64_t loaded_until = 0;  // in the file
  bool is_whole = false;     // nothing comes behind the data
};

void bind_text(TableFunction::BindInput& input) {
  try {
    TextBind bind;
    const auto separator = input.GetConstantArgument(1);
    bind.separator = separator.Get<duckdb::cxx::varchar_t>().view();
    for (const std::string& path : paths_of(input.GetConstantArgument(0))) {
      bind.separator.empty() ? bind.lines.add_file(path) : bind.lines.add_whole_file(path);
    }
    auto& factory = input.GetContext().GetFactory();
    input.AddResultColumn("value", factory.ParseType("VARCHAR"));
    input.AddResultColumn("fs_file", factory.ParseType("VARCHAR"));
    input.AddResultColumn("fs_first", factory.ParseType("VARCHAR"));  // "1" on a file's first line
    input.SetBindData<TextBind>(std::move(bind));
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void init_text(TableFunction::InitGlobalInput& input) {
  input.SetGlobalState<TextGlobal>();
  input.SetMaxThreads(std::max<idx_t>(1, input.GetBindData<TextBind>().lines.blocks.size()));
}

void init_text_thread(TableFunction::InitLocalInput& input) { input.SetLocalState<TextLocal>(); }

// The next line without its end; a lone \r also ends a line.
std::string_view next_line(TextLocal& local) {
  std::string_view rest = std::string_view(local.data).substr(local.position);
  size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  local.position += end == std::string_view::npos ? rest.size() : end + 1;
  if (auto carriage = line.find('\r'); carriage != std::string_view::npos && carriage + 1 < line.size()) {
    size_t start = local.position - (line.size() + (end == std::string_view::npos ? 0 : 1));
    local.position = start + carriage + 1;
    line = line.substr(0, carriage);
  } else if (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  }
  local.is_done = local.position >= local.data.size();
  return line;
}

// The next line of a file whose lines end with the separator; none at the end.
std::optional<std::string_view> next_separated(TextLocal& local, const std::string& path, const std::string& separator) {
  while (true) {
    const size_t end = local.data.find(separator, local.position);
    if (end != std::string::npos || local.is_whole) {
      const std::string_view line = std::string_view(local.data).substr(local.position, end == std::string::npos ? end : end - local.position);
      local.position = std::min(local.data.size(), local.position + line.size() + separator.size());
      local.is_done = end == std::string::npos;
      if (local.is_done && line.empty()) return std::nullopt;
      require_utf8(line);
      return line;
    }
    local.data.erase(0, std::exchange(local.position, 0));
    const int64_t wanted = std::max<int64_t>(kPartBytes, static_cast<int64_t>(local.data.size()));
    local.is_whole = append_bytes(path, local.loaded_until, wanted, local.data) < wanted;
    local.loaded_until += wanted;
  }
}

// Makes the next block the thread's own; false when there is none.
bool take_block(TextGlobal& global, const TextBind& bind, TextLocal& local) {
  while (local.is_done) {
    local.block = global.next.fetch_add(1);
    if (local.block >= bind.lines.blocks.size()) return false;
    if (bind.separator.empty()) {
      local.is_done = !load_lines(bind.lines, local.block, local.data, local.position);
    } else {
      const size_t block = local.block;
      local = TextLocal();
      local.block = block;
      local.is_done = false;
    }
  }
  return true;
}

void scan_text(TableFunction::ExecInput& input) {
  try {
    const auto& bind = input.GetBindData<TextBind>();
    const auto& [blocks, separator] = bind;
    auto& local = input.GetLocalState<TextLocal>();
    auto chunk = input.GetOutputChunk();
    if (!take_block(input.GetGlobalState<TextGlobal>(), bind, local)) {
      chunk.GetVector(0).SetSize(0);
      return;
    }
    idx_t capacity = chunk.GetCapacity();
    idx_t rows = 0;
    std::vector<duckdb::cxx::Vector> vectors;
    for (idx_t i = 0; i < input.GetColumnCount(); ++i) vectors.push_back(chunk.GetVector(i));
    std::vector<StringWriter> columns(vectors.begin(), vectors.end());
    // An empty chunk would be the end: of a file that ends with a separator there is none left, so the next one is begun.
    while (rows < capacity && (!local.is_done || (rows == 0 && take_block(input.GetGlobalState<TextGlobal>(), bind, local)))) {
      const LineBlock& block = blocks.blocks[local.block];
      const bool is_first = separator.empty() && local.position == 0 && block.start == 0;
      const std::optional<std::string_view> found =
          separator.empty() ? next_line(local) : next_separated(local, blocks.paths[block.file], separator);
      if (!found) continue;
      const std::string_view line = *found;
      for (idx_t i = 0; i < columns.size(); ++i) {
        if (input.GetColumnIndex(i) == 0) {
          columns[i].set(rows, line);
        } else if (input.GetColumnIndex(i) == 1) {
          columns[i].set(rows, blocks.paths[block.file]);
        } else if (input.GetColumnIndex(i) == 2) {
          columns[i].set(rows, is_first ? "1" : "");
        }
      }
      ++rows;
    }
    chunk.GetVector(0).SetSize(rows);
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void report_block(TableFunction::PartitionDataInput& input) {
  input.SetBatchIndex(input.GetLocalState<TextLocal>().block);
}

}  // namespace

void register_text_source(duckdb::cxx::Connection& connection) {
  auto& factory = connection.GetFactory();
  auto function = TableFunction::Create(factory);
  function.SetName("fs_text");
  function.GetSignature().AddParameter("paths", factory.ParseType("VARCHAR[]"));
  function.GetSignature().AddParameter("separator", factory.ParseType("VARCHAR"));
  function.SetBindCallback(bind_text)
      .SetInitGlobalCallback(init_text)
      .SetInitLocalCallback(init_text_thread)
      .SetExecCallback(scan_text)
      .SetPartitionDataCallback(report_block)
      .SetProjectionPushdown(true);
  connection.Register(function);
}

}  // namespace firesteel::engine
