// Avro's binary encoding: a cursor over bytes that checks every step, for what a file states is not to be trusted.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/duckdb/file_listing.h"

namespace firesteel::engine {

class AvroInput {
 public:
  AvroInput(std::string_view bytes, const std::string& path) : bytes_(bytes), path_(&path) {}

  bool is_at_end() const { return bytes_.empty(); }
  size_t left() const { return bytes_.size(); }

  [[noreturn]] void fail(const std::string& what) const {
    throw SparkError("FAILED_READ_FILE.NO_HINT", {{"path", file_uri(*path_) + " (" + what + ")"}});
  }

  std::string_view take(int64_t count) {
    if (count < 0 || static_cast<uint64_t>(count) > bytes_.size()) fail("a value is longer than what is left of its block");
    const std::string_view taken = bytes_.substr(0, static_cast<size_t>(count));
    bytes_.remove_prefix(static_cast<size_t>(count));
    return taken;
  }

  // Seven bits a byte, the sign in the lowest.
  int64_t read_long() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<uint8_t>(take(1)[0]);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (!(byte & 0x80)) return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
    }
    fail("a number of more than ten bytes");
  }

  int32_t read_int() {
    const int64_t value = read_long();
    if (value != static_cast<int32_t>(value)) fail("a number of more than 32 bits where its schema says int");
    return static_cast<int32_t>(value);
  }

  std::string_view read_bytes() { return take(read_long()); }

  template <typename Number>
  Number read_number() {
    static_assert(std::endian::native == std::endian::little);
    Number number;
    std::memcpy(&number, take(sizeof number).data(), sizeof number);
    return number;
  }

  // The size of the next run of elements of an array or a map; 0 at its end.
  int64_t read_run() {
    int64_t count = read_long();
    if (count < 0) {
      read_long();  // the run's length in bytes
      if (count == INT64_MIN) fail("a list without a size");
      count = -count;
    }
    // Elements may take no bytes, as nulls do: then the size alone would make the work.
    constexpr int64_t kMaxEmptyElements = 1 << 20;
    if (count > kMaxEmptyElements && static_cast<uint64_t>(count) > left()) fail("a list is longer than what is left of its block");
    return count;
  }

 private:
  std::string_view bytes_;
  const std::string* path_;
};

}  // namespace firesteel::engine
