#include "plan/type.h"

#include "base/error.h"
#include "base/text.h"

namespace firesteel::plan {

// What nested types, named strings and user-defined types carry.
struct Type::Nested {
  std::vector<Type> types;  // array: element; map: key, value; udt: sql type
  std::vector<StructField> fields;
  std::string collation;
  UdtInfo udt;
};

namespace {

const std::string& binary_collation() {
  static const std::string name = "UTF8_BINARY";
  return name;
}

const char* const kDayTimeNames[] = {"day", "hour", "minute", "second"};
const char* const kYearMonthNames[] = {"year", "month"};

std::string interval_name(const char* start, const char* end) {
  std::string name = std::string("interval ") + start;
  if (std::string_view(start) != end) name += std::string(" to ") + end;
  return name;
}

std::string parameters(int first, int second) {
  return "(" + std::to_string(first) + "," + std::to_string(second) + ")";
}

// A field name as DataType.sql quotes it: only where it is no plain identifier.
std::string quoted_if_needed(const std::string& name) {
  bool is_plain = !name.empty() && !isdigit(static_cast<unsigned char>(name[0]));
  for (char c : name) is_plain &= isalnum(static_cast<unsigned char>(c)) || c == '_';
  if (is_plain) return name;
  std::string quoted = "`";
  for (char c : name) quoted += c == '`' ? std::string("``") : std::string(1, c);
  return quoted + "`";
}

}  // namespace

Type Type::decimal(int precision, int scale) {
  FIRESTEEL_CHECK(precision >= 1 && precision <= 38 && scale <= precision, "decimal out of range");
  Type type(TypeKind::kDecimal);
  type.first_ = precision;
  type.second_ = scale;
  return type;
}

Type Type::string_collated(std::string collation) {
  Type type(TypeKind::kString);
  if (collation == binary_collation()) return type;
  auto nested = std::make_shared<Nested>();
  nested->collation = std::move(collation);
  type.nested_ = std::move(nested);
  return type;
}

Type Type::character(int length) {
  Type type(TypeKind::kChar);
  type.first_ = length;
  return type;
}

Type Type::varchar(int length) {
  Type type(TypeKind::kVarchar);
  type.first_ = length;
  return type;
}

Type Type::time(int precision) {
  Type type(TypeKind::kTime);
  type.first_ = precision;
  return type;
}

Type Type::year_month_interval(YearMonthField start, YearMonthField end) {
  Type type(TypeKind::kYearMonthInterval);
  type.first_ = static_cast<int>(start);
  type.second_ = static_cast<int>(end);
  return type;
}

Type Type::day_time_interval(DayTimeField start, DayTimeField end) {
  Type type(TypeKind::kDayTimeInterval);
  type.first_ = static_cast<int>(start);
  type.second_ = static_cast<int>(end);
  return type;
}

Type Type::array(Type element, bool contains_null) {
  Type type(TypeKind::kArray);
  type.first_ = contains_null;
  auto nested = std::make_shared<Nested>();
  nested->types.push_back(std::move(element));
  type.nested_ = std::move(nested);
  return type;
}

Type Type::map(Type key, Type value, bool value_contains_null) {
  Type type(TypeKind::kMap);
  type.first_ = value_contains_null;
  auto nested = std::make_shared<Nested>();
  nested->types = {std::move(key), std::move(value)};
  type.nested_ = std::move(nested);
  return type;
}

Type Type::structure(std::vector<StructField> fields) {
  Type type(TypeKind::kStruct);
  auto nested = std::make_shared<Nested>();
  nested->fields = std::move(fields);
  type.nested_ = std::move(nested);
  return type;
}

Type Type::udt(UdtInfo info, Type sql_type) {
  Type type(TypeKind::kUdt);
  auto nested = std::make_shared<Nested>();
  nested->udt = std::move(info);
  nested->types.push_back(std::move(sql_type));
  type.nested_ = std::move(nested);
  return type;
}

const std::string& Type::collation() const {
  return nested_ && !nested_->collation.empty() ? nested_->collation : binary_collation();
}

// A type without parts (void stands for any type) answers with void and no fields.
const Type& Type::part(size_t index) const {
  static const Type none;
  return nested_ && index < nested_->types.size() ? nested_->types[index] : none;
}
const Type& Type::element() const { return part(0); }
const Type& Type::key() const { return part(0); }
const Type& Type::value() const { return part(1); }
const std::vector<StructField>& Type::fields() const {
  static const std::vector<StructField> none;
  return nested_ ? nested_->fields : none;
}
const UdtInfo& Type::udt_info() const { return nested_->udt; }
const Type& Type::sql_type() const { return part(0); }

bool Type::is_integral() const {
  return kind_ == TypeKind::kByte || kind_ == TypeKind::kShort || kind_ == TypeKind::kInteger ||
         kind_ == TypeKind::kLong;
}
bool Type::is_fractional() const {
  return kind_ == TypeKind::kFloat || kind_ == TypeKind::kDouble || kind_ == TypeKind::kDecimal;
}
bool Type::is_numeric() const { return is_integral() || is_fractional(); }
bool Type::is_datetime() const {
  return kind_ == TypeKind::kDate || kind_ == TypeKind::kTime || kind_ == TypeKind::kTimestamp ||
         kind_ == TypeKind::kTimestampNtz;
}
bool Type::is_interval() const {
  return kind_ == TypeKind::kCalendarInterval || kind_ == TypeKind::kYearMonthInterval ||
         kind_ == TypeKind::kDayTimeInterval;
}
bool Type::is_nested() const {
  return kind_ == TypeKind::kArray || kind_ == TypeKind::kMap || kind_ == TypeKind::kStruct;
}

bool Type::is_orderable() const {
  if (kind_ == TypeKind::kArray) return element().is_orderable();
  if (kind_ == TypeKind::kUdt) return sql_type().is_orderable();
  if (kind_ == TypeKind::kStruct) {
    for (const StructField& field : fields()) {
      if (!field.type.is_orderable()) return false;
    }
    return true;
  }
  return kind_ != TypeKind::kMap && kind_ != TypeKind::kVariant &&
         kind_ != TypeKind::kCalendarInterval;
}

std::string Type::simple_string() const {
  switch (kind_) {
    case TypeKind::kNull: return "void";
    case TypeKind::kBoolean: return "boolean";
    case TypeKind::kByte: return "tinyint";
    case TypeKind::kShort: return "smallint";
    case TypeKind::kInteger: return "int";
    case TypeKind::kLong: return "bigint";
    case TypeKind::kFloat: return "float";
    case TypeKind::kDouble: return "double";
    case TypeKind::kDecimal: return "decimal" + parameters(first_, second_);
    case TypeKind::kString:
      return collation() == binary_collation() ? "string" : "string collate " + collation();
    case TypeKind::kChar: return "char(" + std::to_string(first_) + ")";
    case TypeKind::kVarchar: return "varchar(" + std::to_string(first_) + ")";
    case TypeKind::kBinary: return "binary";
    case TypeKind::kDate: return "date";
    case TypeKind::kTime: return "time(" + std::to_string(first_) + ")";
    case TypeKind::kTimestamp: return "timestamp";
    case TypeKind::kTimestampNtz: return "timestamp_ntz";
    case TypeKind::kCalendarInterval: return "interval";
    case TypeKind::kYearMonthInterval:
      return interval_name(kYearMonthNames[first_], kYearMonthNames[second_]);
    case TypeKind::kDayTimeInterval:
      return interval_name(kDayTimeNames[first_], kDayTimeNames[second_]);
    case TypeKind::kArray: return "array<" + element().simple_string() + ">";
    case TypeKind::kMap:
      return "map<" + key().simple_string() + "," + value().simple_string() + ">";
    case TypeKind::kStruct: {
      std::string text = "struct<";
      for (const StructField& field : fields()) {
        if (text.size() > 7) text += ",";
        text += field.name + ":" + field.type.simple_string();
      }
      return text + ">";
    }
    case TypeKind::kUdt: return sql_type().simple_string();
    case TypeKind::kVariant: return "variant";
  }
  return {};
}

std::string Type::sql() const {
  switch (kind_) {
    case TypeKind::kArray: return "ARRAY<" + element().sql() + ">";
    case TypeKind::kMap: return "MAP<" + key().sql() + ", " + value().sql() + ">";
    case TypeKind::kStruct: {
      std::string text = "STRUCT<";
      for (const StructField& field : fields()) {
        if (text.size() > 7) text += ", ";
        text += quoted_if_needed(field.name) + ": " + field.type.sql();
        if (!field.nullable) text += " NOT NULL";
      }
      return text + ">";
    }
    case TypeKind::kUdt: return sql_type().sql();
    case TypeKind::kString:
      return collation() == binary_collation() ? "STRING" : "STRING COLLATE " + collation();
    default: return upper_case(simple_string());
  }
}

std::string Type::type_name() const {
  switch (kind_) {
    case TypeKind::kByte: return "byte";
    case TypeKind::kShort: return "short";
    case TypeKind::kInteger: return "integer";
    case TypeKind::kLong: return "long";
    case TypeKind::kArray: return "array";
    case TypeKind::kMap: return "map";
    case TypeKind::kStruct: return "struct";
    case TypeKind::kUdt: {
      // UserDefinedType.typeName: the class's simple name without UDT, in lower case.
      std::string name = udt_info().jvm_class.empty() ? udt_info().python_class
                                                      : udt_info().jvm_class;
      name = name.substr(name.rfind('.') + 1);
      if (name.size() > 3 && name.ends_with("UDT")) name.resize(name.size() - 3);
      return lower_case(name);
    }
    default: return simple_string();
  }
}

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_ || a.first_ != b.first_ || a.second_ != b.second_) return false;
  if (a.nested_ == b.nested_) return true;
  if (a.kind_ == TypeKind::kString) return a.collation() == b.collation();
  if (!a.nested_ || !b.nested_) return false;
  return a.nested_->types == b.nested_->types && a.nested_->fields == b.nested_->fields &&
         a.nested_->udt == b.nested_->udt;
}

bool Type::same_type(const Type& other) const {
  if (kind_ != other.kind_) return false;
  switch (kind_) {
    case TypeKind::kArray: return element().same_type(other.element());
    case TypeKind::kMap:
      return key().same_type(other.key()) && value().same_type(other.value());
    case TypeKind::kStruct: {
      const auto& left = fields();
      const auto& right = other.fields();
      if (left.size() != right.size()) return false;
      for (size_t i = 0; i < left.size(); ++i) {
        if (left[i].name != right[i].name || !left[i].type.same_type(right[i].type)) return false;
      }
      return true;
    }
    default: return *this == other;
  }
}

Type Type::as_nullable() const {
  switch (kind_) {
    case TypeKind::kArray: return array(element().as_nullable(), true);
    case TypeKind::kMap: return map(key().as_nullable(), value().as_nullable(), true);
    case TypeKind::kStruct: {
      std::vector<StructField> changed = fields();
      for (StructField& field : changed) {
        field.type = field.type.as_nullable();
        field.nullable = true;
      }
      return structure(std::move(changed));
    }
    default: return *this;
  }
}

namespace {

void append_tree(const Type& type, const std::string& prefix, int level, int max_level,
                 std::string& out);

void append_tree_line(const std::string& prefix, const std::string& label, const Type& type,
                      const std::string& null_label, bool nullable, int level, int max_level,
                      std::string& out) {
  if (max_level > 0 && level > max_level) return;
  out += prefix + "-- " + label + ": " + type.type_name() + " (" + null_label + " = " +
         (nullable ? "true" : "false") + ")\n";
  append_tree(type, prefix + "    |", level + 1, max_level, out);
}

void append_tree(const Type& type, const std::string& prefix, int level, int max_level,
                 std::string& out) {
  if (type.is(TypeKind::kStruct)) {
    for (const StructField& field : type.fields()) {
      append_tree_line(prefix, field.name, field.type, "nullable", field.nullable, level,
                       max_level, out);
    }
  } else if (type.is(TypeKind::kArray)) {
    append_tree_line(prefix, "element", type.element(), "containsNull", type.contains_null(),
                     level, max_level, out);
  } else if (type.is(TypeKind::kMap)) {
    if (max_level > 0 && level > max_level) return;
    out += prefix + "-- key: " + type.key().type_name() + "\n";
    append_tree(type.key(), prefix + "    |", level + 1, max_level, out);
    append_tree_line(prefix, "value", type.value(), "valueContainsNull",
                     type.value_contains_null(), level, max_level, out);
  }
}

}  // namespace

std::string Type::tree_string(int max_level) const {
  std::string out = "root\n";
  append_tree(*this, " |", 1, max_level, out);
  return out;
}

}  // namespace firesteel::plan
