#include "functions/kernel/value.h"

#include <cmath>

#include "base/error.h"
#include "functions/kernel/sketches.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

template <typename T>
int compare_plain(const T& left, const T& right) {
  return left < right ? -1 : right < left ? 1 : 0;
}

int compare_reals(double left, double right) {
  if (std::isnan(left) || std::isnan(right)) {
    return static_cast<int>(std::isnan(left)) - static_cast<int>(std::isnan(right));
  }
  return compare_plain(left, right);
}

int compare_nullable(const Type& type, const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) {
    return static_cast<int>(right.is_null()) - static_cast<int>(left.is_null());
  }
  return compare_values(type, left, right);
}

}  // namespace

int compare_values(const Type& type, const Value& left, const Value& right) {
  switch (type.kind()) {
    case TypeKind::kNull: return 0;
    case TypeKind::kBoolean: return compare_plain(left.boolean(), right.boolean());
    case TypeKind::kFloat:
    case TypeKind::kDouble: return compare_reals(left.real(), right.real());
    case TypeKind::kDecimal: return compare_plain(left.decimal(), right.decimal());
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary: return compare_plain(left.text(), right.text());
    case TypeKind::kUdt: return compare_values(type.sql_type(), left, right);
    case TypeKind::kArray: {
      const Values& a = left.list();
      const Values& b = right.list();
      for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
        if (int order = compare_nullable(type.element(), a[i], b[i])) return order;
      }
      return compare_plain(a.size(), b.size());
    }
    case TypeKind::kStruct: {
      for (size_t i = 0; i < type.fields().size(); ++i) {
        const int order =
            compare_nullable(type.fields()[i].type, left.list()[i], right.list()[i]);
        if (order != 0) return order;
      }
      return 0;
    }
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval: return compare_plain(left.integer(), right.integer());
    case TypeKind::kCalendarInterval:
    case TypeKind::kMap:
    case TypeKind::kVariant: break;
  }
  throw_internal("values of type " + type.simple_string() + " have no order");
}

const ValueKernel* find_value_kernel(std::string_view name) {
  for (const auto& family : {array_value_kernels(), map_value_kernels(), text_value_kernels(),
                             statistics_value_kernels(), datetime_value_kernels(),
                             json_value_kernels(), csv_value_kernels(), format_value_kernels(),
                             hll_value_kernels(), theta_value_kernels(), tuple_value_kernels(),
                             kll_value_kernels(), top_k_value_kernels(), variant_value_kernels(),
                             vector_value_kernels()}) {
    for (const ValueKernel& kernel : family) {
      if (kernel.name == name) return &kernel;
    }
  }
  return nullptr;
}

}  // namespace firesteel::functions::kernel
