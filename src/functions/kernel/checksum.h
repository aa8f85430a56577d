// Checksums and message digests: crc32 and sha2. Digests are hexadecimal in small letters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firesteel::functions::kernel {

// As in zlib (polynomial 0xEDB88320).
uint32_t crc32(std::string_view bytes);
// 224, 256, 384 or 512 bits, 0 for 256; nothing for another length.
std::optional<std::string> sha2(std::string_view bytes, int32_t bits);

}  // namespace firesteel::functions::kernel
