// Variants in Spark's binary form (org.apache.spark.types.variant): a value, and metadata with the
// names of object fields. Everything that is read is checked: bytes that are no variant raise
// MALFORMED_VARIANT.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "functions/kernel/int128.h"
#include "functions/kernel/json_tree.h"
#include "functions/kernel/value.h"
#include "plan/type.h"

namespace firesteel::functions::kernel {

enum class VariantKind {
  kNull,
  kBoolean,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kString,
  kBinary,
  kDate,
  kTimestamp,
  kTimestampNtz,
  kObject,
  kArray
};

// A variant, or a part of one, within bytes that outlive it.
class VariantView {
 public:
  VariantView(std::string_view value, std::string_view metadata) : VariantView(value, metadata, 0, 0) {}
  // A value of type variant: its two binaries.
  explicit VariantView(const Value& variant)
      : VariantView(variant.list()[0].text(), variant.list()[1].text()) {}

  VariantKind kind() const;
  // The value as Spark's type `scalar_type`; not for objects and arrays.
  Value scalar() const;
  plan::Type scalar_type() const;

  // Objects and arrays. Fields are in the order of their names.
  size_t size() const;
  std::pair<std::string_view, VariantView> field(size_t index) const;
  VariantView element(size_t index) const;
  std::optional<VariantView> field(std::string_view name) const;

  // The bytes of this value alone.
  std::string_view bytes() const;
  std::string json(std::string_view time_zone) const;
  // The schema as schema_of_variant tells it: objects are structs, what differs is variant.
  plan::Type schema() const;
  // Reads all of it; throws for a variant that is malformed anywhere.
  void validate() const;

 private:
  VariantView(std::string_view value, std::string_view metadata, size_t position, int depth)
      : value_(value), metadata_(metadata), position_(position), depth_(depth) {}
  struct Container {
    size_t size = 0;
    size_t id_start = 0;
    size_t id_size = 0;
    size_t offset_start = 0;
    size_t offset_size = 0;
    size_t data_start = 0;
  };
  Container container() const;
  uint64_t unsigned_at(size_t position, size_t bytes) const;
  std::string_view bytes_at(size_t position, size_t count) const;
  std::string_view name(uint64_t id) const;
  std::pair<Int128, int> decimal() const;
  std::string_view text() const;
  uint8_t header() const { return static_cast<uint8_t>(bytes_at(position_, 1)[0]); }
  void append_json(std::string_view time_zone, std::string& out) const;

  std::string_view value_;
  std::string_view metadata_;
  size_t position_;
  int depth_;  // how many values it lies in; too many are malformed, since readers call themselves
};

class VariantBuilder {
 public:
  // Throws VARIANT_DUPLICATE_KEY for an object that names a field twice, unless the last one
  // counts.
  explicit VariantBuilder(bool last_wins = false) : last_wins_(last_wins) {}

  void append_json(const JsonNode& node);
  void append(const VariantView& variant);
  void append(const plan::Type& type, const Value& value);
  // The variant as a value of its type.
  Value result() const;

 private:
  struct Field {
    std::string name;
    size_t offset = 0;
  };
  void append_long(int64_t value);
  void append_decimal(Int128 unscaled, int scale);
  void append_number(const std::string& text);
  void append_text(std::string_view text);
  void append_bytes(uint64_t value, size_t count);
  void primitive(uint8_t type) { buffer_ += static_cast<char>(type << 2); }
  void finish_object(size_t start, std::vector<Field> fields);
  void finish_array(size_t start, const std::vector<size_t>& offsets);
  size_t id_of(const std::string& name);

  bool last_wins_;
  std::string buffer_;
  std::map<std::string, size_t> ids_;
  std::vector<std::string> names_;
};

// A variant cast to the type, as Spark's VariantGet.cast; nothing where the cast fails.
std::optional<Value> cast_variant(const VariantView& variant, const plan::Type& type,
                                  std::string_view time_zone);

// A schema as schema_of_variant writes it.
std::string variant_schema_text(const plan::Type& schema);
plan::Type merge_variant_schemas(const plan::Type& a, const plan::Type& b);

}  // namespace firesteel::functions::kernel
