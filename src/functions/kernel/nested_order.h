// The order of arrays and structs: Spark's null elements come first, the engine's last.
#pragma once

#include <string>

#include "functions/kernel/value.h"

namespace firesteel::functions::kernel {

// Bytes whose order is the order of the values, of which none is null.
void append_sort_key(std::string& key, const plan::Type& type, const Value& value);
// sort_key(value): the same as a kernel.
Value sort_key(ValueCall& call, ValueArguments arguments);
// compare(left, right): below, equal or above zero.
Value compare(ValueCall& call, ValueArguments arguments);
// sort_array(array, is_ascending): null elements first, or last when descending.
Value sort_array(ValueCall& call, ValueArguments arguments);
// array_sort(array): null elements last.
Value array_sort(ValueCall& call, ValueArguments arguments);
// The greatest and the least element that is not null.
Value array_max(ValueCall& call, ValueArguments arguments);
Value array_min(ValueCall& call, ValueArguments arguments);

}  // namespace firesteel::functions::kernel
