#include "engine/duckdb/text_source.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/line_blocks.h"
#include "engine/duckdb/string_writer.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::idx_t;
using duckdb::cxx::TableFunction;

struct TextGlobal {
  std::atomic<size_t> next{0};
};
struct TextLocal {
  size_t block = 0;
  std::string data;   // whole lines of the block
  size_t position = 0;
  bool is_done = true;
};

void bind_text(TableFunction::BindInput& input) {
  try {
    LineBlocks bind;
    for (const std::string& path : paths_of(input.GetConstantArgument(0))) bind.add_file(path);
    auto& factory = input.GetContext().GetFactory();
    input.AddResultColumn("value", factory.ParseType("VARCHAR"));
    input.AddResultColumn("fs_file", factory.ParseType("VARCHAR"));
    input.AddResultColumn("fs_first", factory.ParseType("VARCHAR"));  // "1" on a file's first line
    input.SetBindData<LineBlocks>(std::move(bind));
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void init_text(TableFunction::InitGlobalInput& input) {
  input.SetGlobalState<TextGlobal>();
  input.SetMaxThreads(std::max<idx_t>(1, input.GetBindData<LineBlocks>().blocks.size()));
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

void scan_text(TableFunction::ExecInput& input) {
  try {
    const auto& bind = input.GetBindData<LineBlocks>();
    auto& local = input.GetLocalState<TextLocal>();
    auto chunk = input.GetOutputChunk();
    while (local.is_done) {
      local.block = input.GetGlobalState<TextGlobal>().next.fetch_add(1);
      if (local.block >= bind.blocks.size()) {
        chunk.GetVector(0).SetSize(0);
        return;
      }
      local.is_done = !load_lines(bind, local.block, local.data, local.position);
    }
    idx_t capacity = chunk.GetCapacity();
    idx_t rows = 0;
    std::vector<duckdb::cxx::Vector> vectors;
    for (idx_t i = 0; i < input.GetColumnCount(); ++i) vectors.push_back(chunk.GetVector(i));
    std::vector<StringWriter> columns(vectors.begin(), vectors.end());
    while (rows < capacity && !local.is_done) {
      const bool is_first = local.position == 0 && bind.blocks[local.block].start == 0;
      std::string_view line = next_line(local);
      for (idx_t i = 0; i < columns.size(); ++i) {
        if (input.GetColumnIndex(i) == 0) {
          columns[i].set(rows, line);
        } else if (input.GetColumnIndex(i) == 1) {
          columns[i].set(rows, bind.paths[bind.blocks[local.block].file]);
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
  function.SetBindCallback(bind_text)
      .SetInitGlobalCallback(init_text)
      .SetInitLocalCallback(init_text_thread)
      .SetExecCallback(scan_text)
      .SetPartitionDataCallback(report_block)
      .SetProjectionPushdown(true);
  connection.Register(function);
}

}  // namespace firesteel::engine
