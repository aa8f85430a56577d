#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/encoding.h"
#include "functions/kernel/json_text.h"
#include "functions/kernel/time_zone.h"
#include "functions/kernel/value_text.h"
#include "functions/kernel/variant.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;

// The two low bits of a header say what follows, the others more about it.
constexpr uint8_t kPrimitive = 0;
constexpr uint8_t kShortString = 1;
constexpr uint8_t kObject = 2;
constexpr uint8_t kArray = 3;

constexpr int kMaxDepth = 1000;  // as that of the JSON that is read

[[noreturn]] void malformed() { throw SparkError("MALFORMED_VARIANT", {}); }

uint8_t basic_type(uint8_t header) { return header & 3; }
uint8_t type_info(uint8_t header) { return header >> 2; }

int64_t sign_extended(uint64_t value, size_t bytes) {
  const int shift = 64 - 8 * static_cast<int>(bytes);
  return static_cast<int64_t>(value << shift) >> shift;
}

}  // namespace

std::string_view VariantView::bytes_at(size_t position, size_t count) const {
  if (position > value_.size() || count > value_.size() - position) malformed();
  return value_.substr(position, count);
}

uint64_t VariantView::unsigned_at(size_t position, size_t bytes) const {
  uint64_t value = 0;
  std::memcpy(&value, bytes_at(position, bytes).data(), bytes);
  return value;
}

VariantKind VariantView::kind() const {
  const uint8_t head = header();
  switch (basic_type(head)) {
    case kShortString:
      return VariantKind::kString;
    case kObject:
      return VariantKind::kObject;
    case kArray:
      return VariantKind::kArray;
    default:
      break;
  }
  switch (type_info(head)) {
    case 0:
      return VariantKind::kNull;
    case 1:
    case 2:
      return VariantKind::kBoolean;
    case 3:
    case 4:
    case 5:
    case 6:
      return VariantKind::kLong;
    case 7:
      return VariantKind::kDouble;
    case 8:
    case 9:
    case 10:
      return VariantKind::kDecimal;
    case 11:
      return VariantKind::kDate;
    case 12:
      return VariantKind::kTimestamp;
    case 13:
      return VariantKind::kTimestampNtz;
    case 14:
      return VariantKind::kFloat;
    case 15:
      return VariantKind::kBinary;
    case 16:
      return VariantKind::kString;
    default:
      break;
  }
  throw SparkError("UNKNOWN_PRIMITIVE_TYPE_IN_VARIANT", {{"id", std::to_string(type_info(head))}});
}

std::string_view VariantView::text() const {
  const uint8_t head = header();
  if (basic_type(head) == kShortString) return bytes_at(position_ + 1, type_info(head));
  return bytes_at(position_ + 5, unsigned_at(position_ + 1, 4));
}

// The unscaled value without zeros at its end, and the scale.
std::pair<Int128, int> VariantView::decimal() const {
  const size_t size = size_t{4} << (type_info(header()) - 8);
  int scale = static_cast<int>(unsigned_at(position_ + 1, 1));
  Int128 unscaled = 0;
  if (size == 16) {
    std::memcpy(&unscaled, bytes_at(position_ + 2, size).data(), size);
  } else {
    unscaled = sign_extended(unsigned_at(position_ + 2, size), size);
  }
  if (scale > 38 || !decimal_fits(unscaled, 38)) malformed();
  while (scale > 0 && unscaled % 10 == 0) {
    unscaled /= 10;
    --scale;
  }
  return {unscaled, scale};
}

Type VariantView::scalar_type() const {
  switch (kind()) {
    case VariantKind::kBoolean:
      return Type::boolean();
    case VariantKind::kLong:
      return Type::long_integer();
    case VariantKind::kFloat:
      return Type::float_number();
    case VariantKind::kDouble:
      return Type::double_number();
    case VariantKind::kString:
      return Type::string();
    case VariantKind::kBinary:
      return Type::binary();
    case VariantKind::kDate:
      return Type::date();
    case VariantKind::kTimestamp:
      return Type::timestamp();
    case VariantKind::kTimestampNtz:
      return Type::timestamp_ntz();
    case VariantKind::kDecimal: {
      const auto [unscaled, scale] = decimal();
      int digits = 1;
      while (!decimal_fits(unscaled, digits)) ++digits;
      return Type::decimal(std::max(digits, scale), scale);
    }
    case VariantKind::kNull:
    case VariantKind::kObject:
    case VariantKind::kArray:
      break;
  }
  return Type::null();
}

Value VariantView::scalar() const {
  const uint8_t info = type_info(header());
  switch (kind()) {
    case VariantKind::kBoolean:
      return Value(info == 1);
    case VariantKind::kLong: {
      const size_t size = size_t{1} << (info - 3);
      return Value(sign_extended(unsigned_at(position_ + 1, size), size));
    }
    case VariantKind::kDate:
      return Value(sign_extended(unsigned_at(position_ + 1, 4), 4));
    case VariantKind::kTimestamp:
    case VariantKind::kTimestampNtz:
      return Value(static_cast<int64_t>(unsigned_at(position_ + 1, 8)));
    case VariantKind::kFloat:
      return Value(
          double{std::bit_cast<float>(static_cast<uint32_t>(unsigned_at(position_ + 1, 4)))});
    case VariantKind::kDouble:
      return Value(std::bit_cast<double>(unsigned_at(position_ + 1, 8)));
    case VariantKind::kDecimal:
      return Value(decimal().first);
    case VariantKind::kString:
    case VariantKind::kBinary:
      return Value(std::string(text()));
    case VariantKind::kNull:
    case VariantKind::kObject:
    case VariantKind::kArray:
      break;
  }
  return Value();
}

VariantView::Container VariantView::container() const {
  const uint8_t head = header();
  const uint8_t info = type_info(head);
  const bool is_object = basic_type(head) == kObject;
  if ((!is_object && basic_type(head) != kArray) || depth_ > kMaxDepth) malformed();
  Container c;
  const bool is_large = (info >> (is_object ? 4 : 2) & 1) != 0;
  const size_t size_bytes = is_large ? 4 : 1;
  c.size = unsigned_at(position_ + 1, size_bytes);
  c.offset_size = (info & 3) + 1;
  c.id_size = is_object ? (info >> 2 & 3) + 1 : 0;
  c.id_start = position_ + 1 + size_bytes;
  c.offset_start = c.id_start + c.size * c.id_size;
  c.data_start = c.offset_start + (c.size + 1) * c.offset_size;
  if (c.data_start > value_.size()) malformed();
  return c;
}

size_t VariantView::size() const { return container().size; }

std::string_view VariantView::name(uint64_t id) const {
  const VariantView metadata(metadata_, {});
  const size_t offset_size = (static_cast<uint8_t>(metadata.bytes_at(0, 1)[0]) >> 6 & 3) + 1;
  const uint64_t count = metadata.unsigned_at(1, offset_size);
  if (id >= count) malformed();
  const size_t strings = 1 + (count + 2) * offset_size;
  const uint64_t from = metadata.unsigned_at(1 + (id + 1) * offset_size, offset_size);
  const uint64_t to = metadata.unsigned_at(1 + (id + 2) * offset_size, offset_size);
  if (from > to) malformed();
  return metadata.bytes_at(strings + from, to - from);
}

std::pair<std::string_view, VariantView> VariantView::field(size_t index) const {
  const Container c = container();
  const uint64_t id = unsigned_at(c.id_start + index * c.id_size, c.id_size);
  const uint64_t offset = unsigned_at(c.offset_start + index * c.offset_size, c.offset_size);
  return {name(id), VariantView(value_, metadata_, c.data_start + offset, depth_ + 1)};
}

VariantView VariantView::element(size_t index) const {
  const Container c = container();
  const uint64_t offset = unsigned_at(c.offset_start + index * c.offset_size, c.offset_size);
  return {value_, metadata_, c.data_start + offset, depth_ + 1};
}

std::optional<VariantView> VariantView::field(std::string_view wanted) const {
  for (size_t i = 0; i < size(); ++i) {
    const auto [key, value] = field(i);
    if (key == wanted) return value;
  }
  return std::nullopt;
}

std::string_view VariantView::bytes() const {
  const uint8_t head = header();
  size_t size = 1;
  if (basic_type(head) == kShortString) {
    size += type_info(head);
  } else if (basic_type(head) == kObject || basic_type(head) == kArray) {
    const Container c = container();
    size = c.data_start - position_ +
           unsigned_at(c.offset_start + c.size * c.offset_size, c.offset_size);
  } else {
    switch (kind()) {
      case VariantKind::kLong:
        size += size_t{1} << (type_info(head) - 3);
        break;
      case VariantKind::kDecimal:
        size += 1 + (size_t{4} << (type_info(head) - 8));
        break;
      case VariantKind::kDate:
      case VariantKind::kFloat:
        size += 4;
        break;
      case VariantKind::kDouble:
      case VariantKind::kTimestamp:
      case VariantKind::kTimestampNtz:
        size += 8;
        break;
      case VariantKind::kString:
      case VariantKind::kBinary:
        size += 4 + text().size();
        break;
      default:
        break;
    }
  }
  return bytes_at(position_, size);
}

std::string VariantView::json(std::string_view time_zone) const {
  std::string out;
  append_json(time_zone, out);
  return out;
}

void VariantView::append_json(std::string_view time_zone, std::string& out) const {
  switch (kind()) {
    case VariantKind::kNull:
      out += "null";
      return;
    case VariantKind::kString:
      return JsonWriter::append_quoted(text(), out);
    case VariantKind::kBinary:
      out += '"';
      append_base64(text(), false, out);
      out += '"';
      return;
    case VariantKind::kTimestamp: {
      // With the zone's offset, unlike a cast to string.
      const int64_t micros = scalar().integer();
      const TimeZone& zone = TimeZone::get(time_zone);
      const int64_t offset_minutes = (zone.local_from_utc(micros) - micros) / 60'000'000;
      const int64_t minutes = offset_minutes < 0 ? -offset_minutes : offset_minutes;
      char offset[16];
      std::snprintf(offset, sizeof offset, "%c%02d:%02d", offset_minutes < 0 ? '-' : '+',
                    static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
      out += '"' + value_text(Type::timestamp(), Value(micros), time_zone) + offset + '"';
      return;
    }
    case VariantKind::kDate:
    case VariantKind::kTimestampNtz:
      out += '"' + value_text(scalar_type(), scalar(), time_zone) + '"';
      return;
    case VariantKind::kFloat:
    case VariantKind::kDouble: {
      const std::string number = value_text(scalar_type(), scalar(), time_zone);
      out += std::isfinite(scalar().real()) ? number : '"' + number + '"';
      return;
    }
    case VariantKind::kBoolean:
    case VariantKind::kLong:
    case VariantKind::kDecimal:
      out += value_text(scalar_type(), scalar(), time_zone);
      return;
    case VariantKind::kObject:
      out += '{';
      for (size_t i = 0; i < size(); ++i) {
        const auto [key, value] = field(i);
        if (i > 0) out += ',';
        JsonWriter::append_quoted(key, out);
        out += ':';
        value.append_json(time_zone, out);
      }
      out += '}';
      return;
    case VariantKind::kArray:
      out += '[';
      for (size_t i = 0; i < size(); ++i) {
        if (i > 0) out += ',';
        element(i).append_json(time_zone, out);
      }
      out += ']';
  }
}

void VariantView::validate() const {
  // Reading the text reads every value, name and offset.
  json("UTC");
  const VariantView metadata(metadata_, {});
  if ((static_cast<uint8_t>(metadata.bytes_at(0, 1)[0]) & 0x0F) != 1) malformed();
}

Type VariantView::schema() const {
  switch (kind()) {
    case VariantKind::kObject: {
      std::vector<plan::StructField> fields;
      for (size_t i = 0; i < size(); ++i) {
        const auto [key, value] = field(i);
        fields.push_back({std::string(key), value.schema(), true, {}});
      }
      std::sort(fields.begin(), fields.end(),
                [](const auto& a, const auto& b) { return a.name < b.name; });
      return Type::structure(std::move(fields));
    }
    case VariantKind::kArray: {
      Type element_schema;
      for (size_t i = 0; i < size(); ++i)
        element_schema = merge_variant_schemas(element_schema, element(i).schema());
      return Type::array(element_schema);
    }
    default:
      return scalar_type();
  }
}

// JsonInferSchema.compatibleType with variant for what has nothing in common.
Type merge_variant_schemas(const Type& a, const Type& b) {
  using enum plan::TypeKind;
  if (a.is(kNull)) return b;
  if (b.is(kNull) || a.same_type(b)) return a;
  const auto exact = [](const Type& type) { return type.is(kLong) ? Type::decimal(20, 0) : type; };
  const bool are_exact = (a.is(kLong) || a.is(kDecimal)) && (b.is(kLong) || b.is(kDecimal));
  if (are_exact) {
    const Type x = exact(a);
    const Type y = exact(b);
    const int scale = std::max(x.scale(), y.scale());
    const int range = std::max(x.precision() - x.scale(), y.precision() - y.scale());
    return range + scale > 38 ? Type::double_number() : Type::decimal(range + scale, scale);
  }
  if (a.is_numeric() && b.is_numeric()) return Type::double_number();
  const bool are_instants =
      (a.is(kTimestamp) || a.is(kTimestampNtz)) && (b.is(kTimestamp) || b.is(kTimestampNtz));
  if (are_instants) return Type::timestamp();
  if (a.is(kArray) && b.is(kArray))
    return Type::array(merge_variant_schemas(a.element(), b.element()));
  if (!a.is(kStruct) || !b.is(kStruct)) return Type::variant();
  std::vector<plan::StructField> fields = a.fields();
  for (const plan::StructField& field : b.fields()) {
    const auto same = std::find_if(fields.begin(), fields.end(),
                                   [&](const auto& known) { return known.name == field.name; });
    if (same == fields.end()) {
      fields.push_back(field);
    } else {
      same->type = merge_variant_schemas(same->type, field.type);
    }
  }
  std::sort(fields.begin(), fields.end(),
            [](const auto& x, const auto& y) { return x.name < y.name; });
  return Type::structure(std::move(fields));
}

std::string variant_schema_text(const Type& schema) {
  if (schema.is(plan::TypeKind::kArray))
    return "ARRAY<" + variant_schema_text(schema.element()) + ">";
  if (!schema.is(plan::TypeKind::kStruct)) return schema.sql();
  std::string text = "OBJECT<";
  for (const plan::StructField& field : schema.fields()) {
    if (text.size() > 7) text += ", ";
    const bool is_plain =
        !field.name.empty() &&
        std::all_of(field.name.begin(), field.name.end(),
                    [](unsigned char c) { return std::isalnum(c) || c == '_'; }) &&
        !std::all_of(field.name.begin(), field.name.end(),
                     [](unsigned char c) { return std::isdigit(c); });
    if (is_plain) {
      text += field.name;
    } else {
      text += '`';
      for (const char c : field.name) text += c == '`' ? std::string("``") : std::string(1, c);
      text += '`';
    }
    text += ": " + variant_schema_text(field.type);
  }
  return text + ">";
}

}  // namespace firesteel::functions::kernel
