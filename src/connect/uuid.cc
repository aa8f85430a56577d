#include "connect/uuid.h"

#include <cctype>
#include <cstdint>
#include <random>

namespace firesteel::connect {

std::string make_uuid() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  uint64_t bits = 0;
  int available = 0;
  for (char& c : text) {
    if (c != 'x' && c != 'y') continue;
    if (available == 0) {
      bits = generator();
      available = 16;
    }
    const auto digit = static_cast<unsigned>(bits & 0xF);
    bits >>= 4;
    --available;
    c = kDigits[c == 'y' ? (digit & 0x3) | 0x8 : digit];
  }
  return text;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

}  // namespace firesteel::connect
