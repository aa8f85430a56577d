#include "plan/type_size.h"

namespace firesteel::plan {

double default_size_bytes(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNull:
    case TypeKind::kBoolean:
    case TypeKind::kByte:
      return 1;
    case TypeKind::kShort:
      return 2;
    case TypeKind::kInteger:
    case TypeKind::kFloat:
    case TypeKind::kDate:
    case TypeKind::kYearMonthInterval:
      return 4;
    case TypeKind::kDecimal:
      return type.precision() <= 18 ? 8 : 16;
    case TypeKind::kCalendarInterval:
      return 16;
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return 20;
    case TypeKind::kBinary:
      return 100;
    case TypeKind::kVariant:
      return 2048;
    case TypeKind::kArray:
      return default_size_bytes(type.element());
    case TypeKind::kMap:
      return default_size_bytes(type.key()) + default_size_bytes(type.value());
    case TypeKind::kStruct: {
      double bytes = 0;
      for (const StructField& field : type.fields()) bytes += default_size_bytes(field.type);
      return bytes;
    }
    case TypeKind::kUdt:
      return default_size_bytes(type.sql_type());
    default:
      return 8;
  }
}

double row_size_bytes(const Attributes& columns) {
  double bytes = 8;
  for (const Attribute& attribute : columns) bytes += default_size_bytes(attribute.type);
  return bytes;
}

int64_t file_size_bytes(const Scan& scan) {
  int64_t bytes = 0;
  for (const FileEntry& file : scan.files) bytes += file.size_bytes;
  return bytes;
}

}  // namespace firesteel::plan
