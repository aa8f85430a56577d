#include "engine/duckdb/avro_codec.h"

#include <algorithm>
#include <arrow/util/compression.h>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/file_listing.h"
#include "functions/kernel/checksum.h"

namespace firesteel::engine {
namespace {

using arrow::Compression;
using arrow::util::Codec;

// A block that says it is larger is taken for a broken one.
constexpr size_t kMaxBlockBytes = size_t{1} << 30;
constexpr size_t kChecksumBytes = 4;

[[noreturn]] void throw_broken(const std::string& path, const std::string& why) {
  throw SparkError("FAILED_READ_FILE.NO_HINT", {{"path", file_uri(path) + " (a block of it cannot be decompressed: " + why + ")"}});
}

std::unique_ptr<Codec> make_codec(const std::string& name) {
  arrow::Result<std::unique_ptr<Codec>> made = arrow::Status::NotImplemented("");
  if (name == "deflate") {
    arrow::util::GZipCodecOptions options;
    options.gzip_format = arrow::util::GZipFormat::DEFLATE;
    made = Codec::Create(Compression::GZIP, options);
  } else if (name == "zstandard") {
    made = Codec::Create(Compression::ZSTD);
  } else if (name == "bzip2") {
    made = Codec::Create(Compression::BZ2);
  } else if (name == "snappy") {
    made = Codec::Create(Compression::SNAPPY);
  }
  if (!made.ok()) throw_unsupported("RELATION", "an Avro file with the codec " + name);
  return std::move(made).ValueUnsafe();
}

const uint8_t* bytes(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

// Snappy's block states its length first, and Avro appends a checksum of the plain bytes.
std::string snappy_decompress(std::string_view block, const std::string& path) {
  if (block.size() < kChecksumBytes) throw_broken(path, "too short");
  const std::string_view packed = block.substr(0, block.size() - kChecksumBytes);
  uint64_t length = 0;
  size_t at = 0;
  for (int shift = 0; at < packed.size() && shift < 35; shift += 7) {
    const auto byte = static_cast<uint8_t>(packed[at++]);
    length |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (!(byte & 0x80)) break;
  }
  if (length > kMaxBlockBytes) throw_broken(path, "too large");
  std::string plain(length, '\0');
  const auto size = make_codec("snappy")->Decompress(static_cast<int64_t>(packed.size()), bytes(packed),
                                                     static_cast<int64_t>(length), reinterpret_cast<uint8_t*>(plain.data()));
  if (!size.ok()) throw_broken(path, size.status().message());
  if (*size != static_cast<int64_t>(length)) throw_broken(path, "it has another length than it says");
  uint32_t stated = 0;
  for (size_t i = block.size() - kChecksumBytes; i < block.size(); ++i) stated = stated << 8 | static_cast<uint8_t>(block[i]);
  if (functions::kernel::crc32(plain) != stated) throw_broken(path, "its checksum is wrong");
  return plain;
}

std::string stream_decompress(std::string_view block, const std::string& codec, const std::string& path) {
  const auto made = make_codec(codec)->MakeDecompressor();
  if (!made.ok()) throw_broken(path, made.status().message());
  std::string plain(std::max<size_t>(block.size() * 4, 1 << 12), '\0');
  size_t written = 0;
  while (!(*made)->IsFinished()) {
    if (written == plain.size()) {
      if (plain.size() >= kMaxBlockBytes) throw_broken(path, "too large");
      plain.resize(plain.size() * 2);
    }
    const auto step = (*made)->Decompress(static_cast<int64_t>(block.size()), bytes(block),
                                          static_cast<int64_t>(plain.size() - written),
                                          reinterpret_cast<uint8_t*>(plain.data()) + written);
    if (!step.ok()) throw_broken(path, step.status().message());
    block.remove_prefix(static_cast<size_t>(step->bytes_read));
    written += static_cast<size_t>(step->bytes_written);
    const bool is_stuck = step->bytes_read == 0 && step->bytes_written == 0 && written < plain.size();
    if (is_stuck && !(*made)->IsFinished()) throw_broken(path, "it ends too early");
  }
  plain.resize(written);
  return plain;
}

std::string stream_compress(std::string_view block, const std::string& codec) {
  const auto made = make_codec(codec)->MakeCompressor();
  FIRESTEEL_CHECK(made.ok(), "Arrow: " + made.status().ToString());
  std::string packed(block.size() + (1 << 12), '\0');
  size_t written = 0;
  const auto space = [&] {
    if (packed.size() - written < (1 << 12)) packed.resize(packed.size() * 2);
    return static_cast<int64_t>(packed.size() - written);
  };
  while (!block.empty()) {
    const int64_t room = space();
    const auto step = (*made)->Compress(static_cast<int64_t>(block.size()), bytes(block), room,
                                        reinterpret_cast<uint8_t*>(packed.data()) + written);
    FIRESTEEL_CHECK(step.ok(), "Arrow: " + step.status().ToString());
    block.remove_prefix(static_cast<size_t>(step->bytes_read));
    written += static_cast<size_t>(step->bytes_written);
    if (step->bytes_read == 0 && step->bytes_written == 0) packed.resize(packed.size() * 2);
  }
  for (bool is_done = false; !is_done;) {
    const int64_t room = space();
    const auto end = (*made)->End(room, reinterpret_cast<uint8_t*>(packed.data()) + written);
    FIRESTEEL_CHECK(end.ok(), "Arrow: " + end.status().ToString());
    written += static_cast<size_t>(end->bytes_written);
    is_done = !end->should_retry;
    if (!is_done) packed.resize(packed.size() * 2);
  }
  packed.resize(written);
  return packed;
}

}  // namespace

std::string avro_codec_of(const std::string& compression) {
  const std::string name = lower_case(compression);
  if (name == "uncompressed") return "null";
  for (const char* known : {"snappy", "deflate", "bzip2", "zstandard"}) {
    if (name == known) return name;
  }
  if (name == "xz") throw_unsupported("OPTION", "compression=xz for Avro");
  throw SparkError("CODEC_SHORT_NAME_NOT_FOUND", {{"codecName", compression}});
}

std::string avro_decompress(std::string_view block, const std::string& codec, const std::string& path) {
  if (codec.empty() || codec == "null") return std::string(block);
  return codec == "snappy" ? snappy_decompress(block, path) : stream_decompress(block, codec, path);
}

std::string avro_compress(std::string_view block, const std::string& codec) {
  if (codec == "null") return std::string(block);
  if (codec != "snappy") return stream_compress(block, codec);
  const auto snappy = make_codec(codec);
  std::string packed(static_cast<size_t>(snappy->MaxCompressedLen(static_cast<int64_t>(block.size()), bytes(block))), '\0');
  const auto size = snappy->Compress(static_cast<int64_t>(block.size()), bytes(block), static_cast<int64_t>(packed.size()),
                                     reinterpret_cast<uint8_t*>(packed.data()));
  FIRESTEEL_CHECK(size.ok(), "Arrow: " + size.status().ToString());
  packed.resize(static_cast<size_t>(*size));
  const uint32_t checksum = functions::kernel::crc32(block);
  for (int shift = 24; shift >= 0; shift -= 8) packed += static_cast<char>(checksum >> shift & 0xff);
  return packed;
}

}  // namespace firesteel::engine
