// Sketches of Apache DataSketches as Spark's functions use them: their bytes are those that Spark
// writes and reads. Parameters of an aggregate, such as a sketch's size, are in
// ValueCall::parameters, since a group without rows has a sketch too.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "functions/kernel/decimal.h"
#include "functions/kernel/value.h"
#include "functions/kernel/value_aggregate.h"

namespace firesteel::functions::kernel {

std::span<const ValueAggregateKernel> hll_aggregates();
std::span<const ValueAggregateKernel> theta_aggregates();
std::span<const ValueAggregateKernel> tuple_aggregates();
std::span<const ValueAggregateKernel> kll_aggregates();
std::span<const ValueAggregateKernel> top_k_aggregates();

std::span<const ValueKernel> hll_value_kernels();
std::span<const ValueKernel> theta_value_kernels();
std::span<const ValueKernel> tuple_value_kernels();
std::span<const ValueKernel> kll_value_kernels();
std::span<const ValueKernel> top_k_value_kernels();

// A number among the parameters of a call.
int sketch_parameter(const ValueCall& call, size_t index);

// Throws `condition` for a function whose argument is no sketch of its kind.
[[noreturn]] void throw_bad_sketch(std::string_view condition, std::string_view function);

// Throws `condition`_FAMILY for bytes that their third one gives out as a sketch of another family than `wanted`.
enum class SketchFamily : uint8_t { kCompact = 3, kTuple = 9 };
void require_family(const std::string& bytes, SketchFamily wanted, std::string_view condition, std::string_view function);

// Runs `read`, which reads foreign bytes with the library; whatever the library throws says that
// they are no sketch.
template <typename F>
auto read_sketch(std::string_view condition, std::string_view function, const F& read) {
  try {
    return read();
  } catch (const std::exception&) {
    throw_bad_sketch(condition, function);
  }
}

// The key of a theta or a tuple sketch, whose types hash alike: `update` takes a number, a text or
// bytes with their length. Empty texts, bytes and arrays count as no key.
template <typename F>
void with_sketch_key(const plan::Type& type, const Value& value, const F& update) {
  using plan::TypeKind;
  if (type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble)) return update(value.real());
  if (type.is(TypeKind::kDecimal)) return update(decimal_to_double(value.decimal(), type.scale()));
  if (type.is(TypeKind::kArray)) {
    // Java hashes the elements' bytes; nulls are zeros.
    const bool is_long = type.element().is(TypeKind::kLong);
    std::string bytes;
    for (const Value& element : value.list()) {
      const int64_t number = element.is_null() ? 0 : element.integer();
      const auto narrow = static_cast<int32_t>(number);
      bytes.append(
          is_long ? reinterpret_cast<const char*>(&number) : reinterpret_cast<const char*>(&narrow),
          is_long ? sizeof number : sizeof narrow);
    }
    return update(bytes);
  }
  if (type.is_string() || type.is(TypeKind::kBinary)) return update(value.text());
  return update(value.integer());
}

}  // namespace firesteel::functions::kernel
