#include "functions/kernel/checksum.h"

#include <array>
#include <bit>
#include <cmath>

#include "functions/kernel/interruption.h"

namespace firesteel::functions::kernel {

namespace {

template <typename Word>
std::string hexadecimal(const Word* words, size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i) {
    for (int shift = static_cast<int>(sizeof(Word)) * 8 - 4; shift >= 0; shift -= 4) {
      text += "0123456789abcdef"[words[i] >> shift & 15];
    }
  }
  return text;
}

// The message with a 1 bit, zeros and its length in bits, in whole blocks of 16 words.
template <typename Word>
std::string padded(std::string_view bytes) {
  constexpr size_t kBlock = sizeof(Word) * 16, kLength = sizeof(Word) * 2;
  std::string message(bytes);
  message += '\x80';
  while (message.size() % kBlock != kBlock - kLength) message += '\0';
  message.append(kLength - 8, '\0');
  const uint64_t bits = static_cast<uint64_t>(bytes.size()) * 8;
  for (int shift = 56; shift >= 0; shift -= 8) message += static_cast<char>(bits >> shift);
  return message;
}

template <typename Word>
Word load(const std::string& message, size_t position) {
  Word word = 0;
  for (size_t i = 0; i < sizeof(Word); ++i) {
    word = static_cast<Word>(word << 8) | static_cast<unsigned char>(message[position + i]);
  }
  return word;
}

constexpr std::array<int, 80> kPrimes = [] {
  std::array<int, 80> primes{};
  size_t count = 0;
  for (int candidate = 2; count < primes.size(); ++candidate) {
    bool is_prime = true;
    for (int divisor = 2; divisor * divisor <= candidate; ++divisor) {
      is_prime = is_prime && candidate % divisor != 0;
    }
    if (is_prime) primes[count++] = candidate;
  }
  return primes;
}();

__extension__ typedef unsigned __int128 Wide;

// The first 64 bits of the fraction of the cube root of a prime, by bisection: SHA-512's constants.
uint64_t cube_root_fraction(int prime) {
  // root = r / 2^64 for the largest r with r^3 <= prime * 2^192; r has at most 67 bits.
  long double estimate = std::cbrt(static_cast<long double>(prime));
  auto root = static_cast<Wide>(estimate * 18446744073709551616.0L);
  const auto exceeds = [prime](Wide r) {
    // r^3 in 64-bit limbs against prime * 2^192.
    const uint64_t low = static_cast<uint64_t>(r), high = static_cast<uint64_t>(r >> 64);
    const Wide ll = static_cast<Wide>(low) * low, lh = static_cast<Wide>(low) * high * 2;
    const uint64_t s0 = static_cast<uint64_t>(ll);
    const Wide middle = (ll >> 64) + static_cast<uint64_t>(lh);
    const uint64_t s1 = static_cast<uint64_t>(middle);
    const Wide s2 = (lh >> 64) + (middle >> 64) + static_cast<Wide>(high) * high;
    // (s2, s1, s0) * (high, low); only the limb at 2^192 and above decides.
    Wide carry = static_cast<Wide>(s0) * low >> 64;
    const Wide a = static_cast<Wide>(s1) * low, b = static_cast<Wide>(s0) * high;
    Wide limb1 = carry + static_cast<uint64_t>(a) + static_cast<uint64_t>(b);
    Wide limb2 = (limb1 >> 64) + (a >> 64) + (b >> 64) +
                 static_cast<Wide>(static_cast<uint64_t>(s2)) * low +
                 static_cast<Wide>(s1) * high;
    const Wide limb3 = (limb2 >> 64) + s2 * high;
    return limb3 >= static_cast<Wide>(prime);
  };
  while (exceeds(root)) --root;
  while (!exceeds(root + 1)) ++root;
  return static_cast<uint64_t>(root);
}

const std::array<uint64_t, 80>& round_constants() {
  static const std::array<uint64_t, 80> constants = [] {
    std::array<uint64_t, 80> result;
    for (size_t i = 0; i < result.size(); ++i) result[i] = cube_root_fraction(kPrimes[i]);
    return result;
  }();
  return constants;
}

// The rotations and shifts of FIPS 180-4.
template <typename Word>
struct Sha2Shape;
template <>
struct Sha2Shape<uint32_t> {
  static constexpr size_t kRounds = 64;
  static constexpr int kRotations[12] = {2, 13, 22, 6, 11, 25, 7, 18, 3, 17, 19, 10};
};
template <>
struct Sha2Shape<uint64_t> {
  static constexpr size_t kRounds = 80;
  static constexpr int kRotations[12] = {28, 34, 39, 14, 18, 41, 1, 8, 7, 19, 61, 6};
};

template <typename Word>
std::array<Word, 8> sha2_digest(std::string_view bytes, std::array<Word, 8> state) {
  using Shape = Sha2Shape<Word>;
  constexpr auto& r = Shape::kRotations;
  const std::string message = padded<Word>(bytes);
  std::array<Word, Shape::kRounds> schedule;
  LoopWatch watch;
  for (size_t block = 0; block < message.size(); block += sizeof(Word) * 16) {
    watch.step(Shape::kRounds);
    for (size_t i = 0; i < Shape::kRounds; ++i) {
      if (i < 16) {
        schedule[i] = load<Word>(message, block + i * sizeof(Word));
        continue;
      }
      const Word early = schedule[i - 15], late = schedule[i - 2];
      schedule[i] = schedule[i - 16] + schedule[i - 7] +
                    (std::rotr(early, r[6]) ^ std::rotr(early, r[7]) ^ early >> r[8]) +
                    (std::rotr(late, r[9]) ^ std::rotr(late, r[10]) ^ late >> r[11]);
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (size_t i = 0; i < Shape::kRounds; ++i) {
      // SHA-256's constants are the upper halves of SHA-512's.
      const auto constant =
          static_cast<Word>(round_constants()[i] >> (64 - sizeof(Word) * 8));
      const Word first = h + (std::rotr(e, r[3]) ^ std::rotr(e, r[4]) ^ std::rotr(e, r[5])) +
                         ((e & f) ^ (~e & g)) + constant + schedule[i];
      const Word second = (std::rotr(a, r[0]) ^ std::rotr(a, r[1]) ^ std::rotr(a, r[2])) +
                          ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + first;
      d = c;
      c = b;
      b = a;
      a = first + second;
    }
    const std::array<Word, 8> change = {a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < 8; ++i) state[i] += change[i];
  }
  return state;
}

}  // namespace

uint32_t crc32(std::string_view bytes) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> result;
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320 : 0);
      result[i] = value;
    }
    return result;
  }();
  uint32_t crc = ~0U;
  for (char c : bytes) crc = table[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ crc >> 8;
  return ~crc;
}

std::string sha1(std::string_view bytes) {
  std::array<uint32_t, 5> state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  const std::string message = padded<uint32_t>(bytes);
  std::array<uint32_t, 80> schedule;
  for (size_t block = 0; block < message.size(); block += 64) {
    for (size_t i = 0; i < 80; ++i) {
      schedule[i] = i < 16 ? load<uint32_t>(message, block + i * 4)
                           : std::rotl(schedule[i - 3] ^ schedule[i - 8] ^ schedule[i - 14] ^
                                           schedule[i - 16],
                                       1);
    }
    auto [a, b, c, d, e] = state;
    for (size_t i = 0; i < 80; ++i) {
      uint32_t mixed = b ^ c ^ d, constant = i < 40 ? 0x6ED9EBA1 : 0xCA62C1D6;
      if (i < 20) {
        mixed = (b & c) | (~b & d);
        constant = 0x5A827999;
      } else if (i >= 40 && i < 60) {
        mixed = (b & c) | (b & d) | (c & d);
        constant = 0x8F1BBCDC;
      }
      const uint32_t next = std::rotl(a, 5) + mixed + e + constant + schedule[i];
      e = d;
      d = c;
      c = std::rotl(b, 30);
      b = a;
      a = next;
    }
    const std::array<uint32_t, 5> change = {a, b, c, d, e};
    for (size_t i = 0; i < 5; ++i) state[i] += change[i];
  }
  return hexadecimal(state.data(), state.size());
}

std::optional<std::string> sha2(std::string_view bytes, int32_t bits) {
  switch (bits) {
    case 224:
      return hexadecimal(
          sha2_digest<uint32_t>(bytes, {0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31,
                                        0x68581511, 0x64f98fa7, 0xbefa4fa4})
              .data(),
          7);
    case 0:
    case 256:
      return hexadecimal(
          sha2_digest<uint32_t>(bytes, {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                        0x9b05688c, 0x1f83d9ab, 0x5be0cd19})
              .data(),
          8);
    case 384:
      return hexadecimal(
          sha2_digest<uint64_t>(bytes, {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17,
                                        0x152fecd8f70e5939, 0x67332667ffc00b31, 0x8eb44a8768581511,
                                        0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4})
              .data(),
          6);
    case 512:
      return hexadecimal(
          sha2_digest<uint64_t>(bytes, {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                        0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                        0x1f83d9abfb41bd6b, 0x5be0cd19137e2179})
              .data(),
          8);
    default: return std::nullopt;
  }
}

}  // namespace firesteel::functions::kernel
