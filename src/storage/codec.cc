#include "storage/codec.h"

#include <arrow/buffer.h>
#include <arrow/io/compressed.h>
#include <arrow/io/file.h>
#include <arrow/io/interfaces.h>
#include <arrow/util/compression.h>
#include <array>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace firesteel::storage {
namespace {

using ::arrow::Compression;

constexpr int64_t kBlockBytes = 1 << 20;
// io.compression.codec.lz4.buffersize and …snappy.buffersize.
constexpr int64_t kHadoopBlockBytes = 256 << 10;
// A block that claims more is no block of these codecs.
constexpr uint32_t kHadoopBlockBytesMax = 1U << 30;

struct Row {
  Codec codec;
  std::string_view name;
  std::string_view suffix;
};
constexpr std::array<Row, 7> kCodecs = {{{Codec::kNone, "none", ""},
                                         {Codec::kGzip, "gzip", ".gz"},
                                         {Codec::kBzip2, "bzip2", ".bz2"},
                                         {Codec::kDeflate, "deflate", ".deflate"},
                                         {Codec::kZstandard, "zstd", ".zst"},
                                         {Codec::kLz4, "lz4", ".lz4"},
                                         {Codec::kSnappy, "snappy", ".snappy"}}};

[[noreturn]] void throw_write(const ::arrow::Status& status) {
  if (status.message().find("No space left") != std::string::npos) {
    throw SparkError("FIRESTEEL_DISK_FULL", {{"reason", status.message()}});
  }
  throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", status.message()}});
}

template <typename T>
T written(::arrow::Result<T> result) {
  if (!result.ok()) throw_write(result.status());
  return std::move(result).ValueUnsafe();
}
void written(const ::arrow::Status& status) {
  if (!status.ok()) throw_write(status);
}

template <typename T>
T read(::arrow::Result<T> result, const std::string& name) {
  if (!result.ok()) {
    throw SparkError("FAILED_READ_FILE.NO_HINT", {{"path", name + " (" + result.status().message() + ")"}});
  }
  return std::move(result).ValueUnsafe();
}

std::unique_ptr<::arrow::util::Codec> arrow_codec(Codec codec) {
  switch (codec) {
    case Codec::kGzip: return written(::arrow::util::Codec::Create(Compression::GZIP));
    case Codec::kBzip2: return written(::arrow::util::Codec::Create(Compression::BZ2));
    case Codec::kZstandard: return written(::arrow::util::Codec::Create(Compression::ZSTD));
    case Codec::kLz4: return written(::arrow::util::Codec::Create(Compression::LZ4));
    case Codec::kSnappy: return written(::arrow::util::Codec::Create(Compression::SNAPPY));
    case Codec::kDeflate: {
      ::arrow::util::GZipCodecOptions options;
      options.gzip_format = ::arrow::util::GZipFormat::ZLIB;
      return written(::arrow::util::Codec::Create(Compression::GZIP, options));
    }
    case Codec::kNone: break;
  }
  throw_internal("no codec for plain files");
}

bool is_hadoop_block_codec(Codec codec) { return codec == Codec::kLz4 || codec == Codec::kSnappy; }

uint32_t from_big_endian(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}
void append_big_endian(std::string& out, uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(value >> shift & 0xff);
}

// org.apache.hadoop.io.compress.BlockDecompressorStream: the length of a block, then compressed pieces of it, each
// behind its own length.
class HadoopBlocks {
 public:
  HadoopBlocks(std::shared_ptr<::arrow::io::InputStream> input, Codec codec, std::string name)
      : input_(std::move(input)), codec_(arrow_codec(codec)), name_(std::move(name)) {}

  // False at the end.
  bool next(std::vector<uint8_t>& plain) {
    uint32_t length = 0;
    if (!read_length(&length)) return false;
    if (length > kHadoopBlockBytesMax) broken();
    plain.resize(length);
    for (uint32_t filled = 0; filled < length;) {
      uint32_t piece = 0;
      if (!read_length(&piece) || piece > kHadoopBlockBytesMax) broken();
      const auto compressed = read(input_->Read(piece), name_);
      if (compressed->size() != piece) broken();
      const int64_t got = read(
          codec_->Decompress(piece, compressed->data(), static_cast<int64_t>(length - filled), plain.data() + filled), name_);
      if (got == 0) broken();
      filled += static_cast<uint32_t>(got);
    }
    return true;
  }

 private:
  [[noreturn]] void broken() const {
    throw SparkError("FAILED_READ_FILE.NO_HINT", {{"path", name_ + " (a compressed block is broken)"}});
  }
  bool read_length(uint32_t* length) {
    const auto bytes = read(input_->Read(4), name_);
    if (bytes->size() == 0) return false;
    if (bytes->size() != 4) broken();
    *length = from_big_endian(bytes->data());
    return true;
  }

  std::shared_ptr<::arrow::io::InputStream> input_;
  std::unique_ptr<::arrow::util::Codec> codec_;
  const std::string name_;
};

void write_hadoop_blocks(::arrow::io::InputStream& input, ::arrow::io::OutputStream& output, Codec kind,
                         const Progress& progress) {
  const auto codec = arrow_codec(kind);
  std::vector<uint8_t> compressed(static_cast<size_t>(codec->MaxCompressedLen(kHadoopBlockBytes, nullptr)));
  while (true) {
    progress();
    const auto plain = written(input.Read(kHadoopBlockBytes));
    if (plain->size() == 0) return;
    const int64_t size =
        written(codec->Compress(plain->size(), plain->data(), static_cast<int64_t>(compressed.size()), compressed.data()));
    std::string lengths;
    append_big_endian(lengths, static_cast<uint32_t>(plain->size()));
    append_big_endian(lengths, static_cast<uint32_t>(size));
    written(output.Write(lengths));
    written(output.Write(compressed.data(), size));
  }
}

}  // namespace

Codec codec_of_path(std::string_view path) {
  for (const Row& row : kCodecs) {
    if (!row.suffix.empty() && path.ends_with(row.suffix)) return row.codec;
  }
  return Codec::kNone;
}

std::optional<Codec> codec_of_name(std::string_view name) {
  const std::string wanted = lower_case(name);
  if (wanted == "uncompressed") return Codec::kNone;
  for (const Row& row : kCodecs) {
    if (row.name == wanted) return row.codec;
  }
  return std::nullopt;
}

std::string_view codec_suffix(Codec codec) { return kCodecs.at(static_cast<size_t>(codec)).suffix; }

void decompress_to_file(const std::shared_ptr<::arrow::io::InputStream>& input, Codec codec, const std::string& name,
                        const std::string& target, const Progress& progress) {
  const auto output = written(::arrow::io::FileOutputStream::Open(target));
  if (is_hadoop_block_codec(codec)) {
    HadoopBlocks blocks(input, codec, name);
    std::vector<uint8_t> plain;
    while (blocks.next(plain)) {
      progress();
      written(output->Write(plain.data(), static_cast<int64_t>(plain.size())));
    }
  } else {
    std::unique_ptr<::arrow::util::Codec> held;
    std::shared_ptr<::arrow::io::InputStream> plain = input;
    if (codec != Codec::kNone) {
      held = arrow_codec(codec);
      plain = read(::arrow::io::CompressedInputStream::Make(held.get(), input), name);
    }
    while (true) {
      progress();
      const auto block = read(plain->Read(kBlockBytes), name);
      if (block->size() == 0) break;
      written(output->Write(block->data(), block->size()));
    }
  }
  written(output->Close());
}

std::string compress_file(const std::string& path, Codec codec, const Progress& progress) {
  const std::string target = path + std::string(codec_suffix(codec));
  {
    const auto input = written(::arrow::io::ReadableFile::Open(path));
    const auto output = written(::arrow::io::FileOutputStream::Open(target));
    if (is_hadoop_block_codec(codec)) {
      write_hadoop_blocks(*input, *output, codec, progress);
      written(output->Close());
    } else {
      const auto held = arrow_codec(codec);
      const auto compressed = written(::arrow::io::CompressedOutputStream::Make(held.get(), output));
      while (true) {
        progress();
        const auto block = written(input->Read(kBlockBytes));
        if (block->size() == 0) break;
        written(compressed->Write(block));
      }
      written(compressed->Close());
    }
  }
  std::filesystem::remove(path);
  return target;
}

}  // namespace firesteel::storage
