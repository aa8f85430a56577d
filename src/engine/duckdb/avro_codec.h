// The compressions of Avro's blocks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firesteel::engine {

// The codec's name in a file's header for Spark's: "zstandard" → "zstandard", "uncompressed" → "null". Throws SparkError for
// a name that Spark does not know, and UNSUPPORTED_FEATURE.OPTION for xz.
std::string avro_codec_of(const std::string& compression);

// `codec` is a name from a file's header. Throws SparkError; `path` is for the error.
std::string avro_decompress(std::string_view block, const std::string& codec, const std::string& path);
std::string avro_compress(std::string_view block, const std::string& codec);

}  // namespace firesteel::engine
