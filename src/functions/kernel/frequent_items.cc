#include "functions/kernel/frequent_items.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "base/error.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/utf8.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

constexpr int kMinLgSize = 3;
constexpr size_t kSampleSize = 1024;
constexpr uint8_t kSerialVersion = 1;
constexpr uint8_t kFamily = 10;
constexpr uint8_t kEmptyFlag = 4 | 1;

uint64_t mixed(uint64_t key) {
  key ^= key >> 33;
  key *= 0xff51afd7ed558ccdULL;
  key ^= key >> 33;
  key *= 0xc4ceb9fe1a85ec53ULL;
  return key ^ key >> 33;
}

int32_t folded(uint64_t bits) { return static_cast<int32_t>(bits ^ bits >> 32); }

int32_t hash_of_double(double number) {
  if (std::isnan(number)) return folded(0x7ff8000000000000ULL);
  return folded(std::bit_cast<uint64_t>(number));
}

int32_t hash_of_float(float number) {
  return std::isnan(number) ? 0x7fc00000 : std::bit_cast<int32_t>(number);
}

int32_t hash_of_long(int64_t number) {
  return number == static_cast<int32_t>(number) ? static_cast<int32_t>(number)
                                                : folded(static_cast<uint64_t>(number));
}

int32_t hash_of_string(std::string_view text) {
  uint32_t hash = 0;
  for (size_t i = 0; i < text.size(); i += utf8_step(text, i)) {
    const uint32_t point = utf8_code_point(text, i);
    if (point >= 0x10000) {
      hash = hash * 31 + (0xD800 + ((point - 0x10000) >> 10));
      hash = hash * 31 + (0xDC00 + ((point - 0x10000) & 0x3FF));
    } else {
      hash = hash * 31 + point;
    }
  }
  return static_cast<int32_t>(hash);
}

// scala.math.BigDecimal.hashCode: whole numbers as longs, what a double holds exactly as the
// double.
int32_t hash_of_decimal(Int128 unscaled, int scale) {
  Int128 divisor = 1;
  for (int i = 0; i < scale; ++i) divisor *= 10;
  if (unscaled % divisor == 0) return hash_of_long(static_cast<int64_t>(unscaled / divisor));
  const double number = decimal_to_double(unscaled, scale);
  const auto narrow = static_cast<float>(number);
  return static_cast<double>(narrow) == number ? hash_of_float(narrow) : hash_of_double(number);
}

template <typename T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Reads little-endian values and fails at the end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <typename T>
  T get() {
    T value;
    std::memcpy(&value, get_bytes(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view get_bytes(size_t count) {
    if (count > rest_.size()) throw std::runtime_error("bytes of frequent items end early");
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

 private:
  std::string_view rest_;
};

// ArrayOfNumbersSerDe's marks of a number's type.
uint8_t number_mark(TypeKind kind) {
  switch (kind) {
    case TypeKind::kByte:
      return 2;
    case TypeKind::kShort:
      return 3;
    case TypeKind::kFloat:
      return 6;
    case TypeKind::kInteger:
    case TypeKind::kDate:
      return 9;
    default:
      return 0;
  }
}

// BigInteger.toByteArray: the shortest two's complement, the highest byte first.
std::string big_endian_bytes(Int128 value) {
  std::string bytes;
  do {
    bytes.insert(bytes.begin(), static_cast<char>(value & 0xFF));
    value >>= 8;
  } while (!(value == 0 && !(bytes[0] & 0x80)) && !(value == -1 && (bytes[0] & 0x80)));
  return bytes;
}

Int128 from_big_endian(std::string_view bytes) {
  Int128 value = !bytes.empty() && (bytes[0] & 0x80) ? -1 : 0;
  for (const char byte : bytes) value = value * 256 + static_cast<unsigned char>(byte);
  return value;
}

constexpr int kLongDigits = 18;

// ArrayOfDecimalsSerDe: unscaled values as marked integers, as longs or as big integers.
void put_decimal(std::string& out, const Type& type, Int128 unscaled) {
  if (type.precision() <= 9) {
    put<uint8_t>(out, 9);
    put<int32_t>(out, static_cast<int32_t>(unscaled));
  } else if (type.precision() <= kLongDigits) {
    put<int64_t>(out, static_cast<int64_t>(unscaled));
  } else {
    const std::string bytes = big_endian_bytes(unscaled);
    put<int32_t>(out, static_cast<int32_t>(bytes.size()));
    out += bytes;
  }
}

Value get_decimal(Reader& in, const Type& type) {
  if (type.precision() <= 9) {
    in.get<uint8_t>();
    return Value(Int128{in.get<int32_t>()});
  }
  if (type.precision() <= kLongDigits) return Value(Int128{in.get<int64_t>()});
  return Value(from_big_endian(in.get_bytes(static_cast<size_t>(in.get<uint32_t>()))));
}

void put_item(std::string& out, const Type& type, const Value& item) {
  if (const uint8_t mark = number_mark(type.kind())) put(out, mark);
  switch (type.kind()) {
    case TypeKind::kByte:
      return put(out, static_cast<int8_t>(item.integer()));
    case TypeKind::kShort:
      return put(out, static_cast<int16_t>(item.integer()));
    case TypeKind::kInteger:
    case TypeKind::kDate:
      return put(out, static_cast<int32_t>(item.integer()));
    case TypeKind::kFloat:
      return put(out, static_cast<float>(item.real()));
    case TypeKind::kDouble:
      return put(out, item.real());
    case TypeKind::kDecimal:
      return put_decimal(out, type, item.decimal());
    case TypeKind::kString:
      put(out, static_cast<int32_t>(item.text().size()));
      out += item.text();
      return;
    default:
      return put(out, item.integer());
  }
}

Value get_item(Reader& in, const Type& type) {
  if (const uint8_t mark = number_mark(type.kind()); mark && in.get<uint8_t>() != mark) {
    throw std::runtime_error("a number of another type");
  }
  switch (type.kind()) {
    case TypeKind::kByte:
      return Value(int64_t{in.get<int8_t>()});
    case TypeKind::kShort:
      return Value(int64_t{in.get<int16_t>()});
    case TypeKind::kInteger:
    case TypeKind::kDate:
      return Value(int64_t{in.get<int32_t>()});
    case TypeKind::kFloat:
      return Value(double{in.get<float>()});
    case TypeKind::kDouble:
      return Value(in.get<double>());
    case TypeKind::kDecimal:
      return get_decimal(in, type);
    case TypeKind::kString:
      return Value(std::string(in.get_bytes(in.get<uint32_t>())));
    default:
      return Value(in.get<int64_t>());
  }
}

int lg_size_for(int64_t tracked) {
  const double least = std::ceil(static_cast<double>(tracked) / 0.75);
  return std::max(kMinLgSize, static_cast<int>(std::ceil(std::log(least) / std::log(2.0))));
}

}  // namespace

int32_t java_hash_code(const Type& type, const Value& value) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return value.boolean() ? 1231 : 1237;
    case TypeKind::kFloat:
      return hash_of_float(static_cast<float>(value.real()));
    case TypeKind::kDouble:
      return hash_of_double(value.real());
    case TypeKind::kDecimal:
      return hash_of_decimal(value.decimal(), type.scale());
    case TypeKind::kString:
      return hash_of_string(value.text());
    case TypeKind::kLong:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
      return folded(static_cast<uint64_t>(value.integer()));
    default:
      return static_cast<int32_t>(value.integer());
  }
}

FrequentItems::FrequentItems(Type item, int64_t tracked)
    : FrequentItems(std::move(item), lg_size_for(tracked), kMinLgSize) {}

FrequentItems::FrequentItems(Type item, int lg_max, int lg_current)
    : item_(std::move(item)),
      lg_max_(lg_max),
      keys_(size_t{1} << lg_current),
      counts_(keys_.size()),
      drifts_(keys_.size()) {}

size_t FrequentItems::home_of(const Value& item) const {
  const auto hash = static_cast<uint64_t>(int64_t{java_hash_code(item_, item)});
  return mixed(hash) & (keys_.size() - 1);
}

bool FrequentItems::same_item(const Value& a, const Value& b) const {
  // Double.equals compares bits, where all NaN are one.
  if (!item_.is(TypeKind::kFloat) && !item_.is(TypeKind::kDouble))
    return compare_values(item_, a, b) == 0;
  const auto bits = [](double number) {
    return std::isnan(number) ? ~uint64_t{0} : std::bit_cast<uint64_t>(number);
  };
  return bits(a.real()) == bits(b.real());
}

void FrequentItems::adjust_or_insert(const Value& item, int64_t count) {
  const size_t mask = keys_.size() - 1;
  size_t slot = home_of(item);
  uint16_t drift = 1;
  while (drifts_[slot] > 0) {
    if (same_item(keys_[slot], item)) {
      counts_[slot] += count;
      return;
    }
    slot = (slot + 1) & mask;
    ++drift;
  }
  keys_[slot] = item;
  counts_[slot] = count;
  drifts_[slot] = drift;
  ++active_;
}

void FrequentItems::update(const Value& item, int64_t count) {
  if (count <= 0) return;
  weight_ += count;
  adjust_or_insert(item, count);
  if (active_ <= capacity()) return;
  if (keys_.size() < size_t{1} << lg_max_) {
    grow();
  } else {
    purge();
  }
}

void FrequentItems::grow() {
  const auto keys = std::exchange(keys_, std::vector<Value>(keys_.size() * 2));
  const auto counts = std::exchange(counts_, std::vector<int64_t>(keys_.size()));
  const auto drifts = std::exchange(drifts_, std::vector<uint16_t>(keys_.size()));
  active_ = 0;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (drifts[i] > 0) adjust_or_insert(keys[i], counts[i]);
  }
}

// Takes the median of some counts off all of them; items without a count left go.
void FrequentItems::purge() {
  std::vector<int64_t> samples;
  for (size_t i = 0; samples.size() < std::min(kSampleSize, active_); ++i) {
    if (drifts_[i] > 0) samples.push_back(counts_[i]);
  }
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  const int64_t median = *middle;
  for (int64_t& count : counts_) count -= median;
  // From the last free slot down, then the cluster above it.
  size_t first = keys_.size() - 1;
  while (drifts_[first] > 0) --first;
  const auto visit = [&](size_t slot) {
    if (drifts_[slot] == 0 || counts_[slot] > 0) return;
    erase(slot);
    --active_;
  };
  for (size_t slot = first; slot-- > 0;) visit(slot);
  for (size_t slot = keys_.size(); slot-- > first;) visit(slot);
  offset_ += median;
}

void FrequentItems::erase(size_t slot) {
  const size_t mask = keys_.size() - 1;
  drifts_[slot] = 0;
  uint16_t drift = 1;
  for (size_t probe = (slot + 1) & mask; drifts_[probe] > 0; probe = (probe + 1) & mask, ++drift) {
    if (drifts_[probe] <= drift) continue;
    keys_[slot] = keys_[probe];
    counts_[slot] = counts_[probe];
    drifts_[slot] = static_cast<uint16_t>(drifts_[probe] - drift);
    drifts_[probe] = 0;
    drift = 0;
    slot = probe;
  }
}

template <typename F>
void FrequentItems::visit_in_strides(const F& visit) const {
  const auto stride =
      static_cast<size_t>(static_cast<double>(keys_.size()) * ((std::sqrt(5.0) - 1) / 2)) | 1;
  size_t seen = 0;
  for (size_t slot = 0; seen < active_; slot = (slot + stride) & (keys_.size() - 1)) {
    if (drifts_[slot] == 0) continue;
    ++seen;
    visit(slot);
  }
}

void FrequentItems::merge(const FrequentItems& other) {
  if (other.active_ == 0) return;
  const int64_t weight = weight_ + other.weight_;
  other.visit_in_strides([&](size_t slot) { update(other.keys_[slot], other.counts_[slot]); });
  offset_ += other.offset_;
  weight_ = weight;
}

std::vector<std::pair<Value, int64_t>> FrequentItems::rows() const {
  std::vector<std::pair<Value, int64_t>> rows;
  visit_in_strides([&](size_t slot) {
    if (counts_[slot] > offset_) rows.emplace_back(keys_[slot], counts_[slot] + offset_);
  });
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return rows;
}

std::string FrequentItems::bytes() const {
  std::string out;
  put<uint8_t>(out, active_ == 0 ? 1 : 4);
  put(out, kSerialVersion);
  put(out, kFamily);
  put(out, static_cast<uint8_t>(lg_max_));
  put(out, static_cast<uint8_t>(std::countr_zero(keys_.size())));
  put<uint8_t>(out, active_ == 0 ? kEmptyFlag : 0);
  put<uint16_t>(out, 0);
  if (active_ == 0) return out;
  put(out, static_cast<uint64_t>(active_));
  put(out, weight_);
  put(out, offset_);
  std::string items;
  uint8_t flags = 0;
  size_t bit = 0;
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (drifts_[i] == 0) continue;
    put(out, counts_[i]);
    if (!item_.is(TypeKind::kBoolean)) {
      put_item(items, item_, keys_[i]);
    } else if (keys_[i].boolean()) {
      flags = static_cast<uint8_t>(flags | 1U << bit);
    }
    ++bit;
  }
  if (item_.is(TypeKind::kBoolean)) put(items, flags);  // no more than two of them
  return out + items;
}

FrequentItems FrequentItems::from_bytes(Type item, std::string_view bytes) {
  Reader in(bytes);
  in.get<uint8_t>();
  if (in.get<uint8_t>() != kSerialVersion || in.get<uint8_t>() != kFamily) {
    throw std::runtime_error("no frequent items");
  }
  const int lg_max = in.get<uint8_t>();
  const int lg_current = in.get<uint8_t>();
  const bool is_empty = in.get<uint8_t>() & kEmptyFlag;
  in.get<uint16_t>();
  if (lg_max > 24 || lg_current > lg_max || lg_current < kMinLgSize)
    throw std::runtime_error("a table of that size");
  FrequentItems sketch(std::move(item), lg_max, is_empty ? kMinLgSize : lg_current);
  if (is_empty) return sketch;
  const auto active = in.get<uint64_t>();
  const auto weight = in.get<int64_t>();
  const auto offset = in.get<int64_t>();
  const uint64_t most = sketch.item_.is(TypeKind::kBoolean) ? 2 : bytes.size();
  if (active > most) throw std::runtime_error("more items than bytes");
  std::vector<int64_t> counts(active);
  for (int64_t& count : counts) count = in.get<int64_t>();
  if (sketch.item_.is(TypeKind::kBoolean)) {
    const auto flags = in.get<uint8_t>();
    for (size_t i = 0; i < active; ++i) sketch.update(Value((flags >> i & 1) != 0), counts[i]);
  } else {
    for (size_t i = 0; i < active; ++i) sketch.update(get_item(in, sketch.item_), counts[i]);
  }
  sketch.weight_ = weight;
  sketch.offset_ = offset;
  return sketch;
}

}  // namespace firesteel::functions::kernel
