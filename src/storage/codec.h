// The compressions of text files that Spark knows: by a file's ending when it reads, by name when it writes
// (org.apache.spark.sql.catalyst.util.CompressionCodecs and the codecs of Hadoop behind it).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace arrow::io {
class InputStream;
}

namespace firesteel::storage {

enum class Codec : uint8_t { kNone, kGzip, kBzip2, kDeflate, kZstandard, kLz4, kSnappy };

// What a file's ending says.
Codec codec_of_path(std::string_view path);
// "gzip" → kGzip; none for a name that Spark does not know. "none" and "uncompressed" are kNone.
std::optional<Codec> codec_of_name(std::string_view name);
// ".gz"; empty for none.
std::string_view codec_suffix(Codec codec);

// Called between blocks; may throw to end the work.
using Progress = std::function<void()>;

// Writes the plain bytes of `input` into a new file. `name` is for errors: FAILED_READ_FILE.NO_HINT.
void decompress_to_file(const std::shared_ptr<::arrow::io::InputStream>& input, Codec codec, const std::string& name,
                        const std::string& target, const Progress& progress);
// Puts a compressed file in place of a plain one and returns its path: the plain one's with the codec's ending.
std::string compress_file(const std::string& path, Codec codec, const Progress& progress);

}  // namespace firesteel::storage
