#include "engine/duckdb/value_vectors.h"

#include <cstring>

#include "base/error.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "engine/duckdb/string_writer.h"
#include "functions/kernel/interruption.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::idx_t;
using duckdb::cxx::list_entry_t;
using duckdb::cxx::LogicalTypeId;
using duckdb::cxx::Vector;
using functions::kernel::CalendarInterval;
using functions::kernel::LoopWatch;
using functions::kernel::Value;
using functions::kernel::Values;
using plan::Type;
using plan::TypeKind;
using Pointers = std::vector<const Value*>;

// A variant as its two binaries.
const Type& variant_form() {
  static const Type type = Type::structure({{"value", Type::binary(), false, {}}, {"metadata", Type::binary(), false, {}}});
  return type;
}

template <typename T>
void put(void* data, idx_t row, T value) {
  std::memcpy(static_cast<char*>(data) + row * sizeof value, &value, sizeof value);
}

template <typename T, typename Get>
void write_plain(Vector& vector, std::span<const Value* const> values, idx_t offset, const Get& get) {
  void* data = vector.GetDataMutable();
  for (idx_t row = 0; row < values.size(); ++row) {
    if (!values[row] || values[row]->is_null()) {
      vector.SetNull(offset + row);
    } else {
      put<T>(data, offset + row, static_cast<T>(get(*values[row])));
    }
  }
}

void write_decimals(Vector& vector, std::span<const Value* const> values, idx_t offset) {
  auto unscaled = [](const Value& value) { return value.decimal(); };
  switch (vector.GetLogicalType().GetDecimalInternalTypeId()) {
    case LogicalTypeId::SMALLINT: return write_plain<int16_t>(vector, values, offset, unscaled);
    case LogicalTypeId::INTEGER: return write_plain<int32_t>(vector, values, offset, unscaled);
    case LogicalTypeId::BIGINT: return write_plain<int64_t>(vector, values, offset, unscaled);
    default: return write_plain<Int128>(vector, values, offset, unscaled);
  }
}

void write_texts(Vector& vector, std::span<const Value* const> values, idx_t offset) {
  StringWriter strings(vector);
  LoopWatch watch;
  for (idx_t row = 0; row < values.size(); ++row) {
    watch.step();
    if (!values[row] || values[row]->is_null()) {
      vector.SetNull(offset + row);
    } else {
      strings.set(offset + row, values[row]->text());
    }
  }
}

// The elements of some rows and their place in the child, behind those of the rows before.
struct Elements {
  Pointers values;
  idx_t first = 0;
};

// Lists and maps: `stride` values of the flat list make one element of the child.
Elements write_entries(Vector& vector, std::span<const Value* const> values, idx_t offset, size_t stride) {
  auto* entries = vector.GetDataMutable<list_entry_t>() + offset;
  Elements elements;
  if (offset > 0) elements.first = entries[-1].offset + entries[-1].length;
  LoopWatch watch;
  for (idx_t row = 0; row < values.size(); ++row) {
    entries[row] = {elements.first + elements.values.size() / stride, 0};
    if (!values[row] || values[row]->is_null()) {
      vector.SetNull(offset + row);
      continue;
    }
    const Values& list = values[row]->list();
    entries[row].length = list.size() / stride;
    for (const Value& element : list) {
      watch.step();
      elements.values.push_back(&element);
    }
  }
  return elements;
}

void write_fields(Vector& vector, const Type& type, std::span<const Value* const> values, idx_t offset) {
  for (size_t field = 0; field < type.fields().size(); ++field) {
    Pointers column;
    for (const Value* value : values) {
      column.push_back(value && !value->is_null() ? &value->list()[field] : nullptr);
    }
    Vector child = vector.GetChild(field);
    write_values(child, type.fields()[field].type, column, offset);
  }
  for (idx_t row = 0; row < values.size(); ++row) {
    if (!values[row] || values[row]->is_null()) vector.SetNull(offset + row);
  }
}

void write_map(Vector& vector, const Type& type, std::span<const Value* const> values, idx_t offset) {
  const auto [elements, first] = write_entries(vector, values, offset, 2);
  Pointers keys;
  Pointers items;
  for (size_t i = 0; i < elements.size(); i += 2) {
    keys.push_back(elements[i]);
    items.push_back(elements[i + 1]);
  }
  Vector entries = vector.GetChild(0);
  entries.SetSize(first + keys.size());
  Vector key = entries.GetChild(0);
  Vector item = entries.GetChild(1);
  write_values(key, type.key(), keys, first);
  write_values(item, type.value(), items, first);
}

}  // namespace

ValueReader::ValueReader(Vector vector, const Type& type)
    : vector_(std::move(vector)),
      type_(type.is(TypeKind::kUdt)       ? type.sql_type()
            : type.is(TypeKind::kVariant) ? variant_form()
                                          : type) {
  // Children of a nested vector are read by its own rows, which only the flat layout allows.
  if (type_.is_nested()) vector_.Flatten();
  view_ = kernel_detail::view_of(vector_);
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
  values.reserve(entry.length * children_.size());
  LoopWatch watch;
  for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
    watch.step();
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

void write_values(Vector& vector, const Type& type, std::span<const Value* const> values, idx_t offset) {
  // Nulls are set within the vector's size only.
  vector.SetSize(offset + values.size());
  auto integer = [](const Value& value) { return value.integer(); };
  auto real = [](const Value& value) { return value.real(); };
  switch (type.kind()) {
    case TypeKind::kNull:
      for (idx_t row = 0; row < values.size(); ++row) vector.SetNull(offset + row);
      return;
    case TypeKind::kBoolean:
      return write_plain<bool>(vector, values, offset, [](const Value& v) { return v.boolean(); });
    case TypeKind::kByte: return write_plain<int8_t>(vector, values, offset, integer);
    case TypeKind::kShort: return write_plain<int16_t>(vector, values, offset, integer);
    case TypeKind::kInteger:
    case TypeKind::kDate:
    case TypeKind::kYearMonthInterval: return write_plain<int32_t>(vector, values, offset, integer);
    case TypeKind::kLong:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
    case TypeKind::kDayTimeInterval: return write_plain<int64_t>(vector, values, offset, integer);
    case TypeKind::kFloat: return write_plain<float>(vector, values, offset, real);
    case TypeKind::kDouble: return write_plain<double>(vector, values, offset, real);
    case TypeKind::kDecimal: return write_decimals(vector, values, offset);
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary: return write_texts(vector, values, offset);
    case TypeKind::kCalendarInterval:
      return write_plain<Interval>(vector, values, offset, [](const Value& value) {
        const auto& interval = std::get<CalendarInterval>(value.data);
        return Interval{interval.months, interval.days, interval.micros};
      });
    case TypeKind::kArray: {
      const auto [elements, first] = write_entries(vector, values, offset, 1);
      Vector child = vector.GetChild(0);
      return write_values(child, type.element(), elements, first);
    }
    case TypeKind::kMap: return write_map(vector, type, values, offset);
    case TypeKind::kStruct: return write_fields(vector, type, values, offset);
    case TypeKind::kUdt: return write_values(vector, type.sql_type(), values, offset);
    case TypeKind::kVariant: return write_fields(vector, variant_form(), values, offset);
  }
  throw_unsupported("EXPRESSION", "a value of type " + type.simple_string());
}

}  // namespace firesteel::engine
