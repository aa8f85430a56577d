// Text files in blocks of whole lines, which threads read one by one.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <duckdb_cpp.hpp>

namespace firesteel::engine {

struct LineBlock {
  size_t file = 0;
  int64_t start = 0;
  int64_t end = 0;
  bool begins_line = false;  // a line begins exactly at the start
};

// The column of the sources of lines that tells the order of their rows, and its value for a row of a block.
inline constexpr const char* kPositionColumn = "fs_position";
constexpr int64_t position_in_blocks(size_t block, int64_t row) { return (static_cast<int64_t>(block) << 32) + row; }

struct LineBlocks {
  std::vector<std::string> paths;
  std::vector<LineBlock> blocks;

  // Appends the blocks of a file from the line that begins at `first_byte`. Throws FAILED_READ_FILE.
  void add_file(const std::string& path, int64_t first_byte = 0);
  // Appends a file as one block, for who finds the ends of its lines himself.
  void add_whole_file(const std::string& path);
};

// The paths in a list of texts.
std::vector<std::string> paths_of(const duckdb::cxx::Value& list);

// A block owns the lines that begin in it: what is put into `data` begins with the first of them, at `position`, and ends
// with the end of the last. False when no line begins in the block. Throws INVALID_UTF8_STRING.
bool load_lines(const LineBlocks& blocks, size_t index, std::string& data, size_t& position);

// Appends up to `count` bytes of a file from `offset`; returns how many there were. Throws FAILED_READ_FILE.
int64_t append_bytes(const std::string& path, int64_t offset, int64_t count, std::string& data);

// Throws INVALID_UTF8_STRING with the bytes of the first line that is not UTF-8.
void require_utf8(std::string_view lines);

}  // namespace firesteel::engine
