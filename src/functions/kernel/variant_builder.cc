#include <algorithm>
#include <bit>
#include <cstring>

#include "base/error.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/variant.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

constexpr size_t kMaxShortString = 63;
constexpr size_t kMaxSize = size_t{128} << 20;

size_t bytes_for(size_t value) {
  size_t bytes = 1;
  while (bytes < 4 && value >= size_t{1} << (8 * bytes)) ++bytes;
  return bytes;
}

void put(std::string& out, uint64_t value, size_t bytes) {
  out.append(reinterpret_cast<const char*>(&value), bytes);
}

}  // namespace

void VariantBuilder::append_bytes(uint64_t value, size_t count) { put(buffer_, value, count); }

void VariantBuilder::append_long(int64_t value) {
  size_t power = 0;
  while (power < 3) {
    const int bits = 8 << power;
    const int64_t limit = int64_t{1} << (bits - 1);
    if (value >= -limit && value < limit) break;
    ++power;
  }
  primitive(static_cast<uint8_t>(3 + power));
  append_bytes(static_cast<uint64_t>(value), size_t{1} << power);
}

void VariantBuilder::append_decimal(Int128 unscaled, int scale) {
  const bool fits_four = scale <= 9 && decimal_fits(unscaled, 9);
  const bool fits_eight = scale <= 18 && decimal_fits(unscaled, 18);
  primitive(fits_four ? 8 : fits_eight ? 9 : 10);
  append_bytes(static_cast<uint64_t>(scale), 1);
  if (fits_four || fits_eight) {
    append_bytes(static_cast<uint64_t>(unscaled), fits_four ? 4 : 8);
  } else {
    buffer_.append(reinterpret_cast<const char*>(&unscaled), sizeof unscaled);
  }
}

// Integers and decimals as they are where they fit, else the nearest double.
void VariantBuilder::append_number(const std::string& text) {
  if (text.find_first_of(".eE") == std::string::npos) {
    if (const auto whole = string_to_bigint(text, CastMode::kTry)) return append_long(*whole);
  }
  const size_t point = text.find('.');
  const int scale = point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
  const bool is_plain = text.find_first_of("eE") == std::string::npos && scale <= 38;
  if (is_plain) {
    if (const auto unscaled = string_to_decimal(text, {38, scale}, CastMode::kTry)) {
      return append_decimal(*unscaled, scale);
    }
  }
  primitive(7);
  append_bytes(std::bit_cast<uint64_t>(parse_java_double(text).value_or(0)), 8);
}

void VariantBuilder::append_text(std::string_view text) {
  if (text.size() <= kMaxShortString) {
    buffer_ += static_cast<char>(text.size() << 2 | 1);
  } else {
    primitive(16);
    append_bytes(text.size(), 4);
  }
  buffer_ += text;
}

size_t VariantBuilder::id_of(const std::string& name) {
  const auto [found, is_new] = ids_.emplace(name, names_.size());
  if (is_new) names_.push_back(name);
  return found->second;
}

// The values stand already; the header goes before them.
void VariantBuilder::finish_object(size_t start, std::vector<Field> fields) {
  std::stable_sort(fields.begin(), fields.end(),
                   [](const Field& a, const Field& b) { return a.name < b.name; });
  std::vector<Field> distinct;
  for (Field& field : fields) {
    if (!distinct.empty() && distinct.back().name == field.name) {
      if (!last_wins_) throw SparkError("VARIANT_DUPLICATE_KEY", {{"key", field.name}});
      distinct.back() = std::move(field);
    } else {
      distinct.push_back(std::move(field));
    }
  }
  size_t greatest_id = 0;
  for (const Field& field : distinct) greatest_id = std::max(greatest_id, id_of(field.name));
  const size_t data_size = buffer_.size() - start;
  const bool is_large = distinct.size() > 255;
  const size_t id_size = bytes_for(greatest_id);
  const size_t offset_size = bytes_for(data_size);
  std::string head;
  head +=
      static_cast<char>((is_large ? 1 << 6 : 0) | (id_size - 1) << 4 | (offset_size - 1) << 2 | 2);
  put(head, distinct.size(), is_large ? 4 : 1);
  for (const Field& field : distinct) put(head, id_of(field.name), id_size);
  for (const Field& field : distinct) put(head, field.offset, offset_size);
  put(head, data_size, offset_size);
  buffer_.insert(start, head);
}

void VariantBuilder::finish_array(size_t start, const std::vector<size_t>& offsets) {
  const size_t data_size = buffer_.size() - start;
  const bool is_large = offsets.size() > 255;
  const size_t offset_size = bytes_for(data_size);
  std::string head;
  head += static_cast<char>((is_large ? 1 << 4 : 0) | (offset_size - 1) << 2 | 3);
  put(head, offsets.size(), is_large ? 4 : 1);
  for (const size_t offset : offsets) put(head, offset, offset_size);
  put(head, data_size, offset_size);
  buffer_.insert(start, head);
}

void VariantBuilder::append_json(const JsonNode& node) {
  using Kind = JsonNode::Kind;
  switch (node.kind) {
    case Kind::kNull:
      return primitive(0);
    case Kind::kBoolean:
      return primitive(node.text == "true" ? 1 : 2);
    case Kind::kNumber:
      return append_number(node.source);
    case Kind::kString:
      return append_text(node.text);
    case Kind::kArray: {
      const size_t start = buffer_.size();
      std::vector<size_t> offsets;
      for (const JsonNode& element : node.elements) {
        offsets.push_back(buffer_.size() - start);
        append_json(element);
      }
      return finish_array(start, offsets);
    }
    case Kind::kObject: {
      const size_t start = buffer_.size();
      std::vector<Field> fields;
      for (const auto& [name, value] : node.members) {
        id_of(name);
        fields.push_back({name, buffer_.size() - start});
        append_json(value);
      }
      return finish_object(start, std::move(fields));
    }
  }
}

void VariantBuilder::append(const VariantView& variant) {
  const size_t start = buffer_.size();
  if (variant.kind() == VariantKind::kObject) {
    std::vector<Field> fields;
    for (size_t i = 0; i < variant.size(); ++i) {
      const auto [name, value] = variant.field(i);
      id_of(std::string(name));
      fields.push_back({std::string(name), buffer_.size() - start});
      append(value);
    }
    return finish_object(start, std::move(fields));
  }
  if (variant.kind() == VariantKind::kArray) {
    std::vector<size_t> offsets;
    for (size_t i = 0; i < variant.size(); ++i) {
      offsets.push_back(buffer_.size() - start);
      append(variant.element(i));
    }
    return finish_array(start, offsets);
  }
  append(variant.scalar_type(), variant.scalar());
}

void VariantBuilder::append(const Type& type, const Value& value) {
  if (value.is_null()) return primitive(0);
  const size_t start = buffer_.size();
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return primitive(value.boolean() ? 1 : 2);
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
      return append_long(value.integer());
    case TypeKind::kFloat:
      primitive(14);
      return append_bytes(std::bit_cast<uint32_t>(static_cast<float>(value.real())), 4);
    case TypeKind::kDouble:
      primitive(7);
      return append_bytes(std::bit_cast<uint64_t>(value.real()), 8);
    case TypeKind::kDecimal:
      return append_decimal(value.decimal(), type.scale());
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return append_text(value.text());
    case TypeKind::kBinary:
      primitive(15);
      append_bytes(value.text().size(), 4);
      buffer_ += value.text();
      return;
    case TypeKind::kDate:
      primitive(11);
      return append_bytes(static_cast<uint64_t>(value.integer()), 4);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
      primitive(type.is(TypeKind::kTimestamp) ? 12 : 13);
      return append_bytes(static_cast<uint64_t>(value.integer()), 8);
    case TypeKind::kVariant:
      return append(VariantView(value));
    case TypeKind::kArray: {
      std::vector<size_t> offsets;
      for (const Value& element : value.list()) {
        offsets.push_back(buffer_.size() - start);
        append(type.element(), element);
      }
      return finish_array(start, offsets);
    }
    case TypeKind::kStruct:
    case TypeKind::kMap: {
      const bool is_map = type.is(TypeKind::kMap);
      std::vector<Field> fields;
      for (size_t i = 0; i < value.list().size(); i += is_map ? 2 : 1) {
        const std::string& name = is_map ? value.list()[i].text() : type.fields()[i].name;
        id_of(name);
        fields.push_back({name, buffer_.size() - start});
        append(is_map ? type.value() : type.fields()[i].type, value.list()[is_map ? i + 1 : i]);
      }
      return finish_object(start, std::move(fields));
    }
    default:
      throw_unsupported("EXPRESSION", "a variant of a value of type " + type.simple_string());
  }
}

Value VariantBuilder::result() const {
  size_t text_size = 0;
  for (const std::string& name : names_) text_size += name.size();
  const size_t offset_size = bytes_for(std::max(text_size, names_.size()));
  std::string metadata;
  metadata += static_cast<char>(1 | (offset_size - 1) << 6);
  put(metadata, names_.size(), offset_size);
  size_t offset = 0;
  for (const std::string& name : names_) {
    put(metadata, offset, offset_size);
    offset += name.size();
  }
  put(metadata, offset, offset_size);
  for (const std::string& name : names_) metadata += name;
  if (buffer_.size() > kMaxSize || metadata.size() > kMaxSize) {
    throw SparkError("VARIANT_SIZE_LIMIT",
                     {{"sizeLimit", "128.0 MiB"}, {"functionName", "`parse_json`"}});
  }
  return Value(Values{Value(buffer_), Value(metadata)});
}

}  // namespace firesteel::functions::kernel
