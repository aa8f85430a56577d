#include "engine/duckdb/line_blocks.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "functions/kernel/encoding.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::idx_t;

constexpr int64_t kBlockBytes = 4 << 20;

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

// Most texts are ASCII, which takes no more than a look at the highest bits.
bool is_ascii(std::string_view text) {
  uint64_t bits = 0;
  size_t i = 0;
  for (; i + sizeof bits <= text.size(); i += sizeof bits) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof word);
    bits |= word;
  }
  for (; i < text.size(); ++i) bits |= static_cast<unsigned char>(text[i]);
  return (bits & 0x8080808080808080) == 0;
}

}  // namespace

void LineBlocks::add_file(const std::string& path, int64_t first_byte) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    throw SparkError("FAILED_READ_FILE.FILE_NOT_EXIST", {{"path", "file://" + path}});
  }
  paths.push_back(path);
  for (int64_t start = first_byte; start < status.st_size; start += kBlockBytes) {
    blocks.push_back({paths.size() - 1, start, std::min<int64_t>(status.st_size, start + kBlockBytes), start == first_byte});
  }
}

void LineBlocks::add_whole_file(const std::string& path) {
  const size_t first = blocks.size();
  add_file(path);
  if (blocks.size() == first) return;
  blocks[first].end = blocks.back().end;
  blocks.resize(first + 1);
}

std::vector<std::string> paths_of(const duckdb::cxx::Value& list) {
  std::vector<std::string> paths;
  for (idx_t i = 0; i < list.GetChildCount(); ++i) {
    auto path = list.GetChild(i);
    paths.emplace_back(path.Get<duckdb::cxx::varchar_t>().view());
  }
  return paths;
}

int64_t append_bytes(const std::string& path, int64_t offset, int64_t count, std::string& data) {
  return File(path).append(data, offset, count);
}

void require_utf8(std::string_view lines) {
  const auto is_valid = [](std::string_view text) {
    try {
      duckdb::cxx::ValidateUTF8(text);
      return true;
    } catch (const duckdb::cxx::Exception&) {
      return false;
    }
  };
  if (is_ascii(lines) || is_valid(lines)) return;
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

bool load_lines(const LineBlocks& blocks, size_t index, std::string& data, size_t& position) {
  const LineBlock& block = blocks.blocks[index];
  File file(blocks.paths[block.file]);
  data.clear();
  position = 0;
  int64_t from = block.begins_line ? block.start : block.start - 1;
  int64_t read_until = from + file.append(data, from, block.end - from);
  if (!block.begins_line) {
    // The byte before tells whether a line begins exactly here.
    auto newline = data.find('\n');
    if (newline == std::string::npos) {
      data.clear();
      return false;
    }
    position = newline + 1;
  }
  if (position >= data.size()) return false;
  while (data.back() != '\n') {
    size_t old = data.size();
    int64_t got = file.append(data, read_until, 1 << 16);
    if (got == 0) break;
    read_until += got;
    auto newline = data.find('\n', old);
    if (newline != std::string::npos) {
      data.resize(newline + 1);
      break;
    }
  }
  // Of the line before, only an end is here.
  require_utf8(std::string_view(data).substr(position));
  return position < data.size();
}

}  // namespace firesteel::engine
