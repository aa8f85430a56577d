// ML attributes of columns, as Spark keeps them under "ml_attr" in a field's metadata.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ml/field.h"

namespace firesteel::ml {

// One attribute of a column, or of an element of a vector column.
struct ColumnAttribute {
  enum class Kind { kNumeric, kNominal, kBinary };
  Kind kind = Kind::kNumeric;
  std::string name;                 // empty: none
  std::vector<std::string> values;  // of a nominal or binary one; empty: unknown
  int value_count = 0;              // of a nominal one without values; 0: unknown
  std::optional<bool> ordinal = std::nullopt;  // of a nominal one: whether its values have an order

  bool operator==(const ColumnAttribute&) const = default;
};

// What is known of a vector column: nothing, its size, or an attribute per element.
struct VectorAttributes {
  std::optional<int> size;
  std::vector<ColumnAttribute> attributes;  // empty or one per element
};

// The attribute of a scalar column; nothing if the metadata names none.
std::optional<ColumnAttribute> column_attribute(const Field& field);
VectorAttributes vector_attributes(const Field& field);

// Metadata JSON.
std::string to_metadata(const ColumnAttribute& attribute);
std::string to_metadata(const VectorAttributes& attributes);
// Class count that a label column's metadata states, if it states one.
std::optional<int> class_count(const Field& label);

}  // namespace firesteel::ml
