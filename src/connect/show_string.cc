#include "connect/show_string.h"

#include <arrow/api.h>

#include <algorithm>

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/time_zone.h"
#include "functions/kernel/variant.h"

namespace firesteel::connect {

namespace {

namespace kernel = functions::kernel;
using plan::Type;
using plan::TypeKind;

// ToPrettyString: CAST AS STRING, but nulls read "NULL" at every level and binary is in hexadecimal.
class PrettyPrinter {
 public:
  explicit PrettyPrinter(const std::string& time_zone) : zone_(kernel::TimeZone::get(time_zone)) {}

  void append(const arrow::Array& array, int64_t row, const Type& type, std::string& out) const {
    if (array.IsNull(row)) {
      out += "NULL";
      return;
    }
    switch (type.kind()) {
      case TypeKind::kNull:
        out += "NULL";
        break;
      case TypeKind::kBoolean:
        kernel::append_boolean(static_cast<const arrow::BooleanArray&>(array).Value(row), out);
        break;
      case TypeKind::kByte:
        kernel::append_integer(static_cast<const arrow::Int8Array&>(array).Value(row), out);
        break;
      case TypeKind::kShort:
        kernel::append_integer(static_cast<const arrow::Int16Array&>(array).Value(row), out);
        break;
      case TypeKind::kInteger:
        kernel::append_integer(static_cast<const arrow::Int32Array&>(array).Value(row), out);
        break;
      case TypeKind::kLong:
        kernel::append_integer(static_cast<const arrow::Int64Array&>(array).Value(row), out);
        break;
      case TypeKind::kFloat:
        kernel::append_float(static_cast<const arrow::FloatArray&>(array).Value(row), out);
        break;
      case TypeKind::kDouble:
        kernel::append_double(static_cast<const arrow::DoubleArray&>(array).Value(row), out);
        break;
      case TypeKind::kDecimal:
        append_decimal(static_cast<const arrow::Decimal128Array&>(array), row, type, out);
        break;
      case TypeKind::kString:
      case TypeKind::kChar:
      case TypeKind::kVarchar:
        out += static_cast<const arrow::StringArray&>(array).GetView(row);
        break;
      case TypeKind::kBinary:
        append_binary(static_cast<const arrow::BinaryArray&>(array).GetView(row), out);
        break;
      case TypeKind::kDate:
        kernel::append_date(static_cast<const arrow::Date32Array&>(array).Value(row), out);
        break;
      case TypeKind::kTime:
        kernel::append_time(static_cast<const arrow::Time64Array&>(array).Value(row), out);
        break;
      case TypeKind::kTimestamp:
        kernel::append_timestamp(static_cast<const arrow::TimestampArray&>(array).Value(row), zone_, out);
        break;
      case TypeKind::kTimestampNtz:
        kernel::append_timestamp_ntz(static_cast<const arrow::TimestampArray&>(array).Value(row), out);
        break;
      case TypeKind::kYearMonthInterval:
        kernel::append_year_month_interval(
            static_cast<const arrow::MonthIntervalArray&>(array).Value(row),
            static_cast<kernel::YearMonthField>(type.year_month_start()),
            static_cast<kernel::YearMonthField>(type.year_month_end()), out);
        break;
      case TypeKind::kDayTimeInterval:
        kernel::append_day_time_interval(static_cast<const arrow::DurationArray&>(array).Value(row),
                                         static_cast<kernel::DayTimeField>(type.day_time_start()),
                                         static_cast<kernel::DayTimeField>(type.day_time_end()), out);
        break;
      case TypeKind::kCalendarInterval: {
        const auto value = static_cast<const arrow::MonthDayNanoIntervalArray&>(array).Value(row);
        kernel::append_calendar_interval(value.months, value.days, value.nanoseconds / 1000, out);
        break;
      }
      case TypeKind::kArray:
        append_list(static_cast<const arrow::ListArray&>(array), row, type.element(), out);
        break;
      case TypeKind::kMap:
        append_map(static_cast<const arrow::MapArray&>(array), row, type, out);
        break;
      case TypeKind::kStruct:
        append_struct(static_cast<const arrow::StructArray&>(array), row, type, out);
        break;
      case TypeKind::kUdt:
        append_udt(array, row, type, out);
        break;
      case TypeKind::kVariant:
        append_variant(static_cast<const arrow::StructArray&>(array), row, out);
    }
  }

 private:
  static void append_variant(const arrow::StructArray& array, int64_t row, std::string& out) {
    const auto part = [&](int index) { return static_cast<const arrow::BinaryArray&>(*array.field(index)).GetView(row); };
    out += kernel::VariantView(part(0), part(1)).json("UTC");
  }

  static void append_decimal(const arrow::Decimal128Array& array, int64_t row, const Type& type, std::string& out) {
    const arrow::Decimal128 value(array.GetValue(row));
    const auto unscaled = static_cast<kernel::Int128>(
        (static_cast<kernel::UInt128>(static_cast<uint64_t>(value.high_bits())) << 64) | value.low_bits());
    kernel::append_decimal_plain(unscaled, type.scale(), out);
  }

  static void append_binary(std::string_view bytes, std::string& out) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    out += '[';
    for (size_t i = 0; i < bytes.size(); ++i) {
      const auto byte = static_cast<unsigned char>(bytes[i]);
      if (i > 0) out += ' ';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 0xF];
    }
    out += ']';
  }

  void append_list(const arrow::ListArray& list, int64_t row, const Type& element, std::string& out) const {
    out += '[';
    for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
      if (i > list.value_offset(row)) out += ", ";
      append(*list.values(), i, element, out);
    }
    out += ']';
  }

  void append_map(const arrow::MapArray& map, int64_t row, const Type& type, std::string& out) const {
    out += '{';
    for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
      if (i > map.value_offset(row)) out += ", ";
      append(*map.keys(), i, type.key(), out);
      out += " -> ";
      append(*map.items(), i, type.value(), out);
    }
    out += '}';
  }

  void append_struct(const arrow::StructArray& array, int64_t row, const Type& type, std::string& out) const {
    out += '{';
    for (int i = 0; i < array.num_fields(); ++i) {
      if (i > 0) out += ", ";
      append(*array.field(i), row, type.fields()[static_cast<size_t>(i)].type, out);
    }
    out += '}';
  }

  static void append_doubles(const arrow::ListArray& list, int64_t row, std::string& out) {
    const auto& values = static_cast<const arrow::DoubleArray&>(*list.values());
    out += '[';
    for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
      if (i > list.value_offset(row)) out += ',';
      kernel::append_double(values.Value(i), out);
    }
    out += ']';
  }

  // Vectors read as their toString: "[1.0,2.0]" and "(3,[0,2],[1.0,5.0])".
  void append_udt(const arrow::Array& array, int64_t row, const Type& type, std::string& out) const {
    if (type.udt_info().jvm_class != "org.apache.spark.ml.linalg.VectorUDT" || array.type_id() != arrow::Type::STRUCT) {
      append(array, row, type.sql_type(), out);
      return;
    }
    const auto& fields = static_cast<const arrow::StructArray&>(array);
    const auto& values = static_cast<const arrow::ListArray&>(*fields.field(3));
    const bool is_dense = static_cast<const arrow::Int8Array&>(*fields.field(0)).Value(row) == 1;
    if (is_dense) return append_doubles(values, row, out);
    out += '(';
    kernel::append_integer(static_cast<const arrow::Int32Array&>(*fields.field(1)).Value(row), out);
    out += ",[";
    const auto& indices = static_cast<const arrow::ListArray&>(*fields.field(2));
    const auto& numbers = static_cast<const arrow::Int32Array&>(*indices.values());
    for (int64_t i = indices.value_offset(row); i < indices.value_offset(row + 1); ++i) {
      if (i > indices.value_offset(row)) out += ',';
      kernel::append_integer(numbers.Value(i), out);
    }
    out += "],";
    append_doubles(values, row, out);
    out += ')';
  }

  const kernel::TimeZone& zone_;
};

// The code points of UTF-8 text; a broken byte counts as one.
std::vector<std::pair<char32_t, size_t>> code_points(const std::string& text) {
  std::vector<std::pair<char32_t, size_t>> result;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (size_t k = 1; k < length && i + k < text.size(); ++k) {
      point = (point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    }
    result.emplace_back(point, i);
    i += length;
  }
  return result;
}

// Spark's Utils.fullWidthRegex: East Asian wide characters take two columns.
bool is_full_width(char32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE4F) || (c >= 0xFF00 && c <= 0xFF60) ||
         (c >= 0xFFE0 && c <= 0xFFE6);
}

size_t width_of(const std::string& text) {
  size_t width = 0;
  for (const auto& [point, at] : code_points(text)) width += is_full_width(point) ? 2 : 1;
  return width;
}

std::string spaces(size_t count) { return std::string(count, ' '); }

// SchemaUtils.escapeMetaCharacters
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '\n':
        result += "\\n";
        break;
      case '\r':
        result += "\\r";
        break;
      case '\t':
        result += "\\t";
        break;
      case '\f':
        result += "\\f";
        break;
      case '\b':
        result += "\\b";
        break;
      case '\v':
        result += "\\v";
        break;
      case '\a':
        result += "\\a";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string html_escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace

ShowTable::ShowTable(const plan::ShowString& options, const plan::Schema& schema, std::string time_zone)
    : options_(options), schema_(schema), time_zone_(std::move(time_zone)) {}

void ShowTable::add(const arrow::RecordBatch& batch) {
  const PrettyPrinter printer(time_zone_);
  for (int64_t row = 0; row < batch.num_rows() && static_cast<int64_t>(rows_.size()) < rows_wanted(); ++row) {
    std::vector<std::string> cells;
    for (size_t i = 0; i < schema_.size(); ++i) {
      std::string text;
      printer.append(*batch.column(static_cast<int>(i)), row, schema_[i].type, text);
      cells.push_back(shortened(escaped(text)));
    }
    rows_.push_back(std::move(cells));
  }
}

std::string ShowTable::shortened(const std::string& text) const {
  if (options_.truncate <= 0) return text;
  const auto points = code_points(text);
  const auto limit = static_cast<size_t>(options_.truncate);
  if (points.size() <= limit) return text;
  // Short limits leave no room for the dots.
  if (limit < 4) return text.substr(0, points[limit].second);
  return text.substr(0, points[limit - 3].second) + "...";
}

size_t ShowTable::rows_shown() const { return std::min(rows_.size(), static_cast<size_t>(std::max(options_.rows, 0))); }

std::string ShowTable::draw() const {
  std::string text = options_.is_html ? draw_html() : options_.is_vertical ? draw_vertical() : draw_table();
  if (options_.is_vertical && !options_.is_html && rows_.empty()) return "(0 rows)";
  if (rows_.size() > rows_shown()) {
    text += "only showing top " + std::to_string(rows_shown()) + (rows_shown() == 1 ? " row" : " rows");
  }
  return text;
}

std::string ShowTable::draw_table() const {
  std::vector<size_t> widths;
  std::vector<std::string> names;
  for (const auto& field : schema_) {
    names.push_back(escaped(field.name));  // Dataset.showString cuts cells, never names.
    widths.push_back(std::max<size_t>(3, width_of(names.back())));
  }
  for (size_t row = 0; row < rows_shown(); ++row) {
    for (size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], width_of(rows_[row][i]));
  }
  std::string line = "+";
  for (const size_t width : widths) line += std::string(width, '-') + "+";
  if (widths.empty()) line += "+";
  line += "\n";
  const auto draw_row = [&](const std::vector<std::string>& cells) {
    std::string text = "|";
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string padding = spaces(widths[i] - width_of(cells[i]));
      text += options_.truncate > 0 ? padding + cells[i] : cells[i] + padding;
      text += "|";
    }
    if (cells.empty()) text += "|";
    return text + "\n";
  };
  std::string text = line + draw_row(names) + line;
  for (size_t row = 0; row < rows_shown(); ++row) text += draw_row(rows_[row]);
  return text + line;
}

std::string ShowTable::draw_vertical() const {
  size_t name_width = 3;
  size_t value_width = 3;
  std::vector<std::string> names;
  for (const auto& field : schema_) {
    names.push_back(escaped(field.name));
    name_width = std::max(name_width, width_of(names.back()));
  }
  for (size_t row = 0; row < rows_shown(); ++row) {
    for (const std::string& cell : rows_[row]) value_width = std::max(value_width, width_of(cell));
  }
  std::string text;
  for (size_t row = 0; row < rows_shown(); ++row) {
    std::string header = "-RECORD " + std::to_string(row);
    const size_t width = name_width + value_width + 5;
    if (header.size() < width) header += std::string(width - header.size(), '-');
    text += header + "\n";
    for (size_t i = 0; i < names.size(); ++i) {
      text += " " + names[i] + spaces(name_width - width_of(names[i])) + " | " + rows_[row][i] +
              spaces(value_width - width_of(rows_[row][i])) + " \n";
    }
  }
  return text;
}

std::string ShowTable::draw_html() const {
  std::string text = "<table border='1'>\n<tr>";
  for (const auto& field : schema_) text += "<th>" + html_escaped(shortened(escaped(field.name))) + "</th>";
  text += "</tr>\n";
  for (size_t row = 0; row < rows_shown(); ++row) {
    text += "<tr>";
    for (const std::string& cell : rows_[row]) text += "<td>" + html_escaped(cell) + "</td>";
    text += "</tr>\n";
  }
  return text + "</table>\n";
}

}  // namespace firesteel::connect
