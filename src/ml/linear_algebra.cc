#include "ml/linear_algebra.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>
#include <utility>

namespace firesteel::ml {

namespace {

// Digits and decimal exponent of the shortest text that reads back as `value` (positive, finite).
std::pair<std::string, int> shortest_digits(double value) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  const std::string text(buffer, end.ptr);
  const size_t mark = text.find('e');
  std::string digits = text.substr(0, mark);
  if (digits.size() > 1) digits.erase(1, 1);
  return {digits, std::stoi(text.substr(mark + 1))};
}

struct Compressed {
  std::vector<int32_t> pointers;
  std::vector<int32_t> indices;
  std::vector<double> values;
};

// Compressed form of the entries in which `at(outer, inner)` is not zero.
template <typename At>
Compressed compress(int32_t outer, int32_t inner, const At& at) {
  Compressed result;
  result.pointers.push_back(0);
  for (int32_t i = 0; i < outer; ++i) {
    for (int32_t j = 0; j < inner; ++j) {
      const double value = at(i, j);
      if (value == 0.0) continue;
      result.indices.push_back(j);
      result.values.push_back(value);
    }
    result.pointers.push_back(static_cast<int32_t>(result.values.size()));
  }
  return result;
}

}  // namespace

std::string java_double_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value == 0.0) return std::signbit(value) ? "-0.0" : "0.0";
  auto [digits, exponent] = shortest_digits(std::abs(value));
  std::string text = value < 0 ? "-" : "";
  if (exponent >= -3 && exponent < 7) {
    if (exponent < 0) {
      text += "0." + std::string(-exponent - 1, '0') + digits;
    } else {
      if (static_cast<int>(digits.size()) <= exponent) digits.append(exponent + 1 - digits.size(), '0');
      text += digits.substr(0, exponent + 1) + ".";
      text += static_cast<int>(digits.size()) > exponent + 1 ? digits.substr(exponent + 1) : "0";
    }
    return text;
  }
  return text + digits.substr(0, 1) + "." + (digits.size() > 1 ? digits.substr(1) : "0") + "E" +
         std::to_string(exponent);
}

std::string round_half_up(double value, int places) {
  if (!std::isfinite(value)) return java_double_text(value);
  auto [digits, exponent] = shortest_digits(std::abs(value));
  if (value == 0.0) std::tie(digits, exponent) = std::make_pair(std::string("0"), 0);
  // Digits before and, as many as asked for, behind the point.
  std::string all = exponent < 0 ? std::string(-exponent, '0') + digits : digits;
  size_t whole = exponent < 0 ? 1 : static_cast<size_t>(exponent) + 1;
  if (all.size() < whole + places + 1) all.append(whole + places + 1 - all.size(), '0');
  bool carry = all[whole + places] >= '5';
  all.resize(whole + places);
  for (size_t i = all.size(); carry && i-- > 0;) {
    carry = all[i] == '9';
    all[i] = carry ? '0' : static_cast<char>(all[i] + 1);
  }
  if (carry) {
    all.insert(all.begin(), '1');
    ++whole;
  }
  const bool is_zero = all.find_first_not_of('0') == std::string::npos;
  if (places > 0) all.insert(whole, ".");
  return (value < 0 && !is_zero ? "-" : "") + all;
}

Vector Vector::dense(std::vector<double> values) {
  Vector result;
  result.size = static_cast<int32_t>(values.size());
  result.values = std::move(values);
  return result;
}

Vector Vector::make_sparse(int32_t size, std::vector<int32_t> indices, std::vector<double> values) {
  return {true, size, std::move(indices), std::move(values)};
}

std::vector<double> Vector::to_array() const {
  if (!sparse) return values;
  std::vector<double> result(size, 0.0);
  for (size_t i = 0; i < indices.size(); ++i) result[indices[i]] = values[i];
  return result;
}

Vector Vector::compressed() const {
  const auto nonzeros = std::count_if(values.begin(), values.end(), [](double v) { return v != 0.0; });
  if (1.5 * static_cast<double>(nonzeros) + 2.0 < size) {
    Vector result = make_sparse(size, {}, {});
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i] == 0.0) continue;
      result.indices.push_back(sparse ? indices[i] : static_cast<int32_t>(i));
      result.values.push_back(values[i]);
    }
    return result;
  }
  return dense(to_array());
}

std::string Vector::to_string() const {
  std::string numbers;
  for (const double value : values) numbers += (numbers.empty() ? "" : ",") + java_double_text(value);
  if (!sparse) return "[" + numbers + "]";
  std::string places;
  for (const int32_t index : indices) places += (places.empty() ? "" : ",") + std::to_string(index);
  return "(" + std::to_string(size) + ",[" + places + "],[" + numbers + "])";
}

Matrix Matrix::dense_row_major(int32_t rows, int32_t columns, std::vector<double> values) {
  Matrix result;
  result.rows = rows;
  result.columns = columns;
  result.transposed = true;
  result.values = std::move(values);
  return result;
}

std::vector<double> Matrix::to_row_major() const {
  std::vector<double> result(static_cast<size_t>(rows) * columns, 0.0);
  if (!sparse) {
    if (transposed) return values;
    for (int32_t c = 0; c < columns; ++c) {
      for (int32_t r = 0; r < rows; ++r) {
        result[static_cast<size_t>(r) * columns + c] = values[static_cast<size_t>(c) * rows + r];
      }
    }
    return result;
  }
  for (size_t outer = 0; outer + 1 < pointers.size(); ++outer) {
    for (int32_t k = pointers[outer]; k < pointers[outer + 1]; ++k) {
      const size_t r = transposed ? outer : indices[k];
      const size_t c = transposed ? indices[k] : outer;
      result[r * columns + c] = values[k];
    }
  }
  return result;
}

// Sizes in bytes as in Spark's Matrices.getDenseSize and getSparseSize: sparse wins only if smaller,
// and between the sparse forms the column form wins ties.
Matrix Matrix::compressed() const {
  const std::vector<double> entries = to_row_major();
  const int64_t nonzeros =
      std::count_if(entries.begin(), entries.end(), [](double v) { return v != 0.0; });
  constexpr int64_t kArrayHeaderBytes = 12;
  const auto sparse_bytes = [&](int64_t pointer_count) {
    return 12 * nonzeros + 4 * pointer_count + 3 * kArrayHeaderBytes + 1;
  };
  const int64_t dense_bytes = 8 * static_cast<int64_t>(rows) * columns + kArrayHeaderBytes + 1;
  const int64_t column_bytes = sparse_bytes(static_cast<int64_t>(columns) + 1);
  const int64_t row_bytes = sparse_bytes(static_cast<int64_t>(rows) + 1);
  if (dense_bytes <= std::min(column_bytes, row_bytes)) {
    if (!sparse) return *this;
    return dense_row_major(rows, columns, entries);
  }
  Matrix result;
  result.sparse = true;
  result.rows = rows;
  result.columns = columns;
  result.transposed = row_bytes < column_bytes;
  const auto at = [&](int32_t r, int32_t c) { return entries[static_cast<size_t>(r) * columns + c]; };
  Compressed form = result.transposed
                        ? compress(rows, columns, at)
                        : compress(columns, rows, [&](int32_t c, int32_t r) { return at(r, c); });
  result.pointers = std::move(form.pointers);
  result.indices = std::move(form.indices);
  result.values = std::move(form.values);
  return result;
}

}  // namespace firesteel::ml
