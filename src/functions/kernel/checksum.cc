#include "functions/kernel/checksum.h"

#include <algorithm>
#include <array>
#include <memory>

#include <openssl/evp.h>

#include "base/error.h"
#include "functions/kernel/interruption.h"

namespace firesteel::functions::kernel {

namespace {

// Some milliseconds of work between two looks whether anybody still waits.
constexpr size_t kBytesBetweenPolls = 1 << 22;

const EVP_MD* algorithm_of(int32_t bits) {
  switch (bits) {
    case 224: return EVP_sha224();
    case 0:
    case 256: return EVP_sha256();
    case 384: return EVP_sha384();
    case 512: return EVP_sha512();
    default: return nullptr;
  }
}

std::string hexadecimal(const unsigned char* bytes, size_t size) {
  std::string text;
  text.reserve(size * 2);
  for (size_t i = 0; i < size; ++i) {
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 15];
  }
  return text;
}

}  // namespace

uint32_t crc32(std::string_view bytes) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> result;
    for (uint32_t i = 0; i < result.size(); ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320 : 0);
      result[i] = value;
    }
    return result;
  }();
  uint32_t crc = ~0U;
  LoopWatch watch;
  for (char c : bytes) {
    watch.step();
    crc = table[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ crc >> 8;
  }
  return ~crc;
}

std::optional<std::string> sha2(std::string_view bytes, int32_t bits) {
  const EVP_MD* algorithm = algorithm_of(bits);
  if (!algorithm) return std::nullopt;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  bool is_good = context && EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1;
  for (size_t from = 0; is_good && from < bytes.size(); from += kBytesBetweenPolls) {
    if (from > 0) Interruptible::poll();
    const std::string_view part = bytes.substr(from, kBytesBetweenPolls);
    is_good = EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (!is_good || EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) throw_internal("no SHA-2 digest");
  return hexadecimal(digest.data(), size);
}

}  // namespace firesteel::functions::kernel
