#include "engine/duckdb/parquet_conversions.h"

#include <parquet/types.h>

#include "base/text.h"
#include "engine/duckdb/type_sql.h"
#include "plan/nested_types.h"

namespace firesteel::engine {
namespace {

using parquet::schema::GroupNode;
using parquet::schema::Node;
using parquet::schema::PrimitiveNode;
using plan::Type;
using plan::TypeKind;

const GroupNode& as_group(const Node& node) { return static_cast<const GroupNode&>(node); }

bool is_group(const Node& node) { return node.is_group(); }

// ParquetToSparkSchemaConverter.isElementType: what a list's repeated field is by the rules for old writers. A repeated
// field that no list stands around is one too.
const Node* element_of(const Node& list) {
  if (list.is_repeated()) return &list;
  if (!is_group(list) || as_group(list).field_count() != 1 || list.logical_type()->is_map()) return nullptr;
  const Node& repeated = *as_group(list).field(0);
  if (!repeated.is_repeated()) return nullptr;
  const bool is_element = !is_group(repeated) || as_group(repeated).field_count() > 1 || repeated.name() == "array" ||
                          repeated.name() == list.name() + "_tuple";
  return is_element ? &repeated : as_group(repeated).field(0).get();
}

// The key's and the value's node below a map's repeated group.
const GroupNode* entries_of(const Node& map) {
  if (!is_group(map) || as_group(map).field_count() != 1) return nullptr;
  const Node& repeated = *as_group(map).field(0);
  return is_group(repeated) && as_group(repeated).field_count() == 2 ? &as_group(repeated) : nullptr;
}

bool is_time_unit(const parquet::LogicalType& logical, parquet::LogicalType::TimeUnit::unit unit) {
  return logical.is_timestamp() && static_cast<const parquet::TimestampLogicalType&>(logical).time_unit() == unit;
}

bool is_signed_or_plain(const parquet::LogicalType& logical) {
  return logical.is_none() || (logical.is_int() && static_cast<const parquet::IntLogicalType&>(logical).is_signed());
}

// isDecimalTypeMatched: no digit may be lost.
bool holds_digits(const PrimitiveNode& leaf, const Type& wanted) {
  const auto& logical = *leaf.logical_type();
  const int whole_digits = wanted.precision() - wanted.scale();
  if (logical.is_decimal()) {
    const auto& given = static_cast<const parquet::DecimalLogicalType&>(logical);
    return wanted.scale() >= given.scale() && whole_digits >= given.precision() - given.scale();
  }
  if (!is_signed_or_plain(logical)) return false;
  constexpr int kIntegerDigits = 10;
  constexpr int kLongDigits = 20;
  if (leaf.physical_type() == parquet::Type::INT32) return whole_digits >= kIntegerDigits;
  return leaf.physical_type() == parquet::Type::INT64 && whole_digits >= kLongDigits;
}

bool reads_int32(const PrimitiveNode& leaf, const Type& wanted) {
  switch (wanted.kind()) {
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
    case TypeKind::kDouble:
    case TypeKind::kDate:
    case TypeKind::kYearMonthInterval: return true;
    case TypeKind::kTimestampNtz: return leaf.logical_type()->is_date();
    default: return wanted.is(TypeKind::kDecimal) && holds_digits(leaf, wanted);
  }
}

bool reads_int64(const PrimitiveNode& leaf, const Type& wanted) {
  const auto& logical = *leaf.logical_type();
  if (wanted.is(TypeKind::kLong) || wanted.is(TypeKind::kDayTimeInterval)) return true;
  // Nanoseconds, which Spark reads in no file, are cut here.
  if (wanted.is(TypeKind::kTimestamp) || wanted.is(TypeKind::kTimestampNtz)) return logical.is_timestamp();
  if (wanted.is(TypeKind::kTime)) return logical.is_time() || logical.is_none();
  if (!wanted.is(TypeKind::kDecimal)) return false;
  const bool is_unsigned = logical.is_int() && !static_cast<const parquet::IntLogicalType&>(logical).is_signed();
  if (is_unsigned) return wanted.precision() == 20 && wanted.scale() == 0;
  return holds_digits(leaf, wanted);
}

bool reads(const PrimitiveNode& leaf, const Type& wanted) {
  if (wanted.is(TypeKind::kNull)) return true;
  switch (leaf.physical_type()) {
    case parquet::Type::BOOLEAN: return wanted.is(TypeKind::kBoolean);
    case parquet::Type::INT32: return reads_int32(leaf, wanted);
    case parquet::Type::INT64: return reads_int64(leaf, wanted);
    case parquet::Type::INT96: return wanted.is(TypeKind::kTimestamp) || wanted.is(TypeKind::kTimestampNtz);
    case parquet::Type::FLOAT: return wanted.is(TypeKind::kFloat) || wanted.is(TypeKind::kDouble);
    case parquet::Type::DOUBLE: return wanted.is(TypeKind::kDouble);
    case parquet::Type::BYTE_ARRAY:
      return wanted.is_string() || wanted.is(TypeKind::kBinary) || (wanted.is(TypeKind::kDecimal) && holds_digits(leaf, wanted));
    case parquet::Type::FIXED_LEN_BYTE_ARRAY:
      return wanted.is(TypeKind::kBinary) || (wanted.is(TypeKind::kDecimal) && holds_digits(leaf, wanted));
    default: return false;
  }
}

std::string path_text(const Node& node) {
  std::string text;
  const auto path = node.path();
  for (const std::string& part : path->ToDotVector()) text += (text.empty() ? "[" : ", ") + part;
  return text + "]";
}

// Spark names the types of leaves alone; a struct that is none fails while the file's schema is converted.
ParquetMismatch mismatch_at(const Node& node, const Type& type) {
  if (is_group(node) || plan::holds(type, TypeKind::kStruct)) return {};
  const auto& leaf = static_cast<const PrimitiveNode&>(node);
  const bool is_bytes = leaf.physical_type() == parquet::Type::BYTE_ARRAY;
  return {path_text(node), type.simple_string(), is_bytes ? "BINARY" : parquet::TypeToString(leaf.physical_type())};
}

// How wide a signed integer must be to hold what the file stores in 32 bits.
int bits_needed(const parquet::LogicalType& logical) {
  if (!logical.is_int()) return 32;
  const auto& integer = static_cast<const parquet::IntLogicalType&>(logical);
  return integer.bit_width() + (integer.is_signed() ? 0 : 1);
}

// An integer's lowest bits, as Java narrows it.
std::string narrowed_sql(const std::string& sql, int bits, const Type& type) {
  const std::string half = std::to_string(int64_t{1} << (bits - 1));
  const std::string mask = std::to_string((int64_t{1} << bits) - 1);
  return "CAST(((CAST(" + sql + " AS BIGINT) + " + half + ") & " + mask + ") - " + half + " AS " + type_sql(type) + ")";
}

// The integer that the file stores for a value whose logical type is none.
std::string stored_integer_sql(const std::string& sql, const parquet::LogicalType& logical) {
  if (logical.is_date()) return "date_diff('day', DATE '1970-01-01', " + sql + ")";
  if (logical.is_decimal()) return "CAST(replace(CAST(" + sql + " AS VARCHAR), '.', '') AS BIGINT)";
  if (is_time_unit(logical, parquet::LogicalType::TimeUnit::MILLIS)) return "epoch_ms(" + sql + ")";
  if (is_time_unit(logical, parquet::LogicalType::TimeUnit::MICROS)) return "epoch_us(" + sql + ")";
  if (logical.is_timestamp()) return "epoch_ns(" + sql + ")";
  return sql;
}

std::string leaf_sql(const std::string& sql, const PrimitiveNode& leaf, const Type& type) {
  const auto& logical = *leaf.logical_type();
  const bool is_bytes = leaf.physical_type() == parquet::Type::BYTE_ARRAY || leaf.physical_type() == parquet::Type::FIXED_LEN_BYTE_ARRAY;
  if (is_bytes && logical.is_decimal() && !type.is(TypeKind::kDecimal)) {
    throw_unsupported("RELATION", "the bytes of decimals in a Parquet file as " + type.simple_string());
  }
  if (leaf.physical_type() == parquet::Type::BYTE_ARRAY) {
    const bool is_text = logical.is_string() || logical.is_enum() || logical.is_JSON();
    if (is_text && type.is(TypeKind::kBinary)) return "encode(" + sql + ")";
    if (!is_text && type.is_string()) return "decode(" + sql + ")";
  }
  const bool is_integer = leaf.physical_type() == parquet::Type::INT32 || leaf.physical_type() == parquet::Type::INT64;
  const bool is_interval = type.is(TypeKind::kYearMonthInterval) || type.is(TypeKind::kDayTimeInterval);
  if (is_integer && (type.is_integral() || is_interval || type.is(TypeKind::kDouble) || type.is(TypeKind::kDate))) {
    const std::string stored = stored_integer_sql(sql, logical);
    const int bits = type.is(TypeKind::kByte) ? 8 : type.is(TypeKind::kShort) ? 16 : 32;
    if (type.is_integral() && !type.is(TypeKind::kLong) && bits_needed(logical) > bits) return narrowed_sql(stored, bits, type);
    if (type.is(TypeKind::kDate) && !logical.is_date()) return "(DATE '1970-01-01' + CAST(" + stored + " AS INTEGER))";
    if (!type.is(TypeKind::kDate)) return "CAST(" + stored + " AS " + type_sql(type) + ")";
  }
  return "CAST(" + sql + " AS " + type_sql(type) + ")";
}

std::string struct_sql(const std::string& sql, const GroupNode& group, const Type& type) {
  std::string text = "(CASE WHEN " + sql + " IS NOT NULL THEN struct_pack(";
  for (size_t i = 0; i < type.fields().size(); ++i) {
    const auto& field = type.fields()[i];
    const Node* node = parquet_field(group, field.name);
    const std::string value = node ? parquet_value_sql("struct_extract(" + sql + ", " + quote_string(node->name()) + ")", *node, field.type)
                                   : "CAST(NULL AS " + type_sql(field.type) + ")";
    text += (i > 0 ? ", f" : "f") + std::to_string(i) + " := " + value;
  }
  return text + ") END)";
}

}  // namespace

SparkError parquet_mismatch_error(const std::string& uri, const ParquetMismatch& mismatch) {
  if (mismatch.column.empty()) return SparkError("FAILED_READ_FILE.NO_HINT", {{"path", uri}});
  return SparkError("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", {{"path", uri},
                                                                           {"column", mismatch.column},
                                                                           {"expectedType", mismatch.expected_type},
                                                                           {"actualType", mismatch.actual_type}});
}

const Node* parquet_field(const GroupNode& group, std::string_view name, bool is_case_sensitive) {
  const Node* found = nullptr;
  for (int i = 0; i < group.field_count(); ++i) {
    const Node* field = group.field(i).get();
    if (field->name() == name) return field;
    if (!found && !is_case_sensitive && equal_ignoring_case(field->name(), name)) found = field;
  }
  return found;
}

std::optional<ParquetMismatch> parquet_mismatch(const Node& column, const Type& type) {
  switch (type.kind()) {
    case TypeKind::kUdt: return parquet_mismatch(column, type.sql_type());
    case TypeKind::kVariant: return is_group(column) ? std::nullopt : std::optional(mismatch_at(column, type));
    case TypeKind::kArray: {
      const Node* element = element_of(column);
      return element ? parquet_mismatch(*element, type.element()) : mismatch_at(column, type);
    }
    case TypeKind::kMap: {
      const GroupNode* entries = entries_of(column);
      if (!entries) return mismatch_at(column, type);
      if (auto mismatch = parquet_mismatch(*entries->field(0), type.key())) return mismatch;
      return parquet_mismatch(*entries->field(1), type.value());
    }
    case TypeKind::kStruct: {
      if (!is_group(column) || column.logical_type()->is_list() || column.logical_type()->is_map()) return mismatch_at(column, type);
      for (const plan::StructField& field : type.fields()) {
        const Node* node = parquet_field(as_group(column), field.name);
        if (!node) continue;
        if (auto mismatch = parquet_mismatch(*node, field.type)) return mismatch;
      }
      return std::nullopt;
    }
    default: break;
  }
  const bool can_read = !is_group(column) && reads(static_cast<const PrimitiveNode&>(column), type);
  return can_read ? std::nullopt : std::optional(mismatch_at(column, type));
}

std::string parquet_value_sql(const std::string& sql, const Node& column, const Type& type) {
  const std::string cast = "CAST(" + sql + " AS " + type_sql(type) + ")";
  switch (type.kind()) {
    case TypeKind::kUdt: return parquet_value_sql(sql, column, type.sql_type());
    case TypeKind::kVariant: return cast;
    case TypeKind::kStruct: return struct_sql(sql, as_group(column), type);
    case TypeKind::kArray: {
      const std::string element = parquet_value_sql("x", *element_of(column), type.element());
      if (element == "CAST(x AS " + type_sql(type.element()) + ")") return cast;
      return "list_transform(" + sql + ", lambda x: " + element + ")";
    }
    case TypeKind::kMap: {
      const GroupNode& entries = *entries_of(column);
      const std::string key = parquet_value_sql("x.key", *entries.field(0), type.key());
      const std::string value = parquet_value_sql("x.value", *entries.field(1), type.value());
      const bool is_plain = key == "CAST(x.key AS " + type_sql(type.key()) + ")" && value == "CAST(x.value AS " + type_sql(type.value()) + ")";
      if (is_plain) return cast;
      return "map_from_entries(list_transform(map_entries(" + sql + "), lambda x: row(" + key + ", " + value + ")))";
    }
    default: return leaf_sql(sql, static_cast<const PrimitiveNode&>(column), type);
  }
}

}  // namespace firesteel::engine
