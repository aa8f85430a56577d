#include "engine/duckdb/value_vectors.h"

#include <cstring>

#include "base/error.h"
#include "engine/duckdb/kernel_adaptor.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::idx_t;
using duckdb::cxx::list_entry_t;
using duckdb::cxx::LogicalTypeId;
using duckdb::cxx::Vector;
using functions::kernel::CalendarInterval;
using functions::kernel::Value;
using functions::kernel::Values;
using plan::Type;
using plan::TypeKind;
using Pointers = std::vector<const Value*>;

template <typename T>
void put(void* data, idx_t row, T value) {
  std::memcpy(static_cast<char*>(data) + row * sizeof value, &value, sizeof value);
}

template <typename T, typename Get>
void write_plain(Vector& vector, std::span<const Value* const> values, const Get& get) {
  void* data = vector.GetDataMutable();
  for (idx_t row = 0; row < values.size(); ++row) {
    if (!values[row] || values[row]->is_null()) {
      vector.SetNull(row);
    } else {
      put<T>(data, row, static_cast<T>(get(*values[row])));
    }
  }
}

void write_decimals(Vector& vector, std::span<const Value* const> values) {
  auto unscaled = [](const Value& value) { return value.decimal(); };
  switch (vector.GetLogicalType().GetDecimalInternalTypeId()) {
    case LogicalTypeId::SMALLINT: return write_plain<int16_t>(vector, values, unscaled);
    case LogicalTypeId::INTEGER: return write_plain<int32_t>(vector, values, unscaled);
    case LogicalTypeId::BIGINT: return write_plain<int64_t>(vector, values, unscaled);
    default: return write_plain<Int128>(vector, values, unscaled);
  }
}

void write_texts(Vector& vector, std::span<const Value* const> values) {
  for (idx_t row = 0; row < values.size(); ++row) {
    if (!values[row] || values[row]->is_null()) {
      vector.SetNull(row);
    } else {
      vector.AssignStringUnsafe(row, values[row]->text());
    }
  }
}

// Lists and maps: `stride` values of the flat list make one element of the child.
Pointers write_entries(Vector& vector, std::span<const Value* const> values, size_t stride) {
  auto* entries = vector.GetDataMutable<list_entry_t>();
  Pointers elements;
  for (idx_t row = 0; row < values.size(); ++row) {
    entries[row] = {elements.size() / stride, 0};
    if (!values[row] || values[row]->is_null()) {
      vector.SetNull(row);
      continue;
    }
    const Values& list = values[row]->list();
    entries[row].length = list.size() / stride;
    for (const Value& element : list) elements.push_back(&element);
  }
  return elements;
}

void write_fields(Vector& vector, const Type& type, std::span<const Value* const> values) {
  for (size_t field = 0; field < type.fields().size(); ++field) {
    Pointers column;
    for (const Value* value : values) {
      column.push_back(value && !value->is_null() ? &value->list()[field] : nullptr);
    }
    Vector child = vector.GetChild(field);
    write_values(child, type.fields()[field].type, column);
  }
  for (idx_t row = 0; row < values.size(); ++row) {
    if (!values[row] || values[row]->is_null()) vector.SetNull(row);
  }
}

void write_map(Vector& vector, const Type& type, std::span<const Value* const> values) {
  const Pointers elements = write_entries(vector, values, 2);
  Pointers keys;
  Pointers items;
  for (size_t i = 0; i < elements.size(); i += 2) {
    keys.push_back(elements[i]);
    items.push_back(elements[i + 1]);
  }
  Vector entries = vector.GetChild(0);
  entries.SetSize(keys.size());
  Vector key = entries.GetChild(0);
  Vector item = entries.GetChild(1);
  write_values(key, type.key(), keys);
  write_values(item, type.value(), items);
}

}  // namespace

ValueReader::ValueReader(Vector vector, const Type& type)
    : vector_(std::move(vector)), type_(type.is(TypeKind::kUdt) ? type.sql_type() : type) {
  // Children of a nested vector are read by its own rows, which only the flat layout allows.
  if (type_.is_nested()) vector_.Flatten();
  view_ = vector_.GetView();
  storage_ = LogicalTypeId::BIGINT;
  if (type_.is(TypeKind::kDecimal)) storage_ = vector_.GetLogicalType().GetDecimalInternalTypeId();
  if (type_.is(TypeKind::kArray)) children_.emplace_back(vector_.GetChild(0), type_.element());
  if (type_.is(TypeKind::kMap)) {
    Vector entries = vector_.GetChild(0);
    entries.Flatten();
    children_.emplace_back(entries.GetChild(0), type_.key());
    children_.emplace_back(entries.GetChild(1), type_.value());
  }
  if (type_.is(TypeKind::kStruct)) {
    for (size_t i = 0; i < type_.fields().size(); ++i) {
      children_.emplace_back(vector_.GetChild(i), type_.fields()[i].type);
    }
  }
}

Value ValueReader::get(idx_t row) const {
  const idx_t at = view_.SelAt(row);
  if (type_.is(TypeKind::kNull) || !view_.RowIsValid(at)) return Value();
  return type_.is_nested() ? get_nested(at) : get_plain(at);
}

Value ValueReader::get_nested(idx_t at) const {
  Values values;
  if (type_.is(TypeKind::kStruct)) {
    for (const ValueReader& field : children_) values.push_back(field.get(at));
    return Value(std::move(values));
  }
  const auto entry = view_.Data<list_entry_t>()[at];
  for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
    for (const ValueReader& child : children_) values.push_back(child.get(i));
  }
  return Value(std::move(values));
}

Value ValueReader::get_plain(idx_t at) const {
  switch (type_.kind()) {
    case TypeKind::kBoolean: return Value(view_.Data<bool>()[at]);
    case TypeKind::kByte: return Value(int64_t{view_.Data<int8_t>()[at]});
    case TypeKind::kShort: return Value(int64_t{view_.Data<int16_t>()[at]});
    case TypeKind::kInteger:
    case TypeKind::kDate:
    case TypeKind::kYearMonthInterval: return Value(int64_t{view_.Data<int32_t>()[at]});
    case TypeKind::kLong:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
    case TypeKind::kDayTimeInterval: return Value(view_.Data<int64_t>()[at]);
    case TypeKind::kFloat: return Value(double{view_.Data<float>()[at]});
    case TypeKind::kDouble: return Value(view_.Data<double>()[at]);
    case TypeKind::kDecimal: return Value(kernel_detail::read_decimal(view_, storage_, at));
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return Value(std::string(view_.Data<duckdb::cxx::varchar_t>()[at].view()));
    case TypeKind::kBinary:
      return Value(std::string(view_.Data<duckdb::cxx::blob_t>()[at].view()));
    case TypeKind::kCalendarInterval: {
      const Interval& interval = view_.Data<Interval>()[at];
      return Value(CalendarInterval{interval.months, interval.days, interval.micros});
    }
    default: break;
  }
  throw_unsupported("EXPRESSION", "a value of type " + type_.simple_string());
}

void write_values(Vector& vector, const Type& type, std::span<const Value* const> values) {
  // Nulls are set within the vector's size only.
  vector.SetSize(values.size());
  auto integer = [](const Value& value) { return value.integer(); };
  auto real = [](const Value& value) { return value.real(); };
  switch (type.kind()) {
    case TypeKind::kNull:
      for (idx_t row = 0; row < values.size(); ++row) vector.SetNull(row);
      return;
    case TypeKind::kBoolean:
      return write_plain<bool>(vector, values, [](const Value& v) { return v.boolean(); });
    case TypeKind::kByte: return write_plain<int8_t>(vector, values, integer);
    case TypeKind::kShort: return write_plain<int16_t>(vector, values, integer);
    case TypeKind::kInteger:
    case TypeKind::kDate:
    case TypeKind::kYearMonthInterval: return write_plain<int32_t>(vector, values, integer);
    case TypeKind::kLong:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
    case TypeKind::kDayTimeInterval: return write_plain<int64_t>(vector, values, integer);
    case TypeKind::kFloat: return write_plain<float>(vector, values, real);
    case TypeKind::kDouble: return write_plain<double>(vector, values, real);
    case TypeKind::kDecimal: return write_decimals(vector, values);
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary: return write_texts(vector, values);
    case TypeKind::kCalendarInterval:
      return write_plain<Interval>(vector, values, [](const Value& value) {
        const auto& interval = std::get<CalendarInterval>(value.data);
        return Interval{interval.months, interval.days, interval.micros};
      });
    case TypeKind::kArray: {
      const Pointers elements = write_entries(vector, values, 1);
      Vector child = vector.GetChild(0);
      return write_values(child, type.element(), elements);
    }
    case TypeKind::kMap: return write_map(vector, type, values);
    case TypeKind::kStruct: return write_fields(vector, type, values);
    case TypeKind::kUdt: return write_values(vector, type.sql_type(), values);
    case TypeKind::kVariant: break;
  }
  throw_unsupported("EXPRESSION", "a value of type " + type.simple_string());
}

}  // namespace firesteel::engine
