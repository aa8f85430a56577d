#include "functions/kernel/murmur3.h"

#include <bit>
#include <cstring>

#include "functions/kernel/big_endian.h"

namespace firesteel::functions::kernel {

namespace {

uint32_t mix_word(uint32_t word) { return std::rotl(word * 0xcc9e2d51U, 15) * 0x1b873593U; }

uint32_t mix_hash(uint32_t hash, uint32_t word) {
  return std::rotl(hash ^ mix_word(word), 13) * 5 + 0xe6546b64U;
}

int32_t finish(uint32_t hash, uint32_t length) {
  hash ^= length;
  hash = (hash ^ (hash >> 16)) * 0x85ebca6bU;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35U;
  return static_cast<int32_t>(hash ^ (hash >> 16));
}

uint32_t hash_whole_words(std::string_view bytes, uint32_t hash) {
  for (size_t i = 0; i + 4 <= bytes.size(); i += 4) {
    uint32_t word;
    std::memcpy(&word, bytes.data() + i, 4);
    hash = mix_hash(hash, word);
  }
  return hash;
}

}  // namespace

int32_t murmur3_hash_int(int32_t value, int32_t seed) {
  return finish(mix_hash(static_cast<uint32_t>(seed), static_cast<uint32_t>(value)), 4);
}

int32_t murmur3_hash_long(int64_t value, int32_t seed) {
  const auto bits = static_cast<uint64_t>(value);
  uint32_t hash = mix_hash(static_cast<uint32_t>(seed), static_cast<uint32_t>(bits));
  hash = mix_hash(hash, static_cast<uint32_t>(bits >> 32));
  return finish(hash, 8);
}

int32_t murmur3_hash_bytes(std::string_view bytes, int32_t seed) {
  uint32_t hash = hash_whole_words(bytes, static_cast<uint32_t>(seed));
  for (size_t i = bytes.size() & ~size_t{3}; i < bytes.size(); ++i) {
    // Each byte of the tail is a whole, sign-extended word of its own.
    hash = mix_hash(hash, static_cast<uint32_t>(static_cast<signed char>(bytes[i])));
  }
  return finish(hash, static_cast<uint32_t>(bytes.size()));
}

int32_t murmur3_x86_32(std::string_view bytes, int32_t seed) {
  uint32_t hash = hash_whole_words(bytes, static_cast<uint32_t>(seed));
  uint32_t tail = 0;
  const size_t aligned = bytes.size() & ~size_t{3};
  for (size_t i = aligned; i < bytes.size(); ++i) {
    tail |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * (i - aligned));
  }
  return finish(hash ^ mix_word(tail), static_cast<uint32_t>(bytes.size()));
}

int32_t murmur3_hash_boolean(bool value, int32_t seed) {
  return murmur3_hash_int(value ? 1 : 0, seed);
}

int32_t murmur3_hash_float(float value, int32_t seed) {
  if (value == 0.0F) return murmur3_hash_int(0, seed);
  // Java's floatToIntBits knows one NaN only.
  const auto bits = value != value ? 0x7fc00000 : std::bit_cast<int32_t>(value);
  return murmur3_hash_int(bits, seed);
}

int32_t murmur3_hash_double(double value, int32_t seed) {
  if (value == 0.0) return murmur3_hash_long(0, seed);
  const auto bits = value != value ? 0x7ff8000000000000 : std::bit_cast<int64_t>(value);
  return murmur3_hash_long(bits, seed);
}

int32_t murmur3_hash_decimal(Int128 unscaled, int precision, int32_t seed) {
  if (precision <= 18) return murmur3_hash_long(static_cast<int64_t>(unscaled), seed);
  BigEndianBytes bytes(unscaled);
  return murmur3_hash_bytes(bytes.view(), seed);
}

int32_t murmur3_hash_calendar_interval(int32_t months, int32_t days, int64_t microseconds,
                                       int32_t seed) {
  return murmur3_hash_int(months, murmur3_hash_int(days, murmur3_hash_long(microseconds, seed)));
}

}  // namespace firesteel::functions::kernel
