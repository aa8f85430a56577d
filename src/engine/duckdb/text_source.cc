#include "engine/duckdb/text_source.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "base/error.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/string_writer.h"
#include "functions/kernel/encoding.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::idx_t;
using duckdb::cxx::TableFunction;

constexpr int64_t kBlockBytes = 4 << 20;

struct Block {
  size_t file = 0;
  int64_t start = 0;
  int64_t end = 0;
};

struct TextBind {
  std::vector<std::string> paths;
  std::vector<Block> blocks;
};
struct TextGlobal {
  std::atomic<size_t> next{0};
};
struct TextLocal {
  size_t block = 0;
  std::string data;   // whole lines of the block
  size_t position = 0;
  bool is_done = true;
};

class File {
 public:
  explicit File(const std::string& path) : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) {
      throw SparkError("FAILED_READ_FILE.FILE_NOT_EXIST", {{"path", "file://" + path}});
    }
  }
  ~File() { close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Appends up to `count` bytes from `offset`; returns how many there were.
  int64_t append(std::string& data, int64_t offset, int64_t count) const {
    size_t old = data.size();
    data.resize(old + static_cast<size_t>(count));
    int64_t total = 0;
    while (total < count) {
      auto got = pread(descriptor_, data.data() + old + total, static_cast<size_t>(count - total),
                       offset + total);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      total += got;
    }
    data.resize(old + static_cast<size_t>(total));
    return total;
  }

 private:
  int descriptor_;
};

// Throws INVALID_UTF8_STRING with the bytes of the first line that is not UTF-8.
void require_utf8(std::string_view lines) {
  const auto is_valid = [](std::string_view text) {
    try {
      duckdb::cxx::ValidateUTF8(text);
      return true;
    } catch (const duckdb::cxx::Exception&) {
      return false;
    }
  };
  if (is_valid(lines)) return;
  std::string_view line;
  do {
    line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
  } while (is_valid(line));
  std::string shown;
  for (const char& c : line) {
    shown += "\\x";
    functions::kernel::append_hex({&c, 1}, shown);
  }
  throw SparkError("INVALID_UTF8_STRING", {{"str", shown}});
}

// A block owns the lines that begin in it: it skips the line that began before, and reads on to the
// end of its last one.
void load_block(const TextBind& bind, size_t index, TextLocal& local) {
  const Block& block = bind.blocks[index];
  File file(bind.paths[block.file]);
  local.data.clear();
  local.position = 0;
  int64_t from = block.start > 0 ? block.start - 1 : 0;
  int64_t read_until = from + file.append(local.data, from, block.end - from);
  if (block.start > 0) {
    // The byte before tells whether a line begins exactly here.
    auto newline = local.data.find('\n');
    if (newline == std::string::npos) {
      local.data.clear();
      local.is_done = true;
      return;
    }
    local.position = newline + 1;
  }
  if (local.position >= local.data.size()) {
    local.is_done = true;
    return;
  }
  while (local.data.back() != '\n') {
    size_t old = local.data.size();
    int64_t got = file.append(local.data, read_until, 1 << 16);
    if (got == 0) break;
    read_until += got;
    auto newline = local.data.find('\n', old);
    if (newline != std::string::npos) {
      local.data.resize(newline + 1);
      break;
    }
  }
  // Of the line before, only an end is here.
  require_utf8(std::string_view(local.data).substr(local.position));
  local.is_done = local.position >= local.data.size();
}

void bind_text(TableFunction::BindInput& input) {
  try {
    TextBind bind;
    auto paths = input.GetConstantArgument(0);
    for (idx_t i = 0; i < paths.GetChildCount(); ++i) {
      auto path = paths.GetChild(i);
      bind.paths.emplace_back(path.Get<duckdb::cxx::varchar_t>().view());
      const std::string& name = bind.paths.back();
      struct stat status {};
      if (stat(name.c_str(), &status) != 0) {
        throw SparkError("FAILED_READ_FILE.FILE_NOT_EXIST", {{"path", "file://" + name}});
      }
      for (int64_t start = 0; start < status.st_size; start += kBlockBytes) {
        bind.blocks.push_back({i, start, std::min<int64_t>(status.st_size, start + kBlockBytes)});
      }
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
  input.SetMaxThreads(std::max<idx_t>(1, input.GetBindData<TextBind>().blocks.size()));
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
    const auto& bind = input.GetBindData<TextBind>();
    auto& local = input.GetLocalState<TextLocal>();
    auto chunk = input.GetOutputChunk();
    while (local.is_done) {
      local.block = input.GetGlobalState<TextGlobal>().next.fetch_add(1);
      if (local.block >= bind.blocks.size()) {
        chunk.GetVector(0).SetSize(0);
        return;
      }
      load_block(bind, local.block, local);
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
